"""The command line as it is typed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from executor_service.cli.commands import app

RUNNER = CliRunner()
NOBODY = {"WORKFLOWS_URL": "http://127.0.0.1:9", "WORKFLOWS_KEY": "wf_live_x"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NOBODY:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "words",
    [
        *(["apply"], ["list"], ["show"], ["preview"], ["turn-on"], ["turn-off"], ["history"], ["occurrences"]),
        *(["enrollments"], ["records", "import"], ["migrate"], ["review"], ["enroll"], ["unenroll"], ["run"]),
        *(["pause"], ["resume"], ["export"], ["diff"], ["doctor"], ["config", "show"]),
    ],
)
def test_every_command_says_what_it_is_for(words: list[str]) -> None:
    answer = RUNNER.invoke(app, [*words, "--help"])
    assert answer.exit_code == 0
    assert "Usage: workflows" in answer.stdout


def test_the_version_is_said() -> None:
    assert RUNNER.invoke(app, ["--version"]).stdout.startswith("workflows ")


def test_without_a_server_named_the_exit_code_is_that_of_usage() -> None:
    answer = RUNNER.invoke(app, ["list"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: no server is named\nhint: ")


def test_without_a_key_the_exit_code_is_that_of_not_being_signed_in() -> None:
    assert RUNNER.invoke(app, ["list", "--url", "http://127.0.0.1:9"]).exit_code == 7


def test_a_server_that_does_not_answer_has_its_exit_code() -> None:
    answer = RUNNER.invoke(app, ["list", "--json"], env=NOBODY)
    assert (answer.exit_code, answer.stdout) == (8, "")
    assert "http://127.0.0.1:9 cannot be reached" in answer.stderr


def test_an_unknown_option_is_a_usage_error() -> None:
    assert RUNNER.invoke(app, ["list", "--colour"]).exit_code == 2


def test_a_preview_takes_a_workflow_or_a_file_and_not_both() -> None:
    assert RUNNER.invoke(app, ["preview"], env=NOBODY).exit_code == 2
    assert RUNNER.invoke(app, ["preview", "12", "-f", "flow.yaml"], env=NOBODY).exit_code == 2


def test_a_file_that_cannot_be_read_is_refused_before_anything_is_asked() -> None:
    answer = RUNNER.invoke(app, ["apply", "-f", "none.yaml"], env=NOBODY)
    assert answer.exit_code == 5
    assert "none.yaml cannot be taken" in answer.stderr
