"""Named crash points: where a test may make a process die, stand still, or raise.

Inert unless `WORKFLOWS_FAILPOINTS` names one: `name:hit` (the hit-th time it is passed, from 1, the process is killed
as by kill -9), `name:hit:stop` (it is stopped as by SIGSTOP), `name:hit:raise`. Several are separated by commas. The
list of names is closed, so that a test of a point that no longer exists fails.
"""

import os
import signal
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal, get_args

Name = Literal[
    "scheduler.decided_before_commit",
    "scheduler.after_commit",
    "scheduler.lifecycle_before_commit",
    "api.before_commit",
    "api.after_commit",
    "executor.accepted_before_commit",
    "executor.asked_before_commit",
    "executor.unenrolled_before_commit",
    "executor.evaluated_before_commit",
    "executor.evaluated_after_commit",
    "executor.claimed_before_action",
    "executor.acted_before_move",
    "executor.action_before_commit",
    "executor.action_after_commit",
    "executor.completed_before_commit",
    "projector.before_commit",
    "relay.sent_before_stored",
]
NAMES: Final[tuple[str, ...]] = get_args(Name)
VARIABLE: Final = "WORKFLOWS_FAILPOINTS"


class UnknownFailpointError(ValueError):
    """A crash point that no code passes, or a form that is not `name:hit` or `name:hit:how`."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{VARIABLE}: {text!r} is no crash point; known are {', '.join(NAMES)}")
        self.text = text


class FailpointError(Exception):
    """Raised at a crash point that was switched on with `raise`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"crash point {name}")
        self.name = name


@dataclass(frozen=True, slots=True)
class _Switch:
    hit: int
    how: str


_switches: dict[str, _Switch] = {}
_hits: Counter[str] = Counter()


def switch_on(setting: str) -> None:
    """Switch crash points on as the environment variable would; the empty text switches all off.

    Raises UnknownFailpointError.
    """
    _switches.clear()
    _hits.clear()
    for text in filter(None, setting.split(",")):
        name, _, rest = text.partition(":")
        hit, _, how = rest.partition(":")
        if name not in NAMES or not hit.isdigit() or how not in {"", "kill", "stop", "raise"}:
            raise UnknownFailpointError(text)
        _switches[name] = _Switch(int(hit), how or "kill")


def failpoint(name: Name) -> None:
    """Mark a crash point; does nothing unless it was switched on and this is the hit named."""
    if not _switches or name not in _switches:
        return
    _hits[name] += 1
    switch = _switches[name]
    if _hits[name] != switch.hit:
        return
    if switch.how == "raise":
        raise FailpointError(name)
    os.kill(os.getpid(), signal.SIGKILL if switch.how == "kill" else signal.SIGSTOP)
