"""Whether a process is ready, and what is in the way: named checks that answer at once."""

from collections.abc import Callable

Check = Callable[[], str | None]
"""Returns what is wrong, None for nothing; it looks at what is known and asks nobody."""


class Health:
    """The checks of one process."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Add a check, or replace the one of that name."""
        self._checks[name] = check

    def troubles(self) -> dict[str, str]:
        """Return what is wrong, by check; empty: ready."""
        found = {name: check() for name, check in self._checks.items()}
        return {name: trouble for name, trouble in found.items() if trouble is not None}
