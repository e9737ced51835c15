"""`/metrics`: figures in the text format of Prometheus. Numbers only; the proxies keep it from the outside."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from deadlines.docket.figures import Figure, figures
from deadlines.errors import StoreError
from deadlines.store.database import Database
from deadlines.version import VERSION
from deadlines.web.asking import Asking

PREFIX = "deadlines_"


class Metrics:
    """Answers with what the database says now, and how feeds were answered since the process began."""

    def __init__(self, database: Database, answered: Counter[int], *, now: Callable[[], datetime]) -> None:
        self._database, self._answered, self._now = database, answered, now
        self._ask = Asking()

    async def answer(self, _request: Request) -> Response:
        """200 even while the database fails: `deadlines_database_up` says it."""
        try:
            found = await self._ask(self._look)
        except TimeoutError:
            found = None
        return Response(self._page(found), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)

    def _page(self, found: list[Figure] | None) -> bytes:
        registry = CollectorRegistry()
        registry.register(_Found(found, dict(self._answered)))
        return generate_latest(registry)

    def _look(self) -> list[Figure] | None:
        try:
            with self._database.read() as session:
                return list(figures(session, self._now()))
        except (StoreError, SQLAlchemyError):
            return None


class _Found(Collector):
    """What was found, in the library's words."""

    def __init__(self, found: list[Figure] | None, answered: dict[int, int]) -> None:
        self._found, self._answered = found, answered

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        info = GaugeMetricFamily(f"{PREFIX}build_info", "The program's version", labels=["version"])
        info.add_metric([VERSION], 1)
        yield info
        yield GaugeMetricFamily(f"{PREFIX}database_up", "Whether the database can be read", self._found is not None)
        feeds = CounterMetricFamily(f"{PREFIX}feed_answers", "Answers to calendar programs", labels=["status"])
        for status, count in sorted(self._answered.items()):
            feeds.add_metric([str(status)], count)
        yield feeds
        for figure in self._found or ():
            yield _gauge(figure)


def _gauge(figure: Figure) -> Metric:
    labels = [figure.label] if figure.label else []
    gauge = GaugeMetricFamily(f"{PREFIX}{figure.name}", figure.help, labels=labels)
    for label, value in sorted(figure.values.items()):
        gauge.add_metric([label] if labels else [], value)
    return gauge
