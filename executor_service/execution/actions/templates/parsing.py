"""From text to a template, or to the reason why it is none.

A token ends at the first `}}` outside quotes, and a `}}` that ends nothing is text. Inside it stands a path, and behind
it filters with their arguments, which are literals or paths. The limits are those of ACTIONS.md A24.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from executor_service.execution.actions.templates.filters import FILTERS

MOST_BYTES: Final = 65_536
_MOST_TOKENS: Final = 200
_MOST_FILTERS: Final = 16
_LONGEST_LITERAL: Final = 512

_TOKEN: Final = re.compile(r"""\{\{((?:[^'"}]|'[^']*'|"[^"]*"|\}(?!\}))*)\}\}""")
_LEXEME: Final = re.compile(
    r"""\s*(?:(?P<path>[A-Za-z_]\w*(?:\s*\.\s*\w+)*)|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"""
    r"""|(?P<text>'[^']*'|"[^"]*")|(?P<mark>[|:,]))\s*""",
    re.ASCII,
)

_OWN_PATHS: Final = frozenset(
    {
        ("workflow", "id"),
        ("workflow", "name"),
        ("occurrence", "id"),
        ("occurrence", "due_at"),
        ("occurrence", "trigger"),
        ("now",),
    }
)
_ENROLLED: Final = "enrolled_object"
# Known to HubSpot, or foreseen, and not held here.
_NOT_HELD: Final = re.compile(r"fetched_objects|action_outputs|_[0-9]+_[0-9]+")

Path = tuple[str, ...]
Argument = str | Decimal | bool | Path


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a token; an argument that is a tuple is a path."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """What stands between braces."""

    path: Path
    filters: tuple[Filter, ...]

    def paths(self) -> Iterator[Path]:
        """Yield every path that it asks for."""
        yield self.path
        for each in self.filters:
            yield from (argument for argument in each.arguments if isinstance(argument, tuple))


@dataclass(frozen=True, slots=True)
class Template:
    """Text and tokens in order."""

    parts: tuple[str | Token, ...]

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, in order."""
        return tuple(part for part in self.parts if isinstance(part, Token))

    @property
    def property_names(self) -> frozenset[str]:
        """The properties of the enrolled record that it asks for."""
        paths = (path for token in self.tokens for path in token.paths())
        return frozenset(path[1] for path in paths if path[0] == _ENROLLED)


class TemplateRefusedError(ValueError):
    """A text that is no template; `code` is one of A8."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def parse_template(text: str) -> Template:
    """Return the template that a text holds; raises TemplateRefusedError for the first thing that is wrong."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise TemplateRefusedError("TOO_MANY", f"must have at most {MOST_BYTES} bytes")
    parts: list[str | Token] = []
    position = 0
    while (begin := text.find("{{", position)) >= 0:
        found = _TOKEN.match(text, begin)
        if found is None:
            raise TemplateRefusedError("BAD_TEMPLATE", "holds a token that is not closed")
        parts.extend(_plain(text[position:begin]))
        parts.append(_token(found[1]))
        position = found.end()
    parts.extend(_plain(text[position:]))
    template = Template(tuple(parts))
    if len(template.tokens) > _MOST_TOKENS:
        raise TemplateRefusedError("TOO_MANY", f"must hold at most {_MOST_TOKENS} tokens")
    return template


def _plain(text: str) -> Iterator[str]:
    if "{%" in text:
        raise TemplateRefusedError("BAD_TEMPLATE", "must hold no tags")
    if text:
        yield text


def _token(inside: str) -> Token:
    lexemes = list(_lexemes(inside))
    groups = _split(lexemes, "|")
    [(kind, first), *rest] = groups[0] or [("", "")]
    if kind != "path" or rest:
        raise TemplateRefusedError("BAD_TEMPLATE", "holds a token that does not begin with one path")
    if len(groups) - 1 > _MOST_FILTERS:
        raise TemplateRefusedError("TOO_MANY", f"must have at most {_MOST_FILTERS} filters a token")
    return Token(_path(first), tuple(_filter(group) for group in groups[1:]))


def _lexemes(inside: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(inside):
        found = _LEXEME.match(inside, position)
        if found is None:
            if not inside[position:].strip():
                return
            raise TemplateRefusedError("BAD_TEMPLATE", f"cannot be read from {inside[position : position + 20]!r} on")
        kind = str(found.lastgroup)
        yield kind, found[kind]
        position = found.end()


def _split(lexemes: list[tuple[str, str]], mark: str) -> list[list[tuple[str, str]]]:
    groups: list[list[tuple[str, str]]] = [[]]
    for lexeme in lexemes:
        if lexeme == ("mark", mark):
            groups.append([])
        else:
            groups[-1].append(lexeme)
    return groups


def _filter(lexemes: list[tuple[str, str]]) -> Filter:
    name = lexemes[0][1] if lexemes and lexemes[0][0] == "path" else ""
    if name not in FILTERS:
        raise TemplateRefusedError("UNKNOWN_NAME", f"asks for a filter that does not exist: {name[:40]!r}")
    if len(lexemes) > 1 and lexemes[1] != ("mark", ":"):
        raise TemplateRefusedError("BAD_TEMPLATE", f"must have a colon between {name} and its arguments")
    arguments = tuple(_argument(group, name) for group in _split(lexemes[2:], ",")) if len(lexemes) > 1 else ()
    least, most = FILTERS[name].least, FILTERS[name].most
    if not least <= len(arguments) <= most:
        raise TemplateRefusedError("BAD_TEMPLATE", f"gives {name} {len(arguments)} arguments, not {least} to {most}")
    return Filter(name, arguments)


def _argument(lexemes: list[tuple[str, str]], name: str) -> Argument:
    match lexemes:
        case [("text", text)]:
            return _literal(text[1:-1])
        case [("number", number)]:
            return Decimal(_literal(number))
        case [("path", "true" | "false" as word)]:
            return word == "true"
        case [("path", path)]:
            return _path(path)
        case _:
            raise TemplateRefusedError("BAD_TEMPLATE", f"gives {name} an argument that is neither literal nor path")


def _literal(text: str) -> str:
    if len(text) > _LONGEST_LITERAL:
        raise TemplateRefusedError("TOO_MANY", f"must have at most {_LONGEST_LITERAL} characters a literal")
    return text


def _path(text: str) -> Path:
    path = tuple(part.strip() for part in text.split("."))
    if _NOT_HELD.fullmatch(path[0]):
        raise TemplateRefusedError("UNSUPPORTED", f"asks for what is not held here: {text[:40]}")
    if path not in _OWN_PATHS and not (path[0] == _ENROLLED and len(path) == len((_ENROLLED, "property"))):
        raise TemplateRefusedError("UNKNOWN_NAME", f"asks for what does not exist: {text[:40]}")
    return path
