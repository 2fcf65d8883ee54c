"""When a seed is asked again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.failures import Failure
from crawler.seeds.polling import PATIENCE, RARELY, is_due, news_comes_first, wait_after_failure, wait_of
from storage.models import SeedKind
from storage.seeds import SeedState

NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEVER_WAITS = timedelta(0)


def seed(kind: SeedKind = SeedKind.SITEMAP, **values: Any) -> SeedState:
    told: dict[str, Any] = dict.fromkeys(SeedState.__slots__)
    told |= {"id": 1, "url": "https://paper.example/x", "kind": kind, "idle": 0, "failures": 0}
    return SeedState(**(told | values))


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [
        ([], False),
        ([seed(SeedKind.FEED)], True),
        ([seed(SeedKind.NEWS_SITEMAP)], True),
        ([seed(SeedKind.FEED, failures=1)], False),
        ([seed(SeedKind.FEED, failures=1), seed(SeedKind.FEED)], True),
        ([seed(SeedKind.SITEMAP), seed(SeedKind.SECTION)], False),
    ],
)
def test_a_readable_feed_or_news_sitemap_tells_first(seeds: list[SeedState], expected: bool) -> None:
    assert news_comes_first(seeds) is expected


@pytest.mark.parametrize(
    ("asked", "idle", "told_elsewhere", "expected"),
    [
        (seed(SeedKind.FEED), 0, True, NEVER_WAITS),
        (seed(SeedKind.FEED), 999, True, NEVER_WAITS),
        (seed(SeedKind.NEWS_SITEMAP, parent_id=2), 999, True, NEVER_WAITS),
        (seed(), 0, True, HOUR),
        (seed(), 1, True, 2 * HOUR),
        (seed(), 2, True, 4 * HOUR),
        (seed(), 10**9, True, 4 * HOUR),
        (seed(parent_id=2), 1, True, 2 * HOUR),
        (seed(SeedKind.SECTION), 1, True, 2 * HOUR),
        (seed(), 999, False, NEVER_WAITS),
        (seed(SeedKind.SECTION), 999, False, NEVER_WAITS),
        (seed(parent_id=2), 0, False, NEVER_WAITS),
        (seed(parent_id=2), 1, False, HOUR),
        (seed(parent_id=2), PATIENCE, False, HOUR),
        (seed(parent_id=2), PATIENCE + 1, False, 2 * HOUR),
        (seed(parent_id=2), PATIENCE + 9, False, RARELY),
    ],
)
def test_what_brings_nothing_is_asked_more_rarely(
    asked: SeedState, idle: int, told_elsewhere: bool, expected: timedelta
) -> None:
    assert wait_of(asked, idle, HOUR, told_elsewhere=told_elsewhere) == expected


@pytest.mark.parametrize(
    ("failure", "failures", "expected"),
    [
        (Failure(reason="timeout"), 1, timedelta(minutes=5)),
        (Failure(reason="timeout"), 2, timedelta(minutes=10)),
        (Failure(reason="timeout"), 4, timedelta(minutes=40)),
        (Failure(reason="timeout"), 10**9, RARELY),
        (Failure(reason="http 404", status=404, gone=True), 1, timedelta(minutes=5)),
        (Failure(reason="http 410", status=410, gone=True), 1, RARELY),
        (Failure(reason="robots.txt", forbidden=True), 1, RARELY),
        (Failure(reason="http 503", status=503, retry_after=7200.0), 1, 2 * HOUR),
        (Failure(reason="http 429", status=429, retry_after=60.0), 4, timedelta(minutes=40)),
        (Failure(reason="host asked to wait", retry_after=900.0, visited=False), 1, timedelta(minutes=15)),
        (None, 1, timedelta(minutes=5)),
    ],
)
def test_a_seed_that_fails_is_asked_more_rarely_and_never_given_up(
    failure: Failure | None, failures: int, expected: timedelta
) -> None:
    assert wait_after_failure(failure, failures) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (seed(), True),
        (seed(due_at=NOW + HOUR), False),
        (seed(due_at=NOW), True),
        (seed(due_at=NOW + 999 * HOUR, visited_at=NOW + 998 * HOUR), True),  # the clock was set back
        (seed(due_at=NOW + 999 * HOUR, visited_at=NOW + 998 * HOUR, failures=3), True),
        (seed(due_at=NOW, visited_at=NOW - HOUR), True),
        (seed(due_at=NOW + timedelta(seconds=50), visited_at=NOW - HOUR), True),
        (seed(due_at=NOW + timedelta(seconds=50), visited_at=NOW - HOUR, failures=1), False),
        (seed(due_at=NOW + timedelta(seconds=50), visited_at=NOW - timedelta(seconds=50)), False),
        (seed(due_at=NOW + timedelta(minutes=2), visited_at=NOW - HOUR), False),
    ],
)
def test_a_seed_is_due_a_little_before_its_time_unless_it_failed(asked: SeedState, expected: bool) -> None:
    assert is_due(asked, NOW) is expected
