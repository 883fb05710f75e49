"""A PostgreSQL of these tests' own, whose settings and roles they may change."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.servers import Servers, local_servers


@pytest.fixture
async def own_postgres(tmp_path: Path) -> AsyncIterator[Servers]:
    """A new server without the roles of the services."""
    async with local_servers(tmp_path / "servers", kafka=False, environment={}) as running:
        yield running
