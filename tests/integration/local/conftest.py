"""Servers of these tests' own: they are killed here, so nobody else may depend on them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.servers import Servers, local_servers


@pytest.fixture(scope="session")
def awkward_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder whose path has a blank, a comma and an accent."""
    folder = tmp_path_factory.mktemp("local") / "two words, é"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
async def own_servers(awkward_folder: Path) -> AsyncIterator[Servers]:
    """Run both servers in an awkward folder."""
    async with local_servers(awkward_folder / "one", environment={}) as running:
        yield running
