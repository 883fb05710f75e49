"""What is taken from the records' topic, in one transaction: the records, the dead letters, and how far it is."""

from executor_service.records.store.work import PostgresRecordsWork
from shared.dead_letters import DeadLetters
from shared.kafka import RawMessage, Refusal
from shared.postgres import load_queries

_QUERIES = load_queries(__file__)


class TopicWork(PostgresRecordsWork):
    """See the port of the same name."""

    async def lock_partition(self, reader: str, topic: str, partition: int) -> int:
        """See the port."""
        return int(await self.connection.fetchval(_QUERIES["lock"], reader, topic, partition))

    async def advance(self, reader: str, topic: str, partition: int, next_offset: int) -> None:
        """See the port."""
        await self.connection.execute(_QUERIES["advance"], reader, topic, partition, next_offset)

    async def forget(self, reader: str, topic: str, partition: int, *, beyond: int) -> None:
        """See the port."""
        await self.connection.execute(_QUERIES["forget"], reader, topic, partition, beyond)

    async def store_dead_letter(self, message: RawMessage, refusal: Refusal) -> None:
        """See the port."""
        await DeadLetters(self.connection).store(message, reason=refusal.reason, error=refusal.error)
