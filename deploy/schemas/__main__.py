"""`python -m deploy.schemas`: writes what the code says, if it breaks nobody; with `--check` only compares."""

import sys
from collections.abc import Sequence

from deploy.schemas.files import incompatible, present, wanted, write


def run(words: Sequence[str]) -> int:
    """Write or compare; returns the exit code."""
    before, now = present(), wanted()
    broken = incompatible(before, now)
    for sentence in broken:
        print(sentence, file=sys.stderr)
    if broken:
        print("Data only gains optional fields; anything else is a new type, or `.v2` of one.", file=sys.stderr)
        return 1
    if list(words) == ["--check"]:
        return _compare(sorted(name for name in before | now if before.get(name) != now.get(name)))
    write(now)
    return 0


def _compare(stale: Sequence[str]) -> int:
    if stale:
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        print(f"shared/schemas is not what the code says ({stale[0]}{more}): run `make schemas`.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
