"""The schedule types there are. A further one is a file in `shared/recurrence` and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, get_args

from pydantic import Field

from shared.recurrence.daily import Daily
from shared.recurrence.monthly_nth_weekday import MonthlyNthWeekday
from shared.recurrence.monthly_relative_days import MonthlyRelativeDays
from shared.recurrence.monthly_specific_days import MonthlySpecificDays
from shared.recurrence.once import Once
from shared.recurrence.weekly import Weekly
from shared.recurrence.yearly import Yearly

AnySchedule = Daily | Weekly | MonthlySpecificDays | MonthlyRelativeDays | Yearly | Once | MonthlyNthWeekday

Schedule = Annotated[AnySchedule, Field(discriminator="type")]

SCHEDULE_TYPES: Mapping[str, type[AnySchedule]] = MappingProxyType(
    {get_args(form.model_fields["type"].annotation)[0]: form for form in get_args(AnySchedule)}
)
"""Each type's class by its name in JSON."""
