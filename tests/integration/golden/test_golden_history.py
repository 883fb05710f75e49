"""The log of each release gives the history that it gave then."""

from shared.postgres import Pool
from tests.golden.logs import project_all, read_digests, read_log


async def test_the_history_is_what_it_was(history_pool: Pool) -> None:
    assert await project_all(history_pool, read_log("executor")) == read_digests()["executor"]


async def test_an_event_that_is_missing_is_seen_in_the_tables_it_tells_of(history_pool: Pool) -> None:
    events = [event for event in read_log("executor") if event.type != "OccurrenceFailed"]
    digests = await project_all(history_pool, events)
    differing = {table for table, digest in read_digests()["executor"].items() if digests[table] != digest}
    assert {"occurrences", "causes"} <= differing
