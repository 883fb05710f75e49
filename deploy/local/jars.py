"""The jars Apache Kafka runs from: which they are, and how they come into the cache.

`jars.txt` beside this file is authoritative: `group:artifact:version sha256`, one a line. The cache lies outside the
tree and is shared by every checkout, so a jar is trusted only after its digest was compared, at each start, and
appears under its name only whole.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maven_artifact import Artifact, Downloader
from maven_artifact.requestor import RequestException

_LIST = Path(__file__).with_name("jars.txt")
_THREADS = 8
_TRIES = 3
_PIECE_BYTES = 1 << 16


class JarUnavailableError(Exception):
    """A jar could not be fetched with the digest it must have."""

    def __init__(self, coordinates: str, reason: str) -> None:
        super().__init__(f"The jar {coordinates} could not be fetched: {reason}")
        self.coordinates = coordinates
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar, named as Maven names it, and the SHA-256 of its bytes in hexadecimal."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinates(self) -> str:
        """Group, artifact and version, joined by colons."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """The jar's name in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def listed_jars() -> list[Jar]:
    """Give every jar of `jars.txt`, in its order."""
    lines = _LIST.read_text(encoding="ascii").splitlines()
    return [Jar(*line.replace(":", " ").split()) for line in lines]


def cache_folder() -> Path:
    """Give the folder the jars are kept in; it need not exist."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "scheduled-workflows" / "jars"


def fetch_jars(jars: Sequence[Jar], folder: Path, report: Callable[[str], None]) -> list[Path]:
    """Give the jars' files, in the order of `jars`, having fetched those that are missing or damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in jars if not _is_whole(jar, folder / jar.file_name)]
    if missing:
        report(f"Fetching {len(missing)} jars of Apache Kafka from Maven Central (45 MB in all, kept in {folder})")
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(lambda jar: _fetch(jar, folder), missing))
    return [folder / jar.file_name for jar in jars]


def _is_whole(jar: Jar, file: Path) -> bool:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _fetch(jar: Jar, folder: Path) -> None:
    reason = ""
    for _ in range(_TRIES):
        try:
            return _fetch_once(jar, folder)
        except (OSError, RequestException, JarUnavailableError) as error:
            reason = str(getattr(error, "msg", error))
    raise JarUnavailableError(jar.coordinates, reason)


def _fetch_once(jar: Jar, folder: Path) -> None:
    """Write to a `.part` file of this fetch alone and rename it when its digest is right."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=jar.file_name, suffix=".part")
    part = Path(name)
    try:
        digest = hashlib.sha256()
        with open(descriptor, "wb") as file:  # noqa: PTH123  # the descriptor mkstemp opened
            for piece in _pieces(jar):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != jar.sha256:
            raise JarUnavailableError(jar.coordinates, f"its SHA-256 is {digest.hexdigest()}, not {jar.sha256}")
        part.replace(folder / jar.file_name)
    finally:
        part.unlink(missing_ok=True)


def _pieces(jar: Jar) -> Iterator[bytes]:
    """Stream a jar from the package's default repository; its `download` prints, checks nothing, writes in place."""
    source = Downloader()
    address = source.resolver.uri_for_artifact(Artifact(jar.group, jar.artifact, jar.version))
    response: Any = source.requestor.request(address, _refuse, stream=True, timeout=30)
    with response:
        yield from response.iter_content(chunk_size=_PIECE_BYTES)


def _refuse(address: str, error: Exception) -> None:
    raise RequestException(f"{address}: {error}")
