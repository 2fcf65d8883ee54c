"""When a page whose fetch failed is due again."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.failures import Failure
from crawler.revisit import LATER, Retries, retry_at

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TIMEOUT = Failure(reason="timeout")
UNKNOWN_HOST = Failure(reason="unknown host", this_run=False)


@pytest.mark.parametrize(
    ("failure", "attempts", "wait"),
    [
        (TIMEOUT, 1, timedelta(seconds=5)),
        (TIMEOUT, 2, timedelta(seconds=15)),
        (TIMEOUT, 3, LATER[0]),
        (TIMEOUT, 6, LATER[3]),
        (TIMEOUT, 7, None),
        (UNKNOWN_HOST, 1, LATER[0]),
        (UNKNOWN_HOST, 4, LATER[3]),
        (UNKNOWN_HOST, 5, None),
        (Failure(reason="http 404", retry=False), 1, None),
        (Failure(reason="http 503", retry_after=30), 1, timedelta(seconds=30)),
        (Failure(reason="http 503", retry_after=1), 1, timedelta(seconds=5)),
        (Failure(reason="host asked to wait", retry_after=900, visited=False), 0, timedelta(seconds=900)),
        (Failure(reason="robots.txt unreachable", visited=False), 0, LATER[0]),
    ],
)
def test_waits_grow_and_end(failure: Failure, attempts: int, wait: timedelta | None) -> None:
    assert retry_at(failure, attempts, Retries(), NOW) == (None if wait is None else NOW + wait)


def test_without_retries_the_first_failure_waits_for_a_later_run() -> None:
    assert retry_at(TIMEOUT, 1, Retries(times=0), NOW) == NOW + LATER[0]


def test_many_retries_are_each_a_short_wait() -> None:
    waits = [retry_at(TIMEOUT, attempt, Retries(times=20), NOW) for attempt in range(1, 21)]
    assert all(wait is not None and wait - NOW <= timedelta(seconds=45) for wait in waits)
