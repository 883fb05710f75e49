"""The history filled again beside the live one and compared with it, for the command line."""

from dataclasses import asdict, dataclass
from typing import Any

from executor_service.history.handlers import UnknownEventError
from executor_service.history.rebuilding import Difference, Replay, replay
from executor_service.settings import Settings


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to, as JSON and as people read it."""

    is_same: bool
    form: dict[str, Any]
    sentence: str


async def replay_history(settings: Settings) -> Replayed:
    """Fill the history again and tell whether it is what the log says."""
    try:
        found = await replay(settings.owner_url)
    except UnknownEventError as error:
        form = {"position": error.position, "type": error.type, "error": str(error)}
        return Replayed(is_same=False, form=form, sentence=f"The log cannot be replayed: {error}.")
    return Replayed(is_same=found.difference is None, form=asdict(found), sentence=_sentence(found))


def _sentence(found: Replay) -> str:
    so_far = f"{found.events} events up to position {found.position}"
    match found.difference:
        case None:
            return f"The history is what the log says: {so_far}."
        case Difference(position=None, table=table):
            return f"The history differs from the log in the sums of {table}, by no event of its own ({so_far})."
        case parted:
            where = f"position {parted.position}: {parted.type}, version {parted.version} of {parted.stream}"
            return f"The history differs from the log first at {where} ({parted.table}: {_columns(parted)}; {so_far})."


def _columns(parted: Difference) -> str:
    return ", ".join(parted.columns)
