"""Changing the account's settings."""

from dataclasses import replace

from executor_service.account.domain import Account
from executor_service.account.ports import AccountBook, TellZone
from executor_service.events import AccountChanged
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
