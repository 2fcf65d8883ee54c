"""When a seed is asked again: arithmetic, no clock and no I/O."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from crawler.failures import Failure
from storage.models import SeedKind
from storage.seeds import SeedState

RARELY = timedelta(days=1)
"""The longest wait for a seed that names nothing new, or that fails: none is given up."""
FIRST_WAIT = timedelta(minutes=5)
"""After the first failure of a seed; each further one waits twice as long."""
PATIENCE = 24
"""Visits without a new page after which a sitemap is asked more and more rarely, where no other seed of its
source tells of news first: a quiet night is no sign that it is an archive."""
MOST_DOUBLED = 2
"""How often the wait of a sitemap is doubled beside a feed: only it may tell that a known page was edited."""
SLACK = timedelta(minutes=1)
"""A seed due so soon is due: else an hourly crawl would ask an hourly seed each second hour."""

_FIRST = frozenset({SeedKind.FEED, SeedKind.NEWS_SITEMAP})
"""What tells of news first."""


def news_comes_first(seeds: Iterable[SeedState]) -> bool:
    """Whether a source has a feed or a news sitemap that could be read when it was asked last."""
    return any(seed.kind in _FIRST and not seed.failures for seed in seeds)


def wait_of(seed: SeedState, idle: int, every: timedelta, *, told_elsewhere: bool) -> timedelta:
    """How long to leave a seed alone after a visit that was no failure; 0: until the next run.

    `idle`: visits in a row, this one included, that named neither a new page nor a change. `every`: the
    shortest wait of a sitemap. `told_elsewhere`: see `news_comes_first`.
    """
    if seed.kind in _FIRST:
        return timedelta(0)
    if not told_elsewhere and (idle == 0 or seed.parent_id is None):
        return timedelta(0)
    doublings = min(idle, MOST_DOUBLED) if told_elsewhere else idle - PATIENCE
    return max(every, _doubled(every, doublings))


def wait_after_failure(failure: Failure | None, failures: int) -> timedelta:
    """How long to leave a seed alone that failed, `failures` times in a row now; None: its body was no seed.

    A Retry-After is kept whatever it says. 410 is how a feed asks for no more visits; it is asked once a day,
    for those who said so by mistake. https://www.rssboard.org/rss-profile
    """
    if failure is not None and failure.ours:
        return timedelta(seconds=failure.retry_after or 0)
    if failure is not None and (failure.status == 410 or failure.forbidden):
        return RARELY
    asked = timedelta(seconds=(failure.retry_after if failure else None) or 0)
    return max(asked, _doubled(FIRST_WAIT, failures - 1))


def _doubled(wait: timedelta, times: int) -> timedelta:
    """A wait doubled so often, a day at most."""
    # More doublings than these make a day of any wait; with many more the product would overflow.
    return min(wait * float(2 ** min(max(times, 0), 20)), RARELY)


def is_due(seed: SeedState, now: datetime) -> bool:
    """Whether a scheduled run asks a seed.

    One that was visited later than `now` is due: the clock was set back, and its `due_at` may be far away.
    """
    if seed.due_at is None:
        return True
    if seed.visited_at is None:  # it was put off before anything was asked of it
        return seed.due_at <= now
    if seed.visited_at > now:
        return True
    slack = timedelta(0) if seed.failures else min(SLACK, (seed.due_at - seed.visited_at) / 10)
    return seed.due_at - slack <= now
