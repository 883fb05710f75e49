"""Time zones come from the pinned list and from nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from zoneinfo._common import load_data  # the only reader of the tables themselves

import pytest

from shared.recurrence import TZDATA_VERSION, UnknownZoneError, load_zone, zone_names
from shared.recurrence.calm import calm_days


def test_the_list_is_that_of_the_package_without_factory() -> None:
    names = zone_names()
    assert {"UTC", "Europe/Oslo", "America/Argentina/Buenos_Aires"} <= names
    assert names.isdisjoint({"Factory", "posixrules", "localtime", "Europe"})
    assert TZDATA_VERSION == "2026f"


def test_every_zone_of_the_list_can_be_loaded() -> None:
    assert all(load_zone(name).key == name for name in zone_names())


@pytest.mark.parametrize("name", ["posixrules", "right/UTC", "../../etc/passwd", "A" * 5000, "UTC\0", "europe/paris"])
def test_a_name_outside_the_list_is_never_opened(name: str) -> None:
    with pytest.raises(UnknownZoneError) as refused:
        load_zone(name)
    assert refused.value.name == name


def test_the_hosts_own_zones_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", "/nowhere")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    load_zone.cache_clear()
    assert datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(load_zone("Europe/Oslo")).hour == 14


@pytest.mark.parametrize("name", ["Europe/Oslo", "Pacific/Apia", "Africa/Casablanca", "Australia/Lord_Howe"])
def test_calm_days_have_one_offset_and_days_of_change_have_none(name: str) -> None:
    zone, calm = load_zone(name), calm_days(name)
    start = datetime(2011, 1, 1, tzinfo=UTC)
    for hour in range(0, 2 * 366 * 24, 5):
        instant = start + timedelta(hours=hour)
        offset = calm.offset(instant.toordinal())
        assert offset is None or instant.astimezone(zone).utcoffset() == offset
    assert any(calm.offset(start.toordinal() + day) is None for day in range(366))


def test_no_two_changes_of_a_zone_since_1900_lie_within_two_and_a_half_days() -> None:
    # What `clock` and `calm` rest on; new tz data that breaks it must be noticed here.
    begin = datetime(1900, 1, 1, tzinfo=UTC).timestamp()
    for name in zone_names():
        with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
            kinds, instants, offsets, *_ = load_data(data)
        changes = [
            at
            for at, before, after in zip(instants[1:], kinds, kinds[1:], strict=False)
            if offsets[before] != offsets[after]
        ]
        assert all(later - earlier > 60 * 3600 for earlier, later in pairwise(changes) if later > begin), name
