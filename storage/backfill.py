"""How far into the past a source is to be taken in, and how far its sitemaps and archives have been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.candidates import Candidate, add_pages, unknown_among
from storage.insert import insert_into
from storage.models import Article, Page, PageState, Seed, SeedKind, Source
from storage.rows import fit_text, is_fit_url
from storage.seeds import SeedState, seeds_where

PRIORITY = 1
"""Of the pages that a backfill finds: see `Page.priority`."""
FEW = 3
"""Articles that say nothing yet of how old a list is: one of them may be an old one, shown again."""
MOST_FAILURES = 8
"""Tries, over about a day, after which a place is done without."""
MOST_PLACES = 10_000
"""Old sitemaps and pages of archives kept of one source: a calendar without end has one all the same."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SITEMAPS = (SeedKind.SITEMAP, SeedKind.NEWS_SITEMAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What stood in a sitemap, or on a page of an archive, that a backfill has read."""

    candidates: Sequence[Candidate] = ()
    """Those that are not too old."""
    sitemaps: Sequence[str] = ()
    """What an index names, the newest first."""
    older: Sequence[str] = ()
    """Where an archive goes on."""


def backfill_wanted(session: Session, source_id: int) -> datetime | None:
    """How far into the past a source is to be taken in; None: no further than it is."""
    return session.scalar(select(Source.backfill_to).where(Source.id == source_id))


def ask_for_backfill(session: Session, source_ids: Iterable[int], back_to: datetime) -> None:
    """Have sources taken in back to a day. What was walked so far of them is not walked again."""
    session.execute(update(Source).where(Source.id.in_(list(source_ids))).values(backfill_to=back_to))


def end_backfill(session: Session, source_id: int) -> None:
    """Note that everything asked for has been taken in; how far each seed was walked is kept."""
    session.execute(update(Source).where(Source.id == source_id).values(backfill_to=None))


def call_off_backfill(session: Session, source_id: int) -> int:
    """Have no more of a source's past taken in; how many pages were found that are not fetched now.

    They are forgotten, and so is what was walked: a later backfill begins anew, and finds them again.
    """
    end_backfill(session, source_id)
    waiting = Page.state == PageState.WAITING, Page.visited_at.is_(None), Page.priority == PRIORITY
    forgotten = session.scalars(delete(Page).where(Page.source_id == source_id, *waiting).returning(Page.id))
    count = len(forgotten.all())
    session.execute(delete(Seed).where(Seed.source_id == source_id, Seed.kind == SeedKind.ARCHIVE))
    session.execute(update(Seed).where(Seed.source_id == source_id).values(backfilled_to=None))
    return count


def starting_places(session: Session, source_id: int, urls: Iterable[str] = ()) -> list[SeedState]:
    """Where walks into a source's past begin: what is polled, what nobody named, and what is at `urls`."""
    begins = or_(Seed.kind != SeedKind.ARCHIVE, Seed.parent_id.is_(None), Seed.url.in_(list(urls)))
    return seeds_where(session, Seed.source_id == source_id, begins, order=(Seed.id.expression,))


def is_sitemap(place: SeedState, home: str) -> bool:
    """Whether a place is a sitemap, or may be one; one of news goes no further back than days.

    What nobody named stands where sites have their sitemaps, but for the front page, `home`.
    """
    unnamed = place.kind is SeedKind.ARCHIVE and place.parent_id is None
    return place.kind is SeedKind.SITEMAP or (unnamed and place.url != home)


def sitemaps_lead(starting: Iterable[SeedState], home: str) -> bool:
    """Whether sitemaps lead into the past; where none can be read, feeds and sections have to."""
    return any(is_sitemap(place, home) and not _is_given_up(place) for place in starting)


def _is_given_up(place: SeedState) -> bool:
    return place.failures >= MOST_FAILURES or (place.failures > 0 and place.backfilled_to is not None)


def _open(session: Session, source_id: int, back_to: datetime) -> list[ColumnElement[bool]]:
    """Of all seeds, the places of which something is still to be taken in."""
    home = session.scalar(select(Source.url).where(Source.id == source_id)) or ""
    found = [
        Seed.source_id == source_id,
        Seed.failures < MOST_FAILURES,
        or_(Seed.backfilled_to.is_(None), Seed.backfilled_to > back_to),
    ]
    if sitemaps_lead(starting_places(session, source_id), home):
        found.append(Seed.kind.in_((SeedKind.ARCHIVE, *_SITEMAPS)))
    return found


def next_place(
    session: Session, source_id: int, back_to: datetime, now: datetime, skip: Iterable[int] = ()
) -> SeedState | None:
    """What to walk next: the source's own seeds, then what they named, in that order: the newest first."""
    # Without a failure `due_at` is when it is polled; a visit in the future is of a clock set back since.
    waits = (Seed.failures == 0, Seed.due_at.is_(None), Seed.due_at <= now, Seed.visited_at > now)
    wanted = (*_open(session, source_id, back_to), or_(*waits), Seed.id.not_in(list(skip)))
    order = (Seed.parent_id.is_not(None), Seed.id.expression)
    return next(iter(seeds_where(session, *wanted, order=order, limit=1)), None)


