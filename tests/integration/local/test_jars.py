"""The cache of jars is trusted only as far as its digests go."""

from pathlib import Path

import pytest

from deploy.local.jars import Jar, JarUnavailableError, fetch_jars, listed_jars


def _small_jar() -> Jar:
    return next(jar for jar in listed_jars() if jar.artifact == "slf4j-simple")


def _silent(_sentence: str) -> None:
    """Report to nobody."""


def test_a_damaged_jar_in_the_cache_is_fetched_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jar = _small_jar()
    (tmp_path / jar.file_name).write_bytes(b"half a jar")
    told: list[str] = []

    files = fetch_jars([jar], tmp_path, told.append)

    assert files == [tmp_path / "slf4j-simple-2.0.18.jar"]
    assert files[0].read_bytes().startswith(b"PK")
    assert len(told) == 1
    assert capsys.readouterr().out == ""


def test_a_whole_jar_is_not_fetched_again(tmp_path: Path) -> None:
    jar = _small_jar()
    fetch_jars([jar], tmp_path, _silent)
    told: list[str] = []
    fetch_jars([jar], tmp_path, told.append)
    assert told == []


def test_a_jar_with_another_digest_is_refused_and_not_kept(tmp_path: Path) -> None:
    known = _small_jar()
    jar = Jar(known.group, known.artifact, known.version, "0" * 64)
    with pytest.raises(JarUnavailableError, match="slf4j-simple"):
        fetch_jars([jar], tmp_path, _silent)
    assert list(tmp_path.iterdir()) == []
