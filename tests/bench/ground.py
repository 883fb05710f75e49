"""What the lines stand on: the servers, a database for each purpose, and what services took of memory."""

import os
import platform
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.local.prepare import migrate
from deploy.local.servers import Servers
from deploy.local.services import PLAIN, Launch
from shared.postgres import Connection
from tests.bench.contacts import Crowd, fill_contacts
from tests.bench.engine import Engine, OwnTopics, running_engine
from tests.bench.sizes import Sizes

_SETTINGS = ("shared_buffers", "max_wal_size", "wal_compression", "jit", "fsync", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class Scene:
    """A migrated database, seen as its owner in the executor's schema."""

    surroundings: OwnTopics
    connection: Connection

    @property
    def url(self) -> str:
        """The URL of the database."""
        return self.surroundings.database_url


@dataclass(slots=True)
class Ground:
    """The servers of a run and the sizes it has."""

    servers: Servers
    sizes: Sizes
    stack: AsyncExitStack
    peaks: dict[str, float] = field(default_factory=dict)
    """The most memory that a process of each service had, in MB, by the line that ran it and its name."""
    _scenes: dict[str, Scene] = field(default_factory=dict)

    async def scene(self, name: str) -> Scene:
        """Return a database of this name, empty and migrated when it is first asked for."""
        if name not in self._scenes:
            url = await _fresh_database(self.servers.database_url, f"bench_{name}")
            surroundings = OwnTopics(url, self.servers.kafka, self.servers.state, f"bench-{os.getpid()}-{name}.")
            await migrate(surroundings)
            connection = await asyncpg.connect(url)
            self.stack.push_async_callback(connection.close)
            await connection.execute("SET search_path = executor")
            self._scenes[name] = Scene(surroundings, connection)
        return self._scenes[name]

    async def contacts(self, crowd: Crowd, name: str) -> Scene:
        """Return a database with these contacts, filled in when they are first asked for."""
        scene = await self.scene(name)
        if not await scene.connection.fetchval("SELECT EXISTS (SELECT FROM records)"):
            print(f"Filling in {crowd.records:,} contacts with {crowd.name}")
            await fill_contacts(scene.connection, crowd)
        return scene

    @asynccontextmanager
    async def engine(self, line: str, scene: Scene, executors: Sequence[Launch] = (PLAIN,)) -> AsyncIterator[Engine]:
        """Run one scheduler and these executors, and note what they took of memory."""
        async with running_engine(scene.surroundings, scene.connection, executors=executors) as engine:
            try:
                yield engine
            finally:
                for child in engine.services.children:
                    name = f"{line} {child.name}"
                    self.peaks[name] = max(self.peaks.get(name, 0.0), _peak_mb(child.pid))

    async def conditions(self) -> dict[str, str]:
        """Return what was measured on."""
        connection = await asyncpg.connect(self.servers.database_url)
        rows = {name: await connection.fetchval(f"SHOW {name}") for name in _SETTINGS}
        version = await connection.fetchval("SHOW server_version")
        await connection.close()
        machine = {
            "cores": str(os.cpu_count()),
            "python": platform.python_version(),
            "load": f"{os.getloadavg()[0]:.1f}",
            "postgresql": version,
        }
        return machine | rows


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


async def _fresh_database(url: str, name: str) -> str:
    admin = await asyncpg.connect(url)
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    return url.rpartition("/")[0] + f"/{name}"
