"""`python -m bench`: every figure, as the table kept in docs/benchmarks.md."""

from bench import audit, cli, compute, feed, imports, outbox, pages, recompute, subscribers, ticks
from bench.measure import machine, table


def main() -> None:
    """Print the machine and one table."""
    print(machine(), flush=True)
    print()
    print(
        table(
            [
                row
                for part in (compute, feed, subscribers, cli, outbox, recompute, audit, imports, pages, ticks)
                for row in part.rows()
            ]
        )
    )


if __name__ == "__main__":
    main()
