"""What came due in a pause runs as its policy says, however late its message; and each rule of pauses is needed."""

from dataclasses import replace
from typing import Final

import pytest

from tests.unit.protocol.explorer import Broken, explore
from tests.unit.protocol.resuming import Resuming, Rule

WORLDS: Final = {
    "LATEST": Resuming((1, 2, 3), "LATEST"),
    "ALL": Resuming((1, 2, 3), "ALL"),
    "NONE": Resuming((1, 2, 3), "NONE"),
    "LATEST, an edit between": Resuming((1, 2, 3), "LATEST", edited=(1,)),
    "LATEST, an edit before the newest": Resuming((1, 2, 3), "LATEST", edited=(2,)),
    "LATEST, two pauses": Resuming((1, 2, 3), "LATEST", pauses=(2,)),
    "LATEST, the account paused too": Resuming((1, 2), "LATEST", pauses=(1, 1), last=3),
    "NONE, the account paused too": Resuming((1, 2), "NONE", pauses=(1, 1), last=3),
}
LARGE: Final = {
    f"{policy}, two pauses, the account paused too": Resuming((1, 2, 3), policy, pauses=(2, 1))
    for policy in ("LATEST", "ALL", "NONE")
}


@pytest.mark.parametrize("name", WORLDS)
def test_pauses_keep_every_promise(name: str) -> None:
    found = explore(WORLDS[name])
    assert found.broken is None, str(found)


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_pauses_keep_every_promise_in_larger_worlds(name: str) -> None:
    found = explore(LARGE[name])
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "world", "broken", "steps"),
    [
        (Rule.EVALUATOR_DECIDES, "NONE", Broken.RAN_UNDER_NONE, 5),
        (Rule.EVALUATOR_DECIDES, "LATEST", Broken.RAN_THE_OLDER, 7),
        (Rule.VALID_ONES_COUNT, "LATEST, an edit before the newest", Broken.NEWEST_NOT_RUN, 8),
        (Rule.ROW_LOCKED, "LATEST, two pauses", Broken.SPANS_OVERLAP, 4),
        (Rule.SPANS_UNITED, "NONE, the account paused too", Broken.RAN_UNDER_NONE, 5),
        (Rule.SPANS_UNITED, "LATEST, the account paused too", Broken.RAN_THE_OLDER, 7),
    ],
)
def test_pauses_need_that(rule: Rule, world: str, broken: Broken, steps: int) -> None:
    found = explore(replace(WORLDS[world], without=rule))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)
