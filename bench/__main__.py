"""`python -m bench [PART ...]`: every figure, or those of the parts named, as the table kept in docs/benchmarks.md."""

import sys

from bench import audit, cli, compute, feed, imports, outbox, pages, recompute, subscribers, ticks
from bench.measure import COLUMNS, line, machine

PARTS = (compute, feed, subscribers, cli, outbox, recompute, audit, imports, pages, ticks)


def main(wanted: list[str]) -> None:
    """Print the machine, and each part's rows as they are measured."""
    parts = {part.__name__.removeprefix("bench."): part for part in PARTS}
    if unknown := sorted(set(wanted) - set(parts)):
        sys.exit(f"No part of the benchmark is called {', '.join(unknown)}. Parts: {', '.join(parts)}.")
    print(f"{machine()}\n\n{COLUMNS}", flush=True)
    for name, part in parts.items():
        if not wanted or name in wanted:
            print(*map(line, part.rows()), sep="\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
