"""Ids in paths and bodies: decimal, without a leading zero, below 2^53."""

import re
from typing import Final

from executor_service.web.errors import NotFoundError

MAX_ID: Final = 2**53 - 1
_ID = re.compile(r"[1-9][0-9]{0,15}")


def parse_id(text: str) -> int | None:
    """Return the number of an id, or none for a text that is no id."""
    if _ID.fullmatch(text) is None:
        return None
    ident = int(text)
    return ident if ident <= MAX_ID else None


def path_id(text: str, what: str) -> int:
    """Return the id in a path; raises NotFoundError for a text that is none. `what` it names, as people read it."""
    ident = parse_id(text)
    if ident is None:
        raise NotFoundError(what, text)
    return ident
