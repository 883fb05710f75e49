"""The topic is the log's, whatever is killed, stands still or is lost; and each rule of the relay is needed."""

from typing import Final

import pytest

from tests.unit.protocol.explorer import Broken, explore
from tests.unit.protocol.publishing import Publishing
from tests.unit.protocol.publishing_world import Rule, World

# Messages 1 and 3 have one key and 2 another, or all of them one.
WORLDS: Final = {
    "a kill and a cut": World("aba", too_large=2, kills=1, cuts=1),
    "one asks again, a kill and a stop": World("ab", republishings=1, kills=1, stops=1),
    "a loss and a cut": World("aa", losses=1, cuts=1, relays=1),
    "a loss, a kill and a cut": World("aaa", losses=1, kills=1, cuts=1),
    "two losses, a kill and a cut": World("aa", losses=2, kills=1, cuts=1),
    "a loss, and one asks again": World("aa", losses=1, cuts=1, republishings=1),
    "a loss, and a stop while beginning anew": World(
        "aaa", losses=1, stops=1, stands_only=("LOST", "EMPTIES", "ASKED", "ALLOWED")
    ),
    "a loss, a cut, and a message too large": World("aaab", too_large=3, losses=1, cuts=1, relays=1),
}
LARGE: Final = {
    "a kill and a stop": World("aba", too_large=2, kills=1, stops=1),
    "one asks again, a kill, a stop and a cut": World("ab", republishings=1, kills=1, stops=1, cuts=1),
    "a loss, a kill and two cuts": World("abab", losses=1, kills=1, cuts=2),
}


@pytest.mark.parametrize("name", WORLDS)
def test_the_topic_is_the_logs(name: str) -> None:
    found = explore(Publishing(WORLDS[name]))
    assert found.broken is None, str(found)


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_the_topic_is_the_logs_in_larger_worlds(name: str) -> None:
    found = explore(Publishing(LARGE[name]))
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "world", "broken", "steps"),
    [
        (Rule.ACKNOWLEDGED_FIRST, "a kill and a cut", Broken.LEFT_OUT, 4),
        (Rule.IDEMPOTENT, "a loss and a cut", Broken.REORDERED, 4),
        (Rule.COMPARE_AND_SET, "one asks again, a kill and a stop", Broken.REPUBLISHING_LOST, 9),
        (Rule.REPUBLISHED_UNDER_EPOCH, "one asks again, a kill and a stop", Broken.REPUBLISHING_LOST, 9),
        (Rule.FAILURE_WITH_CURSOR, "a kill and a cut", Broken.FAILURE_TWICE, 12),
        (Rule.LOSS_SEEN_AT_ACK, "a loss and a cut", Broken.LEFT_OUT, 9),
        (Rule.LOSS_SEEN_WHEN_IDLE, "a loss and a cut", Broken.NEVER_ENDS, 5),
        (Rule.END_FROM_ACKS, "a loss and a cut", Broken.LEFT_OUT, 6),
        (Rule.EMPTIED, "a loss and a cut", Broken.REORDERED, 13),
        # After a loss, what was sent without an answer makes the new topic as long as the old one was.
        (Rule.LAST_COMPARED, "a loss and a cut", Broken.LEFT_OUT, 11),
        # So does what was sent before a message was too large, and whose acknowledgements were thrown away.
        (Rule.LAST_COMPARED_AT_REFUSAL, "a loss, a cut, and a message too large", Broken.LEFT_OUT, 13),
        # A relay that is killed after it has emptied the topic leaves the old cursor, and offsets that reach its end.
        (Rule.RESTARTED_FIRST, "a loss, a kill and a cut", Broken.LEFT_OUT, 17),
        # One that stood still empties the topic which its successor has filled again.
        (Rule.DELETED_AS_HOLDER, "a loss, and a stop while beginning anew", Broken.TAKEN_OUT, 20),
    ],
)
def test_the_relay_needs_that(rule: Rule, world: str, broken: Broken, steps: int) -> None:
    found = explore(Publishing(WORLDS[world], without=frozenset({rule})))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)


def test_a_relay_that_stood_still_may_put_a_batch_into_a_topic_that_was_lost() -> None:
    """A limit: what it sends makes the topic as long as it was; asking for the topic again heals it."""
    found = explore(Publishing(World("abc", losses=1, stops=1)))
    assert (found.broken, len(found.path)) == (Broken.LEFT_OUT, 15), str(found)
