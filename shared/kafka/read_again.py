"""A topic read once more when a process starts: what Kafka remembers of having been read is a hint only."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiokafka.errors import KafkaError

from shared.kafka.acceptance import RawMessage
from shared.kafka.broker import TopicMissingError
from shared.kafka.rereading import reread
from shared.logs import described, get_logger
from shared.loops import Stop

_TRY_AGAIN_SECONDS = 1.0
_log = get_logger("read again")


class ReadAgain:
    """Reads a topic once as a whole, or since an instant, whenever the broker allows it."""

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        accept: Callable[[RawMessage], Awaitable[None]],
        *,
        since: datetime | None = None,
    ) -> None:
        """`accept` must be safe to call twice for a message, and never raises."""
        self._bootstrap = bootstrap
        self._topic = topic
        self._accept = accept
        self._since = since
        self.was_read = False
        """Everything that stood in it at the start has been handed over."""

    async def run(self, stop: Stop) -> None:
        """Hand over every message, from the start again after any interruption."""
        while not stop.is_set and not self.was_read:
            reading = asyncio.ensure_future(
                reread(self._bootstrap, self._topic, since=self._since, handle=self._accept)
            )
            stopping = asyncio.ensure_future(stop.wait(float("inf")))
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            await self._settle(reading)
            if not self.was_read:
                await stop.wait(_TRY_AGAIN_SECONDS)

    async def _settle(self, reading: "asyncio.Future[int]") -> None:
        if not reading.done():
            reading.cancel()
            await asyncio.wait({reading})
            return
        try:
            count = reading.result()
        except (KafkaError, OSError, TopicMissingError) as error:
            _log.warning("A topic cannot be read again yet", topic=self._topic, error=described(error))
            return
        self.was_read = True
        _log.info("A topic was read again", topic=self._topic, messages=count)
