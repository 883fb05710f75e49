"""`make bench`: measures each line, prints a table, and writes `.local/bench/figures.json`.

`python -m tests.bench [LINE…] [--short]` measures some lines, or all of them with sizes that take a few minutes and
without bars. B12 needs what B1, B2 and B3 ran, and runs them when they are not asked for.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from deploy.local.servers import local_servers
from deploy.local.services import ROOT
from tests.bench import (
    due_at_once,
    due_for_a_minute,
    evaluation,
    lists,
    memory,
    old_snapshot,
    property_update,
    rebuilding,
    recurrence,
    relaying,
)
from tests.bench.figures import Figure, print_figures, write_figures
from tests.bench.ground import Ground
from tests.bench.sizes import FULL, SHORT, Sizes

_STATE = ROOT / ".local" / "bench"
_LINES: Mapping[str, Callable[[Ground], Awaitable[list[Figure]]]] = {
    "B1": evaluation.measure,
    "B2": property_update.measure,
    "B3": due_at_once.measure,
    "B4": due_for_a_minute.measure,
    "B5": relaying.measure,
    "B6": rebuilding.measure,
    "B7": lists.measure,
    "B11": recurrence.measure,
    "B12": memory.measure,
    "B15": old_snapshot.measure,
}
_NEEDS: Mapping[str, Sequence[str]] = {"B12": ("B1", "B2", "B3")}


async def main(lines: Sequence[str], sizes: Sizes) -> None:
    """Measure these lines; what was measured before one fails is printed and written all the same."""
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(local_servers(_STATE, report=print))
        ground = Ground(servers, sizes, stack)
        conditions = await ground.conditions()
        try:
            for line in lines:
                print(line)
                figures += [_judged(figure, sizes) for figure in await _LINES[line](ground)]
        finally:
            print_figures(figures, conditions)
            write_figures(_STATE / "figures.json", figures, conditions | {"short": str(not sizes.has_bars)})


def _judged(figure: Figure, sizes: Sizes) -> Figure:
    return figure if sizes.has_bars else replace(figure, bar=None, least_ratio=None)


def _chosen(asked: Sequence[str]) -> list[str]:
    wanted = set(asked or _LINES)
    for line in list(wanted):
        wanted.update(_NEEDS.get(line, ()))
    return [line for line in _LINES if line in wanted]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.bench", description="Speed, as ratios against limits of the same run.")
    parser.add_argument("lines", nargs="*", choices=[[], *_LINES], metavar="LINE", help=", ".join(_LINES))
    parser.add_argument("--short", action="store_true", help="small sizes, no bars")
    asked = parser.parse_args()
    _STATE.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(_chosen(asked.lines), SHORT if asked.short else FULL))
