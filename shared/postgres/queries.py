"""Named queries out of `.sql` files.

A file holds queries one after the other, each under a line `-- name: word`, a sentence, and a line a parameter.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_HEADER = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


class UnknownQueryError(LookupError):
    """A query that its file does not hold."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(f"{path.name} holds no query named {name}")
        self.path = path
        self.name = name


class Queries(Mapping[str, str]):
    """The queries of one file, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        parts = _HEADER.split(path.read_text(encoding="utf-8"))
        self._texts = {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}

    def __getitem__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise UnknownQueryError(self.path, name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def load_queries(module_file: str) -> Queries:
    """Return the queries of the `.sql` file beside a module; pass the module's `__file__`."""
    return Queries(Path(module_file).with_suffix(".sql"))
