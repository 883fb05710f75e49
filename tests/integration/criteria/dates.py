"""Random filters of every family that asks for a date or an instant."""

from typing import Any

from hypothesis import strategies as st

_ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Kathmandu",
)
_MONTHS = ("JAN", "FEB", "MARCH", "MAR", "OCT", "DECEMBER")
_MILLISECONDS = (
    *(0, 1, 1_772_323_200_000, 1_772_366_400_000, 1_772_366_399_999, 1_774_742_400_000, 1_792_886_399_999),
    *(1_289_100_660_000, 1_325_239_200_000, 1_709_251_199_999),
)
_small = st.integers(0, 40)


def _some(optional: dict[str, st.SearchStrategy[Any]], **required: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(required, optional=optional)


_zone = {"zoneId": st.sampled_from(_ZONES)}
_no_value = {"includeObjectsWithNoValueSet": st.booleans()}
_endpoints = st.sampled_from(["INCLUSIVE", "EXCLUSIVE"])
_clock = {"hour": st.integers(0, 23)}
_offsets = _some(
    {
        **{unit: st.integers(-3, 3) for unit in ("years", "quarters", "months", "weeks")},
        **{unit: st.integers(-40, 40) for unit in ("days", "hours", "minutes")},
    }
)


def _reference(name: str, **fields: st.SearchStrategy[Any]) -> Any:
    return _some({**_clock, **fields}, referenceType=st.just(name))


_weekdays = st.sampled_from(["MONDAY", "WEDNESDAY", "SUNDAY"])
_days, _of_quarter, _of_year = st.integers(1, 31), st.integers(1, 3), st.integers(1, 12)
_references = st.one_of(
    _some({}, referenceType=st.just("NOW")),
    _reference("TODAY"),
    _reference("WEEK", dayOfWeek=_weekdays),
    _reference("MONTH", day=_days),
    *(_reference(name, day=_days, month=_of_quarter) for name in ("QUARTER", "FISCAL_QUARTER")),
    *(_reference(name, day=_days, month=_of_year) for name in ("YEAR", "FISCAL_YEAR")),
)
_dates = _some(
    {**_clock, **_zone},
    timeType=st.just("DATE"),
    year=st.sampled_from([2010, 2024, 2026]),
    month=st.sampled_from([2, 3, 10, 11, 12]),
    day=st.integers(1, 28),
)
_points = st.one_of(
    _dates, _some({"offset": _offsets, **_zone}, timeType=st.just("INDEXED"), indexReference=_references)
)


def _operation(
    kind: str, operators: list[str], fields: dict[str, Any], optional: dict[str, Any] | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    named = {"operationType": st.just(kind), "operator": st.sampled_from(operators)}
    return st.fixed_dictionaries({**named, **fields}, optional={**_zone, **_no_value, **(optional or {})})


def _ordered(operation: dict[str, Any]) -> dict[str, Any]:
    lower, upper = sorted((operation["lowerBound"], operation["upperBound"]))
    return operation | {"lowerBound": lower, "upperBound": upper}


_instants = st.sampled_from(_MILLISECONDS)
_between = ["IS_BETWEEN", "IS_NOT_BETWEEN"]
_operations = st.one_of(
    _operation(
        "DATETIME",
        ["IS_EQUAL_TO", "IS_BEFORE", "IS_AFTER", "IS_BEFORE_DATE", "IS_AFTER_DATE"],
        {"timestamp": _instants},
    ),
    _operation(
        "DATE",
        ["EQUAL", "BEFORE", "AFTER"],
        {"year": st.sampled_from([2024, 2026]), "month": st.sampled_from(_MONTHS), "day": st.integers(1, 28)},
    ),
    _operation("RANGED_DATE", _between, {"lowerBound": _instants, "upperBound": _instants}).map(_ordered),
    _operation(
        "ROLLING_DATE_RANGE",
        [f"IS_{how}_THAN_X_DAYS_{when}" for how in ("LESS", "MORE") for when in ("AGO", "FROM_NOW")],
        {"numberOfDays": _small},
    ),
    _operation(
        "CALENDAR_DATE",
        [
            *("IN_THIS_TIME_UNIT", "IN_THIS_TIME_UNIT_SO_FAR", "IN_LAST_TIME_UNIT"),
            *("IN_LAST_TIME_UNIT_SO_FAR", "IN_NEXT_TIME_UNIT"),
        ],
        {"timeUnit": st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"])},
        {
            "timeUnitCount": st.integers(1, 3),
            "useFiscalYear": st.booleans(),
            "fiscalYearStart": st.sampled_from(_MONTHS),
        },
    ),
    _operation("TIME_POINT", ["IS_BEFORE", "IS_AFTER"], {"timePoint": _points}, {"endpointBehavior": _endpoints}),
    _operation(
        "TIME_RANGED",
        _between,
        {"lowerBoundTimePoint": _points, "upperBoundTimePoint": _points},
        {"lowerBoundEndpointBehavior": _endpoints, "upperBoundEndpointBehavior": _endpoints},
    ).filter(lambda asked: _time_types(asked) != {"DATE"}),
)


def _time_types(operation: dict[str, Any]) -> set[str]:
    """Return the types of a range's points: of two dates the order would matter."""
    return {operation[key]["timeType"] for key in ("lowerBoundTimePoint", "upperBoundTimePoint")}


def date_filters() -> st.SearchStrategy[dict[str, Any]]:
    """Return filters with dates, on a `date` and on a `datetime` property."""
    return st.fixed_dictionaries(
        {
            "filterType": st.just("PROPERTY"),
            "property": st.sampled_from(["birthday", "seen"]),
            "operation": _operations,
        }
    )
