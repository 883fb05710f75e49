"""PostgreSQL and Kafka as one context: run here from packages, or those the environment names."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from deploy.local.child import Child, Report, say_nothing
from deploy.local.kafka import Kafka
from deploy.local.leftovers import end_leftovers
from deploy.local.postgres import Postgres
from deploy.local.state import State

DATABASE_URL_VARIABLE = "WORKFLOWS_DATABASE_URL"
KAFKA_VARIABLE = "WORKFLOWS_KAFKA"


class ServerNotOursError(Exception):
    """A server was asked for that was not started here: the environment names another, or it was not wanted."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was not started here")
        self.name = name


class Servers:
    """Where the servers are, and each of ours as a process to be killed, stopped and started singly."""

    def __init__(self, state: State, *, kafka: bool, environment: Mapping[str, str], report: Report) -> None:
        self.state = state
        self._given_database = environment.get(DATABASE_URL_VARIABLE)
        self._given_kafka = environment.get(KAFKA_VARIABLE)
        self._postgres = Postgres(state)
        self._kafka = Kafka(state, report)
        self._postgres_child = None if self._given_database else Child(self._postgres, state)
        self._kafka_child = Child(self._kafka, state) if kafka and not self._given_kafka else None

    @property
    def database_url(self) -> str:
        """The URL of a database whose user may make roles and databases."""
        return self._given_database or self._postgres.url

    @property
    def kafka(self) -> str:
        """Bootstrap servers, `host:port`."""
        if self._given_kafka:
            return self._given_kafka
        if self._kafka_child is None:
            raise ServerNotOursError("kafka")
        return self._kafka.bootstrap

    @property
    def postgres(self) -> Child:
        """The PostgreSQL server, if it is ours."""
        if self._postgres_child is None:
            raise ServerNotOursError("postgres")
        return self._postgres_child

    @property
    def kafka_broker(self) -> Child:
        """The Kafka broker, if it is ours."""
        if self._kafka_child is None:
            raise ServerNotOursError("kafka")
        return self._kafka_child

    @property
    def children(self) -> list[Child]:
        """Those of them that are ours, in the order of starting."""
        return [child for child in (self._postgres_child, self._kafka_child) if child is not None]


@asynccontextmanager
async def local_servers(
    state_dir: Path,
    *,
    kafka: bool = True,
    environment: Mapping[str, str] = os.environ,
    report: Report = say_nothing,
) -> AsyncIterator[Servers]:
    """Run the servers in a state directory, with what was written there before, and stop them at the end.

    A server that `environment` names (`WORKFLOWS_DATABASE_URL`, `WORKFLOWS_KAFKA`) is used as it is and not started.
    Raises `AlreadyRunningError` where another launcher is in charge; what one left that was killed is ended first.
    """
    state = State(state_dir)
    with state.in_charge():
        await end_leftovers(state, report)
        servers = Servers(state, kafka=kafka, environment=environment, report=report)
        async with AsyncExitStack() as stack:
            for child in servers.children:
                report(f"Starting {child.name}")
                stack.push_async_callback(child.stop)
                await child.launch()
            for child in servers.children:
                await child.ready()
            yield servers
