"""`republish`: topics filled again from the logs; works on the database, so each service does it for its own topics."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from executor_service.cli.services import start
from shared.contracts import DEAD_LETTER_SUFFIX, DUE, LIFECYCLE

_SCHEDULERS: Final = (DUE, LIFECYCLE + DEAD_LETTER_SUFFIX)

_Topics = Annotated[list[str] | None, typer.Argument(metavar="[TOPIC]...", help="Names of topics; default: all.")]


def republish(topics: _Topics = None) -> None:
    """Publish topics again from the start of the logs: after they were lost, or for a new reader.

    What stands in them stays; readers drop what they know by its id.
    """
    for service, own in _shared_out(topics or []):
        code = start(service, ["republish", *own])
        if code:
            raise typer.Exit(code if code > 0 else 128 - code)


def _shared_out(topics: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return the services to be asked, each for its topics; without topics both, for all."""
    schedulers = [topic for topic in topics if topic.endswith(_SCHEDULERS)]
    executors = [topic for topic in topics if topic not in schedulers]
    shares = [("executor_service", executors), ("scheduler_service", schedulers)]
    return [(service, own) for service, own in shares if own or not topics]
