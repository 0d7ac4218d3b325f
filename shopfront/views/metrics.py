"""What the whole shop tells Prometheus, counted at scrape time."""

from collections.abc import Callable, Iterator

from django.db import DatabaseError
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from catalog.selectors import measures as catalog_measures
from orders.selectors import measures as order_measures
from shopfront.common import heartbeat
from shopfront.services import outbox

Measure = Callable[[], Iterator[Metric]]


def measure_outbox() -> Iterator[Metric]:
    """Count messages that wait and that were given up, and the oldest's age."""
    backlog = outbox.measure()
    yield GaugeMetricFamily(
        "shopfront_outbox_waiting", "Outbox messages not yet done.", backlog.waiting
    )
    yield GaugeMetricFamily(
        "shopfront_outbox_dead", "Outbox messages given up.", backlog.dead
    )
    yield GaugeMetricFamily(
        "shopfront_outbox_age_seconds",
        "Time since the oldest waiting message was due.",
        backlog.oldest_seconds,
    )


def measure_holds() -> Iterator[Metric]:
    """Count live holds, their pieces, and those that no sweep has ended yet."""
    measure = catalog_measures.measure_holds()
    yield GaugeMetricFamily("shopfront_holds", "Live holds of stock.", measure.holds)
    yield GaugeMetricFamily(
        "shopfront_held_pieces", "Pieces in live holds.", measure.pieces
    )
    yield GaugeMetricFamily(
        "shopfront_overdue_holds", "Live holds past their time.", measure.overdue
    )


def measure_payments() -> Iterator[Metric]:
    """Count payments by state."""
    family = GaugeMetricFamily(
        "shopfront_payments", "Payments by state.", labels=["state"]
    )
    for state, count in order_measures.count_payments_by_state().items():
        family.add_metric([state], count)
    yield family


def measure_processes() -> Iterator[Metric]:
    """Tell how long ago each kind of worker and beat gave a sign of life."""
    family = GaugeMetricFamily(
        "shopfront_process_age_seconds",
        "Time since a kind of process gave a sign of life.",
        labels=["process"],
    )
    for process in ("worker", "urgent", "beat"):
        age = heartbeat.find_age(process)
        if age is not None:
            family.add_metric([process], age)
    yield family


class ShopCollector(Collector):
    """Counts rows when asked; what cannot be counted is left out and said so."""

    measures: tuple[Measure, ...] = (
        measure_holds,
        measure_payments,
        measure_outbox,
        measure_processes,
    )

    def describe(self) -> Iterator[Metric]:
        """Promise nothing at registration, so that no row is counted then."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Count everything now."""
        faults = 0
        for measure in self.measures:
            try:
                yield from list(measure())
            except (DatabaseError, RedisError):
                faults += 1
        yield GaugeMetricFamily(
            "shopfront_scrape_faults", "Measures that could not be taken.", faults
        )
