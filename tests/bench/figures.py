"""What a line of the benchmark measured, as a table for people and JSON for programs."""

from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured rate beside its limit, in the same unit; `bar` is what to reach, None where nothing is asked."""

    line: str
    what: str
    rate: float
    unit: str
    limit: float | None = None
    limit_is: str = ""
    bar: float | None = None

    @property
    def ratio(self) -> float | None:
        """The rate as a part of the limit."""
        return None if self.limit is None else self.rate / self.limit

    @property
    def verdict(self) -> str:
        """Whether the bar was reached."""
        if self.bar is None:
            return ""
        return "reached" if self.rate >= self.bar else "MISSED"


def print_figures(figures: list[Figure], conditions: dict[str, str]) -> None:
    """Print the table and the conditions it was measured under."""
    table = Table("line", "what", "measured", "limit beside it", "ratio", "bar", "")
    for each in figures:
        limit = "" if each.limit is None else f"{each.limit:,.0f} {each.limit_is}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        bar = "" if each.bar is None else f"{each.bar:,.0f}"
        table.add_row(each.line, each.what, f"{each.rate:,.0f} {each.unit}", limit, ratio, bar, each.verdict)
    console = Console(width=180)
    console.print(table)
    for name, value in conditions.items():
        console.print(f"{name}: {value}")


def write_figures(path: Path, figures: list[Figure], conditions: dict[str, str]) -> None:
    """Write the same as JSON."""
    rows = [asdict(each) | {"ratio": each.ratio, "verdict": each.verdict} for each in figures]
    path.write_bytes(orjson.dumps({"conditions": conditions, "figures": rows}, option=orjson.OPT_INDENT_2))
