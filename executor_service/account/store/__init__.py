"""The account in PostgreSQL."""

from executor_service.account.store.accounts import PostgresAccountBook, held_zone, read_account, zone
from executor_service.account.store.attempts import recall, remember
from executor_service.account.store.keys import KeyRing, create_key, list_keys, revoke_key
from executor_service.account.store.pauses import account_pauses, hold_account, is_account_paused

__all__ = [
    "KeyRing",
    "PostgresAccountBook",
    "account_pauses",
    "create_key",
    "held_zone",
    "hold_account",
    "is_account_paused",
    "list_keys",
    "read_account",
    "recall",
    "remember",
    "revoke_key",
    "zone",
]
