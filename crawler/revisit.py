"""When to look at a page again: arithmetic, no clock and no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.failures import Failure

LATER = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Waits for a later run. After the last the page is given up."""
WITHIN_RUN = timedelta(seconds=60)
"""A run waits at most so long for a page that is to be tried again."""


LONGEST_WITHIN_RUN = timedelta(seconds=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often, and after how long, a page is tried again within one run."""

    times: int = 2
    first_wait: timedelta = timedelta(seconds=5)

    def wait(self, attempt: int) -> timedelta:
        """The wait after the first, second… failure: each three times as long as the one before."""
        return min(self.first_wait * float(3 ** min(attempt - 1, 8)), LONGEST_WITHIN_RUN)


def retry_at(failure: Failure, attempts: int, retries: Retries, now: datetime) -> datetime | None:
    """When a page whose fetch failed is due again; None: not again.

    `attempts` counts the failures in a row, this one included; the first of them are followed by a short
    wait, where that may help. What the host asked for (Retry-After) is a floor. A fetch that never reached
    the host costs no attempt.
    """
    if not failure.retry:
        return None
    asked = timedelta(seconds=failure.retry_after or 0)
    if not failure.visited:
        return now + (asked or LATER[0])
    if failure.this_run and attempts <= retries.times:
        return now + max(asked, retries.wait(attempts))
    later = attempts - (retries.times + 1 if failure.this_run else 1)
    return now + max(asked, LATER[later]) if later < len(LATER) else None
