"""JSON and YAML into the same documents and back: no name twice, no number JSON lacks, YAML 1.2's plain texts."""

import json
import re
from collections.abc import Hashable, Iterable
from typing import Any, Final, NoReturn

import yaml

LARGEST: Final = 10_000_000
"""How many characters a YAML document may come to once its aliases are written out; a server takes far less."""


class DuplicateNameError(ValueError):
    """An object in which a name stands twice."""

    def __init__(self, name: str, line: int | None = None) -> None:
        place = "" if line is None else f", the second time in line {line}"
        super().__init__(f'"{name}" stands twice in one object{place}')
        self.name = name
        self.line = line


class NotFiniteError(ValueError):
    """A number that is none in JSON."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word} is no number")
        self.word = word


class TooLargeError(ValueError):
    """A document whose aliases stand for more than anybody would write; `size` in characters."""

    def __init__(self, size: int) -> None:
        super().__init__(f"its aliases make it larger than {LARGEST} characters")
        self.size = size


def load_json(text: str) -> Any:
    """Return what a JSON text holds; raises JSONDecodeError, DuplicateNameError, NotFiniteError."""
    return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)


def load_yaml(text: str) -> Any:
    """Return what a YAML text of one document holds; raises YAMLError, DuplicateNameError, TooLargeError."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        if (size := _size(root, {})) > LARGEST:
            raise TooLargeError(size)
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Return what a node comes to with its aliases written out; a node that many share is looked at once."""
    if id(node) in known:
        return known[id(node)]
    match node:
        case yaml.MappingNode():
            size = sum(_size(key, known) + _size(value, known) for key, value in node.value)
        case yaml.SequenceNode():
            size = sum(_size(item, known) for item in node.value)
        case _:
            size = len(node.value)
    known[id(node)] = size + 1
    return size + 1


def dump_body(document: Any) -> bytes:
    """Return a document as the body of a request; raises ValueError for one that contains itself."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def dump_yaml(document: Any) -> str:
    """Return a document as YAML that `load_yaml`, and any other reader, takes for the same."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Loader(yaml.SafeLoader):
    """Safe, and with the plain texts of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # as PyYAML has it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a name that stands twice."""
        names: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in names:
                raise DuplicateNameError(name, key.start_mark.line + 1)
            names.add(name)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 or 1.2 would take for something else than a text, and writes nothing twice by reference."""

    def ignore_aliases(self, data: object) -> bool:
        """Ignore all."""
        del data
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Escape line breaks that are none elsewhere: written as they are, they would be read as plain ones."""
        style = '"' if _OTHER_BREAKS.search(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OTHER_BREAKS: Final = re.compile("[\x85\u2028\u2029]")
_Dumper.add_representer(str, _Dumper.represent_text)

_PLAIN = (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-+0123456789"),
)
for _tag, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))
    # A text that would be read as something else is quoted: the dumper asks these before it writes one plainly.
    _Dumper.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise DuplicateNameError(name)
        found[name] = value
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise NotFiniteError(word)
