"""Evaluation enrolls once, in order, by what was in force; and each of its rules is needed."""

from typing import Final, Literal

import pytest

from tests.unit.protocol.evaluating import Evaluating
from tests.unit.protocol.evaluating_world import Rule, World
from tests.unit.protocol.explorer import Broken, explore

WORLDS: Final = {
    "a kill and a stop": World((1, 2), kills=1, stops=1),
    "an edit and a stop": World((1, 2), "edit", stops=1),
    "another zone and a kill": World((1, 2), "zone", kills=1),
    "turning off and a stop": World((1, 2), "off", stops=1),
    "pause and a stop": World((1, 2), "pause", stops=1),
    "an occurrence that kills its evaluator": World((1,), deadly=True),
}
CHANGES: Final[tuple[Literal["edit", "zone", "off", "pause"], ...]] = ("edit", "zone", "off", "pause")
LARGE: Final = {f"{change}, a kill and a stop": World((1, 2, 3), change, kills=1, stops=1) for change in CHANGES}


@pytest.mark.parametrize("name", WORLDS)
def test_evaluation_keeps_every_promise(name: str) -> None:
    found = explore(Evaluating(WORLDS[name]))
    assert found.broken is None, str(found)


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_evaluation_keeps_every_promise_in_larger_worlds(name: str) -> None:
    found = explore(Evaluating(LARGE[name]))
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "world", "broken", "steps"),
    [
        (Rule.ONE_EVALUATOR, "a kill and a stop", Broken.ENDED_TWICE, 11),
        (Rule.SNAPSHOT_AFTER_LOCK, "a kill and a stop", Broken.ACTIVE_TWICE, 14),
        (Rule.IN_ORDER, "a kill and a stop", Broken.OUT_OF_ORDER, 7),
        (Rule.ON_ITS_SESSION, "a kill and a stop", Broken.ENDED_TWICE, 14),
        (Rule.SESSION_ENDED, "a kill and a stop", Broken.NEVER_ENDS, 3),
        (Rule.DECIDED_AGAIN, "an edit and a stop", Broken.WRONG_REVISION, 9),
        (Rule.DECIDED_AGAIN, "turning off and a stop", Broken.RAN_WHILE_OFF, 9),
        (Rule.DECIDED_AGAIN, "pause and a stop", Broken.RAN_WHILE_PAUSED, 10),
        (Rule.ZONE_COMPARED, "another zone and a kill", Broken.WRONG_REVISION, 9),
        (Rule.ROW_LOCKED, "an edit and a stop", Broken.WRONG_REVISION, 9),
        (Rule.ROW_LOCKED, "turning off and a stop", Broken.RAN_WHILE_OFF, 9),
        (Rule.CLOCK_UNDER_ROW, "an edit and a stop", Broken.WRONG_REVISION, 9),
        (Rule.CLOCK_UNDER_ROW, "turning off and a stop", Broken.RAN_WHILE_OFF, 9),
        (Rule.ATTEMPTS_COUNTED, "an occurrence that kills its evaluator", Broken.NEVER_ENDS, 0),
    ],
)
def test_evaluation_needs_that(rule: Rule, world: str, broken: Broken, steps: int) -> None:
    found = explore(Evaluating(WORLDS[world], without=rule))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)
