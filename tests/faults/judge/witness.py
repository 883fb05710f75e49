"""Takes the evidence: the logs and the value history read-only, the topics to their ends, the API page by page.

A topic is read again until it holds every message that the logs ask for, or patience ends; what is missing then is for
the judge to say.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from executor_service.history.rebuilding import rebuild
from executor_service.history.store import HistoryReader
from shared.postgres import close_pool, open_pool
from tests.e2e.flows import RaiseBy, SetTo
from tests.e2e.stage import PREFIX_VARIABLE, PUBLISHED, Stage
from tests.e2e.topics import Seen, read_topic
from tests.faults.journal import Journal
from tests.faults.judge.evidence import (
    DEAD_LETTERS,
    DUE,
    HISTORY,
    LIFECYCLE,
    LOG,
    Answers,
    Evidence,
    LogEvent,
    Plan,
    Poison,
    ValueChange,
)
from tests.faults.judge.topics import all_there

_REBUILT = "history_rebuild"
# Another number than the live projector takes, for the rows must not depend on it.
_EVENTS_AT_ONCE = 7
_LOG = """
SELECT position, stream, version, type, data, record_ids, metadata ->> 'eventId' AS event_id, recorded_at
FROM {schema}.events ORDER BY position
"""
_CHANGES = """
SELECT record_id, property, value, source_id FROM executor.property_changes
WHERE source_type = 'AUTOMATION_PLATFORM' ORDER BY position
"""


async def take_evidence(
    stage: Stage, plans: Sequence[Plan], *, poison: Sequence[Poison] = (), journal: Journal | None = None
) -> Evidence:
    """Look at everything once the occurrences have ended."""
    asked = journal or Journal()
    url = stage.surroundings.database_url
    logs, changes, seen_until, cohorts_left = await _read_database(url)
    position = logs["executor"][-1].position
    await stage.get("/v1/events", position=position, limit=1)
    live, rebuilt = await _digests(url, position)
    evidence = Evidence(
        seen_until=seen_until,
        scheduler_log=logs["scheduler"],
        executor_log=logs["executor"],
        topics={},
        changes=changes,
        answers={plan.workflow_id: await _ask(stage, plan.workflow_id) for plan in plans},
        values=await _values(stage, plans, {name for told in asked.told.values() for name in told}),
        cohorts_left=cohorts_left,
        live_digests=live,
        rebuilt_digests=rebuilt,
        poison=poison,
        wishes=asked.wishes,
        pauses=asked.pauses,
        told=asked.told,
    )
    return replace(evidence, topics=await _read_topics(stage, evidence))


async def _read_database(url: str) -> tuple[dict[str, list[LogEvent]], list[ValueChange], datetime, int]:
    connection = await asyncpg.connect(url, server_settings={"default_transaction_read_only": "on"})
    try:
        seen_until = await connection.fetchval("SELECT executor.rule_time()")
        logs = {
            schema: [_event(row) for row in await connection.fetch(_LOG.format(schema=schema))]
            for schema in ("scheduler", "executor")
        }
        changes = [_change(row) for row in await connection.fetch(_CHANGES)]
        return logs, changes, seen_until, await connection.fetchval("SELECT count(*) FROM executor.cohorts")
    finally:
        await connection.close()


def _event(row: asyncpg.Record) -> LogEvent:
    return LogEvent(
        position=row["position"],
        stream=row["stream"],
        version=row["version"],
        type=row["type"],
        data=orjson.loads(row["data"]),
        record_ids=row["record_ids"] or (),
        event_id=row["event_id"],
        recorded_at=row["recorded_at"],
    )


def _change(row: asyncpg.Record) -> ValueChange:
    return ValueChange(row["record_id"], row["property"], orjson.loads(row["value"] or "null"), int(row["source_id"]))


async def _digests(url: str, position: int) -> tuple[dict[str, str], dict[str, str]]:
    await rebuild(url, until=position, schema=_REBUILT, events_at_once=_EVENTS_AT_ONCE)
    return await _digest(url, "history"), await _digest(url, _REBUILT)


async def _digest(url: str, schema: str) -> dict[str, str]:
    pool = await open_pool(url, schema=f"{schema}, executor", max_size=1)
    try:
        return await HistoryReader(pool).digests()
    finally:
        await close_pool(pool)


async def _ask(stage: Stage, workflow_id: int) -> Answers:
    path = f"/v1/workflows/{workflow_id}"
    return Answers(
        workflow=await stage.get(path),
        occurrences=await stage.rows(f"{path}/occurrences"),
        enrollments=await stage.rows(f"{path}/enrollments"),
        action_log=await stage.rows(f"{path}/action-log"),
    )


async def _values(stage: Stage, plans: Sequence[Plan], told: AbstractSet[str]) -> dict[int, Mapping[str, Any]]:
    """Read what the workflows set and others told, of all contacts."""
    actions = [action for plan in plans for action in plan.actions]
    names = ",".join(sorted({each.property for each in actions if isinstance(each, SetTo | RaiseBy)} | told))
    path, after = "/crm/v3/objects/contacts", "0"
    found: dict[int, Mapping[str, Any]] = {}
    while after:
        page = await stage.get(path, limit=100, after=after, properties=names)
        found.update((int(record["id"]), record["properties"]) for record in page["results"])
        after = page.get("paging", {}).get("next", {}).get("after", "")
    return found


async def _read_topics(stage: Stage, evidence: Evidence) -> dict[str, list[Seen]]:
    wanted = all_there(evidence)
    letters = Counter(f"{poison.topic}.dead-letter" for poison in evidence.poison)
    names = (LIFECYCLE, DUE, HISTORY, LOG, PUBLISHED, *DEAD_LETTERS)
    prefixes = {DUE: _prefix(stage, "scheduler"), DEAD_LETTERS[0]: _prefix(stage, "scheduler")}

    async def read(name: str) -> list[Seen]:
        topic = prefixes.get(name, _prefix(stage, "executor")) + name
        ids, count = wanted.get(name, set()), letters[name]
        return await read_topic(
            stage.kafka, topic, until=lambda seen: len(seen) >= count and ids <= {message.id for message in seen}
        )

    return dict(zip(names, await asyncio.gather(*map(read, names)), strict=True))


def _prefix(stage: Stage, process: str) -> str:
    return stage.switches[process].get(PREFIX_VARIABLE, stage.surroundings.prefix)
