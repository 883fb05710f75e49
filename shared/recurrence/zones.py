"""Time zones out of the pinned `tzdata` package, and out of nothing else.

The host's own zone files and `PYTHONTZPATH` are never read, so every process of one release agrees on every
instant. A name is looked up in the package's fixed list before anything is opened: names that are folders, hold a
NUL, lead out of the package or differ in case only are simply not in the list.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # ships no types; a version and data are all that is used

TZDATA_VERSION: str = tzdata.IANA_VERSION
"""The release of the time zone data, such as `2026f`."""

_SHOWN_LENGTH = 60


class UnknownZoneError(LookupError):
    """A time zone is not in the list."""

    def __init__(self, name: str) -> None:
        self.name = name
        shown = name if len(name) <= _SHOWN_LENGTH else f"{name[:_SHOWN_LENGTH]}…"
        super().__init__(f"{shown!r} is no time zone of tzdata {TZDATA_VERSION}")


@cache
def zone_names() -> frozenset[str]:
    """Return every name a schedule or the account may use: the lines of `tzdata/zones` without `Factory`."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8").splitlines()
    return frozenset(listed) - {"Factory"}


@cache
def load_zone(name: str) -> ZoneInfo:
    """Return the zone of that name, always the same object; raise `UnknownZoneError` for any other."""
    if name not in zone_names():
        raise UnknownZoneError(name)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)
