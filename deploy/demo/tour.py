"""The tour, step by step: what a visitor would do, with the commands they would type."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import yaml
from rich.console import Console
from rich.table import Table

from deploy.demo.topics import messages_of
from deploy.local.environment_file import read_environment
from shared.clock import SystemClock
from shared.contracts import DUE, HISTORY

SAMPLE = Path(os.path.relpath(Path(__file__).parents[1] / "sample"))
_ROOM_SECONDS = 8
_PATIENCE_SECONDS = 150
_LOOK_SECONDS = 0.2
_SHOWN = 10


class TourFailedError(RuntimeError):
    """A step did not come out as it is meant to; says which."""

    def __init__(self, step: str, detail: str) -> None:
        super().__init__(f"The demo stopped at “{step}”: {detail}")
        self.step = step


@dataclass(frozen=True, slots=True)
class Guide:
    """What every step needs."""

    console: Console
    client: httpx2.AsyncClient
    environment: Mapping[str, str]

    def say(self, heading: str, words: str) -> None:
        """Say what comes, and why."""
        self.console.print()
        self.console.rule(f"[bold]{heading}", align="left")
        self.console.print(words)

    async def command(self, *words: str) -> None:
        """Run a word of the command line as a visitor would."""
        self.console.print(f"\n[bold cyan]$ workflows {' '.join(words)}")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "executor_service.cli", *words, env={**os.environ, **self.environment}
        )
        if code := await process.wait():
            raise TourFailedError(f"workflows {words[0]}", f"it ended with exit code {code}")

    async def get(self, path: str, **parameters: str | int) -> Any:
        """Read from the API."""
        answer = await self.client.get(path, params=parameters)
        if answer.is_error:
            raise TourFailedError(f"GET {path}", answer.text)
        return answer.json()


async def tour(console: Console, environment_file: Path) -> None:
    """Walk through it; raises TourFailedError."""
    environment = read_environment(environment_file)
    headers = {"Authorization": f"Bearer {environment['WORKFLOWS_KEY']}"}
    async with httpx2.AsyncClient(base_url=environment["WORKFLOWS_URL"], headers=headers, timeout=30) as client:
        guide = Guide(console, client, environment)
        await _import_records(guide)
        workflow = await _turn_on(guide)
        occurrence = await _wait_until_due(guide, workflow)
        await _show_messages(guide, occurrence)
        await _show_history(guide, workflow, occurrence)


async def _import_records(guide: Guide) -> None:
    guide.say("1  Records", "500 contacts come in from a CSV file, over the same interface HubSpot's own clients use.")
    await guide.command("records", "import", str(SAMPLE / "contacts.csv"), "--type", "contacts")


async def _turn_on(guide: Guide) -> Any:
    due_at = _next_full_minute()
    document = yaml.safe_load((SAMPLE / "follow-up.yaml").read_text(encoding="utf-8"))
    document["enrollmentSchedule"] |= {
        "timeOfDay": {"hour": due_at.hour, "minute": due_at.minute},
        "timeZoneId": "UTC",
    }
    document["name"] += f" ({due_at:%H:%M:%S})"
    guide.say(
        "2  A scheduled workflow",
        f"Every day, leads from companies with a revenue of 500,000 or more are to be marked. It is due at the next\n"
        f"full minute, {due_at:%H:%M} UTC. Turning it on tells the scheduler, through the log and Kafka.",
    )
    answer = await guide.client.post("/automation/v4/flows", json=document)
    if answer.is_error:
        raise TourFailedError("create the workflow", answer.text)
    workflow = answer.json()
    await guide.command("preview", workflow["id"], "-n", "3")
    await guide.command("turn-on", workflow["id"])
    return workflow | {"dueAt": due_at}


def _next_full_minute() -> datetime:
    now = SystemClock().now()
    full = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return full if full - now > timedelta(seconds=_ROOM_SECONDS) else full + timedelta(minutes=1)


async def _wait_until_due(guide: Guide, workflow: Any) -> Any:
    guide.say(
        "3  It comes due", "The scheduler writes the occurrence down and tells the executor, again through Kafka."
    )
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    with guide.console.status("waiting") as status:
        while asyncio.get_running_loop().time() < deadline:
            seconds = (workflow["dueAt"] - SystemClock().now()).total_seconds()
            status.update(f"due in {seconds:.0f} s" if seconds > 0 else "due now: evaluating, enrolling, acting")
            occurrences = (await guide.get(f"/v1/workflows/{workflow['id']}/occurrences"))["data"]
            if occurrences and occurrences[0]["completedAt"] is not None:
                _show_occurrence(guide, occurrences[0])
                return occurrences[0]
            await asyncio.sleep(_LOOK_SECONDS)
    raise TourFailedError("wait for the occurrence", f"nothing was completed within {_PATIENCE_SECONDS} s")


def _show_occurrence(guide: Guide, occurrence: Any) -> None:
    if occurrence["state"] != "COMPLETED" or not occurrence["counts"]["enrolled"]:
        raise TourFailedError("the occurrence", str(occurrence))
    due_at = _instant(occurrence["dueAt"])
    for word, field in (("noticed", "recordedAt"), ("evaluated", "evaluatedAt"), ("completed", "completedAt")):
        lateness = (_instant(occurrence[field]) - due_at).total_seconds()
        guide.console.print(f"  {word:<10} {lateness:7.3f} s after {due_at:%H:%M:%S}")
    counts = occurrence["counts"]
    guide.console.print(
        f"  [bold]{counts['matched']} records matched, {counts['enrolled']} enrolled, {counts['completed']} completed."
    )


async def _show_messages(guide: Guide, occurrence: Any) -> None:
    guide.say("4  What other systems saw", "The same facts stand in the topics, one message a record in the history:")
    server = guide.environment["WORKFLOWS_KAFKA"]
    due = await messages_of(server, DUE, occurrence["id"], at_least=1)
    expected = 3 * occurrence["counts"]["enrolled"]
    history = await messages_of(server, HISTORY, occurrence["id"], at_least=expected)
    if not due or len(history) < expected:
        raise TourFailedError("read the topics", f"{len(due)} due, {len(history)} of {expected} in the history")
    table = Table("topic", "key", "ce_type", "data", box=None, header_style="dim")
    for message in [*due[:1], *history[:5]]:
        table.add_row(message.topic, message.key, message.type, message.value[:70] + "…")
    guide.console.print(table)
    guide.console.print(f"  … and {len(history) - 5} more.")


async def _show_history(guide: Guide, workflow: Any, occurrence: Any) -> None:
    guide.say("5  The history", "Projected from the log, and from nothing else: who was enrolled, and what was done.")
    log = (await guide.get(f"/v1/workflows/{workflow['id']}/action-log", limit=1000))["data"]
    done = [row for row in log if row["event"] == "ACTION_COMPLETED"]
    table = Table("at", "record", "email", "action", "what", "lead status now", header_style="bold")
    for row in done[:_SHOWN]:
        names = {"properties": "email,hs_lead_status"}
        record = await guide.get(f"/crm/v3/objects/contacts/{row['recordId']}", **names)
        properties = record["properties"]
        at = f"{_instant(row['at']):%H:%M:%S.%f}"[:-3]
        what = f"set {row['details'].get('property', '')}"
        table.add_row(at, row["recordId"], properties["email"], row["actionId"], what, properties["hs_lead_status"])
    guide.console.print(table)
    if len(done) != occurrence["counts"]["enrolled"]:
        raise TourFailedError("the history", f"{len(done)} actions for {occurrence['counts']['enrolled']} enrollments")
    guide.console.print(f"  … {len(done) - _SHOWN} more. The whole of it: workflows history {workflow['id']}")
    await guide.command("occurrences", workflow["id"])
    guide.console.print("\n[bold green]Every fact went through the log, Kafka and back: nothing lost, nothing twice.")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
