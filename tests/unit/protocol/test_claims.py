"""Claims keep every promise whatever is killed or stands still, and each of their rules is needed."""

from typing import Final

import pytest

from tests.unit.protocol.claims import Claims
from tests.unit.protocol.claims_world import From, Row, Rule, Way, World
from tests.unit.protocol.explorer import Broken, explore

# Two occurrences; from action 1 record 2 goes on an hour later than the others.
_PAIR: Final = (Row(1, 1, (1, 2)), Row(2, 1, (3,)))
_APART: Final[dict[From, Way]] = {(1, 1, 1): Way(2), (2, 1, 1): Way(2, ready=1), (3, 1, 1): Way(2)}
# Action 1 is a delay, at which records 1 and 3 wait for an hour and record 2 not at all.
_DELAY: Final[dict[From, Way]] = {
    **{(each, 1, 1): Way(1, ready=each % 2, waits=True) for each in (1, 2, 3)},
    **{(each, 1, 1, 1): Way(2) for each in (1, 2, 3)},
}
# One occurrence in three cohorts; record 1 comes to action 1 twice, records 2 and 3 once.
_SINGLES: Final = (Row(1, 1, (1,)), Row(1, 1, (2,)), Row(1, 1, (3,)))
_LOOP: Final[dict[From, Way]] = {
    (1, 1, 1): Way(2),
    (1, 2, 1): Way(1, ready=1, again=True),
    (1, 1, 2): Way(3),
    (2, 1, 1): Way(3),
    (3, 1, 1): Way(3),
}
# The same three; record 1 comes to action 3 by way of action 2.
_DETOUR: Final[dict[From, Way]] = {
    (1, 1, 1): Way(2),
    (1, 2, 1): Way(3),
    (2, 1, 1): Way(3),
    (3, 1, 1): Way(3),
    **{(each, 3, 1): Way(4) for each in (1, 2, 3)},
}
_ALONE: Final = (Row(1, 1, (1,)), Row(2, 1, (3,)))

WORLDS: Final = {
    "a kill and a stop": World(_PAIR, _APART, kills=1, stops=1),
    "a request and a kill": World(_PAIR, _APART, asked=(3,), kills=1),
    "a request and a stop": World(_PAIR, _APART, asked=(1,), stops=1),
    "a delay and a kill": World(_PAIR, _DELAY, kills=1),
    "a delay and a stop": World(_PAIR, _DELAY, stops=1),
    "a loop and a kill": World(_SINGLES, _LOOP, kills=1),
    "a detour and a kill": World(_SINGLES, _DETOUR, kills=1),
    "pause and a stop": World(_ALONE, _APART, switch="pause", stops=1),
    "turning off and a stop": World(_ALONE, _APART, switch="off", stops=1),
}
LARGE: Final = {
    "two requests, a kill and a stop": World(_PAIR, _APART, asked=(1, 3), kills=1, stops=1),
    "a delay, a request, a kill and a stop": World(_PAIR, _DELAY, asked=(2,), kills=1, stops=1),
    "a loop, a request and a stop": World(_SINGLES, _LOOP, asked=(1,), stops=1),
    "pause, a kill and a stop": World(_PAIR, _APART, switch="pause", kills=1, stops=1),
}


@pytest.mark.parametrize("name", WORLDS)
def test_claims_keep_every_promise(name: str) -> None:
    found = explore(Claims(WORLDS[name]))
    assert found.broken is None, str(found)


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_claims_keep_every_promise_in_larger_worlds(name: str) -> None:
    found = explore(Claims(LARGE[name]))
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "world", "broken", "steps"),
    [
        (Rule.GROUPED_BY_OCCURRENCE, "a kill and a stop", Broken.ACTED_FOR_ANOTHER_OCCURRENCE, 4),
        (Rule.GROUPED_BY_INSTANT, "a kill and a stop", Broken.ACTED_EARLY, 4),
        (Rule.GROUPED_BY_VISIT, "a loop and a kill", Broken.ACTED_ON_ANOTHER_VISIT, 9),
        (Rule.GROUPED_BY_WAY, "a detour and a kill", Broken.WALKED_ANOTHER_WAY, 8),
        (Rule.PHASES_APART, "a delay and a kill", Broken.ACTED_TWICE, 4),
        (Rule.EPOCH_COMPARED, "a kill and a stop", Broken.ACTED_TWICE, 9),
        (Rule.LOSSES_FOUND, "a kill and a stop", Broken.NEVER_ENDS, 2),
        (Rule.REQUESTS_READ, "a request and a kill", Broken.ACTED_THOUGH_TO_LEAVE, 3),
        (Rule.EVALUATOR_POLLS, "a request and a kill", Broken.NEVER_ENDS, 5),
        (Rule.ON_ITS_SESSION, "pause and a stop", Broken.BEGAN_AFTER_THE_ANSWER, 9),
        (Rule.ON_ITS_SESSION, "turning off and a stop", Broken.BEGAN_AFTER_THE_ANSWER, 9),
        (Rule.BARRIER_HELD, "pause and a stop", Broken.BEGAN_AFTER_THE_ANSWER, 6),
        (Rule.FLAGS_AFTER_BARRIER, "pause and a stop", Broken.BEGAN_AFTER_THE_ANSWER, 6),
        (Rule.FLAGS_AFTER_BARRIER, "turning off and a stop", Broken.BEGAN_AFTER_THE_ANSWER, 6),
        (Rule.SESSION_ENDED, "pause and a stop", Broken.NEVER_ENDS, 3),
    ],
)
def test_claims_need_that(rule: Rule, world: str, broken: Broken, steps: int) -> None:
    found = explore(Claims(WORLDS[world], without=rule))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)
