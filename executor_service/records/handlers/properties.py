"""The properties of an object type: listed, made, changed, archived."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from executor_service.records.domain.values import FIELD_TYPES, FieldType, PropertyType
from executor_service.records.handlers.values import known_object_type
from executor_service.records.ports import ObjectType, PropertyValues, RecordsWork, StoredProperty
from executor_service.web import ConflictError, NotFoundError, Problem, RefusedError

MAX_SEARCHABLE: Final = 10
MAX_PROPERTIES: Final = 1_000
Kept = TypeVar("Kept")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class PropertyChanges:
    """What is to be another in a property; `None` stays. Type and field type cannot change."""

    label: str | None = None
    description: str | None = None
    type: str | None = None
    field_type: str | None = None
    group: str | None = None
    options: tuple[Mapping[str, str | int | bool], ...] | None = None
    display_order: int | None = None
    searchable: bool | None = None
    hidden: bool | None = None
    form_field: bool | None = None


async def list_properties(*, work: RecordsWork, type_name: str, archived: bool) -> list[StoredProperty]:
    """Return the properties of an object type by name: the archived ones, or the others."""
    async with work:
        object_type = await known_object_type(work, type_name)
        return await work.properties.listed(object_type.id, archived=archived)


async def read_property(*, work: RecordsWork, type_name: str, name: str, archived: bool) -> StoredProperty:
    """Return one property; raises NotFoundError."""
    for found in await list_properties(work=work, type_name=type_name, archived=archived):
        if found.definition.name == name:
            return found
    raise NotFoundError("property", name)


async def create_property(*, work: RecordsWork, type_name: str, values: PropertyValues) -> StoredProperty:
    """Make a property, or take an archived one of the same kind back.

    Raises RefusedError with every mistake, ConflictError when the name is taken.
    """
    async with work:
        object_type = await known_object_type(work, type_name)
        await work.properties.lock_type(object_type.id)
        problems = [] if _NAME.fullmatch(values.name) else [Problem("NOT_ALLOWED", "name", _NAME_REASON)]
        problems += [*_kind_problems(values), *await _problems(work, object_type, values)]
        if problems:
            raise RefusedError(problems)
        await _refuse_taken(work, object_type, values)
        await work.properties.create(object_type.id, values)
        stored = await _stored(work, object_type, values.name)
        await work.commit()
        return stored


_NAME_REASON = "a name begins with a letter and has at most 100 lower-case letters, digits and _"


async def _refuse_taken(work: RecordsWork, object_type: ObjectType, values: PropertyValues) -> None:
    known = await work.properties.lock(object_type.id, values.name)
    if known is None:
        return
    definition = known.definition
    kind = (definition.type, definition.field_type, definition.unique)
    if known.archived_at is None:
        raise ConflictError("DUPLICATE_ID", f"there is a property {values.name}", field="name")
    if kind != (values.type, values.field_type, values.unique):
        reason = f"an archived property {values.name} is of another type"
        raise ConflictError("DUPLICATE_ID", reason, field="name")


def _kind_problems(values: PropertyValues) -> list[Problem]:
    fitting = FIELD_TYPES[PropertyType(values.type)]
    if values.field_type in fitting:
        return []
    reason = f"a property of type {values.type} has one of {', '.join(sorted(fitting))}"
    return [Problem("NOT_ALLOWED", "fieldType", reason)]


async def _problems(work: RecordsWork, object_type: ObjectType, values: PropertyValues) -> list[Problem]:
    problems = _option_problems(values)
    if not await work.properties.has_group(object_type.id, values.group):
        problems.append(Problem("NOT_FOUND", "groupName", "there is no such property group"))
    listed = await work.properties.listed(object_type.id, archived=False)
    others = [each.definition for each in listed if each.definition.name != values.name]
    if len(others) >= MAX_PROPERTIES:
        problems.append(Problem("TOO_MANY", "name", f"an object type has at most {MAX_PROPERTIES} properties"))
    if values.searchable and sum(other.searchable for other in others) >= MAX_SEARCHABLE:
        reason = f"at most {MAX_SEARCHABLE} properties of an object type are searchable"
        problems.append(Problem("TOO_MANY", "searchable", reason))
    return problems


def _option_problems(values: PropertyValues) -> list[Problem]:
    if values.options and values.type != PropertyType.ENUMERATION:
        return [Problem("NOT_ALLOWED", "options", "only an enumeration has options")]
    several = values.field_type == FieldType.CHECKBOX
    seen: set[Any] = set()
    problems: list[Problem] = []
    for index, option in enumerate(values.options):
        value = str(option["value"])
        place = f"options[{index}].value"
        if value in seen:
            problems.append(Problem("DUPLICATE_ID", place, "an earlier option has this value"))
        if several and ";" in value:
            problems.append(Problem("NOT_ALLOWED", place, "; stands between the values of a checkbox"))
        seen.add(value)
    return problems


async def _stored(work: RecordsWork, object_type: ObjectType, name: str) -> StoredProperty:
    stored = await work.properties.lock(object_type.id, name)
    if stored is None or stored.archived_at is not None:
        raise NotFoundError("property", name)
    return stored


async def change_property(*, work: RecordsWork, type_name: str, name: str, changes: PropertyChanges) -> StoredProperty:
    """Change a property; raises NotFoundError, RefusedError."""
    async with work:
        object_type = await known_object_type(work, type_name)
        await work.properties.lock_type(object_type.id)
        before = await _stored(work, object_type, name)
        after = _changed(before, changes)
        problems = [*_fixed(before, changes), *await _problems(work, object_type, after)]
        if problems:
            raise RefusedError(problems)
        await work.properties.change(object_type.id, after)
        stored = await _stored(work, object_type, name)
        await work.commit()
        return stored


def _fixed(before: StoredProperty, changes: PropertyChanges) -> list[Problem]:
    fixed = (
        ("type", before.definition.type, changes.type),
        ("fieldType", before.definition.field_type, changes.field_type),
    )
    return [
        Problem("NOT_ALLOWED", place, f"stays what it is: {is_now}")
        for place, is_now, asked in fixed
        if asked not in {None, is_now}
    ]


def _changed(before: StoredProperty, changes: PropertyChanges) -> PropertyValues:
    values = as_values(before)
    return replace(
        values,
        label=_other(changes.label, values.label),
        description=_other(changes.description, values.description),
        group=_other(changes.group, values.group),
        options=_other(changes.options, values.options),
        display_order=_other(changes.display_order, values.display_order),
        searchable=_other(changes.searchable, values.searchable),
        hidden=_other(changes.hidden, values.hidden),
        form_field=_other(changes.form_field, values.form_field),
    )


def _other(asked: Kept | None, before: Kept) -> Kept:
    return before if asked is None else asked


def as_values(stored: StoredProperty) -> PropertyValues:
    """Return what is stored of a property."""
    definition = stored.definition
    return PropertyValues(
        name=definition.name,
        label=definition.label,
        description=stored.description,
        type=definition.type,
        field_type=definition.field_type,
        group=definition.group,
        options=stored.options,
        display_order=stored.display_order,
        unique=definition.unique,
        searchable=definition.searchable,
        hidden=stored.hidden,
        form_field=stored.form_field,
    )


async def archive_property(*, work: RecordsWork, type_name: str, name: str) -> None:
    """Archive a property; raises NotFoundError, RefusedError for one that comes with the product or is used."""
    async with work:
        object_type = await known_object_type(work, type_name)
        await work.properties.lock_type(object_type.id)
        stored = await _stored(work, object_type, name)
        if stored.is_defined:
            raise RefusedError([Problem("READ_ONLY", "", f"{name} comes with the product and cannot be archived")])
        users: Sequence[str] = await work.properties.users(object_type.id, name)
        if users:
            raise RefusedError([Problem("NOT_ALLOWED", "", f"{name} is used by {user}") for user in users])
        await work.properties.archive(object_type.id, name)
        await work.commit()
