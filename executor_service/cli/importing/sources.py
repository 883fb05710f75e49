"""The file as lines of text that can be read twice: UTF-8, with or without a byte-order mark."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from executor_service.cli.failures import InvalidInputError, Problem

STDIN: Final = "-"
_MARK: Final = b"\xef\xbb\xbf"
_HINT: Final = "save it as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8"


@dataclass(frozen=True, slots=True)
class Source:
    """An open file and its name; `path` is null for standard input."""

    name: str
    path: Path | None
    file: IO[bytes]

    def is_at(self, path: Path) -> bool:
        """Tell whether a path leads to this very file, under whatever name."""
        return self.path is not None and path.exists() and path.samefile(self.path)

    def lines(self) -> Iterator[str]:
        """Yield the lines from the top, ends included; raises InvalidInputError at the first that is not UTF-8."""
        self.file.seek(0)
        for number, line in enumerate(self.file, 1):
            raw = line.removeprefix(_MARK) if number == 1 else line
            try:
                yield raw.decode()
            except UnicodeDecodeError as error:
                before = raw[: error.start].decode()[-20:]
                reason = f'it is not UTF-8: byte {raw[error.start]:#04x} after "{before}"'
                raise InvalidInputError(self.name, [Problem(f"line {number}", reason)], hint=_HINT) from error


@contextmanager
def open_source(name: str) -> Iterator[Source]:
    """Open a file, `-` for standard input, which is kept in a file of its own while it is read."""
    if name == STDIN:
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            yield Source("standard input", None, kept)
        return
    with ExitStack() as closing:
        try:
            file = closing.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise InvalidInputError(name, [Problem("", error.strerror or str(error))]) from error
        yield Source(name, Path(name), file)
