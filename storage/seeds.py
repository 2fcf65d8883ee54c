"""The seeds of a source: what we poll, how it answered, and what it named."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from storage.candidates import Candidate, Found, add_pages
from storage.insert import insert_into, table_of
from storage.models import Page, Seed, SeedKind
from storage.rows import fit_text, is_fit_url
from storage.sources import SeedDraft

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedState:
    """A seed, and what a conditional request for it needs."""

    id: int
    url: str
    kind: SeedKind
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    full_fetch_at: datetime | None
    """When its body was last fetched whole."""
    parent_id: int | None
    """The index of sitemaps that named it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedVisit:
    """How a seed answered."""

    status: int | None = None
    """HTTP status; null where no answer came."""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """SHA-256, hexadecimal, of the body."""
    error: str | None = None
    """Why nothing could be read from it."""
    full: bool
    """A body came, and was read (or was the same as before): the validators and the hash are those of it."""


def seeds_of(session: Session, source_id: int) -> list[SeedState]:
    """The seeds of a source, in the order in which they were found."""
    return _states(session, source_id, Seed.id.expression)


def seeds_by_visit(session: Session, source_id: int) -> list[SeedState]:
    """The seeds of a source: those never visited first, then those whose last visit is longest ago."""
    return _states(session, source_id, Seed.visited_at.nulls_first(), Seed.id.expression)


def _states(session: Session, source_id: int, *order: ColumnElement[Any]) -> list[SeedState]:
    columns = [getattr(Seed, name) for name in SeedState.__slots__]
    rows = session.execute(select(*columns).where(Seed.source_id == source_id).order_by(*order))
    return [SeedState(**row._mapping) for row in rows]


def record_seed_visit(
    session: Session,
    seed_id: int,
    visit: SeedVisit,
    candidates: Sequence[Candidate],
    children: Sequence[SeedDraft],
    now: datetime,
    room: int | None = None,
) -> Found:
    """Write down a visit of a seed with all that it named, in the caller's one transaction.

    Otherwise a process that dies in between would get a 304 next time, for what it never took in.

    `children`: every sitemap that an index names. Where there are any, seeds that the same index named before
    and does not now are dropped; give none where the body was not read anew.
    `room`: most pages taken that we did not know. Where there are more, those and all candidates behind them
    are left out, and the visit does not count as full: otherwise a 304 would keep them from us for good.
    """
    taken = candidates if room is None else _that_fit(session, candidates, room)
    if len(taken) < len(candidates):
        visit = replace(visit, full=False)
    seed = table_of(Seed)
    values: dict[str, Any] = {"visited_at": now, "status": visit.status, "error": fit_text(visit.error)}
    values["failures"] = seed.c.failures + 1 if visit.error else 0
    if visit.full:
        values |= {
            "full_fetch_at": now,
            "etag": fit_text(visit.etag),
            "last_modified": fit_text(visit.last_modified),
            "body_hash": visit.body_hash,
        }
    statement = update(seed).where(seed.c.id == seed_id).values(values).returning(seed.c.source_id)
    source_id = session.scalar(statement)
    if source_id is None:
        return Found()  # its source was removed while we fetched it
    if children:
        _replace_children(session, source_id, seed_id, children)
    return add_pages(session, source_id, seed_id, taken, now)


def _that_fit(session: Session, candidates: Sequence[Candidate], room: int) -> Sequence[Candidate]:
    """The candidates ahead of the first unknown page that there is no room for."""
    for start in range(0, len(candidates), _BATCH):
        urls = [candidate.url for candidate in candidates[start : start + _BATCH]]
        known = set(session.scalars(select(Page.url).where(Page.url.in_(urls))))
        for place, url in enumerate(urls, start):
            if url not in known and is_fit_url(url):
                if room == 0:
                    return candidates[:place]
                room -= 1
    return candidates


def _replace_children(session: Session, source_id: int, seed_id: int, children: Sequence[SeedDraft]) -> None:
    named = {child.url: child.kind for child in children if is_fit_url(child.url)}
    rows = session.execute(select(Seed.id, Seed.url).where(Seed.parent_id == seed_id))
    stale = [row.id for row in rows if row.url not in named]
    if stale:
        session.execute(delete(Seed).where(Seed.id.in_(stale)))
    new = [
        {"source_id": source_id, "parent_id": seed_id, "url": url, "kind": kind, "failures": 0}
        for url, kind in named.items()
    ]
    if new:
        session.execute(insert_into(session, Seed).on_conflict_do_nothing(), new)
