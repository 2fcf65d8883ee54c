"""When to look at a page again: arithmetic, no clock and no I/O."""

from datetime import datetime, timedelta

from crawler.failures import Failure

LATER = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Waits for a later run. After the last the page is given up."""
WITHIN_RUN = timedelta(seconds=60)
"""A run waits at most so long for a page that is to be tried again."""


def soon(attempt: int) -> timedelta:
    """The wait after a page's first, second… failure within a run: 5, 15, 45 and again 45 seconds."""
    return timedelta(seconds=min(5 * 3 ** (attempt - 1), 45))


def retry_at(failure: Failure, attempts: int, retries: int, now: datetime) -> datetime | None:
    """When a page whose fetch failed is due again; None: not again.

    `attempts` counts the failures in a row, this one included; the first `retries` of them are followed by a
    short wait, where that may help. What the host asked for (Retry-After) is a floor. A fetch that never
    reached the host costs no attempt.
    """
    if not failure.retry:
        return None
    asked = timedelta(seconds=failure.retry_after or 0)
    if not failure.visited:
        return now + (asked or LATER[0])
    if failure.this_run and attempts <= retries:
        return now + max(asked, soon(attempts))
    later = attempts - (retries + 1 if failure.this_run else 1)
    return now + max(asked, LATER[later]) if later < len(LATER) else None
