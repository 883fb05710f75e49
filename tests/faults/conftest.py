"""A filled database a test, services on it, and the table of what the faults showed."""

import os
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from deploy.local.servers import Servers, local_servers
from tests.faults.crm import Crm, copy, drop, fill
from tests.faults.ground import Ground
from tests.faults.report import Report

_numbers = count(1)
_report = Report()


@pytest.fixture
def report() -> Report:
    """The table that is printed at the end of the session."""
    return _report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if _report.rows:
        terminalreporter.section("faults")
        for line in _report.lines():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
async def filled(database_url: str) -> AsyncIterator[Crm]:
    """The database that tests copy."""
    crm = await fill(database_url, f"faults_{os.getpid()}")
    yield crm
    await drop(database_url, crm.name)


@pytest.fixture
async def ground(database_url: str, kafka: str, filled: Crm, tmp_path: Path) -> AsyncIterator[Ground]:
    """A database of the test's own, on which it runs services."""
    crm = await copy(database_url, filled, f"{filled.name}_{next(_numbers)}")
    yield Ground(crm, kafka, tmp_path / "stage")
    await drop(database_url, crm.name)


@pytest.fixture
async def own_servers(tmp_path: Path) -> AsyncIterator[Servers]:
    """Servers that a test may kill, for nobody else depends on them."""
    async with local_servers(tmp_path / "servers", environment={}) as running:
        yield running


@pytest.fixture
async def own_ground(own_servers: Servers, tmp_path: Path) -> Ground:
    """A database on servers that the test may kill."""
    crm = await fill(own_servers.database_url, "faults")
    return Ground(crm, own_servers.kafka, tmp_path / "stage")
