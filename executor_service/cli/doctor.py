"""`doctor`: looks everything over that the commands and the services need, and says what is wrong.

The services are asked by HTTP, servers by the word `doctor` of each service, which runs here with the settings of this
place; where they name no database that part is left out.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import httpx2
import typer

from executor_service.cli.config import without_secrets
from executor_service.cli.failures import CommandError, Exit
from executor_service.cli.output import Output
from executor_service.cli.server import Server, own_version
from executor_service.cli.session import with_output
from executor_service.cli.settings import URL, read_local, resolve_settings

_SCHEDULER_URL: Final = "WORKFLOWS_SCHEDULER_URL"
_DATABASES: Final = ("WORKFLOWS_DATABASE_URL", "WORKFLOWS_EXECUTOR_DATABASE_URL", "WORKFLOWS_SCHEDULER_DATABASE_URL")
_SECONDS: Final = 10.0
_LONGEST_LAG_SECONDS: Final = 60.0
_LAG: Final = re.compile(
    r"^workflows_((?:relay|projection|horizon)_lag_seconds|oldest_ready_seconds)(?:\{\w+=\"([^\"]*)\"\})? (\S+)$",
    re.MULTILINE,
)
_COLUMNS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "": lambda row: "ok" if row["isRight"] else "WRONG",
        "what": lambda row: row["what"],
        "found": lambda row: row["told"],
    }
)

Finding = dict[str, Any]


@with_output
def doctor(output: Output) -> None:
    """Look everything over, and say what is wrong; exit code 1 when something is."""
    environment = read_local(Path.cwd()) | os.environ
    findings = list(_findings(environment))
    output.rows(findings, _COLUMNS, nothing="")
    wrong = sum(not finding["isRight"] for finding in findings)
    if wrong:
        output.say(f"{wrong} of {len(findings)} are wrong")
        raise typer.Exit(Exit.FAILURE)
    output.say("all is well")


def _findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    yield _finding("workflows", f"version {own_version()}, Python {platform.python_version()}")
    yield from _signing_in(environment)
    for service, name in (("executor", URL), ("scheduler", _SCHEDULER_URL)):
        if url := environment.get(name, "").rstrip("/"):
            yield from _service(service, url)
    if any(environment.get(name) for name in _DATABASES):
        for module in ("executor_service", "scheduler_service"):
            yield from _servers(module, environment)


def _signing_in(environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        settings = resolve_settings(url=None, key=None, environment=environment, local={})
        with Server(settings) as server:
            next(server.rows("/v1/workflows", limit=1), None)
    except CommandError as error:
        yield _finding("signing in", f"{error.message}{f' ({error.hint})' if error.hint else ''}", is_right=False)
    else:
        yield _finding("signing in", without_secrets(URL, settings.url))


def _service(service: str, url: str) -> Iterator[Finding]:
    try:
        with httpx2.Client(base_url=url, timeout=_SECONDS) as client:
            ready = client.get("/readyz").json()
            figures = client.get("/metrics").text
    except (httpx2.HTTPError, ValueError) as error:
        yield _finding(service, f"{url} does not answer: {type(error).__name__}", is_right=False)
        return
    troubles = ready.get("troubles", {})
    for part, trouble in troubles.items():
        yield _finding(f"{service}: {part}", trouble, is_right=False)
    if not troubles:
        yield _finding(service, f"{url} is ready")
    yield from lags(service, figures)


def lags(service: str, figures: str) -> Iterator[Finding]:
    """Return how far a service is behind, out of its figures; more than a minute is wrong."""
    for name, label, value in _LAG.findall(figures):
        seconds = float(value)
        words = f"{service}: {name.removesuffix('_seconds').replace('_', ' ')}{f' {label}' if label else ''}"
        yield _finding(words, f"{seconds:.1f} s", is_right=not seconds > _LONGEST_LAG_SECONDS)


def _servers(module: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    words = [sys.executable, "-m", module, "doctor", "--json"]
    done = subprocess.run(words, env=dict(environment), check=False, capture_output=True, text=True)  # noqa: S603 # words of ours
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if found:
        yield from found
    else:
        told = done.stderr.strip().splitlines()
        yield _finding(module, told[-1] if told else f"ended with {done.returncode}", is_right=False)


def _finding(what: str, told: str, *, is_right: bool = True) -> Finding:
    return {"what": what, "isRight": is_right, "told": told}
