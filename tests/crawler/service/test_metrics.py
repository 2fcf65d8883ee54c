"""What Prometheus gets, asked over HTTP."""

import socket
import urllib.request
from collections import Counter
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.config import ConfigError
from crawler.progress import Silent, Together
from crawler.report import RunCounts, RunReport
from crawler.service.metrics import Metrics, served
from storage.health import ArchiveFigures
from storage.models import RunState

Samples = dict[tuple[str, ...], float]


def asked(metrics: Metrics) -> Samples:
    """Every value, by its name and its labels' values."""
    with (
        served(metrics, "127.0.0.1:0") as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        text = answer.read().decode()
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def report(**counts: object) -> RunReport:
    return RunReport(
        source="a",
        source_id=1,
        state=RunState.DONE,
        counts=RunCounts(**counts),
        seconds=2.0,  # type: ignore[arg-type]
    )


def test_crawls_are_counted() -> None:
    metrics = Metrics()
    progress = Together(Silent(), metrics)
    for _ in range(2):
        progress.run_started("a")
    progress.found("a", 4)
    for outcome in ("new", "new", "rejected"):
        progress.page_done("a", outcome)
    progress.run_ended(
        report(
            found=3,
            fetched=3,
            not_modified=1,
            seeds_not_modified=2,
            bytes=500,
            rejected=Counter({"stub": 1}),
            failed=Counter({"http 503": 0}),
        )
    )
    got = asked(metrics)
    assert got["copydesk_runs_total", "done"] == 1
    assert got["copydesk_runs_running",] == 1
    assert got["copydesk_pages_total", "new"] == 2
    assert got["copydesk_pages_found_total",] == 3
    assert got["copydesk_answers_total", "304", "seed"] == 2
    assert got["copydesk_answers_total", "body", "page"] == 3
    assert got["copydesk_bytes_total",] == 500
    assert got["copydesk_pages_without_article_total", "rejected", "stub"] == 1
    assert got["copydesk_run_seconds_count",] == 1


def test_the_archive_is_observed_as_it_is_now() -> None:
    metrics = Metrics()
    for sources in ({"well": 3, "blocked": 1}, {"well": 4}):
        metrics.observe(
            ArchiveFigures(sources=sources, due=2, overdue=timedelta(minutes=1), waiting=17), memory=10**6
        )
    got = asked(metrics)
    assert (got["copydesk_sources", "well"], got["copydesk_sources", "blocked"]) == (4, 0)
    assert got["copydesk_sources_due",] == 2
    assert got["copydesk_schedule_lag_seconds",] == 60
    assert got["copydesk_pages_due",] == 17
    assert got["copydesk_memory_bytes",] == 10**6


def test_a_server_cannot_make_up_series_without_end() -> None:
    metrics = Metrics()
    for status in range(200, 900):
        metrics.run_ended(report(failed=Counter({f"http {status}": 1})))
    got = asked(metrics)
    series = [key for key in got if key[0] == "copydesk_pages_without_article_total"]
    assert len(series) == 61
    assert got["copydesk_pages_without_article_total", "failed", "other"] == 640


def test_two_hold_different_counts() -> None:
    first, second = Metrics(), Metrics()
    first.run_started("a")
    assert asked(second)["copydesk_runs_running",] == 0


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match="cannot be listened on"), served(Metrics(), address):
            pass


@pytest.mark.parametrize("address", ["127.0.0.1:70000", "no such host:1", "a..b:1"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ConfigError, match="service"), served(Metrics(), address):
        pass
