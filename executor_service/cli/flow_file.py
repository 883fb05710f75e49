"""The flow document as a file: JSON or YAML in, and a `uuid` written back without touching anything else in it.

YAML is read as YAML 1.2 reads it: `on` and `08:30` are texts, only `true` and `false` are booleans, days stay texts. So
a document means the same in both notations.
"""

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn
from uuid import UUID

import yaml

from executor_service.cli.failures import InvalidInputError, Problem
from executor_service.cli.flow_notation import (
    DuplicateNameError,
    NotFiniteError,
    TooLargeError,
    dump_body,
    load_json,
    load_yaml,
)

STDIN: Final = "-"
_JSON_NAMES = (".json",)
_YAML_NAMES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow document and the text that it was read from; `path` is null for standard input."""

    path: Path | None
    text: str
    document: Mapping[str, Any]

    @property
    def source(self) -> str:
        """Its name, as people are told it."""
        return "standard input" if self.path is None else str(self.path)

    @property
    def uuid(self) -> str | None:
        """What names its workflow; raises InvalidInputError when it is there and is no text."""
        found = self.document.get("uuid")
        if "uuid" in self.document and (not isinstance(found, str) or not found):
            _refuse(self.source, "uuid", "must be a text; leave it out to have one made")
        return found

    def with_uuid(self, uuid: str) -> "FlowFile":
        """Return the document with a uuid, in its text too."""
        return FlowFile(self.path, insert_uuid(self.text, uuid), {"uuid": uuid, **self.document})

    def write(self) -> None:
        """Write the text back, unless it came from standard input."""
        if self.path is None:
            return
        try:
            self.path.write_bytes(self.text.encode())
        except OSError as error:
            raise InvalidInputError(
                self.source, [Problem("", f"the uuid cannot be written: {error.strerror}")]
            ) from error


def read_flow_file(name: str) -> FlowFile:
    """Read a flow document from a file, `-` for standard input; raises InvalidInputError."""
    path = None if name == STDIN else Path(name)
    source = "standard input" if path is None else name
    try:
        raw = sys.stdin.buffer.read() if path is None else path.read_bytes()
        text = raw.decode()
        document = _load(text, path)
        dump_body(document)
    except OSError as error:
        _refuse(source, "", error.strerror or str(error))
    except UnicodeDecodeError as error:
        _refuse(source, "", f"it is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}")
    except (json.JSONDecodeError, yaml.YAMLError, DuplicateNameError, NotFiniteError, TooLargeError) as error:
        _refuse(source, "", str(error))
    except (RecursionError, ValueError):
        _refuse(source, "", "it contains itself, or is nested too deeply")
    if not isinstance(document, Mapping):
        _refuse(source, "", "a flow document is an object")
    return FlowFile(path, text, document)


def draw_uuid() -> str:
    """Return a uuid that nobody has."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


def insert_uuid(text: str, uuid: str) -> str:
    """Return the text of an object with `uuid` as its first name; everything else stays as it was, comments too."""
    root = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader) if not _is_json(text) else None
    offset = len(text) - len(text.removeprefix("\ufeff"))
    if isinstance(root, yaml.MappingNode) and not root.flow_style:
        mark = root.value[0][0].start_mark
        newline = "\r\n" if "\r\n" in text else "\n"
        at = mark.index + offset
        return f"{text[:at]}uuid: {uuid}{newline}{' ' * mark.column}{text[at:]}"
    at = (text.index("{") if root is None else root.start_mark.index + offset) + 1
    rest = text[at:]
    blank = rest[: len(rest) - len(rest.lstrip())]
    comma = "," if rest.lstrip()[:1] != "}" else ""
    return f'{text[:at]}{blank}"uuid": "{uuid}"{comma}{blank or " "}{rest.lstrip()}'


def _is_json(text: str) -> bool:
    try:
        json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return False
    return True


def _load(text: str, path: Path | None) -> Any:
    ending = "" if path is None else path.suffix.lower()
    plain = text.removeprefix("\ufeff")
    if ending in _JSON_NAMES or (ending not in _YAML_NAMES and plain.lstrip().startswith("{")):
        return load_json(plain)
    return load_yaml(plain)


def _refuse(source: str, field: str, reason: str) -> NoReturn:
    raise InvalidInputError(source, [Problem(field, reason)])
