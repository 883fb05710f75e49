"""Where the server is and the key to it: flag, else environment, else `.local/env` of this folder or one above it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from executor_service.cli.failures import MisuseError, NoKeyError

URL: Final = "WORKFLOWS_URL"
KEY: Final = "WORKFLOWS_KEY"
LOCAL_FILE: Final = ".local/env"


@dataclass(frozen=True, slots=True)
class Settings:
    """The server's address without a slash at its end, and a key."""

    url: str
    key: str


def read_local(folder: Path) -> dict[str, str]:
    """Return the values of the nearest `.local/env`, looking in `folder` and then upwards; empty without one."""
    for place in (folder, *folder.parents):
        try:
            text = (place / LOCAL_FILE).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError:
            return {}
        return _values(text)
    return {}


def resolve_settings(
    *, url: str | None, key: str | None, environment: Mapping[str, str], local: Mapping[str, str]
) -> Settings:
    """Return what holds. The key of `.local/env` is for the server of `.local/env` and is sent to no other.

    Raises MisuseError without an address, NoKeyError without a key.
    """
    found_url = (url or environment.get(URL) or local.get(URL, "")).rstrip("/")
    if not found_url:
        raise MisuseError("no server is named", hint=f"give --url, set {URL}, or start one with `make up`")
    if not found_url.startswith(("http://", "https://")):
        raise MisuseError(f"{found_url} is no address of a server", hint="it begins with http:// or https://")
    own = local.get(KEY) if found_url == local.get(URL, "").rstrip("/") else None
    found_key = key or environment.get(KEY) or own
    if not found_key:
        raise NoKeyError
    if not found_key.isascii() or not found_key.isprintable():
        raise MisuseError("the key holds characters that no key has")
    return Settings(found_url, found_key)


def _values(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines()]
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}
