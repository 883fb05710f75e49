"""Which changes of a schema break somebody: a reader of what was written before, or a writer of what is read now.

Data only gains optional fields. Refused are: a type that is gone (but for one whose next version is there), a property
that is gone, another type of one, a new required field, one that others could rely on and cannot any more, a value
taken from an enumeration, a tighter bound. In what comes in from others a field may stop being required.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from deploy.schemas.json_schemas import Schema

_UPPER: Final = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_LOWER: Final = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_EXACT: Final = ("pattern", "format", "const")


def breaks(before: Schema, now: Schema, *, is_read_only: bool, place: str = "") -> Iterator[str]:
    """Yield a sentence for each place at which `now` breaks somebody who relies on `before`.

    `is_read_only`: nobody here writes it, so nobody relies on a field's being there.
    """
    yield from _breaks_of_kind(before, now, place or "the data")
    yield from _breaks_of_bounds(before, now, place or "the data")
    yield from _breaks_of_required(before, now, place, is_read_only=is_read_only)
    for name, each in before.get("properties", {}).items():
        inner = f"{place}.{name}".removeprefix(".")
        if name not in now.get("properties", {}):
            yield f"{inner} is gone"
        else:
            yield from breaks(each, now["properties"][name], is_read_only=is_read_only, place=inner)
    for name in ("items", "additionalProperties"):
        if isinstance(before.get(name), dict) and isinstance(now.get(name), dict):
            yield from breaks(before[name], now[name], is_read_only=is_read_only, place=f"{place}[]")
    yield from _breaks_of_alternatives(before, now, place, is_read_only=is_read_only)


def removed(before: Mapping[str, Schema], now: Mapping[str, Schema]) -> Iterator[str]:
    """Yield the names of schemas that are gone and whose next version is not there."""
    for name in before:
        stem, version, number = name.rpartition(".v")
        following = f"{stem}{version}{int(number) + 1}" if number.isdigit() else None
        if name not in now and following not in now:
            yield name


def _breaks_of_kind(before: Schema, now: Schema, place: str) -> Iterator[str]:
    if before.get("type") != now.get("type"):
        yield f"{place} was of type {before.get('type', 'any')} and is of type {now.get('type', 'any')}"
    for name in _EXACT:
        if name in now and before.get(name) != now[name]:
            yield f"{place} has another {name}"
    if "enum" in now:
        lost = [str(value) for value in before.get("enum", []) if value not in now["enum"]]
        if lost or "enum" not in before:
            yield f"{place} does not take {', '.join(lost) or 'everything'} any more"


def _breaks_of_bounds(before: Schema, now: Schema, place: str) -> Iterator[str]:
    for name in _UPPER:
        if name in now and now[name] < before.get(name, float("inf")):
            yield f"{place} has a lower {name}"
    for name in _LOWER:
        if name in now and now[name] > before.get(name, float("-inf")):
            yield f"{place} has a higher {name}"


def _breaks_of_required(before: Schema, now: Schema, place: str, *, is_read_only: bool) -> Iterator[str]:
    required, needed = set(before.get("required", [])), set(now.get("required", []))
    for name in sorted(needed - required):
        yield f"{place}.{name} is required now".removeprefix(".")
    if not is_read_only:
        for name in sorted((required - needed) & set(now.get("properties", {}))):
            yield f"{place}.{name} may be missing now".removeprefix(".")


def _breaks_of_alternatives(before: Schema, now: Schema, place: str, *, is_read_only: bool) -> Iterator[str]:
    for name in ("anyOf", "oneOf", "prefixItems"):
        left = list(now.get(name, []))
        for each in before.get(name, []):
            taking = next((one for one in left if not list(breaks(each, one, is_read_only=is_read_only))), None)
            if taking is None:
                yield f"{place or 'the data'} does not take {each.get('type', 'what it took')} any more"
        if name in now and name not in before:
            yield f"{place or 'the data'} has alternatives now"
