"""The relay: cursors, acknowledgements, messages too large, topics lost, two holders, publishing again.

The log grows to a few messages, which all go to one partition; `topic` is what stands in it, `end` its end offset. A
reader begins at the topic's beginning and drops what is not above the highest message of the same key. A relay sends up
to two messages, has them acknowledged, compares, and stores the cursor: each of these is a step. Kafka is taken to keep
its word: what one idempotent producer sends arrives once and in order. A cut is an acknowledgement that is not heard.

A topic that is lost comes back empty, its offsets from 0. Deleting records leaves the offsets as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.unit.protocol.explorer import Broken, Step
from tests.unit.protocol.publishing_world import Cursor, Phase, Relay, Rule, Sent, State, World

_BATCH: Final = 2


@dataclass(frozen=True, slots=True)
class Publishing:
    """The model; see Model."""

    world: World
    without: frozenset[Rule] = frozenset()

    def begin(self) -> State:
        """See Model."""
        world = self.world
        return State(
            log=1,
            topic=(),
            end=0,
            stored=Cursor(),
            holder=-1,
            relays=(Relay(), Relay()),
            kills=world.kills,
            stops=world.stops,
            losses=world.losses,
            cuts=world.cuts,
            asked=world.republishings,
        )

    def has_ended(self, state: State) -> bool:
        """See Model."""
        is_stored = state.log == len(self.world.keys) and state.stored.position == state.log
        return is_stored and not state.owed and not self._missing(state)

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        if state.log < len(self.world.keys):
            yield Step(f"message {state.log + 1} is appended", state._replace(log=state.log + 1))
        for number in range(self.world.relays):
            relay = state.relays[number]
            if relay.stands:
                yield from _while_standing(state, number, relay)
            else:
                yield from self._work(state, number, relay)
                yield from self._faults(state, number, relay)
        if state.losses and state.topic:
            lost = state._replace(topic=(), end=0, losses=state.losses - 1, owed=())
            yield Step("the topic is lost", lost, helps=False)
        if state.asked and state.stored.position:
            yield Step("the topic is asked for again", self._asked_again(state))

    def _asked_again(self, state: State) -> State:
        """Put the cursor back (`republish`): all of the log is owed again."""
        epoch = state.stored.epoch + (Rule.REPUBLISHED_UNDER_EPOCH not in self.without)
        owed = tuple(each for each in range(1, state.stored.position + 1) if each not in state.failed)
        return state._replace(
            stored=state.stored._replace(position=0, epoch=epoch), owed=owed, recorded=(), asked=state.asked - 1
        )

    def _missing(self, state: State) -> bool:
        """Tell whether a reader that begins now would miss a message."""
        got: dict[str, int] = {}
        met = set()
        for message in state.topic:
            key = self.world.keys[message - 1]
            if message > got.get(key, 0):
                got[key] = message
                met.add(message)
        return any(each not in met and each not in state.failed for each in range(1, state.stored.position + 1))

    # What a relay does: topic_relay.

    def _work(self, state: State, number: int, relay: Relay) -> Iterator[Step]:
        match relay.phase:
            case "AWAY":
                if not any(other.has_lock for other in state.relays):
                    locked = relay._replace(phase="LOCKED", has_lock=True)
                    yield Step(f"relay {number} takes the lock", _with(state, number, locked))
            case "LOCKED":
                following = self._loaded(state._replace(holder=number), number, relay)
                yield Step(f"relay {number} takes over", following)
            case "KNOWS":
                yield from self._publish(state, number, relay)
            case "LOST":
                yield self._restart(state, number, relay)
            case "EMPTIES":
                asked = relay._replace(phase="ASKED", seen_end=state.end)
                yield Step(f"relay {number} asks for the end", _with(state, number, asked))
            case "ASKED":
                yield self._check(state, number, relay)
            case "ALLOWED":
                yield self._delete(state, number, relay)

    def _publish(self, state: State, number: int, relay: Relay) -> Iterator[Step]:
        if relay.failed:
            yield self._step_over_later(state, number, relay)
        elif relay.sent is not None:
            yield self._compare(state, number, relay, relay.sent)
            if state.cuts:
                cut = self._read_again(state._replace(cuts=state.cuts - 1), number, relay)
                yield Step(f"relay {number} misses the acknowledgement", cut, helps=False)
        elif relay.cursor.position < state.log:
            yield from self._send(state, number, relay)
        else:
            yield from self._look(state, number, relay)

    def _send(self, state: State, number: int, relay: Relay) -> Iterator[Step]:
        """Send what is above the cursor; one by one after a message that is too large."""
        first = relay.cursor.position + 1
        batch = range(first, min(first + (1 if relay.alone else _BATCH), state.log + 1))
        if Rule.ACKNOWLEDGED_FIRST in self.without and relay.cursor.position == state.stored.position:
            early = relay.cursor._replace(position=batch[-1])
            yield self._store(f"relay {number} stores before it sends", state, number, relay, early)
            return
        if self.world.too_large in batch:
            yield from self._refused(state, number, relay, batch)
            return
        yield self._sent(state, number, relay, batch)
        if Rule.IDEMPOTENT in self.without and len(batch) > 1:
            yield self._sent(state, number, relay, batch[::-1])

    def _sent(self, state: State, number: int, relay: Relay, batch: Sequence[int]) -> Step:
        name = f"relay {number} sends {', '.join(map(str, batch))}"
        arrived = self._arrived(state, batch)
        if isinstance(arrived, Broken):
            return Step(name, arrived)
        sent = Sent(state.end, arrived.end, max(batch))
        return Step(name, _with(arrived, number, relay._replace(sent=sent)))

    def _arrived(self, state: State, batch: Sequence[int]) -> State | Broken:
        topic = state.topic
        for message in batch:
            key = self.world.keys[message - 1]
            if message not in topic and any(each > message and self.world.keys[each - 1] == key for each in topic):
                return Broken.REORDERED
            topic = (*topic, message)
        owed = tuple(each for each in state.owed if each not in batch)
        return state._replace(topic=topic, end=state.end + len(batch), owed=owed)

    def _refused(self, state: State, number: int, relay: Relay, batch: range) -> Iterator[Step]:
        """Find a message too large: what stood before it may have been sent. Alone, it is passed over (`step_over`)."""
        if not relay.alone:
            before = [each for each in batch if each < self.world.too_large]
            arrived = self._arrived(state, before)
            alone = relay._replace(alone=True)
            following = arrived if isinstance(arrived, Broken) else self._thrown_away(arrived, number, alone)
            yield Step(f"relay {number} finds a message too large", following)
            return
        over = relay.cursor._replace(position=batch[-1])
        name = f"relay {number} records that {batch[-1]} was not published"
        if Rule.FAILURE_WITH_CURSOR in self.without:
            yield Step(name, self._recorded(_with(state, number, relay._replace(failed=batch[-1])), batch[-1]))
        elif not self._is_own(state, number, relay):
            yield Step(name, self._read_again(state, number, relay))
        else:
            yield self._store(name, self._recorded(state, batch[-1]), number, relay, over)

    def _thrown_away(self, state: State, number: int, relay: Relay) -> State:
        """Compare before going on without the acknowledgements of what was sent."""
        is_lost = self._is_lost(state, relay.cursor) and Rule.LAST_COMPARED_AT_REFUSAL not in self.without
        return self._noticed(state, number, relay) if is_lost else _with(state, number, relay)

    def _recorded(self, state: State, message: int) -> State | Broken:
        if message in state.recorded:
            return Broken.FAILURE_TWICE
        failed = tuple(sorted({*state.failed, message}))
        return state._replace(failed=failed, recorded=(*state.recorded, message))

    def _step_over_later(self, state: State, number: int, relay: Relay) -> Step:
        over = relay.cursor._replace(position=relay.failed)
        return self._store(f"relay {number} steps over {relay.failed}", state, number, relay, over)

    def _compare(self, state: State, number: int, relay: Relay, sent: Sent) -> Step:
        """Compare the acknowledged offsets with the stored end, then store (`store`)."""
        if sent.first < relay.cursor.end and Rule.LOSS_SEEN_AT_ACK not in self.without:
            return Step(f"relay {number} sees an acknowledgement below the end", self._noticed(state, number, relay))
        end = state.end if Rule.END_FROM_ACKS in self.without else sent.end
        moved = relay.cursor._replace(position=sent.position, end=end, last=sent.position)
        return self._store(f"relay {number} stores {sent.position}", state, number, relay, moved)

    def _store(self, name: str, state: State | Broken, number: int, relay: Relay, cursor: Cursor) -> Step:
        if isinstance(state, Broken):
            return Step(name, state)
        if not self._is_own(state, number, relay):
            return Step(name, self._read_again(state, number, relay))
        knows = relay._replace(cursor=cursor, sent=None, failed=0, alone=relay.alone and cursor.position < state.log)
        return Step(name, _with(state._replace(stored=cursor._replace(lost=False)), number, knows))

    def _is_own(self, state: State, number: int, relay: Relay) -> bool:
        is_own = state.holder == number and state.stored.epoch == relay.cursor.epoch
        return is_own or Rule.COMPARE_AND_SET in self.without

    def _read_again(self, state: State, number: int, relay: Relay) -> State:
        """Read the cursor again (`read`); a relay whose cursor another holder has leaves."""
        if state.holder != number:
            return _with(state, number, Relay())
        return self._loaded(state, number, relay)

    def _loaded(self, state: State, number: int, relay: Relay) -> State:
        """Take up the stored cursor (`_load`): a topic that it says is lost is emptied, any other one compared."""
        loaded = relay._replace(phase="KNOWS", cursor=state.stored, sent=None, failed=0, alone=False)
        if state.stored.lost:
            return _with(state, number, loaded._replace(phase="EMPTIES"))
        if self._is_lost(state, state.stored) and Rule.LAST_COMPARED not in self.without:
            return self._noticed(state, number, loaded)
        return _with(state, number, loaded)

    def _is_lost(self, state: State, cursor: Cursor) -> bool:
        """Tell whether the last message does not stand where it was acknowledged (`_compare`)."""
        if not cursor.end:
            return False
        place = cursor.end - 1 - (state.end - len(state.topic))
        return cursor.end > state.end or (place >= 0 and state.topic[place] != cursor.last)

    def _look(self, state: State, number: int, relay: Relay) -> Iterator[Step]:
        """Look without traffic whether all is as it was (`_pass_over`): first the cursor, then the topic's end."""
        name = f"relay {number} looks"
        if state.holder != number or state.stored.epoch != relay.cursor.epoch:
            yield Step(name, self._read_again(state, number, relay))
        elif state.end < relay.cursor.end:
            if Rule.LOSS_SEEN_WHEN_IDLE not in self.without:
                yield Step(name, self._noticed(state, number, relay))
        elif state.owed and state.stored.position == state.log:
            yield Step(name, Broken.REPUBLISHING_LOST)
        elif state.stored.position == state.log and self._missing(state):
            yield Step(name, Broken.LEFT_OUT)

    def _noticed(self, state: State, number: int, relay: Relay) -> State:
        """Remember that the topic was lost."""
        following: Phase = "EMPTIES" if Rule.RESTARTED_FIRST in self.without else "LOST"
        return _with(state, number, relay._replace(phase=following, sent=None))

    def _check(self, state: State, number: int, relay: Relay) -> Step:
        """Look whether the cursor is still its own."""
        if self._is_own(state, number, relay) or Rule.DELETED_AS_HOLDER in self.without:
            allowed = relay._replace(phase="ALLOWED")
            return Step(f"relay {number} is still the holder", _with(state, number, allowed))
        return Step(f"relay {number} is not the holder any more", self._read_again(state, number, relay))

    def _delete(self, state: State, number: int, relay: Relay) -> Step:
        """Delete what stands in the topic (`delete_records`), up to the end that was seen."""
        before = state.end if Rule.DELETED_AS_HOLDER in self.without else relay.seen_end
        count = 0 if Rule.EMPTIED in self.without else max(before - (state.end - len(state.topic)), 0)
        gone = state.topic[:count]
        name = f"relay {number} empties the topic"
        if state.holder != number and any(each <= state.stored.position for each in gone):
            return Step(name, Broken.TAKEN_OUT)
        following: Phase = "LOST" if Rule.RESTARTED_FIRST in self.without else "KNOWS"
        emptied = state._replace(topic=state.topic[len(gone) :])
        return Step(name, _with(emptied, number, relay._replace(phase=following)))

    def _restart(self, state: State, number: int, relay: Relay) -> Step:
        """Put the cursor to 0 under a new epoch (`restart`), note that the topic is lost, and read it."""
        name = f"relay {number} begins from the start"
        if not self._is_own(state, number, relay):
            return Step(name, self._read_again(state, number, relay))
        begun = Cursor(0, state.stored.epoch + 1, lost=Rule.RESTARTED_FIRST not in self.without)
        restarted = state._replace(stored=begun, owed=(), recorded=())
        return Step(name, self._loaded(restarted, number, relay))

    def _faults(self, state: State, number: int, relay: Relay) -> Iterator[Step]:
        if relay.phase == "AWAY":
            return
        if state.kills:
            killed = _with(state, number, Relay())._replace(kills=state.kills - 1)
            yield Step(f"relay {number} is killed", killed, helps=False)
        if state.stops and relay.phase in self.world.stands_only:
            stopped = _with(state, number, relay._replace(stands=True))._replace(stops=state.stops - 1)
            yield Step(f"relay {number} stands still", stopped, helps=False)


def _while_standing(state: State, number: int, relay: Relay) -> Iterator[Step]:
    if relay.has_lock:
        yield Step(f"the session of relay {number} is ended", _with(state, number, relay._replace(has_lock=False)))
    yield Step(f"relay {number} goes on", _with(state, number, relay._replace(stands=False)), helps=False)


def _with(state: State, number: int, relay: Relay) -> State:
    relays = (relay, state.relays[1]) if number == 0 else (state.relays[0], relay)
    return state._replace(relays=relays)
