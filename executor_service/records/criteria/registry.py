"""Which operation families there are, how their names are spelled, and what is known to HubSpot but not held here."""

from collections.abc import Mapping
from types import MappingProxyType

from executor_service.records.criteria.all_property import AllPropertyOperation
from executor_service.records.criteria.boolean import BoolOperation
from executor_service.records.criteria.calendar_unit import CalendarDateOperation
from executor_service.records.criteria.day import DayOperation
from executor_service.records.criteria.enumeration import EnumerationOperation
from executor_service.records.criteria.instant import DatetimeOperation, RangedDateOperation
from executor_service.records.criteria.number import NumberOperation, NumberRangedOperation
from executor_service.records.criteria.operation import Operation
from executor_service.records.criteria.rolling import RollingDateRangeOperation
from executor_service.records.criteria.text import MultiStringOperation, StringOperation
from executor_service.records.criteria.time_point import TimePointOperation, TimeRangedOperation

_FAMILIES: tuple[type[Operation], ...] = (
    AllPropertyOperation,
    StringOperation,
    MultiStringOperation,
    NumberOperation,
    NumberRangedOperation,
    BoolOperation,
    EnumerationOperation,
    DatetimeOperation,
    DayOperation,
    RangedDateOperation,
    RollingDateRangeOperation,
    CalendarDateOperation,
    TimePointOperation,
    TimeRangedOperation,
)

OPERATIONS: Mapping[str, type[Operation]] = MappingProxyType({family.operation_type: family for family in _FAMILIES})

# The words of HubSpot's guide beside those of its schema; the schema's are given back.
_GUIDE_SPELLINGS: Mapping[str, str] = {
    "alltypes": "ALL_PROPERTY",
    "string": "STRING",
    "multistring": "MULTISTRING",
    "number": "NUMBER",
    "number-ranged": "NUMBER_RANGED",
    "bool": "BOOL",
    "enumeration": "ENUMERATION",
    "date": "DATE",
    "datetime": "DATETIME",
    "datetime-ranged": "RANGED_DATE",
    "datetime-rolling": "ROLLING_DATE_RANGE",
    "calendar-date": "CALENDAR_DATE",
    "rolling-property-updated": "ROLLING_PROPERTY_UPDATED",
    "datetime-comparative": "COMPARATIVE_DATE",
    "property-updated-comparative": "COMPARATIVE_PROPERTY_UPDATED",
    "string-comparative": "COMPARATIVE_STRING",
    "number-comparative": "COMPARATIVE_NUMBER",
    "bool-comparative": "COMPARATIVE_BOOL",
    "time_point": "TIME_POINT",
    "time_ranged": "TIME_RANGED",
}

OPERATIONS_NOT_HELD = frozenset({*_GUIDE_SPELLINGS.values()} - OPERATIONS.keys())

BRANCHES_NOT_HELD = frozenset({"ASSOCIATION", "UNIFIED_EVENTS", "RESTRICTED", "PROPERTY_ASSOCIATION"})

FILTERS_NOT_HELD = frozenset(
    {
        "ADS_SEARCH",
        "ADS_TIME",
        "ASSOCIATION",
        "CAMPAIGN_INFLUENCED",
        "COMMUNICATION_SUBSCRIPTION",
        "CTA",
        "EMAIL_EVENT",
        "EMAIL_SUBSCRIPTION",
        "EVENT",
        "FORM_SUBMISSION",
        "FORM_SUBMISSION_ON_PAGE",
        "INTEGRATION_EVENT",
        "IN_LIST",
        "NUM_ASSOCIATIONS",
        "PAGE_VIEW",
        "PRIVACY",
        "PROPERTY_ASSOCIATION",
        "SURVEY_MONKEY",
        "SURVEY_MONKEY_VALUE",
        "UNIFIED_EVENTS",
        "WEBINAR",
    }
)


def spelled_upper(operation_type: str) -> str:
    """Return an operation's name as the schema spells it; one that is no name comes back as it is."""
    return _GUIDE_SPELLINGS.get(operation_type, operation_type)
