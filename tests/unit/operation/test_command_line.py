"""How a service's command line ends: one sentence and a code."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from executor_service.settings import Settings as ExecutorSettings
from scheduler_service.settings import Settings as SchedulerSettings
from shared.command_line import Exit, sentence_of
from shared.kafka.broker import BrokerAwayError
from shared.postgres.fitness import UnfitServerError
from shared.serving import PortTakenError


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKFLOWS_DATABASE_URL", "WORKFLOWS_EXECUTOR_DATABASE_URL", "WORKFLOWS_SCHEDULER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("settings", [ExecutorSettings, SchedulerSettings], ids=["executor", "scheduler"])
@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "set WORKFLOWS_DATABASE_URL or WORKFLOWS_"),
        (
            {"WORKFLOWS_DATABASE_URL": "mysql://me:secret@host/x"},
            "WORKFLOWS_DATABASE_URL: must begin with postgresql://",
        ),
        ({"WORKFLOWS_DATABASE_URL": "postgresql://x/x", "WORKFLOWS_LOG_LEVEL": "secret"}, "WORKFLOWS_LOG_LEVEL: "),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence_without_its_secret(
    settings: Callable[[], object], environment: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    with pytest.raises(ValidationError) as caught:
        settings()
    told = sentence_of(caught.value)
    assert told is not None
    assert told[0].startswith(sentence)
    assert "\n" not in told[0]
    assert "secret" not in told[0]
    assert told[1] is Exit.USAGE


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnfitServerError(["fsync is off"]), Exit.FAILURE),
        (PortTakenError("127.0.0.1", 8080, "taken"), Exit.FAILURE),
        (BrokerAwayError(TimeoutError()), Exit.UNREACHABLE),
        (ConnectionRefusedError(111, "refused"), Exit.UNREACHABLE),
    ],
)
def test_what_is_in_the_way_has_its_code(error: Exception, code: Exit) -> None:
    told = sentence_of(error)
    assert told is not None
    assert told[1] is code


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    assert sentence_of(RuntimeError("no sentence for this")) is None
