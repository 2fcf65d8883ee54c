"""The seeds of a source: what we poll, how it answered, and what it named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.candidates import Candidate, Found, add_pages
from storage.insert import insert_into, table_of
from storage.models import Seed, SeedKind
from storage.rows import fit_text, is_fit_url
from storage.sources import SeedDraft


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
    columns = [getattr(Seed, name) for name in SeedState.__slots__]
    rows = session.execute(select(*columns).where(Seed.source_id == source_id).order_by(Seed.id))
    return [SeedState(**row._mapping) for row in rows]


def record_seed_visit(
    session: Session,
    seed_id: int,
    visit: SeedVisit,
    candidates: Iterable[Candidate],
    children: Sequence[SeedDraft],
    now: datetime,
) -> Found:
    """Write down a visit of a seed with all that it named, in the caller's one transaction.

    Otherwise a process that dies in between would get a 304 next time, for what it never took in.

    `children`: every sitemap that an index names. Where there are any, seeds that the same index named before
    and does not now are dropped; give none where the body was not read anew.
    """
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
    return add_pages(session, source_id, seed_id, candidates, now)


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
