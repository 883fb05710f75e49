"""Time points: days and instants of the calendar, and places relative to the moment of evaluation."""

from datetime import UTC, datetime
from typing import Any

import pytest

from executor_service.records.criteria import CriteriaError, Problem, accepts, check_tree, parse_tree
from executor_service.records.domain.values import FieldType, PropertyDefinition, PropertyType

DEFINITIONS = {
    name: PropertyDefinition(name, name, PropertyType(kind), FieldType.DATE)
    for name, kind in (("seen", "datetime"), ("birthday", "date"))
}
WEDNESDAY = datetime(2027, 2, 17, 9, 30, tzinfo=UTC)


def _asking(name: str, kind: str, operator: str, **fields: Any) -> dict[str, Any]:
    operation = {"operationType": kind, "operator": operator, "type": kind, **fields}
    asked = {"filterType": "PROPERTY", "property": name, "operation": operation}
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}


def _indexed(reference: str, offset: dict[str, int] | None = None, **fields: Any) -> dict[str, Any]:
    point = {"timeType": "INDEXED", "indexReference": {"referenceType": reference, **fields}, "zoneId": "Europe/Berlin"}
    return point if offset is None else point | {"offset": offset}


def _date(year: int, month: int, day: int, **fields: Any) -> dict[str, Any]:
    return {"timeType": "DATE", "year": year, "month": month, "day": day, **fields}


def _meets(document: dict[str, Any], values: list[str], *, now: datetime = WEDNESDAY, zone: str = "UTC") -> list[str]:
    tree = parse_tree(document, path="")
    (name,) = tree.property_names
    return [value for value in values if accepts(tree, {name: value}, DEFINITIONS, now=now, zone=zone)]


def _day_of(point: dict[str, Any], *, now: datetime = WEDNESDAY) -> str:
    """Return the one day from January 2026 to December 2028 that is the point."""
    bounds = {"lowerBoundTimePoint": point, "upperBoundTimePoint": point}
    first, last = datetime(2026, 1, 1, tzinfo=UTC).toordinal(), datetime(2028, 12, 31, tzinfo=UTC).toordinal()
    days = [datetime.fromordinal(each).date().isoformat() for each in range(first, last + 1)]
    (found,) = _meets(_asking("birthday", "TIME_RANGED", "IS_BETWEEN", **bounds), days, now=now)
    return found


@pytest.mark.parametrize(
    ("point", "day"),
    [
        (_indexed("TODAY"), "2027-02-17"),
        (_indexed("TODAY", {"days": -17}), "2027-01-31"),
        (_indexed("TODAY", {"months": 1, "days": 1}), "2027-03-18"),
        (_indexed("WEEK"), "2027-02-15"),
        (_indexed("WEEK", dayOfWeek="SUNDAY"), "2027-02-21"),
        (_indexed("WEEK", {"weeks": -1}, dayOfWeek="FRIDAY"), "2027-02-12"),
        (_indexed("MONTH", day=31), "2027-02-28"),
        (_indexed("MONTH", {"months": -1}), "2027-01-01"),
        (_indexed("QUARTER", day=31, month=3), "2027-03-31"),
        (_indexed("QUARTER", {"quarters": 1}, day=31, month=2), "2027-05-28"),
        (_indexed("FISCAL_QUARTER", day=5, month=2), "2027-02-05"),
        (_indexed("YEAR", day=30, month=6), "2027-06-30"),
        (_indexed("FISCAL_YEAR", {"years": 1}, day=29, month=2), "2028-02-28"),
        (_indexed("NOW", {"years": 1, "months": -12, "weeks": 1}), "2027-02-24"),
        (_indexed("TODAY", {"hours": 24}), "2027-02-18"),
        (_date(2027, 5, 4), "2027-05-04"),
        (_date(2027, 5, 4, hour=23, minute=59, zoneId="America/New_York"), "2027-05-04"),
    ],
)
def test_a_point_lies_on_its_day(point: dict[str, Any], day: str) -> None:
    assert _day_of(point) == day


