"""B12: what each process of ours took of memory, at most, while B1, B2 and B3 ran."""

from tests.bench.figures import Figure
from tests.bench.ground import Ground

_BAR_MB = 256
_LINES = ("B1", "B2", "B3")


async def measure(ground: Ground) -> list[Figure]:
    """Return the peak of each process that these lines ran, the largest of those with one name."""
    return [
        Figure("B12", f"peak memory: {name}", peak, "MB", bar=_BAR_MB, at_most=True)
        for name, peak in sorted(ground.peaks.items())
        if name.split()[0] in _LINES
    ]
