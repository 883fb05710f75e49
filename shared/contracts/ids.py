"""Ids that are derived, so that whoever computes one names it alike, and the forms of instants and sequences."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

# The namespace of every derived id; it never changes.
NAMESPACE: Final = UUID("6f0d7f3e-52d4-5c8b-9a5e-3b1f0c9d2a41")


def instant_text(instant: datetime) -> str:
    """Return RFC 3339 in UTC with `Z`; fractions of a second are written only when there are any."""
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds" if utc.microsecond else "seconds") + "Z"


def derived_id(text: str) -> UUID:
    """Return the UUIDv5 of a text in the product's namespace."""
    return uuid5(NAMESPACE, text)


def scheduled_occurrence_id(workflow_id: int, due_at: datetime) -> UUID:
    """Return the id of the occurrence of a workflow's schedule at an instant."""
    return derived_id(f"occurrence/{workflow_id}/{instant_text(due_at)}")


def asked_occurrence_id(workflow_id: int, trigger: str, command_id: str) -> UUID:
    """Return the id of an occurrence that somebody asked for."""
    return derived_id(f"occurrence/{workflow_id}/{trigger}/{command_id}")


def unenrollment_request_id(workflow_id: int, command_id: str) -> UUID:
    """Return the id of a request that records leave a workflow."""
    return derived_id(f"request/{workflow_id}/{command_id}")


def page_cohort_id(occurrence_id: UUID, page: int) -> UUID:
    """Return the id of the cohort that an evaluation made of its page, counted from 0."""
    return derived_id(f"cohort/{occurrence_id}/{page}")


def claim_cohort_id(claim_id: UUID, version: int, number: int) -> UUID:
    """Return the id of a cohort made by a claim; `version` that of its event in the claim's stream, 0 without one."""
    return derived_id(f"cohort/{claim_id}/{version}/{number}")


def claim_id(workflow_id: int, first_cohort: UUID, epoch: int) -> UUID:
    """Return the id of a claim, by its first cohort and the epoch it gave to it."""
    return derived_id(f"claim/{workflow_id}/{first_cohort}/{epoch}")


def enrollment_id(occurrence_id: UUID, record_id: int) -> UUID:
    """Return the id of a record's passage for one occurrence."""
    return derived_id(f"enrollment/{occurrence_id}/{record_id}")


def event_id(stream: str, version: int) -> UUID:
    """Return the id of an event."""
    return derived_id(f"event/{stream}/{version}")


def effect_id(occurrence_id: UUID, record_id: int, action_id: str, visit: int) -> UUID:
    """Return the key of an effect, the same on every attempt."""
    return derived_id(f"effect/{occurrence_id}/{record_id}/{action_id}/{visit}")


def payload_id(claim_id: UUID, name: str) -> UUID:
    """Return the id of what a claim keeps outside the log under a name."""
    return derived_id(f"payload/{claim_id}/{name}")


def record_message_ids(event: UUID, record_ids: Iterable[int], *, ending: bool = False) -> Iterator[bytes]:
    """Yield the `ce_id` of the message about each record that an event gives, as text in bytes.

    An action that is an enrollment's last gives two messages a record; the one about the end has its own (`ending`).
    """
    keys = [b"%d" % record_id for record_id in record_ids]
    for digest in record_message_digests(event, keys, ending=ending):
        yield _uuid5_text(digest.hex())


def record_message_digests(event: UUID, keys: Iterable[bytes], *, ending: bool = False) -> list[bytes]:
    """Return the SHA-1 that each of these ids is made of; `keys` are record ids in decimal."""
    begun, suffix = NAMESPACE.bytes + f"message/{event}/".encode(), b"/end" if ending else b""
    sha1 = hashlib.sha1
    return [sha1(begun + key + suffix, usedforsecurity=False).digest() for key in keys]


# A UUID's variant: its two highest bits are 10, whatever digit stood there.
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def _uuid5_text(sha1: str) -> bytes:
    """Return the text of the UUIDv5 of a SHA-1 in hexadecimal: as `str(UUID(…))` writes it, and much faster."""
    variant = _VARIANT[sha1[16]]
    return f"{sha1[:8]}-{sha1[8:12]}-5{sha1[13:16]}-{variant}{sha1[17:20]}-{sha1[20:32]}".encode()


SEQUENCE_INDEX_DIGITS: Final = 6


def sequence_text(position: int, index: int) -> str:
    """Return `ce_sequence`: text that sorts as (position in the log, index in the event) does."""
    return f"{position:020d}.{index:0{SEQUENCE_INDEX_DIGITS}d}"
