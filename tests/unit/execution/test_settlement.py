"""From what became of a claim's records to its event and the cohorts that go on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.execution.domain.cohorts import Cohort, Move
from executor_service.execution.domain.settlement import Outcome, Settlement, UnsettledClaimError, settle
from shared.contracts import claim_cohort_id

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
CLAIM = UUID(int=99)
TODAY, YESTERDAY = UUID(int=1), UUID(int=2)


def cohort(number: int, ids: Sequence[int], *, occurrence: UUID = TODAY, visit: int = 1) -> Cohort:
    return Cohort(UUID(int=100 + number), occurrence, 1, 0, visit, NOW, list(ids))


def went_on(ids: Sequence[int], to: str | None = "2", *, at: datetime = NOW, changed: int = 1) -> Outcome:
    return Outcome("SUCCEEDED", list(ids), to, at, details={"changed": changed})


def left(ids: Sequence[int]) -> Outcome:
    return Outcome("MISSING", list(ids), None, NOW, reason="RECORD_DELETED")


def sizes(settlement: Settlement) -> list[tuple[str, int]]:
    return [(new.action_id, len(new.record_ids)) for new in settlement.made]


def test_a_cohort_that_moves_on_whole_stays_the_row_it_is() -> None:
    settlement = settle(CLAIM, [cohort(1, range(1000))], [went_on(range(1000))])
    assert settlement.moves == [Move(UUID(int=101), "2", NOW, visit=1, walked=2)]
    assert (settlement.ended, settlement.made) == ([], [])


def test_records_that_differ_only_in_their_group_still_move_on_whole() -> None:
    settlement = settle(CLAIM, [cohort(1, range(10))], [went_on(range(5)), went_on(range(5, 10), changed=0)])
    assert [move.id for move in settlement.moves] == [UUID(int=101)]
    assert [group.count for group in settlement.groups] == [5, 5]


def test_at_the_last_action_cohorts_end_and_nothing_is_made() -> None:
    settlement = settle(CLAIM, [cohort(1, [1, 2]), cohort(2, [3])], [went_on([1, 2, 3], None)])
    assert (settlement.ended, settlement.moves, settlement.made) == ([UUID(int=101), UUID(int=102)], [], [])
    assert [(group.count, group.next) for group in settlement.groups] == [(3, None)]


def test_fragments_merge_over_the_whole_claim() -> None:
    fragments = [cohort(number, [number]) for number in range(1, 11)]
    settlement = settle(CLAIM, fragments, [went_on(range(1, 11))])
    assert sizes(settlement) == [("2", 10)]
    assert settlement.made[0].id == claim_cohort_id(CLAIM, 1, 0)
    assert len(settlement.ended) == 10


def test_a_cohort_of_half_the_claim_stays_and_smaller_ones_are_grouped_anew() -> None:
    cohorts = [cohort(1, range(500)), cohort(2, range(500, 800)), cohort(3, range(800, 1000))]
    settlement = settle(CLAIM, cohorts, [went_on(range(1000))])
    assert [move.id for move in settlement.moves] == [UUID(int=101)]
    assert sizes(settlement) == [("2", 500)]


def test_cohorts_of_other_occurrences_and_other_visits_are_never_merged() -> None:
    cohorts = [cohort(1, [1]), cohort(2, [2], occurrence=YESTERDAY), cohort(3, [3], visit=2), cohort(4, [4])]
    settlement = settle(CLAIM, cohorts, [went_on([1, 2, 3, 4])])
    keys = [(new.occurrence_id, new.visit, list(new.record_ids)) for new in settlement.made]
    assert keys == [(TODAY, 1, [1, 4]), (YESTERDAY, 1, [2]), (TODAY, 2, [3])]


def test_what_goes_to_other_actions_or_instants_parts_ways() -> None:
    outcomes = [went_on([1, 2], "2"), went_on([3], "3"), went_on([4], "2", at=LATER), left([5])]
    settlement = settle(CLAIM, [cohort(1, [1, 2, 3, 4, 5])], outcomes)
    made = [(new.action_id, new.ready_at, list(new.record_ids)) for new in settlement.made]
    assert made == [("2", NOW, [1, 2]), ("3", NOW, [3]), ("2", LATER, [4])]
    assert settlement.ended == [UUID(int=101)]


def test_grouped_anew_no_cohort_holds_more_than_a_thousand() -> None:
    cohorts = [cohort(number, range(number * 400, number * 400 + 400)) for number in range(3)]
    settlement = settle(CLAIM, cohorts, [went_on(range(1200))])
    assert sizes(settlement) == [("2", 1000), ("2", 200)]


def test_ids_stand_by_cohort_and_within_a_cohort_by_group_in_run_lengths() -> None:
    cohorts = [cohort(1, [1, 2, 3]), cohort(2, [4, 5], occurrence=YESTERDAY, visit=3)]
    settlement = settle(CLAIM, cohorts, [went_on([1, 3]), went_on([4, 5, 2], changed=0)])
    assert settlement.record_ids == [1, 3, 2, 4, 5]
    assert [(run.occurrence_id, run.size, run.visit) for run in settlement.cohorts] == [
        (TODAY, 3, 1),
        (YESTERDAY, 2, 3),
    ]
    # The second run crosses from one cohort into the other.
    assert [(run.count, run.details) for run in settlement.groups] == [(2, {"changed": 1}), (3, {"changed": 0})]


def test_a_visit_counts_the_ways_that_come_again_and_every_arrival_is_counted() -> None:
    again = replace(went_on([1, 2], "1"), again=True)
    settlement = settle(CLAIM, [cohort(1, [1, 2, 3], visit=4)], [again, went_on([3])])
    assert [(new.action_id, new.visit, new.walked) for new in settlement.made] == [("1", 5, 2), ("2", 4, 2)]


def test_who_waits_stays_where_it_is_and_has_come_to_no_other_action() -> None:
    waits = Outcome("WAITING", [1, 2], "1", LATER, phase="WAITING")
    settlement = settle(CLAIM, [cohort(1, [1, 2])], [waits])
    assert settlement.moves == [Move(UUID(int=101), "1", LATER, visit=1, walked=1, phase="WAITING")]
    assert [(group.outcome, group.until, group.next) for group in settlement.groups] == [("WAITING", LATER, "1")]


def test_ways_of_other_lengths_are_never_merged() -> None:
    cohorts = [cohort(1, [1]), replace(cohort(2, [2]), walked=9), cohort(3, [3])]
    settlement = settle(CLAIM, cohorts, [went_on([1, 2, 3])])
    assert [(new.walked, list(new.record_ids)) for new in settlement.made] == [(2, [1, 3]), (10, [2])]


@pytest.mark.parametrize(
    "outcomes", [[went_on([1])], [went_on([1, 2, 3])], [went_on([1]), went_on([1])], [went_on([1]), went_on([7])]]
)
def test_groups_that_do_not_add_up_to_the_claim_are_refused(outcomes: list[Outcome]) -> None:
    with pytest.raises(UnsettledClaimError):
        settle(CLAIM, [cohort(1, [1, 2])], outcomes)


@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 1), st.integers(1, 2)), min_size=1, max_size=8),
    st.lists(st.integers(0, 3), min_size=96, max_size=96),
)
def test_each_record_is_in_the_event_once_and_goes_on_once(
    shapes: list[tuple[int, int, int]], fates: list[int]
) -> None:
    cohorts, begin = [], 0
    for number, (size, occurrence, visit) in enumerate(shapes):
        ids = range(begin, begin + size)
        cohorts.append(cohort(number, ids, occurrence=(TODAY, YESTERDAY)[occurrence], visit=visit))
        begin += size
    ways = [("2", NOW), ("3", NOW), ("2", LATER), (None, NOW)]
    outcomes = [went_on([i for i in range(begin) if fates[i] == fate], *way[:1]) for fate, way in enumerate(ways)]
    settlement = settle(CLAIM, cohorts, outcomes)
    stay = {move.id for move in settlement.moves}
    going = [i for each in cohorts if each.id in stay for i in each.record_ids]
    going += [i for new in settlement.made for i in new.record_ids]
    assert sorted(settlement.record_ids) == list(range(begin))
    assert sorted(going) == [i for i in range(begin) if fates[i] != 3]
    assert sum(group.count for group in settlement.groups) == begin
    assert stay | set(settlement.ended) == {each.id for each in cohorts}
