"""The account over HTTP: its details, its keys, its pause.

And the wrapper that makes a write happen once per Idempotency-Key.
"""

from executor_service.account.api.details import details_router
from executor_service.account.api.keys import keys_router
from executor_service.account.api.once import actor_metadata, idempotent
from executor_service.account.api.pauses import STILL, pauses_router

__all__ = ["STILL", "actor_metadata", "details_router", "idempotent", "keys_router", "pauses_router"]
