"""`2-1`, publish to Kafka: a message a record, with a key, a type and a body of one's own.

The messages stand in the log and in `payloads` by the commit that moves the records on, so the action succeeds inside
the database, exactly once. The relay sends them until the broker has acknowledged them, each under the key of its
effect, so that a reader drops what it was sent twice. What is erased before it is sent is not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from executor_service.execution.actions.bodies import (
    Part,
    body_properties,
    check_body,
    default_body,
    parse_body,
    render_body,
)
from executor_service.execution.actions.fields import check_names, check_template, check_text, fields_of, require
from executor_service.execution.actions.kind import Kind, Step
from executor_service.execution.actions.scopes import scopes_of
from executor_service.execution.actions.templates import (
    FormulaError,
    RenderedTooLongError,
    Scope,
    Template,
    parse_template,
    render,
)
from executor_service.execution.domain.settlement import Outcome
from executor_service.records.ports import Definitions, Document, Records
from executor_service.workflows.domain import checks
from executor_service.workflows.domain.problems import Findings, Problem, below
from shared.contracts import TOPICS

TYPE_ID: Final = "2-1"
_DEFAULT_TYPE: Final = "workflows.published.v1"
_FIELDS: Final = ("topic", "key", "payload", "event_type")
_TEMPLATES: Final = ("key", "event_type")
_OWN_TOPICS: Final = frozenset(topic.name for topic in TOPICS)
_MOST_BYTES: Final = 262_144
_LONGEST_NAME_BYTES: Final = 1_000


def join_message(key: str, kind: str, body: bytes) -> bytes:
    """Return what is kept of a message: its key and type in a line, then its body as it is sent."""
    return orjson.dumps([key, kind]) + b"\n" + body


def split_message(content: bytes) -> tuple[bytes, str, bytes]:
    """Return key, type and body of a message that was kept."""
    head, _, body = content.partition(b"\n")
    key, kind = orjson.loads(head)
    return key.encode(), kind, body


@dataclass(frozen=True, slots=True)
class Publish:
    """Sends records to topics of an operator's choice; `topics` are those that may be named."""

    topics: frozenset[str] = frozenset()
    type_id: str = TYPE_ID
    kind: Kind = Kind.INSIDE
    payload: str | None = "payload"

    def problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:  # noqa: ARG002 # properties are asked for at turn-on
        """See ActionKind."""
        found = Findings()
        fields, place = fields_of(action), below(path, "fields")
        checks.unknown_fields(fields, _FIELDS, place, found)
        check_text(fields, "topic", place, found)
        if fields.get("topic") in _OWN_TOPICS:
            found.add("NOT_ALLOWED", below(place, "topic"), "must not be one of the product's own topics")
        for name in _TEMPLATES:
            if fields.get(name) is not None:
                check_template(fields[name], below(place, name), found)
        check_body(fields.get("payload"), below(place, "payload"), found)
        return found.problems

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """See ActionKind."""
        found = Findings()
        fields, place = fields_of(action), below(path, "fields")
        require(fields, {"topic": "must name the topic to publish to"}, place, found)
        if fields.get("topic") and fields["topic"] not in self.topics:
            listed = ", ".join(sorted(self.topics)) or None
            found.add("NOT_FOUND", below(place, "topic"), "must be one that may be published to", expected=listed)
        for name in _FIELDS[1:]:
            check_names(set(body_properties(fields.get(name))), definitions, below(place, name), found)
        return found.problems

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """See ActionKind."""
        letter = _Letter.of(step.action.fields)
        definitions = await records.definitions(step.object_type_id)
        documents = await records.lock_values(step.object_type_id, step.record_ids, letter.names)
        done = _Written({"topic": step.action.fields["topic"]})
        for record_id, scope in scopes_of(step, documents, definitions):
            done.write(record_id, letter, scope, documents[record_id], definitions)
        missing = sorted(set(step.record_ids).difference(documents))
        return [*done.outcomes(step), step.missing(missing)]


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a message is made of; a part that is left out has its default. `names`: what must be read, null: all."""

    key: Template
    event_type: Template
    body: Part | None
    names: list[str] | None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "_Letter":
        """Read the fields, which were found right."""
        key, event_type = (parse_template(str(fields.get(name) or "")) for name in _TEMPLATES)
        payload = fields.get("payload")
        asked = {name for part in _FIELDS[1:] for name in body_properties(fields.get(part))}
        return cls(
            key=key,
            event_type=event_type,
            body=None if payload is None else parse_body(payload),
            names=None if payload is None else sorted(asked),
        )


@dataclass(slots=True)
class _Written:
    """The messages written, and the records for which there is none."""

    details: Mapping[str, Any]
    messages: dict[int, bytes] = field(default_factory=dict)
    failed: dict[str, list[int]] = field(default_factory=dict)

    def write(
        self, record_id: int, letter: _Letter, scope: Scope, document: Document, definitions: Definitions
    ) -> None:
        """Write the message of one record, or note why there is none."""
        try:
            key, kind = render(letter.key, scope), render(letter.event_type, scope)
            if letter.body is None:
                body = default_body(record_id, document, definitions)
            else:
                body = render_body(letter.body, scope)
        except FormulaError:
            self._fail(record_id, "FORMULA_ERROR")
        except RenderedTooLongError:
            self._fail(record_id, "TOO_LONG")
        else:
            names = max(len(key.encode()), len(kind.encode()))
            if len(body) > _MOST_BYTES or names > _LONGEST_NAME_BYTES:
                self._fail(record_id, "TOO_LONG")
                return
            self.messages[record_id] = join_message(key or str(record_id), kind or _DEFAULT_TYPE, body)

    def _fail(self, record_id: int, reason: str) -> None:
        self.failed.setdefault(reason, []).append(record_id)

    def outcomes(self, step: Step) -> list[Outcome]:
        """Return what became of the records."""
        written = step.went_on(
            "SUCCEEDED", list(self.messages), details=self.details, contents=list(self.messages.values())
        )
        return [
            written,
            *(
                step.went_on("FAILED", record_ids, reason=reason, details=self.details)
                for reason, record_ids in sorted(self.failed.items())
            ),
        ]
