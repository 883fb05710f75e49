"""Advisory lock keys: one bigint space, `kind << 56 | id`, made nowhere else.

Kinds are never mixed: what evaluates a workflow and what acts in it must not wait for each other.
"""

import hashlib
from enum import IntEnum

_ID_BITS = 56


class Kind(IntEnum):
    """What a lock guards. The numbers stand in migrations and on running servers; they are never reused."""

    LOG = 1
    RELAY = 2
    PROJECTOR = 3
    REACTOR = 4
    MIGRATE = 5
    MEMBER = 6
    EVALUATE = 7
    BARRIER = 8
    IDEMPOTENCY = 9


class AdvisoryIdError(ValueError):
    """An id that does not fit into the 56 bits beside the kind."""

    def __init__(self, kind: Kind, ident: int) -> None:
        super().__init__(f"{kind.name}: {ident} is not between 0 and 2^56 - 1")
        self.kind = kind
        self.ident = ident


def advisory_key(kind: Kind, ident: int) -> int:
    """Return the bigint key of one lock.

    Raises AdvisoryIdError when `ident` is negative or has more than 56 bits.
    """
    if not 0 <= ident < 1 << _ID_BITS:
        raise AdvisoryIdError(kind, ident)
    return int(kind) << _ID_BITS | ident


def hashed_id(name: str) -> int:
    """Return 56 bits that stand for a name, the same in every process."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7])
