"""When to look at a page again: arithmetic, no clock and no I/O."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.frontier import DuePage
from storage.looks import Life

if TYPE_CHECKING:
    # It knows all that a fetch may fail by, and so loads all that fetches.
    from crawler.failures import Failure

LATER = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Waits for a later run. After the last the page is given up."""
WITHIN_RUN = timedelta(seconds=60)
"""A run waits at most so long for a page that is to be tried again."""


LONGEST_WITHIN_RUN = timedelta(seconds=45)

LOOKS_AT_GONE = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""How long after a page was found gone it is looked for again: what was taken down by mistake comes back."""
TRUSTED = timedelta(days=3)
"""How long after the body came whole a 304 is believed: the looks of the first day cost next to nothing, and
those at three days, ten and thirty read what is there, for servers lie about validators."""

_SHORTEST = timedelta(hours=1)
_SHORTEST_LIVE = timedelta(minutes=30)
_GROWTH = 2
"""A wait is so many times the age: each look falls at three times the age of the one before."""
_PACE = 24
"""However often a page changes, the wait is at least this part of the article's age: an hour for each day."""
_SPREAD = 0.1
"""What was filed together comes due within this share of the wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often, and after how long, a page is tried again within one run."""

    times: int = 2
    first_wait: timedelta = timedelta(seconds=5)

    def wait(self, attempt: int) -> timedelta:
        """The wait after the first, second… failure: each three times as long as the one before."""
        return min(self.first_wait * float(3 ** min(attempt - 1, 8)), LONGEST_WITHIN_RUN)


def retry_at(failure: "Failure", attempts: int, retries: Retries, now: datetime) -> datetime | None:
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


def look_again_at(page_id: int, life: Life, now: datetime, *, horizon: timedelta) -> datetime | None:
    """When the page of an article that was looked at `now` is due again; None: not again by itself.

    The wait is twice the article's age, an hour at least: looks fall at ages of about 1, 3, 9, 27 hours and
    3, 10, 30 days. The age begins anew with each change, for what was edited is often edited again, though
    the waits still grow with the article's own age; a live blog is looked at twice as often. From an age of
    `horizon` on there is no further look; zero: there is none at all.
    """
    if not horizon:
        return None
    if life.gone_at is not None:
        return _look_at_gone(page_id, life.gone_at, now)
    born = min(_born(life), now)
    since = max(born, min(life.changed_at, now)) if life.changed_at else born
    end = since + horizon
    age, left = now - since, end - now
    if left <= age / 2:  # the last look was near enough to the horizon
        return None
    live = life.kind == "live blog"
    wait = max(_SHORTEST_LIVE if live else _SHORTEST, age if live else age * _GROWTH, (now - born) / _PACE)
    return min(now + wait, end) + wait * _SPREAD * _share(page_id)


def _look_at_gone(page_id: int, gone_at: datetime, now: datetime) -> datetime | None:
    later = next((after for after in LOOKS_AT_GONE if gone_at + after > now), None)
    return None if later is None else gone_at + later * (1 + _SPREAD * _share(page_id))


def _born(life: Life) -> datetime:
    """When an article began to be what it is: published, or first found where that is not known, or is later.

    Where only the day is known, it is taken for the day's end.
    """
    if life.published_at is None:
        return life.first_seen_at
    exact = life.date_precision != "day"
    return min(life.published_at if exact else life.published_at + timedelta(days=1), life.first_seen_at)


def _share(page_id: int) -> float:
    """A number from 0 to 1 that is always the same for a page, and another for the next."""
    return zlib.crc32(str(page_id).encode()) / 2**32


def validators_of(page: DuePage, now: datetime) -> dict[str, str]:
    """The headers of a conditional request for a page; none where it has to come whole.

    What a page without an article would answer repeats a verdict; what is to be read again has to come; and a
    body that has not come whole for long is asked for whole: see `TRUSTED`.
    """
    if page.article_id is None or page.read_again or page.full_fetch_at is None:
        return {}
    if now - page.full_fetch_at >= TRUSTED:
        return {}
    headers = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
    return {name: value for name, value in headers.items() if value}
