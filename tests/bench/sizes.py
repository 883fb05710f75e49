"""How much each line measures: the full form, which has bars, and a short one, which shows that everything runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of one form."""

    contacts: int
    wide_contacts: int
    jobs: int
    schedules: int
    due_at_once: int
    due_seconds: int
    messages: int
    enrollments: int
    draws: int
    occurrences: int
    snapshot_seconds: int
    has_bars: bool


FULL = Sizes(
    contacts=1_000_000,
    wide_contacts=200_000,
    jobs=5_000,
    schedules=1_000_000,
    due_at_once=10_000,
    due_seconds=60,
    messages=1_000_000,
    enrollments=10_000_000,
    draws=200,
    occurrences=50_000,
    snapshot_seconds=600,
    has_bars=True,
)
SHORT = Sizes(
    contacts=20_000,
    wide_contacts=2_000,
    jobs=200,
    schedules=10_000,
    due_at_once=500,
    due_seconds=4,
    messages=50_000,
    enrollments=200_000,
    draws=20,
    occurrences=2_000,
    snapshot_seconds=10,
    has_bars=False,
)
