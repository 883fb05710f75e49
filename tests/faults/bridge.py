"""Stands between the services in the place of the topics, and delivers as badly as any broker or program might.

Scheduler and executor run with different prefixes, so that nothing passes between them but what is carried over here:
each message several times, shuffled within its partition, with poison in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import orjson

from tests.e2e.stage import Stage
from tests.e2e.topics import Seen, producing, read_topic
from tests.e2e.waiting import NotInTimeError
from tests.faults.judge import Poison
from tests.faults.judge.folding import occurrence_id

LIFECYCLE, DUE = "workflows.lifecycle.v1", "workflows.due.v1"
DUE_TYPE = "workflows.occurrence.due.v1"
COPIES = 5


@dataclass(slots=True)
class Bridge:
    """Carries messages over; `random` decides every order, so that its seed gives the same run again."""

    stage: Stage
    scheduler_prefix: str
    executor_prefix: str
    random: Random
    poison: list[Poison] = field(default_factory=list)
    """What was put in between and must become dead letters."""
    delivered: int = 0
    """How many messages were put into topics."""

    async def carry_changes(self, count: int) -> list[Seen]:
        """Carry the executor's changes of workflows over, as soon as there are so many."""
        seen = await self._read(self.executor_prefix + LIFECYCLE, count)
        await self.deliver(self.scheduler_prefix + LIFECYCLE, seen * COPIES)
        return seen

    async def wait_for_due(self, count: int) -> list[Seen]:
        """Return what the scheduler has told, as soon as so many occurrences are due."""
        topic = self.scheduler_prefix + DUE
        seen = await read_topic(self.stage.kafka, topic, until=lambda seen: len(due_of(seen)) >= count)
        if len(due_of(seen)) < count:
            raise NotInTimeError(f"{count} due messages in {topic}", 60, len(due_of(seen)))
        return seen

    async def deliver(self, topic: str, messages: Sequence[Seen]) -> None:
        """Put messages into a topic, shuffled; each goes by its key, as the first one did."""
        shuffled = list(messages)
        self.random.shuffle(shuffled)
        self.delivered += len(shuffled)
        async with producing(self.stage.kafka) as producer:
            for message in shuffled:
                headers = list(message.headers)
                await producer.send(topic, message.value, message.key, headers=headers)
            await producer.flush()

    async def _read(self, topic: str, count: int) -> list[Seen]:
        seen = await read_topic(self.stage.kafka, topic, until=lambda seen: len({each.id for each in seen}) >= count)
        if len({each.id for each in seen}) < count:
            raise NotInTimeError(f"{count} messages in {topic}", 60, len(seen))
        return seen

    def poisoned(self, like: Seen) -> list[Seen]:
        """Return messages that nobody can accept, in the partition of one that anybody can."""
        data, headers = like.data, dict(like.headers)
        of_another = occurrence_id(int(data["workflowId"]) + 1, _instant(data))
        elsewhere = orjson.dumps({**data, "occurrenceId": of_another})
        unknown = {**data, "workflowId": "999999"}
        unknown["occurrenceId"] = occurrence_id(999_999, _instant(data))
        made = [
            (b"{no json", headers, "NOT_JSON"),
            (b"[]", headers, "NOT_AN_OBJECT"),
            (None, headers, "NULL_VALUE"),
            (elsewhere, headers, "WRONG_OCCURRENCE_ID"),
            (orjson.dumps(unknown), headers, "NO_SUCH_WORKFLOW"),
            (like.value, headers | {"ce_type": b"workflows.occurrence.dreamt.v1"}, "INVALID"),
            (orjson.dumps({"workflowId": "1"}), headers, "INVALID"),
            (like.value, {name: text for name, text in headers.items() if name != "ce_id"}, "NO_ID"),
        ]
        self.poison.extend(Poison(value, reason) for value, _, reason in made)
        return [Seen(like.partition, -1, like.key, value, tuple(named.items())) for value, named, _ in made]

    def forged(self, like: Seen, due_at: str) -> Seen:
        """Return a message that is right in every way but for coming from nobody: it names another instant."""
        data = {**like.data, "dueAt": due_at, "nominal": due_at.removesuffix("Z"), "localTime": due_at}
        data["occurrenceId"] = occurrence_id(int(data["workflowId"]), _instant(data))
        return Seen(like.partition, -1, like.key, orjson.dumps(data), like.headers)


def due_of(seen: Sequence[Seen]) -> list[Seen]:
    """The messages of occurrences that are due."""
    return [message for message in seen if message.type == DUE_TYPE]


def _instant(data: dict[str, str]) -> datetime:
    return datetime.fromisoformat(data["dueAt"])
