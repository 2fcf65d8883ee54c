"""What Prometheus may ask for: counts of all crawls of this process, and figures of the archive.

No series is named for a source: there may be ten thousand. `copydesk status` and the hook tell which it is.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    start_http_server,
)

from crawler.config import ConfigError
from crawler.health.verdict import WORST_FIRST
from crawler.report import RunReport
from storage.health import ArchiveFigures

_LONG_RUN = (1, 3, 10, 30, 60, 180, 600, 1800, 3600)
"""Seconds."""
_REASONS = 60
"""Reasons told apart of each outcome; a server can make up statuses. The others are counted together."""


class Metrics:
    """A Progress that counts. `observe` takes in what only the archive and the operating system know."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._reasons: dict[str, set[str]] = {}
        of = self.registry
        self._runs = Counter("copydesk_runs", "Crawls that ended, by state.", ["state"], registry=of)
        self._running = Gauge("copydesk_runs_running", "Crawls under way.", registry=of)
        self._seconds = Histogram(
            "copydesk_run_seconds", "How long crawls took.", buckets=_LONG_RUN, registry=of
        )
        self._found = Counter("copydesk_pages_found", "Pages new to the frontier, or changed.", registry=of)
        self._pages = Counter("copydesk_pages", "Pages done with, by outcome.", ["outcome"], registry=of)
        self._why = Counter(
            "copydesk_pages_without_article",
            "Pages of crawls that ended, by why they gave no article.",
            ["outcome", "reason"],
            registry=of,
        )
        self._answers = Counter(
            "copydesk_answers",
            "Answers in crawls that ended: of pages and seeds, with a body or as a 304.",
            ["kind", "answer"],
            registry=of,
        )
        self._bytes = Counter("copydesk_bytes", "Bodies fetched, decompressed.", registry=of)
        self._sources = Gauge("copydesk_sources", "Enabled sources, by state.", ["health"], registry=of)
        self._due = Gauge("copydesk_sources_due", "Sources whose crawl is due.", registry=of)
        self._lag = Gauge(
            "copydesk_schedule_lag_seconds", "For how long the first of them has been due.", registry=of
        )
        self._frontier = Gauge("copydesk_pages_due", "Pages due to be fetched.", registry=of)
        self._memory = Gauge(
            "copydesk_memory_bytes", "Resident memory of this process and its workers.", registry=of
        )

    def run_started(self, source: str) -> None:
        """A run has begun."""
        self._running.inc()

    def found(self, source: str, count: int) -> None:
        """What is found is counted when the run ends: this counts also what was known and is due."""

    def page_done(self, source: str, outcome: str) -> None:
        """One page is done with."""
        self._pages.labels(outcome).inc()

    def run_ended(self, report: RunReport) -> None:
        """A run is over."""
        counts = report.counts
        self._running.dec()
        self._runs.labels(str(report.state)).inc()
        self._seconds.observe(report.seconds)
        self._found.inc(counts.found)
        self._bytes.inc(counts.bytes)
        for kind, answer, number in (
            ("page", "body", counts.fetched),
            ("page", "304", counts.not_modified),
            ("seed", "body", counts.seeds_fetched),
            ("seed", "304", counts.seeds_not_modified),
        ):
            self._answers.labels(kind, answer).inc(number)
        for outcome, reasons in (("rejected", counts.rejected), ("failed", counts.failed)):
            for reason, number in reasons.items():
                self._why.labels(outcome, self._bounded(outcome, reason)).inc(max(number, 0))

    def _bounded(self, outcome: str, reason: str) -> str:
        known = self._reasons.setdefault(outcome, set())
        if len(known) < _REASONS:
            known.add(reason)
        return reason if reason in known else "other"

    def observe(self, figures: ArchiveFigures, memory: int | None = None) -> None:
        """Take in the figures of the archive, and the memory of all processes in bytes."""
        names = [str(state) for state in WORST_FIRST]
        for name in {*names, *figures.sources}:  # a state that no source is in any more is 0, not what it was
            self._sources.labels(name).set(figures.sources.get(name, 0))
        self._due.set(figures.due)
        self._lag.set(figures.overdue.total_seconds())
        self._frontier.set(figures.waiting)
        if memory is not None:
            self._memory.set(memory)


@contextmanager
def served(metrics: Metrics, address: str) -> Iterator[int]:
    """Serve metrics over HTTP at "host:port" while the block runs; gives the port. Raises ConfigError.

    A thread answers, so that a monitor is answered also while the event loop is busy.
    """
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry=metrics.registry)
    except (OSError, OverflowError, ValueError) as error:
        raise ConfigError(f"service.metrics: {address} cannot be listened on: {error}") from error
    assert isinstance(thread, threading.Thread)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
