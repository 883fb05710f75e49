"""What is asked for one record takes effect in the order asked; and each rule of the queue is needed."""

import pytest

from tests.unit.protocol.explorer import Broken, explore
from tests.unit.protocol.queues import Queues, Rule


@pytest.mark.parametrize("wishes", ["+-", "-+", "++-", "+-+", "+-+-", "-+-+", "++-+-", "+-+-+-"])
def test_wishes_take_effect_in_their_order(wishes: str) -> None:
    found = explore(Queues(wishes, kills=1))
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "wishes", "broken", "steps"),
    [
        (Rule.ONE_ORDER, "+-", Broken.UNENROLLMENT_MISSED, 6),
        (Rule.ONE_ORDER, "-+", Broken.YOUNGER_ENDED, 6),
        (Rule.ONE_SNAPSHOT, "+-", Broken.UNENROLLMENT_MISSED, 8),
        (Rule.ENDED_AT_HEAD, "++-", Broken.UNENROLLMENT_MISSED, 9),
        (Rule.OWNED_WAITS, "+-", Broken.UNENROLLMENT_MISSED, 7),
    ],
)
def test_the_queue_needs_that(rule: Rule, wishes: str, broken: Broken, steps: int) -> None:
    found = explore(Queues(wishes, kills=1, without=rule))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)