def test_a_months_end_is_clamped_before_days_are_added() -> None:
    january = datetime(2027, 1, 30, 12, tzinfo=UTC)
    assert _day_of(_indexed("TODAY", {"months": 1, "days": 1}), now=january) == "2027-03-01"


def test_today_is_the_day_in_the_points_zone() -> None:
    evening = datetime(2027, 2, 17, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    assert _day_of(_indexed("TODAY"), now=evening) == "2027-02-18"


@pytest.mark.parametrize(
    ("operator", "behavior", "found"),
    [
        ("IS_AFTER", "EXCLUSIVE", slice(4, 5)),
        ("IS_AFTER", "INCLUSIVE", slice(1, 5)),
        ("IS_BEFORE", "EXCLUSIVE", slice(0, 1)),
        ("IS_BEFORE", "INCLUSIVE", slice(0, 4)),
    ],
)
def test_the_end_of_a_day_is_the_whole_day(operator: str, behavior: str, found: slice) -> None:
    values = [
        *("2027-03-27T22:59:59.999Z", "2027-03-27T23:00:00.000Z", "2027-03-28T12:00:00.000Z"),
        *("2027-03-28T21:59:59.999Z", "2027-03-28T22:00:00.000Z"),
    ]
    point = _date(2027, 3, 28, zoneId="Europe/Berlin")
    tree = _asking("seen", "TIME_POINT", operator, timePoint=point, endpointBehavior=behavior)
    assert _meets(tree, values) == values[found]


def test_the_end_of_an_instant_is_that_instant_and_exclusive_unless_told() -> None:
    values = ["2027-03-28T09:59:59.999Z", "2027-03-28T10:00:00.000Z", "2027-03-28T10:00:00.001Z"]
    point = _date(2027, 3, 28, hour=12, zoneId="Europe/Berlin")

    def found(operator: str, **fields: str) -> list[str]:
        return _meets(_asking("seen", "TIME_POINT", operator, timePoint=point, **fields), values)

    assert found("IS_BEFORE") == values[:1]
    assert found("IS_AFTER") == values[2:]
    assert found("IS_BEFORE", endpointBehavior="INCLUSIVE") == values[:2]
    assert found("IS_AFTER", endpointBehavior="INCLUSIVE") == values[1:]


def test_hubspots_is_on_a_day_holds_that_day_and_is_not_between_the_others() -> None:
    bounds = {
        "lowerBoundTimePoint": _date(2027, 3, 28, hour=0, minute=0, second=0, millisecond=0, zoneId="Europe/Berlin"),
        "upperBoundTimePoint": _date(
            2027, 3, 28, hour=23, minute=59, second=59, millisecond=999, zoneId="Europe/Berlin"
        ),
        "lowerBoundEndpointBehavior": "INCLUSIVE",
        "upperBoundEndpointBehavior": "INCLUSIVE",
        "propertyParser": "VALUE",
    }
    days = ["2027-03-27", "2027-03-28", "2027-03-29"]
    values = ["2027-03-27T22:59:59.999Z", "2027-03-27T23:00:00.000Z", "2027-03-28T21:59:59.999Z"]

    assert _meets(_asking("birthday", "TIME_RANGED", "IS_BETWEEN", **bounds), days) == days[1:2]
    assert _meets(_asking("birthday", "TIME_RANGED", "IS_NOT_BETWEEN", **bounds), days) == [days[0], days[2]]
    assert _meets(_asking("seen", "TIME_RANGED", "IS_BETWEEN", **bounds), values) == values[1:]


def test_days_are_added_on_the_calendar_and_hours_by_the_clock() -> None:
    before_the_change = datetime(2027, 3, 27, 11, tzinfo=UTC)  # noon in Berlin; clocks go forward on the 28th
    day = _asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=_indexed("NOW", {"days": 1}))
    hours = _asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=_indexed("NOW", {"hours": 24}))
    values = ["2027-03-28T09:59:59.999Z", "2027-03-28T10:59:59.999Z"]

    assert _meets(day, values, now=before_the_change) == values[:1]
    assert _meets(hours, values, now=before_the_change) == values


