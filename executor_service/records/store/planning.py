"""What a write does to records, keys and changes: worked out in memory, over records that are locked.

Drafts are changed one input after the other, as the inputs stand; what is written is the difference between a
record's first and last document. `owners` follows along, so that an input sees the unique values that an earlier one
took or left.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from executor_service.records.domain.values import StoredValue, render_value, same_value
from executor_service.records.ports import Definitions, Document

MAX_KEY_CHARACTERS: Final = 512
KeyOf = tuple[str, str]
"""A property and the text that stands for one of its values in the keys."""


def key_text(value: StoredValue) -> str:
    """Return the text by which a value is found: itself, or of a long one its beginning and its digest."""
    text = render_value(None, value)
    if len(text) <= MAX_KEY_CHARACTERS:
        return text
    return f"{text[:64]}…sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Keyed:
    """The properties of an object type whose values are keys."""

    unique: frozenset[str]
    searchable: frozenset[str]

    def keys(self, document: Mapping[str, StoredValue | None]) -> set[KeyOf]:
        """Return the unique keys that a document holds."""
        return _keys(self.unique, document)

    def search_keys(self, document: Mapping[str, StoredValue | None]) -> set[KeyOf]:
        """Return the searchable keys that a document holds."""
        return _keys(self.searchable, document)


def _keys(names: frozenset[str], document: Mapping[str, StoredValue | None]) -> set[KeyOf]:
    found = ((name, document.get(name)) for name in names)
    return {(name, key_text(value)) for name, value in found if value is not None}


def keyed(definitions: Definitions) -> Keyed:
    """Return which of the properties are keys."""
    return Keyed(
        unique=frozenset(name for name, definition in definitions.items() if definition.unique),
        searchable=frozenset(name for name, definition in definitions.items() if definition.searchable),
    )


@dataclass(slots=True)
class Draft:
    """A record in the making: what it held, and what it is to hold."""

    record_id: int
    before: Document
    is_new: bool = False
    after: dict[str, StoredValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.after = dict(self.before)

    def differences(self) -> dict[str, StoredValue | None]:
        """Return what is another value than before, `None` for what is none any more."""
        names = self.before.keys() | self.after.keys()
        pairs = ((name, self.before.get(name), self.after.get(name)) for name in sorted(names))
        return {name: now for name, then, now in pairs if not same_value(then, now)}


@dataclass(slots=True)
class Plan:
    """The drafts of one call, by record, and who owns which unique value."""

    keyed: Keyed
    owners: dict[KeyOf, int]
    drafts: dict[int, Draft] = field(default_factory=dict)

    def apply(self, draft: Draft, values: Mapping[str, StoredValue | None]) -> str | None:
        """Change a draft, or return the unique property whose value another record has; then nothing was changed."""
        wanted = self.keyed.keys(values)
        for key in sorted(wanted):
            if self.owners.get(key, draft.record_id) != draft.record_id:
                return key[0]
        for name in self.keyed.unique & values.keys():
            left = draft.after.get(name)
            if left is not None:
                self.owners.pop((name, key_text(left)), None)
        self.owners.update(dict.fromkeys(wanted, draft.record_id))
        _set_values(draft.after, values)
        self.drafts[draft.record_id] = draft
        return None

    def owner(self, name: str, value: StoredValue | None) -> int | None:
        """Return the record that has a value of a unique property."""
        return None if value is None else self.owners.get((name, key_text(value)))


def _set_values(document: dict[str, StoredValue], values: Mapping[str, StoredValue | None]) -> None:
    for name, value in values.items():
        if value is None:
            document.pop(name, None)
        elif not same_value(document.get(name), value):
            document[name] = value


@dataclass(frozen=True, slots=True)
class KeyRows:
    """Rows of keys as columns, in the one order in which everybody takes them."""

    properties: list[str]
    values: list[str]
    record_ids: list[int]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, int]]) -> "KeyRows":
        """Return the columns of rows (property, value, record)."""
        ordered = sorted(rows)
        return cls([row[0] for row in ordered], [row[1] for row in ordered], [row[2] for row in ordered])

    def __len__(self) -> int:
        return len(self.record_ids)


def key_changes(drafts: Iterable[Draft], names: frozenset[str]) -> tuple[KeyRows, KeyRows]:
    """Return the keys, over these properties, that go and that come."""
    gone: list[tuple[str, str, int]] = []
    come: list[tuple[str, str, int]] = []
    for draft in drafts:
        before, after = _keys(names, draft.before), _keys(names, draft.after)
        gone.extend((*key, draft.record_id) for key in before - after)
        come.extend((*key, draft.record_id) for key in after - before)
    return KeyRows.of(gone), KeyRows.of(come)
