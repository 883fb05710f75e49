"""The two services as child processes: any number of each, every one with its own port, folder and log."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx2

from deploy.local.child import Child, Report, say_nothing, stop_together
from deploy.local.processes import Command
from deploy.local.servers import DATABASE_URL_VARIABLE, KAFKA_VARIABLE
from deploy.local.state import State

ROOT = Path(__file__).resolve().parents[2]
STATE_DIR_VARIABLE = "WORKFLOWS_STATE_DIR"
OPERATOR_KEY_VARIABLE = "WORKFLOWS_OPERATOR_KEY"

Module = Literal["scheduler_service", "executor_service"]
_PORT_VARIABLES: Mapping[Module, str] = {
    "scheduler_service": "WORKFLOWS_SCHEDULER_HTTP_PORT",
    "executor_service": "WORKFLOWS_HTTP_PORT",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where services find what they need, and what they keep."""

    database_url: str
    kafka: str
    state: State

    def environment(self, extra: Mapping[str, str], folder: Path) -> dict[str, str]:
        """Give the whole environment of a process: ours, the servers, and last what is wanted for this one."""
        servers = {DATABASE_URL_VARIABLE: self.database_url, KAFKA_VARIABLE: self.kafka}
        return {**os.environ, **servers, STATE_DIR_VARIABLE: str(folder), "PYTHONUNBUFFERED": "1", **extra}


@dataclass(frozen=True, slots=True)
class Launch:
    """How one process of a service differs from the plain one: its roles (all when empty), its added environment."""

    roles: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


PLAIN = Launch()


class Service:
    """One process of a service, as a program to be run."""

    stop_signal = signal.SIGTERM
    stop_within_seconds = 18.0  # a drain that cannot reach the broker gives up after 15
    tries = 1

    def __init__(self, name: str, module: Module, launch: Launch, surroundings: Surroundings) -> None:
        self.name = name
        self._module = module
        self._launch = launch
        self._surroundings = surroundings

    @property
    def url(self) -> str:
        """Where it answers HTTP."""
        return f"http://127.0.0.1:{self._surroundings.state.ports.known()[self.name]}"

    async def command(self) -> Command:
        """Choose its port and name its environment."""
        state = self._surroundings.state
        port = {_PORT_VARIABLES[self._module]: str(state.ports.choose(self.name))}
        folder = state.folder("services", self.name)
        roles = ("--roles", ",".join(self._launch.roles)) if self._launch.roles else ()
        return Command(
            argv=(sys.executable, "-m", self._module, *roles),
            environment=self._surroundings.environment({**port, **self._launch.environment}, folder),
            folder=ROOT,
            log=state.logs / f"{self.name}.log",
        )

    async def answers(self) -> bool:
        """Tell whether it says that it is ready."""
        async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
            try:
                answer = await client.get(f"{self.url}/readyz")
            except httpx2.TransportError:
                return False
        return answer.is_success


class ServiceProcess(Child):
    """A child process that answers HTTP."""

    def __init__(self, program: Service, state: State) -> None:
        super().__init__(program, state)
        self._service = program

    @property
    def url(self) -> str:
        """Where it answers HTTP, without a slash at the end; it stays the same when the process is started again."""
        return self._service.url


@dataclass(frozen=True, slots=True)
class Services:
    """The processes that were started, in the order they were asked for."""

    schedulers: Sequence[ServiceProcess]
    executors: Sequence[ServiceProcess]

    @property
    def children(self) -> Sequence[ServiceProcess]:
        """All of them."""
        return [*self.schedulers, *self.executors]


@asynccontextmanager
async def running_services(
    surroundings: Surroundings,
    *,
    schedulers: Sequence[Launch] = (PLAIN,),
    executors: Sequence[Launch] = (PLAIN,),
    report: Report = say_nothing,
) -> AsyncIterator[Services]:
    """Run as many processes of each service as there are launches; go on when all are ready, stop them at the end.

    The schemas must have been migrated (`prepare.migrate`). Names are `scheduler`, `scheduler-2`, … and `executor`,
    `executor-2`, …; of two contexts at once in one state directory the second waits for the first one's names, in vain.
    """
    services = Services(
        schedulers=_processes("scheduler", "scheduler_service", schedulers, surroundings),
        executors=_processes("executor", "executor_service", executors, surroundings),
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(stop_together, services.children)
        for child in services.children:
            report(f"Starting {child.name}")
            await child.launch()
        for child in services.children:
            await child.ready()
        yield services


def _processes(
    name: str, module: Module, launches: Sequence[Launch], surroundings: Surroundings
) -> list[ServiceProcess]:
    names = [name if number == 1 else f"{name}-{number}" for number in range(1, len(launches) + 1)]
    programs = [Service(own, module, launch, surroundings) for own, launch in zip(names, launches, strict=True)]
    return [ServiceProcess(program, surroundings.state) for program in programs]
