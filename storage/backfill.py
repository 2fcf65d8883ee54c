"""How far into the past a source is to be taken in, and how far its sitemaps and archives have been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.candidates import Candidate, add_pages, unknown_among
from storage.insert import insert_into
from storage.models import Article, Page, PageState, Seed, SeedKind, Source
from storage.rows import fit_text, is_fit_url

PRIORITY = 1
"""Of the pages that a backfill finds: see `Page.priority`."""
FEW = 3
"""Articles that say nothing yet of how old a list is: one of them may be an old one, shown again."""
MOST_PLACES = 10_000
"""Old sitemaps and pages of archives kept of one source: a calendar without end has one all the same."""


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
    session: Session, seed_id: int, error: str, now: datetime, again: datetime | None, back_to: datetime
) -> None:
    """Write down that a seed could not be walked; `again`: when it may be tried, None: not any more."""
    values: dict[str, Any] = {"error": fit_text(error), "failures": Seed.failures + 1, "visited_at": now}
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
