"""What requests under an Idempotency-Key were answered with.

The row is written in the transaction of the write it stands for, so that one is never there without the other. Who is
first holds an advisory lock until that transaction ends; a second one that comes meanwhile does not wait, it is told.
"""

from typing import Any

from executor_service.account.domain import Attempt
from executor_service.web import ConflictError, Problem, RefusedError
from shared.postgres import Connection, Kind, advisory_key, hashed_id, load_queries

_QUERIES = load_queries(__file__)


async def recall(connection: Connection, attempt: Attempt) -> dict[str, Any] | None:
    """Return the outcome of the same request made before, or none; the key is then held until the transaction ends.

    Raises ConflictError while another request under the key is under way, RefusedError when it was another request.
    """
    key = advisory_key(Kind.IDEMPOTENCY, hashed_id(f"{attempt.api_key_id}/{attempt.key}"))
    if not await connection.fetchval(_QUERIES["try_lock"], key):
        raise ConflictError("IN_PROGRESS", "a request with this Idempotency-Key is under way", field="Idempotency-Key")
    row = await connection.fetchrow(_QUERIES["recall"], attempt.api_key_id, attempt.key)
    if row is None:
        return None
    if row["digest"] != attempt.digest:
        reason = "another request was made with this Idempotency-Key"
        raise RefusedError([Problem("NOT_ALLOWED", "Idempotency-Key", reason)])
    outcome: dict[str, Any] = row["outcome"]
    return outcome


async def remember(connection: Connection, attempt: Attempt, outcome: dict[str, Any]) -> None:
    """Store the outcome for 24 hours; call it in the transaction that `recall` was called in."""
    await connection.execute(_QUERIES["remember"], attempt.api_key_id, attempt.key, attempt.digest, outcome)
    await connection.execute(_QUERIES["forget"])
