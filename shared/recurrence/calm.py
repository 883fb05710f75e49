"""Where a zone's clock goes evenly, so that instants and wall times differ by one known offset.

Clock changes are rare: most days lie more than two days from any. For those a table per zone answers with plain
arithmetic; only near a change is the zone asked, twice a wall time. The table is made of blocks of four days, filled as
they are asked for: a block is calm when the offset is the same on every second day from three days before it to three
days after. No two changes of a zone ever were within two days and a half of each other, so none can hide between.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from shared.recurrence.zones import load_zone

_BLOCK_BITS: Final = 2
_BLOCK_DAYS: Final = 1 << _BLOCK_BITS
_MARGIN_DAYS: Final = 3
_PROBE_DAYS: Final = 2
_NOT_ASKED: Final = timedelta(days=1)
"""Stands for a block that was not looked at; no offset is that great."""


class CalmDays:
    """The calm days of one zone.

    For a calm day it holds that every instant and every wall time within a day of it, in UTC or on the zone's own
    calendar, is read with the same offset.
    """

    __slots__ = ("_offsets", "zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._offsets: dict[int, timedelta | None] = {}

    def offset(self, ordinal: int) -> timedelta | None:
        """Return the offset around the day of that number (`date.toordinal`), None when a clock change is near."""
        block = ordinal >> _BLOCK_BITS
        found = self._offsets.get(block, _NOT_ASKED)
        if found is _NOT_ASKED:
            found = self._offsets[block] = self._look(block)
        return found

    def _look(self, block: int) -> timedelta | None:
        first = datetime.fromordinal((block << _BLOCK_BITS) - _MARGIN_DAYS).replace(tzinfo=UTC)
        days = range(0, _BLOCK_DAYS + 2 * _MARGIN_DAYS + _PROBE_DAYS, _PROBE_DAYS)
        offsets = {(first + timedelta(days=day)).astimezone(self.zone).utcoffset() for day in days}
        return offsets.pop() if len(offsets) == 1 else None


@cache
def calm_days(zone_id: str) -> CalmDays:
    """Return the table of a zone, always the same."""
    return CalmDays(load_zone(zone_id))