def test_a_time_that_does_not_exist_is_moved_on_and_one_that_comes_twice_is_the_first() -> None:
    gap = _asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=_date(2027, 3, 28, hour=2, minute=30))
    fold = _asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=_date(2027, 10, 31, hour=2, minute=30))
    around_gap = ["2027-03-28T01:29:59.999Z", "2027-03-28T01:30:00.000Z"]
    around_fold = ["2027-10-31T00:29:59.999Z", "2027-10-31T00:30:00.000Z"]

    assert _meets(gap, around_gap, zone="Europe/Berlin") == around_gap[:1]
    assert _meets(fold, around_fold, zone="Europe/Berlin") == around_fold[:1]


def test_now_plus_minutes_is_compared_to_the_millisecond() -> None:
    now = datetime(2027, 2, 17, 9, 30, 0, 123_456, tzinfo=UTC)
    bound = _indexed("NOW", {"minutes": 5})
    values = ["2027-02-17T09:35:00.123Z", "2027-02-17T09:35:00.124Z"]

    assert _meets(_asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=bound), values, now=now) == values[:1]
    assert _meets(_asking("seen", "TIME_POINT", "IS_AFTER", timePoint=bound), values, now=now) == values[1:]


def test_hours_from_a_day_count_from_its_first_instant() -> None:
    point = _indexed("TODAY", {"hours": 8})
    values = ["2027-02-17T06:59:59.999Z", "2027-02-17T07:00:00.000Z"]
    assert _meets(_asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=point), values) == values[:1]


def _refused(operation: dict[str, Any], *, name: str = "seen") -> list[tuple[str, str]]:
    asked = {"filterType": "PROPERTY", "property": name, "operation": operation}
    document = {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}
    problems: list[Problem] = []
    try:
        problems = check_tree(parse_tree(document, path=""), DEFINITIONS, path="")
    except CriteriaError as error:
        problems = list(error.problems)
    below = "filterBranches[0].filters[0].operation."
    return [(problem.code, problem.field.removeprefix(below)) for problem in problems]


