"""What a line of the benchmark measured, as a table for people and JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its limit, in the same unit.

    `bar` is what to reach, None where nothing is asked: not to be gone below, with `at_most` not to be gone above.
    `least_ratio` is the part of the limit that is not to be gone below either.
    """

    line: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    limit_is: str = ""
    bar: float | None = None
    at_most: bool = False
    least_ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a part of the limit, or where it is not to be above as a multiple."""
        return self.value / self.limit if self.limit else None

    @property
    def verdict(self) -> str:
        """Whether the bar was reached."""
        if self.bar is None:
            return ""
        is_reached = self.value <= self.bar if self.at_most else self.value >= self.bar
        if self.least_ratio is not None and self.ratio is not None:
            is_reached = is_reached and self.ratio >= self.least_ratio
        return "reached" if is_reached else "MISSED"


def print_figures(figures: Sequence[Figure], conditions: Mapping[str, str]) -> None:
    """Print the table and the conditions it was measured under."""
    table = Table("line", "what", "measured", "limit beside it", "ratio", "bar", "")
    for each in figures:
        limit = "" if each.limit is None else f"{_number(each.limit)} {each.limit_is}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        table.add_row(
            each.line, each.what, f"{_number(each.value)} {each.unit}", limit, ratio, _bar(each), each.verdict
        )
    console = Console(width=200)
    console.print(table)
    for name, value in conditions.items():
        console.print(f"{name}: {value}")


def write_figures(path: Path, figures: Sequence[Figure], conditions: Mapping[str, str]) -> None:
    """Write the same as JSON."""
    rows = [asdict(each) | {"ratio": each.ratio, "verdict": each.verdict} for each in figures]
    path.write_bytes(orjson.dumps({"conditions": conditions, "figures": rows}, option=orjson.OPT_INDENT_2))


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    least = "" if figure.least_ratio is None else f", ratio ≥ {figure.least_ratio:g}"
    return f"{'≤' if figure.at_most else '≥'} {_number(figure.bar)}{least}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that a part (0 to 1) of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
