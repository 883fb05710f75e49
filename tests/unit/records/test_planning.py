"""What a write comes to, worked out in memory."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.records.domain.values import StoredValue
from executor_service.records.store.planning import Draft, Keyed, KeyRows, Plan, key_changes, key_text

KEYED = Keyed(unique=frozenset({"email"}), searchable=frozenset({"city"}))


def test_a_later_input_sees_what_an_earlier_one_left() -> None:
    plan = Plan(KEYED, {("email", "a"): 1, ("email", "b"): 2})
    first, second = Draft(1, {"email": "a"}), Draft(2, {"email": "b"})

    assert plan.apply(first, {"email": "c"}) is None
    assert plan.apply(second, {"email": "a"}) is None
    assert plan.apply(first, {"email": "b"}) is None
    assert plan.owners == {("email", "a"): 2, ("email", "b"): 1}
    assert (first.differences(), second.differences()) == ({"email": "b"}, {"email": "a"})


def test_a_value_that_another_record_has_changes_nothing() -> None:
    plan = Plan(KEYED, {("email", "a"): 1})
    draft = Draft(2, {})

    assert plan.apply(draft, {"email": "a", "city": "Oslo"}) == "email"
    assert draft.differences() == {}
    assert plan.drafts == {}
    assert plan.owner("email", "a") == 1


def test_a_new_record_that_is_refused_is_not_written() -> None:
    plan = Plan(KEYED, {})

    assert plan.apply(Draft(1, {}, is_new=True), {"email": "a"}) is None
    assert plan.apply(Draft(2, {}, is_new=True), {"email": "a"}) == "email"
    assert list(plan.drafts) == [1]


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({"n": Decimal("1.10")}, {"n": Decimal("1.1")}, {}),
        ({"n": Decimal(1)}, {"n": True}, {"n": True}),
        ({"s": ("a", "b")}, {"s": ("b", "a")}, {}),
        ({"a": "x"}, {"a": None}, {"a": None}),
        ({}, {"a": None}, {}),
        ({"a": "x"}, {"b": "y"}, {"b": "y"}),
    ],
)
def test_only_another_value_is_a_change(
    before: dict[str, StoredValue], after: dict[str, StoredValue | None], difference: dict[str, StoredValue | None]
) -> None:
    draft = Draft(1, before)
    Plan(KEYED, {}).apply(draft, after)

    assert draft.differences() == difference


def test_keys_that_go_and_come_stand_in_the_one_order() -> None:
    plan = Plan(KEYED, {("email", "b"): 1, ("email", "a"): 2})
    drafts = [Draft(1, {"email": "b"}), Draft(2, {"email": "a"}), Draft(3, {}, is_new=True)]
    for draft, email in zip(drafts, ("z", "y", "x"), strict=True):
        plan.apply(draft, {"email": email})

    gone, come = key_changes(drafts, KEYED.unique)

    assert gone == KeyRows(["email", "email"], ["a", "b"], [2, 1])
    assert come == KeyRows(["email"] * 3, ["x", "y", "z"], [3, 2, 1])


@given(st.text(max_size=30), st.integers(500, 600))
def test_a_key_fits_an_index_and_tells_long_values_apart(text: str, length: int) -> None:
    long = (text or "é") * length
    key, other = key_text(long), key_text(long + "!")

    assert len(key.encode("utf-8", "replace")) <= 2_600
    assert key != other
    assert key_text(Decimal("1.50")) == "1.5"
