"""Readiness: what is in the way is named."""

from shared.health import Health


def test_a_process_is_ready_when_no_check_finds_trouble() -> None:
    troubles: list[str] = []
    health = Health()
    health.add("relay", lambda: troubles[0] if troubles else None)
    health.add("database", lambda: None)
    assert health.troubles() == {}
    troubles.append("workflows.due.v1: missing")
    assert health.troubles() == {"relay": "workflows.due.v1: missing"}
