"""Pauses of a workflow and of the account, united; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PauseSpan:
    """A pause that holds for paused_at < due_at <= resumed_at; `resumed_at` null: it goes on."""

    paused_at: datetime
    resumed_at: datetime | None


def end_of_pause(due_at: datetime, spans: Iterable[PauseSpan]) -> datetime | None:
    """Return when the pause ended that an instant lay in; null for one that lay in none, or in one that goes on.

    Spans that overlap or touch are one pause.
    """
    end: datetime | None = None
    for span in sorted(spans, key=lambda each: each.paused_at):
        if end is None:
            begins = span.paused_at < due_at and (span.resumed_at is None or due_at <= span.resumed_at)
            if not begins:
                continue
        elif span.paused_at > end:
            break
        if span.resumed_at is None:
            return None
        end = span.resumed_at if end is None else max(end, span.resumed_at)
    return end