def _ranged(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    bounds = {"lowerBoundTimePoint": lower, "upperBoundTimePoint": upper}
    return {"operationType": "TIME_RANGED", "operator": "IS_BETWEEN", **bounds}


def _before(point: Any, **fields: Any) -> dict[str, Any]:
    return {"operationType": "TIME_POINT", "operator": "IS_BEFORE", "timePoint": point, **fields}


@pytest.mark.parametrize(
    ("operation", "problems"),
    [
        (_before(5), [("WRONG_TYPE", "timePoint")]),
        (_before({}), [("INCOMPLETE", "timePoint.timeType")]),
        (_before({"timeType": ["DATE"]}), [("NOT_ALLOWED", "timePoint.timeType")]),
        (_before({"timeType": "PROPERTY_REFERENCED"}), [("UNSUPPORTED", "timePoint.timeType")]),
        (_before(_date(2027, 2, 29)), [("OUT_OF_BOUNDS", "timePoint.day")]),
        (_before(_date(2027, 13, 1)), [("OUT_OF_BOUNDS", "timePoint.month")]),
        (_before(_date(9999, 1, 1)), [("OUT_OF_BOUNDS", "timePoint.year")]),
        (_before(_date(2027, 1, 1, hour=24)), [("OUT_OF_BOUNDS", "timePoint.hour")]),
        (_before(_date(2027, 1, 1, minute=5)), [("NOT_ALLOWED", "timePoint.minute")]),
        (_before(_date(2027, 1, 1, zoneId="Mars/Phobos")), [("NOT_ALLOWED", "timePoint.zoneId")]),
        (_before(_date(2027, 1, 1, zoneId="A" * 5_000)), [("NOT_ALLOWED", "timePoint.zoneId")]),
        (_before(_date(2027, 1, 1), propertyParser="UPDATED_AT"), [("UNSUPPORTED", "propertyParser")]),
        (_before(_date(2027, 1, 1), propertyParser="OTHER"), [("NOT_ALLOWED", "propertyParser")]),
        (_before(_indexed("NOW", hour=3)), [("UNKNOWN_FIELD", "timePoint.indexReference.hour")]),
        (_before(_indexed("CENTURY")), [("NOT_ALLOWED", "timePoint.indexReference.referenceType")]),
        (_before(_indexed("QUARTER", month=4)), [("OUT_OF_BOUNDS", "timePoint.indexReference.month")]),
        (_before(_indexed("TODAY", {"years": 10**6})), [("OUT_OF_BOUNDS", "timePoint.offset.years")]),
        (_before(_indexed("TODAY", {"milliseconds": 10**30})), [("OUT_OF_BOUNDS", "timePoint.offset.milliseconds")]),
        (_ranged(_date(2027, 2, 2), _date(2027, 2, 1)), [("OUT_OF_BOUNDS", "upperBoundTimePoint")]),
        (_ranged(_date(2027, 2, 2), _date(2027, 2, 2)), []),
        (
            {"operationType": "DATE", "operator": "EQUAL", "year": 2027, "month": "FEB", "day": 29},
            [("OUT_OF_BOUNDS", "day")],
        ),
        (
            {"operationType": "DATE", "operator": "EQUAL", "year": 2027, "month": "FEV", "day": 2},
            [("NOT_ALLOWED", "month")],
        ),
        ({"operationType": "DATETIME", "operator": "IS_AFTER", "timestamp": 10**30}, [("OUT_OF_BOUNDS", "timestamp")]),
        ({"operationType": "DATETIME", "operator": "IS_AFTER", "timestamp": True}, [("WRONG_TYPE", "timestamp")]),
        (
            {"operationType": "DATETIME", "operator": "IS_AFTER", "timestamp": 1, "zoneId": "../x"},
            [("NOT_ALLOWED", "zoneId")],
        ),
        (
            {"operationType": "RANGED_DATE", "operator": "IS_BETWEEN", "lowerBound": 2, "upperBound": 1},
            [("OUT_OF_BOUNDS", "upperBound")],
        ),
        (
            {"operationType": "ROLLING_DATE_RANGE", "operator": "IS_LESS_THAN_X_DAYS_AGO", "numberOfDays": -1},
            [("OUT_OF_BOUNDS", "numberOfDays")],
        ),
        (
            {"operationType": "CALENDAR_DATE", "operator": "IN_THIS_TIME_UNIT", "timeUnit": "DECADE"},
            [("NOT_ALLOWED", "timeUnit")],
        ),
        ({"operationType": "COMPARATIVE_DATE", "operator": "IS_BEFORE"}, [("UNSUPPORTED", "operationType")]),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    operation: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    assert _refused(operation) == problems


def test_the_furthest_offsets_stay_in_the_calendar() -> None:
    most = {"years": 200, "quarters": 800, "months": 2400, "weeks": 10_400, "days": 73_000, "hours": 1_752_000}
    most |= {"minutes": 105_120_000, "seconds": 6_307_200_000, "milliseconds": 6_307_200_000_000}
    ahead = _asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=_indexed("NOW", most))
    back = _asking("seen", "TIME_POINT", "IS_AFTER", timePoint=_indexed("YEAR", {key: -n for key, n in most.items()}))
    assert _meets(ahead, ["2027-01-01T00:00:00.000Z"]) == _meets(back, ["2027-01-01T00:00:00.000Z"])


def test_an_operation_with_dates_fits_no_other_type() -> None:
    names = PropertyDefinition("seen", "seen", PropertyType.STRING, FieldType.TEXT)
    tree = parse_tree(_asking("seen", "TIME_POINT", "IS_BEFORE", timePoint=_indexed("NOW")), path="")
    (problem,) = check_tree(tree, {"seen": names}, path="")
    assert problem.code == "DOES_NOT_FIT"
