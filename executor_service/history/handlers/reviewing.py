"""What needs review: a pass looks at every source of causes and keeps their items; people decide about them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from executor_service.history.domain.causes import Cause, CauseKind, Item, ItemState, cause_id, renewed
from executor_service.history.ports import CauseSource, OpenReview

_BROKEN: Final[CauseKind] = "SCHEDULE_BROKEN"


async def review_pass(sources: Sequence[CauseSource], *, open_review: OpenReview) -> int:
    """Look at all sources, write the items that are new or not what they were, and return how many.

    Again: what did not change is not written.
    """
    causes: list[Cause] = []
    present: set[CauseKind] = set()
    for source in sources:
        causes.extend(await source.causes())
        present |= source.present
    async with open_review() as review:
        stored = await review.locked([cause.id for cause in causes], open_of=present)
        changed = renewed(stored, causes, present=frozenset(present))
        if changed:
            await review.write(changed)
            await review.commit()
    return len(changed)


async def schedule_broken(workflow_id: int, error: str, *, at: datetime, open_review: OpenReview) -> None:
    """Open the item of a schedule that the scheduler has set aside; again with the same instant: changes nothing."""
    async with open_review() as review:
        ident = cause_id(_BROKEN, workflow_id, "")
        stored = await review.locked([ident], open_of=frozenset())
        before = stored.get(ident)
        count = 1 if before is None or before.cause.last_at == at else before.cause.count + 1
        cause = Cause(_BROKEN, workflow_id, "", count, at, at, details={"error": error})
        changed = renewed(stored, [cause])
        if changed:
            await review.write(changed)
            await review.commit()


async def schedule_changed(workflow_id: int, *, at: datetime, open_review: OpenReview) -> None:
    """Resolve the item of a workflow's schedule: the scheduler has taken over another one since."""
    async with open_review() as review:
        ident = cause_id(_BROKEN, workflow_id, "")
        item = (await review.locked([ident], open_of=frozenset())).get(ident)
        if item is not None and item.state == "OPEN" and item.cause.last_at < at:
            await review.write([replace(item, state="RESOLVED")])
            await review.commit()


async def change_item(ident: UUID, state: ItemState, *, open_review: OpenReview) -> Item | None:
    """Resolve, mute or open an item and return it, none for one that never was; a state it has changes nothing."""
    async with open_review() as review:
        item = (await review.locked([ident], open_of=frozenset())).get(ident)
        if item is None or item.state == state or (state == "OPEN" and item.state != "MUTED"):
            return item
        changed = replace(item, state=state)
        await review.write([changed])
        await review.commit()
    return changed
