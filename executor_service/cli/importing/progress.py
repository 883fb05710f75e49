"""How far an import is: a bar with rate and time left on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from executor_service.cli.output import Output

Advance = Callable[[int], None]
_SECONDS_BETWEEN_LINES: Final = 5.0


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, empty before there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} rows/s")


@contextmanager
def progress(output: Output, total: int) -> Iterator[Advance]:
    """Show how many of `total` rows are done; the function that is given is told of more of them."""
    if output.quiet:
        yield lambda _: None
    elif output.talk.is_terminal:
        with _bar(output.talk) as bar:
            task = bar.add_task("importing", total=total)
            yield lambda rows: bar.advance(task, rows)
    else:
        yield LineProgress(total, output.say).advance


def _bar(console: Console) -> Progress:
    counts = TextColumn("{task.completed:,} of {task.total:,} rows")
    return Progress(BarColumn(), counts, _Rate(), TimeRemainingColumn(), console=console, transient=True)


class LineProgress:
    """Says how far it is at most every five seconds. `clock` counts seconds from anywhere."""

    def __init__(self, total: int, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._say = say
        self._clock = clock
        self._began = self._said = clock()
        self._done = 0

    def advance(self, rows: int) -> None:
        """Take more rows as done."""
        self._done += rows
        now = self._clock()
        if now - self._said < _SECONDS_BETWEEN_LINES or self._done >= self._total:
            return
        self._said = now
        rate = self._done / (now - self._began)
        left = (self._total - self._done) / rate if rate else 0.0
        self._say(f"{self._done:,} of {self._total:,} rows, {rate:,.0f} rows/s, about {left:,.0f} s left")
