"""What comes between the servers and the services: schemas, topics and a key to call the API with."""

import asyncio
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local.services import ROOT, Surroundings


class PreparationError(Exception):
    """A command that prepares the services failed."""

    def __init__(self, words: tuple[str, ...], exit_code: int, log: Path, output: str) -> None:
        super().__init__(
            f"python -m {' '.join(words)} ended with exit code {exit_code} (see {log}):\n{output[-2_000:]}"
        )
        self.words = words
        self.exit_code = exit_code
        self.output = output


class CreatedKey(BaseModel):
    """What `keys create --json` prints."""

    model_config = ConfigDict(frozen=True)

    id: str
    key: str


async def migrate(surroundings: Surroundings) -> None:
    """Bring the schemas of both services, and their topics, to what the code needs."""
    await _run(surroundings, "executor_service", "migrate")
    await _run(surroundings, "scheduler_service", "migrate")


async def create_key(surroundings: Surroundings, name: str = "local") -> str:
    """Make an API key and give its secret, which can be had only now."""
    output = await _run(surroundings, "executor_service", "keys", "create", "--name", name, "--json")
    return CreatedKey.model_validate_json(output).key


async def _run(surroundings: Surroundings, *words: str) -> bytes:
    """Run one command to its end and give what it printed; what it logged is in `prepare.log`."""
    state = surroundings.state
    log = state.logs / "prepare.log"
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env=surroundings.environment({}, state.folder("services", "prepare")),
        )
        output, _ = await process.communicate()
    if process.returncode:
        told = output.decode(errors="replace") + log.read_text(encoding="utf-8", errors="replace")
        raise PreparationError(words, process.returncode, log, told)
    return output
