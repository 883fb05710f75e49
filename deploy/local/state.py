"""The state directory: everything the servers keep, what was started for them, and who is in charge of it now."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from deploy.local.locks import LockHeldError, take_lock
from deploy.local.ports import Ports
from deploy.local.processes import ProcessRecord

_RECORDS = TypeAdapter(list[ProcessRecord])


class AlreadyRunningError(Exception):
    """Another launcher is in charge of the state directory."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(f"Servers are already running in {state_dir}; stop them with: python -m deploy.local down")
        self.state_dir = state_dir


class State:
    """A state directory, made when it is missing. It asks git to ignore it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.logs = self.folder("logs")
        self.ports = Ports(self.path / "ports.json")
        self.environment_file = self.path / "env"
        self._launcher = self.path / "launcher.json"
        self._processes = self.path / "processes.json"
        (self.path / ".gitignore").write_text("*\n", encoding="ascii")

    def folder(self, *names: str) -> Path:
        """Give a folder of it, made when it is missing."""
        folder = self.path.joinpath(*names)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def lock_file(self, name: str) -> Path:
        """Give the file whose lock the process of that name holds while it lives."""
        return self.path / f"{name}.lock"

    @contextmanager
    def in_charge(self) -> Iterator[None]:
        """Be the one launcher of this directory, or raise `AlreadyRunningError`."""
        try:
            descriptor = take_lock(self.lock_file("launcher"))
        except LockHeldError:
            raise AlreadyRunningError(self.path) from None
        record = ProcessRecord.of("launcher", os.getpid(), signal.SIGTERM)
        self._launcher.write_bytes(orjson.dumps(record.model_dump()))
        try:
            yield
        finally:
            self._launcher.unlink(missing_ok=True)
            os.close(descriptor)

    def launcher(self) -> ProcessRecord | None:
        """Give who was in charge last, if it did not take its leave; it may be dead."""
        try:
            return ProcessRecord.model_validate_json(self._launcher.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def records(self) -> list[ProcessRecord]:
        """Give what was started and not yet seen to end, oldest first."""
        try:
            return _RECORDS.validate_json(self._processes.read_bytes())
        except (FileNotFoundError, ValidationError):
            return []

    def remember(self, record: ProcessRecord) -> None:
        """Keep what was started, in place of an earlier process of its name."""
        self._write([*(kept for kept in self.records() if kept.name != record.name), record])

    def forget(self, name: str) -> None:
        """Strike a process that has ended."""
        self._write([kept for kept in self.records() if kept.name != name])

    def _write(self, records: list[ProcessRecord]) -> None:
        temporary = self._processes.with_suffix(".new")
        temporary.write_bytes(orjson.dumps([record.model_dump() for record in records]))
        temporary.replace(self._processes)
