"""`crm.records.v1`: records of another system, taken in batches of one partition.

A batch is one transaction: its records, its dead letters, and how far the partition was taken. What was taken before is
passed over, so a batch that comes again changes nothing, not even for a moment.
"""

from collections.abc import Sequence

from pydantic import TypeAdapter

from executor_service.records.handlers.applying import Told, apply_changes
from executor_service.records.ports.topic import OpenTopicWork, TopicWork
from shared.failpoints import failpoint
from shared.inbound import AnyRecordChange, RecordChange
from shared.kafka import RawMessage, Refusal, decode_as, insist, understand
from shared.logs import get_logger

_ADAPTER: TypeAdapter[AnyRecordChange] = TypeAdapter(RecordChange)
_read_change = decode_as(_ADAPTER)
_log = get_logger("records topic")


async def begin_partition(reader: str, topic: str, partition: int, *, end: int, open_work: OpenTopicWork) -> None:
    """Forget how far a partition was taken if that lies beyond its end. Never raises."""

    async def forget() -> None:
        async with open_work() as work:
            await work.forget(reader, topic, partition, beyond=end)
            await work.commit()

    await insist(forget)


async def take_batch(reader: str, messages: Sequence[RawMessage], *, open_work: OpenTopicWork) -> None:
    """Take messages of one partition, in order; what is not understood becomes a dead letter. Never raises."""
    if await insist(lambda: _take(reader, messages, open_work)) is None:
        return
    # Our own code cannot do one of them: each for itself, so that this one alone becomes a dead letter.
    for message in messages:
        await _take_alone(reader, message, open_work)


async def take_again(message: RawMessage, *, open_work: OpenTopicWork) -> Refusal | None:
    """Take a dead letter's message once more, wherever its partition stands now. Never raises."""
    found: list[Refusal] = []

    async def take() -> None:
        async with open_work() as work:
            found[:] = [refusal for _, refusal in await _write([message], work)]
            await work.commit()

    failure = await insist(take)
    return failure or next(iter(found), None)


async def _take_alone(reader: str, message: RawMessage, open_work: OpenTopicWork) -> None:
    refusal = await insist(lambda: _take(reader, [message], open_work))
    if refusal is not None:
        await insist(lambda: _pass_over(reader, message, refusal, open_work))


async def _take(reader: str, messages: Sequence[RawMessage], open_work: OpenTopicWork) -> None:
    topic, partition = messages[0].topic, messages[0].partition
    async with open_work() as work:
        next_offset = await work.lock_partition(reader, topic, partition)
        new = [message for message in messages if message.offset >= next_offset]
        if not new:
            return
        for message, refusal in await _write(new, work):
            await _keep(message, refusal, work)
        await work.advance(reader, topic, partition, new[-1].offset + 1)
        failpoint("executor.accepted_before_commit")
        await work.commit()


async def _pass_over(reader: str, message: RawMessage, refusal: Refusal, open_work: OpenTopicWork) -> None:
    async with open_work() as work:
        if await work.lock_partition(reader, message.topic, message.partition) <= message.offset:
            await _keep(message, refusal, work)
            await work.advance(reader, message.topic, message.partition, message.offset + 1)
            await work.commit()


async def _keep(message: RawMessage, refusal: Refusal, work: TopicWork) -> None:
    _log.warning("A message became a dead letter", topic=message.topic, offset=message.offset, reason=refusal.reason)
    await work.store_dead_letter(message, refusal)


async def _write(messages: Sequence[RawMessage], work: TopicWork) -> list[tuple[RawMessage, Refusal]]:
    """Write what messages say, and return those that were refused."""
    told: list[Told] = []
    refusals: dict[int, Refusal] = {}
    for index, message in enumerate(messages):
        understood = understand(message, _read_change)
        if isinstance(understood, Refusal):
            refusals[index] = understood
        else:
            told.append(Told(index, message.key, understood[0]))
    refusals |= await apply_changes(told, work=work)
    return [(messages[index], refusals[index]) for index in sorted(refusals)]
