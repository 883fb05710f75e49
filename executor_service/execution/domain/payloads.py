"""Bytes of a claim that are kept outside the log: personal, or to be kept verbatim, by record.

The log holds the payload's id and one digest over all of it. Each content begins with sixteen random bytes of its own
and has a digest of its own beside it; the one in the log is made of these. So a content can be erased by setting one
element to null: its digest stays and the whole can still be checked, but nobody can find out by trial what was there.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from executor_service.execution.domain.settlement import Outcome
from shared.contracts import payload_id

SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Payload:
    """The contents of one claim's event, by ascending record; each begins with its salt."""

    id: UUID
    record_ids: Sequence[int]
    contents: Sequence[bytes]

    @property
    def digests(self) -> list[bytes]:
        """The SHA-256 of each content, salt included."""
        return [hashlib.sha256(content).digest() for content in self.contents]

    @property
    def digest(self) -> str:
        """The SHA-256 of all digests in a row, in hexadecimal."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()


def seal(
    claim_id: UUID, outcomes: Sequence[Outcome], *, name: str | None, salts: bytes
) -> tuple[list[Outcome], Payload | None]:
    """Return the outcomes, whose details tell of their contents under a name, and what is to be stored of these.

    `salts` are `SALT_BYTES` for each content.
    """
    contents = sorted(
        (record_id, content)
        for outcome in outcomes
        for record_id, content in zip(outcome.record_ids, outcome.contents, strict=bool(outcome.contents))
    )
    if name is None or not contents:
        return list(outcomes), None
    salted = [
        salts[begin : begin + SALT_BYTES] + content
        for begin, (_, content) in zip(range(0, len(salts), SALT_BYTES), contents, strict=True)
    ]
    payload = Payload(payload_id(claim_id, name), [record_id for record_id, _ in contents], salted)
    told = {name: {"payloadId": str(payload.id), "digest": payload.digest}}
    return [_telling(outcome, told) for outcome in outcomes], payload


def _telling(outcome: Outcome, told: dict[str, dict[str, str]]) -> Outcome:
    return replace(outcome, details={**(outcome.details or {}), **told}) if outcome.contents else outcome
