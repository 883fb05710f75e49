"""Where the server is and with which key."""

from pathlib import Path

import pytest

from executor_service.cli.failures import MisuseError, NoKeyError
from executor_service.cli.settings import Settings, read_local, resolve_settings

LOCAL = {"WORKFLOWS_URL": "http://local:1", "WORKFLOWS_KEY": "local-key"}
ENVIRONMENT = {"WORKFLOWS_URL": "http://environment:2/", "WORKFLOWS_KEY": "environment-key"}


def test_a_flag_wins_over_the_environment_and_the_environment_over_the_file() -> None:
    flags = resolve_settings(url="http://flag:3", key="flag-key", environment=ENVIRONMENT, local=LOCAL)
    environment = resolve_settings(url=None, key=None, environment=ENVIRONMENT, local=LOCAL)
    file = resolve_settings(url=None, key=None, environment={}, local=LOCAL)
    assert flags == Settings("http://flag:3", "flag-key")
    assert environment == Settings("http://environment:2", "environment-key")
    assert file == Settings("http://local:1", "local-key")


def test_the_key_of_the_local_server_is_sent_to_no_other() -> None:
    with pytest.raises(NoKeyError):
        resolve_settings(url="http://elsewhere:9", key=None, environment={}, local=LOCAL)


def test_the_local_key_serves_the_local_server_however_it_was_named() -> None:
    found = resolve_settings(url="http://local:1/", key=None, environment={}, local=LOCAL)
    assert found == Settings("http://local:1", "local-key")


@pytest.mark.parametrize("url", [None, "", "localhost:8080"])
def test_no_address_of_a_server_is_a_misuse(url: str | None) -> None:
    with pytest.raises(MisuseError):
        resolve_settings(url=url, key="key", environment={}, local={})


def test_the_nearest_local_file_is_read_from_a_folder_below_it(tmp_path: Path) -> None:
    below = tmp_path / "project" / "flows"
    below.mkdir(parents=True)
    for folder, key in ((tmp_path, "outer"), (tmp_path / "project", "inner=")):
        (folder / ".local").mkdir()
        (folder / ".local/env").write_text(f"# servers\nWORKFLOWS_KEY={key}\n\nWORKFLOWS_URL = http://x:1\n")
    assert read_local(below) == {"WORKFLOWS_KEY": "inner=", "WORKFLOWS_URL": "http://x:1"}
    assert read_local(tmp_path)["WORKFLOWS_KEY"] == "outer"
