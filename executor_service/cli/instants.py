"""Instants as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def utc(instant: str | None) -> str:
    """Return an instant of the server's to the second: `2026-11-27 07:00:00Z`; an empty text for none."""
    moment = _read(instant)
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def local(instant: str | None, zone_id: str | None) -> str:
    """Return an instant on the wall clock of a zone: `2026-11-27 08:00 Europe/Oslo`; an empty text for none."""
    moment = _read(instant)
    if moment is None:
        return ""
    try:
        zone = ZoneInfo(zone_id or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        return utc(instant)
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def _read(instant: str | None) -> datetime | None:
    return None if instant is None else datetime.fromisoformat(instant)
