"""What the model of the relay is made of: the topic, cursors, relays, and worlds of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple


class Rule(StrEnum):
    """What keeps the topic equal to the log; each can be taken away."""

    ACKNOWLEDGED_FIRST = "the cursor is stored once everything up to it was acknowledged"
    IDEMPOTENT = "the producer is idempotent"
    COMPARE_AND_SET = "a cursor is stored only where holder and epoch are the ones known"
    FAILURE_WITH_CURSOR = "PublishFailed and the step over it are one transaction"
    LOSS_SEEN_AT_ACK = "an acknowledgement below the stored end means that the topic was lost"
    LOSS_SEEN_WHEN_IDLE = "the end is asked for without traffic too"
    END_FROM_ACKS = "the stored end comes from the acknowledgements"
    EMPTIED = "what stands in a topic that was lost is deleted"
    REPUBLISHED_UNDER_EPOCH = "publishing again makes a new epoch"
    LAST_COMPARED = "whoever reads a cursor looks whether its last message still stands where it was acknowledged"
    LAST_COMPARED_AT_REFUSAL = "so does a relay that throws acknowledgements away because of a message too large"
    RESTARTED_FIRST = "the cursor says that the topic is lost before that is emptied, and whoever reads it empties it"
    DELETED_AS_HOLDER = "a relay deletes up to the end that it saw while the cursor was its own"


class Cursor(NamedTuple):
    """What a row of `relay_cursors` holds, but for the holder; `last` is the message acknowledged before `end`.

    `lost`: what stands in the topic is to be deleted before anything is sent.
    """

    position: int = 0
    epoch: int = 0
    end: int = 0
    last: int = 0
    lost: bool = False


class Sent(NamedTuple):
    """What was sent and acknowledged and is not stored yet: the first offset, the end after it, the new position."""

    first: int
    end: int
    position: int


Phase = Literal["AWAY", "LOCKED", "KNOWS", "LOST", "EMPTIES", "ASKED", "ALLOWED"]
"""How far a relay is. `LOST`: the cursor is to go to 0; `EMPTIES`: it has read a cursor whose topic is lost; `ASKED`:
it has asked for the topic's end, to delete up to it; `ALLOWED`: after that the cursor was still its own."""


class Relay(NamedTuple):
    """A relay. `alone`: messages are sent one by one, since one is too large; `seen_end`: where deleting stops."""

    phase: Phase = "AWAY"
    cursor: Cursor = Cursor()
    sent: Sent | None = None
    alone: bool = False
    failed: int = 0
    seen_end: int = 0
    stands: bool = False
    has_lock: bool = False


class State(NamedTuple):
    """The log's length, the topic, the stored cursor, the relays, what was recorded, and the faults to come."""

    log: int
    topic: tuple[int, ...]
    end: int
    stored: Cursor
    holder: int
    relays: tuple[Relay, Relay]
    failed: tuple[int, ...] = ()
    recorded: tuple[int, ...] = ()
    owed: tuple[int, ...] = ()
    kills: int = 0
    stops: int = 0
    losses: int = 0
    cuts: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """The keys of the messages of the log, which of them is too large, and what may happen."""

    keys: str
    too_large: int = 0
    kills: int = 0
    stops: int = 0
    losses: int = 0
    cuts: int = 0
    republishings: int = 0
    relays: int = 2
    stands_only: tuple[Phase, ...] = ("LOCKED", "KNOWS", "LOST", "EMPTIES", "ASKED", "ALLOWED")
