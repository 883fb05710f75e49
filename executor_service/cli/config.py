"""`config show`: which settings hold, and where each comes from; never a secret."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from executor_service.cli.output import Output
from executor_service.cli.session import with_output
from executor_service.cli.settings import KEY, URL, read_local

_PREFIX: Final = "WORKFLOWS_"
_SECRET: Final = re.compile(r"KEY|SECRET|PASSWORD|TOKEN")
_HIDDEN: Final = "(set)"
_COLUMNS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "name": lambda row: row["name"],
        "value": lambda row: row["value"],
        "from": lambda row: row["source"],
    }
)


@with_output
def show(output: Output) -> None:
    """Show the settings that hold, those of the services too as far as they are set here, and whence they come."""
    rows = settings_rows(os.environ, read_local(Path.cwd()))
    output.rows(rows, _COLUMNS, nothing="nothing is set")


def settings_rows(environment: Mapping[str, str], local: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the settings by name, the environment's before those of `.local/env`; secrets only as being set."""
    given = {name: value for name, value in environment.items() if name.startswith(_PREFIX)}
    names = sorted({URL, KEY, *given, *local})
    return [_row(name, given, local) for name in names]


def _row(name: str, given: Mapping[str, str], local: Mapping[str, str]) -> dict[str, Any]:
    if name in given:
        return {"name": name, "value": without_secrets(name, given[name]), "source": "environment"}
    if name in local:
        return {"name": name, "value": without_secrets(name, local[name]), "source": ".local/env"}
    return {"name": name, "value": None, "source": None}


def without_secrets(name: str, value: str) -> str:
    """Return a setting's value without what must not be shown: a key at all, the password of an address."""
    if _SECRET.search(name.removeprefix(_PREFIX)):
        return _HIDDEN
    if "://" not in value:
        return value
    parts = urlsplit(value)
    login, at, place = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    query = re.sub(r"(?i)((?:^|&)\w*(?:password|secret|token|key)\w*=)[^&]*", r"\1***", parts.query)
    return urlunsplit(parts._replace(netloc=f"{user}{colon and ':***'}{at}{place}", query=query))
