"""Static member ids of a consumer group, each leased by an advisory lock on its name."""

from shared.postgres import Kind, advisory_key, hashed_id
from shared.postgres.lease import Lease, try_lease

_MOST_MEMBERS = 256


class TooManyMembersError(RuntimeError):
    """More processes read one group than there are member ids."""

    def __init__(self, group: str) -> None:
        super().__init__(f"all {_MOST_MEMBERS} member ids of {group} are taken")
        self.group = group


async def lease_member(url: str, *, schema: str, group: str) -> tuple[str, Lease]:
    """Return the first member id that nobody holds, and its lease, which the caller releases."""
    for number in range(1, _MOST_MEMBERS + 1):
        member = f"{group}-{number}"
        lease = await try_lease(url, schema=schema, key=advisory_key(Kind.MEMBER, hashed_id(member)))
        if lease is not None:
            return member, lease
    raise TooManyMembersError(group)
