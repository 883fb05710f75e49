"""No stream and no cohort is ever named twice, and each rule that sees to it is needed."""

from typing import Final

import pytest

from shared.contracts import page_cohort_id
from tests.unit.protocol.explorer import Broken, explore
from tests.unit.protocol.names import OCCURRENCE, Names, Row, Rule

_FIRST, _SECOND = (page_cohort_id(OCCURRENCE, page) for page in range(2))
WORLDS: Final = {
    "two cohorts": Names((Row(_FIRST, 1, (1, 2)), Row(_SECOND, 1, (3,))), lapses=2, leavings=(1,)),
    "two leave one cohort": Names((Row(_FIRST, 1, (1, 2)),), lapses=2, leavings=(1, 2)),
    "the fifth loss of a record": Names((Row(_FIRST, 1, (1,), 4), Row(_SECOND, 1, (3,))), lapses=2, leavings=(1,)),
}


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_is_named_twice(name: str) -> None:
    found = explore(WORLDS[name])
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "world", "steps"),
    [
        (Rule.CLAIM_RAISES_EPOCH, "the fifth loss of a record", 4),
        (Rule.CLAIM_RAISES_EPOCH, "two cohorts", 3),
        (Rule.LEAVING_RAISES_EPOCH, "two leave one cohort", 2),
        (Rule.LEAVING_RAISES_EPOCH, "two cohorts", 4),
    ],
)
def test_names_need_that(rule: Rule, world: str, steps: int) -> None:
    model = WORLDS[world]
    found = explore(Names(model.rows, model.lapses, model.leavings, without=rule))
    assert found.broken is Broken.STREAM_WRITTEN_TWICE, str(found)
    assert len(found.path) <= steps, str(found)