def next_place_at(session: Session, source_id: int) -> datetime | None:
    """When the first place may be walked: a time long past where one may be at once.

    None: no backfill is wanted, or there is nothing to be walked but an end to be written.
    """
    if (back_to := backfill_wanted(session, source_id)) is None:
        return None
    wanted = _open(session, source_id, back_to)
    at_once = or_(Seed.failures == 0, Seed.due_at.is_(None))
    if session.scalar(select(Seed.id).where(*wanted, at_once).limit(1)) is not None:
        return _LONG_AGO
    return session.scalar(select(func.min(Seed.due_at)).where(*wanted))


def is_all_walked(session: Session, source_id: int, back_to: datetime) -> bool:
    """Whether every place has been walked, or given up."""
    return session.scalar(select(Seed.id).where(*_open(session, source_id, back_to)).limit(1)) is None


def depth_of_place(session: Session, place: SeedState, most: int) -> int:
    """How far below a seed of the source's own a place stands; `most` + 1 for all that is deeper."""
    depth, above = 0, place.parent_id
    while above is not None and depth <= most:
        depth, above = depth + 1, session.scalar(select(Seed.parent_id).where(Seed.id == above))
    return depth


def add_places(session: Session, source_id: int, parent_id: int | None, urls: Iterable[str]) -> None:
    """Have more sitemaps and pages of archives walked, in this order; those known already are left alone."""
    kept = select(func.count()).where(Seed.source_id == source_id, Seed.kind == SeedKind.ARCHIVE)
    room = MOST_PLACES - session.scalars(kept).one()
    row = {"source_id": source_id, "parent_id": parent_id, "kind": SeedKind.ARCHIVE, "failures": 0}
    fit = (url for url in dict.fromkeys(urls) if is_fit_url(url))
    if rows := [row | {"url": url} for url in islice(fit, max(room, 0))]:
        session.execute(insert_into(session, Seed).on_conflict_do_nothing(), rows)


def record_walk(
    session: Session, seed_id: int, walk: Walk, back_to: datetime, now: datetime, room: int, most_idle: int
) -> int:
    """Take in what a walk found and write that it was walked, in one transaction; how many pages were new.

    `room`: most pages taken. Where there are more, the seed is not done with: the same walk, done again, goes
    on behind those that are known by then. `most_idle`: so many pages of an archive in a row without a new
    story are the last of it.
    """
    seed = session.get(Seed, seed_id)
    if seed is None:
        return 0  # its source was removed while we fetched it
    unknown = list(islice(unknown_among(session, walk.candidates), room + 1))
    found = add_pages(session, seed.source_id, seed_id, unknown[:room], now, PRIORITY)
    add_places(session, seed.source_id, seed_id, walk.sitemaps)
    idle = 0 if found.new else _idle_before(session, seed) + 1
    if idle < most_idle:
        add_places(session, seed.source_id, seed_id, walk.older)
    values: dict[str, Any] = {"error": None, "failures": 0}
    if len(unknown) <= room:
        values["backfilled_to"] = back_to
    if seed.kind is SeedKind.ARCHIVE:  # what is polled keeps what its visits said
        values |= {"visited_at": now, "idle": idle, "due_at": None}
    session.execute(update(Seed).where(Seed.id == seed_id).values(values))
    return found.new


def record_walk_failure(
    session: Session,
    seed_id: int,
    error: str,
    now: datetime,
    again: datetime | None,
    back_to: datetime,
    *,
    for_good: bool = True,
) -> None:
    """Write down that a seed could not be walked; `again`: when it may be tried, None: not any more.

    `for_good`: whether it is given up after `MOST_FAILURES` of these.
    """
    fewer = Seed.failures + 1 < MOST_FAILURES
    counted = Seed.failures + 1 if for_good else case((fewer, Seed.failures + 1), else_=Seed.failures)
    values: dict[str, Any] = {"error": fit_text(error), "failures": counted, "visited_at": now}
    values |= {"due_at": again} if again else {"backfilled_to": back_to}
    session.execute(update(Seed).where(Seed.id == seed_id).values(values))


def newest_story(session: Session, seed_id: int) -> datetime | None:
    """When the newest of the articles was published that were found first in a seed; None if they are few."""
    stories = select(func.max(Article.published_at), func.count(Article.published_at))
    found = stories.join(Page, Page.article_id == Article.id).where(Page.seed_id == seed_id)
    newest, count = session.execute(found).one()
    return newest if count >= FEW else None


def _idle_before(session: Session, seed: Seed) -> int:
    """How many pages of the archive ahead of this one named nothing new."""
    before = session.get(Seed, seed.parent_id) if seed.parent_id is not None else None
    return before.idle if before is not None and before.kind is SeedKind.ARCHIVE else 0
