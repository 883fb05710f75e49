"""A log that can no more be read is named."""

import pytest

from shared import horizon as horizon_module
from shared.horizon import Horizon
from shared.postgres import Pool


async def test_a_log_that_was_not_read_for_a_while_is_trouble(
    executor_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    horizon = Horizon(executor_pool, "executor_events")
    assert horizon.trouble() == "the log was not read yet"
    await horizon.refresh()
    assert horizon.trouble() is None
    monkeypatch.setattr(horizon_module, "_STALE_SECONDS", 0.0)
    assert horizon.trouble() == "the log was last found settled 0 s ago"
