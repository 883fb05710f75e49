"""API keys through the database, for the command line: also the first one, which nobody could ask for by HTTP."""

from enum import StrEnum
from typing import Any

from executor_service.account.store import create_key, list_keys, revoke_key
from executor_service.bootstrap.connecting import with_connection
from executor_service.settings import Settings
from executor_service.web import Role
from shared.contracts import instant_text
from shared.postgres import Connection

_ACTOR = {"actor": "command line"}
_AT_MOST = 1000


class RoleWord(StrEnum):
    """The roles as they are written."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


async def create(settings: Settings, *, name: str, role: RoleWord) -> dict[str, str]:
    """Make a key and return its id and itself."""

    async def act(connection: Connection) -> dict[str, str]:
        key_id, key, _ = await create_key(connection, name, Role[role.name], metadata=_ACTOR)
        return {"id": str(key_id), "key": key}

    return await with_connection(settings, act)


async def list_all(settings: Settings) -> list[dict[str, Any]]:
    """Return the keys, newest first, without what opens."""
    found = await with_connection(settings, lambda connection: list_keys(connection, limit=_AT_MOST))
    return [
        {
            "id": str(key.id),
            "name": key.name,
            "role": key.role.word,
            "createdAt": instant_text(key.created_at),
            "state": "revoked" if key.revoked_at else "valid",
        }
        for key in found
    ]


async def revoke(settings: Settings, key_id: int) -> bool:
    """Revoke a key; false when there is no such key."""

    async def act(connection: Connection) -> bool:
        return await revoke_key(connection, key_id, metadata=_ACTOR) is not None

    return await with_connection(settings, act)
