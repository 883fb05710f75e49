"""Changing the account's settings; pausing and resuming everything."""

from dataclasses import dataclass, replace
from datetime import datetime

from executor_service.account.domain import Account
from executor_service.account.ports import AccountBook, TellZone
from executor_service.events import AccountChanged, AccountPaused, AccountResumed
from executor_service.web import Problem, RefusedError
from shared.recurrence.zones import TZDATA_VERSION, zone_names


async def change_account(
    *, book: AccountBook, name: str | None, time_zone_id: str | None, tell_zone: TellZone
) -> tuple[Account, int]:
    """Change what is given and return the account with the log's position; 0: nothing was another than before.

    The account's row is locked first; what follows from another zone is appended before the account's own event.
    Raises RefusedError for a zone that is none.
    """
    if time_zone_id is not None and time_zone_id not in zone_names():
        reason = f"must be a time zone of tzdata {TZDATA_VERSION}, such as Europe/Oslo"
        raise RefusedError([Problem("NOT_ALLOWED", "timeZone", reason)])
    before = await book.lock()
    after = replace(
        before,
        name=before.name if name is None else name,
        time_zone_id=time_zone_id or before.time_zone_id,
    )
    if after == before:
        return after, 0
    await book.set(after)
    if after.time_zone_id != before.time_zone_id:
        await tell_zone(time_zone_id=after.time_zone_id)
    return after, await book.append([AccountChanged(time_zone_id=after.time_zone_id)])


@dataclass(frozen=True, slots=True)
class Paused:
    """The account's pause after a change: since when, null for none; `span` is the pause that the change ended."""

    paused_at: datetime | None
    position: int
    span: tuple[datetime, datetime] | None = None


async def pause_account(*, book: AccountBook) -> Paused:
    """Pause everything, if it is not paused; what began before may still run."""
    account = await book.lock()
    if account.paused_at is not None:
        return Paused(account.paused_at, await book.position())
    now = await book.now()
    await book.pause(now)
    return Paused(now, await book.append([AccountPaused(effective_at=now)]))


async def resume_account(*, book: AccountBook) -> Paused:
    """Let everything go on, if it is paused."""
    account = await book.lock()
    if account.paused_at is None:
        return Paused(None, await book.position())
    now = await book.now()
    await book.resume(now)
    position = await book.append([AccountResumed(effective_at=now, paused_at=account.paused_at)])
    return Paused(None, position, (account.paused_at, now))
