"""The logs of each release are read by every later one; a pure fold of them gives what it gave then."""

from typing import Any

import pytest
from pydantic import BaseModel

from deploy.schemas.crossings import LOGS
from executor_service.events import parse_event as parse_executor_event
from scheduler_service.domain import parse_event as parse_scheduler_event
from shared.event_store import RecordedEvent
from tests.golden.logs import fold_all, read_digests, read_log


def parsed(service: str, recorded: RecordedEvent) -> BaseModel:
    return parse_executor_event(recorded) if service == "executor" else parse_scheduler_event(recorded)


def written(event: BaseModel, *, unset: bool) -> Any:
    return event.model_dump(mode="json", by_alias=True, exclude={"type"}, exclude_unset=unset)


@pytest.mark.parametrize("service", ["executor", "scheduler"])
def test_every_event_is_read_and_written_as_it_was(service: str) -> None:
    for recorded in read_log(service):
        assert written(parsed(service, recorded), unset=True) == recorded.data, recorded.position


@pytest.mark.parametrize(("service", "elsewhere"), [("executor", set()), ("scheduler", {"PublishFailed"})])
def test_an_event_of_each_class_is_in_the_log(service: str, elsewhere: set[str]) -> None:
    assert {recorded.type for recorded in read_log(service)} == LOGS[service].keys() - elsewhere


@pytest.mark.parametrize("service", ["executor", "scheduler"])
def test_a_stream_s_versions_have_no_gap(service: str) -> None:
    reached: dict[str, int] = {}
    for recorded in read_log(service):
        assert recorded.version == reached.get(recorded.stream, 0) + 1
        reached[recorded.stream] = recorded.version


def test_the_schedules_are_what_they_were() -> None:
    assert fold_all(read_log("scheduler")) == read_digests()["scheduler"]
