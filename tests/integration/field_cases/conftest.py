"""Both services in one process on a database of the test's own, at noon (UTC) of a Monday far from any clock change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.failpoints import switch_on
from tests.conftest import Database
from tests.integration.field_cases.product import Product, running_product

MONDAY = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
async def product(database: Database) -> AsyncIterator[Product]:
    """The product without workflows and records; its clock stands at noon of 1 February 2027."""
    async with running_product(database) as running:
        await running.set_clock(MONDAY)
        yield running
        switch_on("")
