"""Least rights: each service works as a role of its own, which owns nothing.

`migrate` makes the roles. They cannot log in: whoever may act as the owner becomes one of them when it connects
(`as_role`), and a login of one's own is made a member by who runs the server. A service may read and write the rows of
its own schemas, and may not change or remove an event, move the rule clock, alter a table, or look into the other
service's schema.

Roles belong to the whole server and databases share them: a role that another database's migration makes at the same
moment is as good as ours.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from pydantic import AfterValidator

from shared.postgres.pool import Connection
from shared.postgres.queries import load_queries

_QUERIES = load_queries(__file__)

SCHEDULER_ROLE: Final = "workflows_scheduler"
EXECUTOR_ROLE: Final = "workflows_executor"
_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {"scheduler": SCHEDULER_ROLE, "executor": EXECUTOR_ROLE, "history": EXECUTOR_ROLE}
)


class MayNotMakeRolesError(RuntimeError):
    """The owner can neither make the services' roles nor become one of them."""

    def __init__(self, role: str, owner: str) -> None:
        super().__init__(
            f"{owner} may not make the role {role}, or not become it: "
            f'let {owner} make roles, or run `CREATE ROLE {role} NOLOGIN; GRANT {role} TO "{owner}"` as one who may'
        )
        self.role = role
        self.owner = owner


def _begin_right(url: str) -> str:
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("must begin with postgresql://")
    return url


PostgresUrl = Annotated[str, AfterValidator(_begin_right)]
"""An address of PostgreSQL in a setting; may be empty."""


def as_role(url: str, role: str) -> str:
    """Return a URL whose connections work as a role, also after `RESET ALL` and `RESET ROLE`."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "role"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("role", role)])))


async def make_role(connection: Connection, schema: str) -> str | None:
    """Make the role of a schema unless it exists, and see that the owner may become it; None: the schema has none.

    Works outside the caller's transactions, so that another database's migration waits for a moment only. Raises
    MayNotMakeRolesError.
    """
    role = _ROLES.get(schema)
    if role is None:
        return None
    try:
        if not await connection.fetchval(_QUERIES["role_exists"], role):
            await connection.execute(f"CREATE ROLE {role} NOLOGIN")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        pass  # made by another database's migration in this moment
    except asyncpg.InsufficientPrivilegeError as error:
        raise MayNotMakeRolesError(role, await _owner(connection)) from error
    if not await _may_become(connection, role):
        await _become_member(connection, role)
    return role


async def grant_rights(connection: Connection, *, schema: str, role: str, is_new: bool) -> None:
    """Give a role its rights on the schema of the search path, when it is new or the role was never let in."""
    if is_new or not await connection.fetchval(_QUERIES["may_use_schema"], role, schema):
        await connection.execute(_QUERIES["name_role"], role)
        await connection.execute(_QUERIES["grant"])


async def _may_become(connection: Connection, role: str) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {role}")
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def _become_member(connection: Connection, role: str) -> None:
    try:
        await connection.execute(f"GRANT {role} TO CURRENT_USER")
    except asyncpg.PostgresError as error:
        if not await _may_become(connection, role):
            raise MayNotMakeRolesError(role, await _owner(connection)) from error


async def _owner(connection: Connection) -> str:
    return str(await connection.fetchval(_QUERIES["owner"]))
