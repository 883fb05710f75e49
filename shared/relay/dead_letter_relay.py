"""Copies dead letters to their topics; the rows stay the truth."""

from shared.dead_letters import DeadLetter, DeadLetters, copy_of
from shared.logs import get_logger
from shared.relay.publishing import MessageTooLargeError, Publisher, PublishInterruptedError, TopicUnavailableError

_IDLE_SECONDS = 1.0
_BACKOFF_SECONDS = 0.2
_PAGE = 100


class DeadLetterRelay:
    """Publishes what `dead_letters` has and its topics do not; a crash in between copies again."""

    def __init__(self, letters: DeadLetters, publisher: Publisher) -> None:
        self._letters = letters
        self._publisher = publisher
        self._log = get_logger("relay").bind(topic="dead letters")
        self.stopped: dict[str, str | None] = {}
        """The dead-letter topics nothing can be published to, with the reason."""

    async def pass_(self) -> float:
        """Copy one page and return for how long there is nothing to do."""
        letters = await self._letters.unpublished(_PAGE)
        try:
            done = [letter.id for letter in letters if await self._copy(letter)]
        except PublishInterruptedError as error:
            self._log.warning("The broker did not acknowledge and is tried again", error=str(error))
            return _BACKOFF_SECONDS
        await self._letters.mark_published(done)
        return 0.0 if len(done) == _PAGE else _IDLE_SECONDS

    async def _copy(self, letter: DeadLetter) -> bool:
        copy = copy_of(letter)
        try:
            await self._publisher.publish(copy.topic, [copy])
        except MessageTooLargeError as error:
            self._log.warning("A dead letter stays without a copy", id=letter.id, reason=error.detail)
        except TopicUnavailableError as error:
            self.stopped[copy.topic] = error.reason
            return False
        self.stopped.pop(copy.topic, None)
        return True
