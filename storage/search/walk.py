"""Goes through the articles that meet a condition in the order of their dates, however many there are.

Half a million articles have a common word, and no search shows them all. So the index is asked for one
stretch of time after another, the newest first: what a stretch costs is what it holds. How long the next
one is depends on how many were found; what is found does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import Article
from storage.search.fulltext import Match, find
from storage.search.marks import DAY, hour_of, moment_of
from storage.search.query import Node, Span, all_of

_FEW = 20_000
"""Articles of an archive that is asked as a whole."""
_FIRST = 1_000
"""Articles that the first stretch holds, about."""
_MOST = 10_000
"""Matches taken at a time."""
_ANY = 2**40
_ENOUGH = 200
"""Matches that a search is likely to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Hours, from `since` until before `until`."""

    since: int
    until: int

    def first(self, hours: int, newest: bool) -> "_Stretch":
        """The hours with which it begins, or those with which it ends; whole days where there are several."""
        if newest:
            since = self.until - hours
            since = since // DAY * DAY if hours > DAY else since
            return _Stretch(since=max(self.since, since), until=self.until)
        until = self.since + hours
        until = -(-until // DAY) * DAY if hours > DAY else until
        return _Stretch(since=self.since, until=min(self.until, until))

    def span(self) -> Span:
        """It, as a condition."""
        return Span(since=self.since, until=self.until)

    def holds(self, date: datetime) -> bool:
        """Whether a time in UTC stands within it."""
        return self.since <= date.toordinal() * DAY + date.hour < self.until

    def after(self, part: "_Stretch", newest: bool) -> "_Stretch":
        """What is left when a first part is gone through."""
        if newest:
            return _Stretch(since=self.since, until=part.since)
        return _Stretch(since=part.until, until=self.until)


def in_order(
    session: Session, node: Node, since: datetime | None, until: datetime | None, *, newest: bool = True
) -> Iterator[Match]:
    """The articles that meet `node`, of `since` or later and before `until`; the newest or the oldest first.

    Those of one time stand by their ids. They come as they are asked for.
    """
    last_id, *ends = session.execute(_EXTENT).one()
    left = _bounds(ends[:2], ends[2:], since, until)
    if left is None:
        return
    first, end = _naive(since), _naive(until)
    pace = _Pace(last_id)
    if not pace.whole:
        pace.hours = _hours_of_some(session, left, newest)
    while left.since < left.until:
        part = left if pace.whole else left.first(pace.hours, newest)
        length = part.until - part.since
        most = _MOST if length > 1 else _ANY  # an hour is taken whole, be there ever so many
        found = find(session, node if pace.whole else all_of([node, part.span()]), most + 1)
        if len(found) > most:
            pace.whole, pace.hours = False, max(1, length // 4)
            continue
        matches = [one for one in found if part.holds(one.date)] if pace.whole else found
        yield from (one for one in sorted(matches, reverse=newest) if _is_between(one.date, first, end))
        left = left.after(part, newest)
        pace.went(length, len(matches))


class _Pace:
    """How long the next stretch is, by what the ones before have brought."""

    def __init__(self, articles: int) -> None:
        self.whole = articles <= _FEW
        """All that is left is taken at once."""
        self.hours = 0
        self._articles = articles
        self._gone = self._found = self._first = 0

    def went(self, hours: int, found: int) -> None:
        """Take in that so many hours had so many matches."""
        self._gone += hours
        self._found += found
        self._first = self._first or hours
        read = _FIRST * self._gone / self._first  # articles, if as many were published every hour
        self.whole = self._found * self._articles < 2 * _ENOUGH * read
        needed = max(_ENOUGH - self._found, _ENOUGH // 4)
        self.hours = max(1, int(min(16 * hours, needed * self._gone / max(1, self._found))))


# Several in one: asked for together, SQLite would go through all rows instead of to the ends of an index.
_EXTENT = select(
    *(
        select(end(column)).scalar_subquery()
        for end, column in (
            (func.max, Article.id),
            (func.min, Article.published_at),
            (func.min, Article.first_seen_at),
            (func.max, Article.published_at),
            (func.max, Article.first_seen_at),
        )
    )
)


def _bounds(
    firsts: Sequence[datetime | None],
    lasts: Sequence[datetime | None],
    since: datetime | None,
    until: datetime | None,
) -> _Stretch | None:
    """The hours from the oldest article to the newest, of those asked for; None if there is none."""
    known = [[moment for moment in moments if moment is not None] for moments in (firsts, lasts)]
    if not all(known):
        return None
    first = max(min(known[0]), since) if since else min(known[0])
    last = min(max(known[1]), until) if until else max(known[1])
    return _Stretch(since=hour_of(first), until=hour_of(last) + 1)


def _hours_of_some(session: Session, left: _Stretch, newest: bool) -> int:
    """How many hours from the newest, or the oldest, hold some thousand articles."""
    column = Article.published_at
    edge = moment_of(left.until if newest else left.since)
    statement = select(column).where(column < edge if newest else column >= edge)
    end = session.scalar(statement.order_by(column.desc() if newest else column).offset(_FIRST).limit(1))
    if end is None:
        return left.until - left.since
    return max(1, left.until - hour_of(end) if newest else hour_of(end) - left.since)


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def _is_between(date: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or date >= since) and (until is None or date < until)
