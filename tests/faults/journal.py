"""What a test asks of the services while they fail, and notes for the judge: only what was acknowledged counts.

Whoever asks by HTTP asks again under the same Idempotency-Key until there is an answer, as a careful client does.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import httpx2
import orjson

from tests.e2e.stage import Stage
from tests.e2e.topics import producing
from tests.e2e.waiting import eventually
from tests.faults.judge.evidence import Pause, Wish

COMMANDS, RECORDS = "workflows.commands.v1", "crm.records.v1"
_HIGHEST = "SELECT max(position) FROM executor.events"
_COPIES = 3


@dataclass(slots=True)
class Journal:
    """The wishes, pauses and changes of records that were acknowledged."""

    wishes: list[Wish] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    told: dict[int, dict[str, str]] = field(default_factory=dict)
    turns: int = 0
    """How often a workflow was paused or resumed."""
    asked_again: int = 0
    """How often there was no answer, and the same was asked again."""

    async def enroll(self, stage: Stage, workflow_id: int, record_ids: Iterable[int]) -> None:
        """Enroll records by hand."""
        ids, key = frozenset(record_ids), self._key("enroll")
        await self._post(stage, f"/v1/workflows/{workflow_id}/enrollments", key, ids)
        self.wishes.append(Wish("enroll", "MANUAL", workflow_id, key, ids))

    async def unenroll(self, stage: Stage, workflow_id: int, record_ids: Iterable[int]) -> None:
        """Let records leave."""
        ids, key = frozenset(record_ids), self._key("unenroll")
        await self._post(stage, f"/v1/workflows/{workflow_id}/unenrollments", key, ids)
        self.wishes.append(Wish("unenroll", "MANUAL", workflow_id, key, ids))

    async def run(self, stage: Stage, workflow_id: int) -> None:
        """Run a workflow now."""
        key = self._key("run")
        await self._post(stage, f"/v1/workflows/{workflow_id}/run", key)
        self.wishes.append(Wish("run", "RUN_NOW", workflow_id, key))

    async def pause(self, stage: Stage, workflow_id: int) -> None:
        """Pause a workflow, and note where the log stood at the answer; one that says 202 is no promise yet."""
        self.turns += 1
        status = await self._post(stage, f"/v1/workflows/{workflow_id}/pause", f"pause-{self.turns}")
        if status == httpx2.codes.OK:
            self.pauses.append(Pause(workflow_id, await stage.pool.fetchval(_HIGHEST)))

    async def resume(self, stage: Stage, workflow_id: int) -> None:
        """Let a workflow go on."""
        self.turns += 1
        await self._post(stage, f"/v1/workflows/{workflow_id}/resume", f"resume-{self.turns}")

    async def command(self, stage: Stage, word: str, workflow_id: int, record_ids: Iterable[int] = ()) -> None:
        """Put a command into its topic, several times; `word` is `enroll`, `unenroll` or `run`."""
        ids, key = frozenset(record_ids), self._key("command")
        data: dict[str, object] = {"workflowId": str(workflow_id)}
        if ids:
            data["recordIds"] = [str(record_id) for record_id in sorted(ids)]
        kind = f"workflows.command.{word}.v1"
        await _send(stage, COMMANDS, [(str(workflow_id), (key, kind, data))] * _COPIES)
        self.wishes.append(_commanded(word, workflow_id, key, ids))

    async def refused(self, stage: Stage, workflow_id: int) -> None:
        """Put a command into its topic that names a record which nobody knows."""
        key, kind = self._key("refused"), "workflows.command.enroll.v1"
        data: dict[str, object] = {"workflowId": str(workflow_id), "recordIds": ["999999999"]}
        await _send(stage, COMMANDS, [(str(workflow_id), (key, kind, data))] * _COPIES)
        self.wishes.append(Wish("none", "COMMAND", workflow_id, key))

    async def tell(self, stage: Stage, record_ids: Collection[int], name: str, values: Sequence[str]) -> None:
        """Put changes of records into their topic: a property of each gets each value in turn, and keeps the last."""
        told = [(f"0-1/{each}", _upsert(each, name, value)) for value in values for each in record_ids]
        await _send(stage, RECORDS, told)
        for record_id in record_ids:
            self.told.setdefault(record_id, {})[name] = values[-1]

    def _key(self, word: str) -> str:
        return f"{word}-{len(self.wishes)}"

    async def _post(self, stage: Stage, path: str, key: str, record_ids: Iterable[int] = ()) -> int:
        """Ask until there is an answer, which must be a good one; return its status."""
        ids = [str(record_id) for record_id in sorted(record_ids)]
        body = {"recordIds": ids} if ids else None

        async def ask() -> int | None:
            try:
                answer = await stage.client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                self.asked_again += 1
                return None
            # 409: the first try is still under way, in another process or in a session that has not ended yet.
            if answer.status_code == httpx2.codes.CONFLICT or answer.is_server_error:
                self.asked_again += 1
                return None
            assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
            return int(answer.status_code)

        return await eventually(f"an answer to {key}", ask)


def _commanded(word: str, workflow_id: int, key: str, ids: frozenset[int]) -> Wish:
    match word:
        case "enroll":
            return Wish("enroll", "COMMAND", workflow_id, key, ids)
        case "unenroll":
            return Wish("unenroll", "COMMAND", workflow_id, key, ids)
        case _:
            return Wish("run", "COMMAND", workflow_id, key)


_Told = tuple[str, str, dict[str, object]]
"""Id, type and data of a message."""


def _upsert(record_id: int, name: str, value: str) -> _Told:
    data: dict[str, object] = {"objectTypeId": "0-1", "id": str(record_id), "properties": {name: value}}
    return f"{record_id}-{name}-{value}", "crm.record.upserted.v1", data


async def _send(stage: Stage, topic: str, messages: Iterable[tuple[str, _Told]]) -> None:
    async with producing(stage.kafka) as producer:
        for key, (message_id, kind, data) in messages:
            headers = {"ce_specversion": "1.0", "ce_id": message_id, "ce_source": "/crm", "ce_type": kind}
            pairs = [(name, text.encode()) for name, text in headers.items()]
            await producer.send(stage.topic(topic), orjson.dumps(data), key=key.encode(), headers=pairs)
        await producer.flush()
