"""`.local/env`: where the running servers are, and a key of their API, as NAME=value lines."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def published(file: Path, values: Mapping[str, str]) -> Iterator[None]:
    """Let the file be there, for its owner's eyes only, while the context lasts; it is seen whole or not at all."""
    temporary = file.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as lines:  # noqa: PTH123  # a descriptor made with its mode
        lines.writelines(f"{name}={value}\n" for name, value in values.items())
    temporary.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def read_environment(file: Path) -> dict[str, str]:
    """Give what is published, empty when nothing is."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)
