"""What an import came to."""

from dataclasses import dataclass
from pathlib import Path

from executor_service.cli.importing.upserts import Settled
from executor_service.cli.output import Output


@dataclass(slots=True)
class Tally:
    """Counts of rows; `replaced` by a later row of the same key."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    replaced: int = 0

    @property
    def rows(self) -> int:
        """How many rows these are."""
        return self.created + self.changed + self.unchanged + self.refused + self.replaced

    def add(self, settled: Settled, replaced: int) -> None:
        """Count more rows."""
        self.created += settled.created
        self.changed += settled.changed
        self.unchanged += settled.unchanged
        self.refused += len(settled.refused)
        self.replaced += replaced

    def show(self, output: Output, errors: Path | None) -> None:
        """Say the counts; `errors` is the file of the refused rows, null when there are none."""
        names = ("rows", "created", "changed", "unchanged", "refused", "replaced")
        counts: dict[str, object] = {name: getattr(self, name) for name in names}
        if output.as_json:
            output.document(counts | {"errors": None if errors is None else str(errors)})
            return
        output.facts(counts)
        if errors is not None:
            output.say(f"why rows were refused: {errors}")
