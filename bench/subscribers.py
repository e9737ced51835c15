"""Fifty subscribers of one running daemon, while the program adds, amends and strikes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.office import Office
from tests.e2e.subscribers import load, subscriptions

SUBSCRIBERS, SECONDS = 50, 10


def rows() -> list[tuple[str, str, str]]:
    """How long an answer takes; the clients are threads of one Python process and share the machine with the daemon."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        feeds = subscriptions(office, SUBSCRIBERS)
        with office.serving():
            report = load(office, feeds, SECONDS, subscribers=SUBSCRIBERS)
    if report.faults:
        raise SystemExit(f"{len(report.faults)} answers were wrong, first: {report.faults[0]}")
    what = (
        f"{SUBSCRIBERS} subscribers, {len(report.seconds) / SECONDS:,.0f} answers/s, {report.writes} changes meanwhile"
    )
    median, slow = (f"{report.percentile(share) * 1e3:.0f} ms" for share in (0.5, 0.99))
    return [(what, f"median {median}, p99 {slow}", "none wrong, none stale")]
