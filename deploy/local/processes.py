"""Starting one process, and knowing it again later.

A child must not outlive the launcher, however that ends. On Linux the kernel sends it its stop signal when the
launcher dies (the parent death signal); elsewhere, and should it not heed the signal, its record in the state
directory tells the next launcher, or `down`, what to end. A process number may have been given to another program
since: it counts only together with the instant the process began.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_LOG_BYTES = 10 << 20
_CLOCK_SLACK_SECONDS = 2  # an instant of beginning is computed from the time of boot, which moves when the clock is set


@dataclass(frozen=True, slots=True)
class Account:
    """Whose rights a process gets: another user's, those a program put before it gives, or by default our own."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()


OWN_ACCOUNT = Account()


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be started, and where its output goes."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    account: Account = OWN_ACCOUNT


class ProcessRecord(BaseModel):
    """A process that was started: enough to find it, be sure that it is the one, and ask it to stop."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    began: float
    stop_signal: int

    @classmethod
    def of(cls, name: str, pid: int, stop_signal: signal.Signals) -> "ProcessRecord":
        """Describe a process that lives now."""
        return cls(name=name, pid=pid, began=psutil.Process(pid).create_time(), stop_signal=stop_signal)

    def find(self) -> psutil.Process | None:
        """Give the process if it still lives; one that is dead and only not yet reaped does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.began) < _CLOCK_SLACK_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def spawn(command: Command, stop_signal: signal.Signals, keep_open: int) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own: Ctrl-C reaches the launcher only, which stops things in order."""
    _turn_over(command.log)
    account = command.account
    with command.log.open("ab") as log:
        return subprocess.Popen(
            [*account.prefix, *command.argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=command.folder,
            env=command.environment,
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
            pass_fds=(keep_open,),
            start_new_session=True,
            preexec_fn=_ending_with_parent(stop_signal),  # noqa: PLW1509  # calls prctl and getppid: no locks
        )


def _ending_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    return partial(_end_with_parent, ctypes.CDLL(None).prctl, os.getpid(), int(stop_signal))


def _end_with_parent(prctl: Callable[[int, int], int], parent: int, stop_signal: int) -> None:
    """Run in the child before the command does; the parent may have died before the wish was known to the kernel."""
    prctl(_SET_PARENT_DEATH_SIGNAL, stop_signal)
    if os.getppid() != parent:
        os._exit(1)


def _turn_over(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
