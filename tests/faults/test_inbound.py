"""What others send comes several times, out of order, and with what nobody can read in between."""

from random import Random
from typing import Any

import orjson

from tests.e2e.stage import Stage
from tests.e2e.topics import Headers, producing
from tests.faults.ground import RICH, Ground, come_due, quiet, verdict_on
from tests.faults.journal import COMMANDS, RECORDS, Journal
from tests.faults.judge import Poison
from tests.faults.report import Report

SEED = 6_174
_PARTS = {COMMANDS: "workflows.command.run.v1", RECORDS: "crm.record.upserted.v1"}


def headers(kind: str, *, ce_id: str | None = "poison") -> Headers:
    named = {"ce_specversion": "1.0", "ce_source": "/crm", "ce_type": kind}
    if ce_id is not None:
        named["ce_id"] = ce_id
    return tuple((name, text.encode()) for name, text in named.items())


def poison_for(topic: str, good: dict[str, Any]) -> list[tuple[bytes | None, Headers, str]]:
    """Messages that nobody can accept, with the reason that each is kept for."""
    kind = _PARTS[topic]
    return [
        (b"{no json", headers(kind), "NOT_JSON"),
        (b"[]", headers(kind), "NOT_AN_OBJECT"),
        (None, headers(kind), "NULL_VALUE"),
        (b"{}", headers(kind), "INVALID"),
        (orjson.dumps(good), headers("crm.record.dreamt.v1"), "INVALID"),
        (orjson.dumps(good), headers(kind, ce_id=None), "NO_ID"),
    ]


async def poison(stage: Stage, topic: str, good: dict[str, Any], random: Random) -> list[Poison]:
    """Put them into a topic, in every partition that the keys of good messages are in."""
    made = poison_for(topic, good)
    random.shuffle(made)
    async with producing(stage.kafka) as producer:
        for number, (value, named, _) in enumerate(made):
            await producer.send(stage.topic(topic), value, str(number).encode(), headers=list(named))
        await producer.flush()
    return [Poison(value, reason, topic) for value, _, reason in made]


async def test_what_others_send_counts_once_and_poison_between_stops_nothing(ground: Ground, report: Report) -> None:
    random, journal, kept = Random(SEED), Journal(), []
    async with ground.stage() as stage:
        plan = await ground.plan(stage, *RICH, of="customer")
        await come_due(stage, plan)
        leads, members, workflow_id = sorted(ground.crm.leads), sorted(plan.matches), plan.workflow_id
        command = {"workflowId": str(workflow_id)}
        change = {"objectTypeId": "0-1", "id": str(leads[0]), "properties": {"zip": "1"}}
        for number in range(3):
            kept += await poison(stage, COMMANDS, command, random)
            await journal.command(stage, "enroll", workflow_id, leads[number * 10 : number * 10 + 10])
            kept += await poison(stage, RECORDS, change, random)
            await journal.tell(stage, leads[:50], "city", ["Turin", "Genoa", "Turin", f"Milan {number}"])
            await journal.command(stage, "unenroll", workflow_id, members[number * 10 : number * 10 + 10])
        await journal.refused(stage, workflow_id)
        await quiet(stage, journal)
        verdict = await verdict_on(stage, [plan], poison=kept, journal=journal)

    report.add(
        f"commands three times, records, poison between (seed {SEED})", verdict, trials=len(kept), hits=len(kept)
    )
    assert not verdict.findings, str(verdict)
