"""What the doctor makes of a service's figures, and what is shown of settings."""

import pytest

from executor_service.cli.config import settings_rows, without_secrets
from executor_service.cli.doctor import lags

FIGURES = """\
# HELP workflows_relay_lag_seconds For how long the first settled event not published yet has been there
# TYPE workflows_relay_lag_seconds gauge
workflows_relay_lag_seconds{topic="workflows.due.v1"} 0.0
workflows_relay_lag_seconds{topic="workflows.history.v1"} 61.5
# HELP workflows_projection_lag_seconds For how long the first of them has waited for the projection
workflows_projection_lag_seconds NaN
workflows_oldest_ready_seconds{work="cohort"} 2.25
workflows_evaluation_seconds_count 7.0
"""


def test_more_than_a_minute_behind_is_wrong() -> None:
    assert [(each["what"], each["isRight"], each["told"]) for each in lags("executor", FIGURES)] == [
        ("executor: relay lag workflows.due.v1", True, "0.0 s"),
        ("executor: relay lag workflows.history.v1", False, "61.5 s"),
        ("executor: projection lag", True, "nan s"),
        ("executor: oldest ready cohort", True, "2.2 s"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("WORKFLOWS_KEY", "wf_live_x", "(set)"),
        ("WORKFLOWS_OPERATOR_KEY", "x", "(set)"),
        ("WORKFLOWS_DATABASE_URL", "postgresql://me:p%40ss@host:1/db", "postgresql://me:***@host:1/db"),
        (
            "WORKFLOWS_DATABASE_URL",
            "postgresql://me@host/db?password=x&a=1",
            "postgresql://me@host/db?password=***&a=1",
        ),
        ("WORKFLOWS_SMTP_URL", "smtp://:p@host", "smtp://:***@host"),
        ("WORKFLOWS_KAFKA", "one:9092,two:9092", "one:9092,two:9092"),
        ("WORKFLOWS_URL", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_a_setting_is_shown_without_its_secret(name: str, value: str, shown: str) -> None:
    assert without_secrets(name, value) == shown


def test_the_environment_wins_over_the_local_file_and_others_are_not_shown() -> None:
    environment = {"WORKFLOWS_URL": "http://a", "PATH": "/bin"}
    local = {"WORKFLOWS_URL": "http://b", "WORKFLOWS_KAFKA": "c:1"}
    assert settings_rows(environment, local) == [
        {"name": "WORKFLOWS_KAFKA", "value": "c:1", "source": ".local/env"},
        {"name": "WORKFLOWS_KEY", "value": None, "source": None},
        {"name": "WORKFLOWS_URL", "value": "http://a", "source": "environment"},
    ]
