"""The seeds of a source: what we poll, how it answered, and what it named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.orm import Session

from storage.candidates import Candidate, Found, add_pages, unknown_among
from storage.insert import insert_into, table_of
from storage.models import Seed, SeedKind
from storage.rows import fit_text, is_fit_url
from storage.sources import SeedDraft

DueAt = Callable[[int], datetime | None]
"""When a seed is due again that was idle at so many visits in a row."""


def _at_every_run(_idle: int) -> None:
    return None


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
    visited_at: datetime | None
    due_at: datetime | None
    """A scheduled run does not ask it before; null: at once."""
    idle: int
    """Visits since the last one that named a page we did not know, or one that changed."""
    failures: int
    """Visits that failed since the last one that did not."""
    habits: dict[str, Any] | None
    moved_to: str | None
    moved_since: datetime | None
    """Since when it says at every visit that it has moved to `moved_to` for good."""
    backfilled_to: datetime | None


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
    """A body came, and was read (or was the same as before): validators, hash and habits are those of it."""
    habits: dict[str, Any] | None = None
    kind: SeedKind | None = None
    """What it turned out to be; null: what it was."""
    moved_to: str | None = None
    """Where it has moved to for good."""
    move: bool = False
    """Whether it is to be asked there from now on."""


def seeds_of(session: Session, source_id: int) -> list[SeedState]:
    """What is polled of a source, in the order in which it was found."""
    return seeds_where(session, *_polled(source_id), order=(Seed.id.expression,))


def seeds_by_visit(session: Session, source_id: int) -> list[SeedState]:
    """What is polled of a source: seeds never visited first, then those whose last visit is longest ago."""
    order = (Seed.visited_at.nulls_first(), Seed.id.expression)
    return seeds_where(session, *_polled(source_id), order=order)


def _polled(source_id: int) -> tuple[ColumnElement[bool], ...]:
    # A backfill may have left ten thousand places beside the few seeds: the database leaves them out.
    return Seed.source_id == source_id, Seed.kind != SeedKind.ARCHIVE


def seeds_where(
    session: Session,
    *wanted: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
    limit: int | None = None,
) -> list[SeedState]:
    """Seeds by any condition, what only a backfill reads among them."""
    columns = [getattr(Seed, name) for name in SeedState.__slots__]
    rows = session.execute(select(*columns).where(*wanted).order_by(*order).limit(limit))
    return [SeedState(**row._mapping) for row in rows]


def record_seed_visit(
    session: Session,
    seed_id: int,
    visit: SeedVisit,
    candidates: Sequence[Candidate],
    children: Sequence[SeedDraft],
    now: datetime,
    room: int | None = None,
    due: DueAt = _at_every_run,
) -> Found:
    """Write down a visit of a seed with all that it named, in the caller's one transaction.

    Otherwise a process that dies in between would get a 304 next time, for what it never took in.

    `children`: every sitemap that an index names. Where there are any, seeds that the same index named before
    and does not now are dropped; give none where the body was not read anew.
    `room`: most pages taken that we did not know. Where there are more, those and all candidates behind them
    are left out, and the visit does not count as full: otherwise a 304 would keep them from us for good.
    `due`: gives the seed's `due_at` from its `idle`, which only what came of the candidates can tell.
    """
    taken = candidates if room is None else _that_fit(session, candidates, room)
    if len(taken) < len(candidates):
        visit = replace(visit, full=False)
    seed_id = _moved(session, seed_id, visit)
    source_id = _write_visit(session, seed_id, visit, now)
    if source_id is None:
        return Found()  # its source was removed while we fetched it
    if children:
        _replace_children(session, source_id, seed_id, children)
    found = add_pages(session, source_id, seed_id, taken, now)
    found = replace(found, left_out=len(candidates) - len(taken))
    _write_due(session, seed_id, found, due, failed=visit.error is not None)
    return found


def _write_visit(session: Session, seed_id: int, visit: SeedVisit, now: datetime) -> int | None:
    """The source of the seed; None if there is none any more."""
    seed = table_of(Seed)
    moved_to = fit_text(visit.moved_to)
    values: dict[str, Any] = {"visited_at": now, "status": visit.status, "error": fit_text(visit.error)}
    values["failures"] = seed.c.failures + 1 if visit.error else 0
    if not visit.error:
        values |= {"moved_to": moved_to, "moved_since": None}
        if moved_to:
            values["moved_since"] = case((seed.c.moved_to == moved_to, seed.c.moved_since), else_=now)
    if visit.kind is not None:
        values["kind"] = visit.kind
    if visit.full:
        values |= {
            "full_fetch_at": now,
            "etag": fit_text(visit.etag),
            "last_modified": fit_text(visit.last_modified),
            "body_hash": visit.body_hash,
            "habits": visit.habits or None,
        }
    statement = update(seed).where(seed.c.id == seed_id).values(values).returning(seed.c.source_id)
    source_id: int | None = session.scalar(statement)
    return source_id


def _moved(session: Session, seed_id: int, visit: SeedVisit) -> int:
    """Give a seed that is to move its new address; the id of the seed that stands there."""
    seed = session.get(Seed, seed_id)
    if not visit.move or seed is None or not visit.moved_to or not is_fit_url(visit.moved_to):
        return seed_id
    there = select(Seed.id).where(Seed.source_id == seed.source_id, Seed.url == visit.moved_to)
    if (other := session.scalar(there)) is not None:  # its source knows that address, too
        _join(session, seed, other)
        return other
    session.execute(update(Seed).where(Seed.id == seed_id).values(url=visit.moved_to))
    return seed_id


def _join(session: Session, seed: Seed, other_id: int) -> None:
    """Have another seed stand for this one. What only a backfill read is polled from then on.

    What this one named belongs to the other: it would be deleted with it, and what was walked forgotten.
    """
    as_this = {"kind": seed.kind, "parent_id": seed.parent_id, "idle": seed.idle}
    archived = Seed.id == other_id, Seed.kind == SeedKind.ARCHIVE
    session.execute(update(Seed).where(*archived).values(as_this))
    below = Seed.parent_id == seed.id, Seed.id != other_id
    session.execute(update(Seed).where(*below).values(parent_id=other_id))
    session.execute(delete(Seed).where(Seed.id == seed.id))


def _write_due(session: Session, seed_id: int, found: Found, due: DueAt, *, failed: bool) -> None:
    seed = table_of(Seed).c
    idle = 0 if found.new or found.updated else seed.idle + (0 if failed else 1)
    counted = update(table_of(Seed)).where(seed.id == seed_id).values(idle=idle).returning(seed.idle)
    due_at = due(session.scalars(counted).one())
    session.execute(update(table_of(Seed)).where(seed.id == seed_id).values(due_at=due_at))


def _that_fit(session: Session, candidates: Sequence[Candidate], room: int) -> Sequence[Candidate]:
    """The candidates ahead of the first unknown page that there is no room for."""
    over = next(islice(unknown_among(session, candidates), room, None), None)
    return candidates if over is None else candidates[: candidates.index(over)]


def _replace_children(session: Session, source_id: int, seed_id: int, children: Sequence[SeedDraft]) -> None:
    """Poll the sitemaps that an index names, and no others; what a backfill has read is kept for the next."""
    named = {child.url: child.kind for child in children if is_fit_url(child.url)}
    polled = Seed.parent_id == seed_id, Seed.kind != SeedKind.ARCHIVE
    rows = session.execute(select(Seed.id, Seed.url, Seed.backfilled_to).where(*polled)).all()
    stale = [row for row in rows if row.url not in named]
    walked = [row.id for row in stale if row.backfilled_to is not None]
    session.execute(update(Seed).where(Seed.id.in_(walked)).values(kind=SeedKind.ARCHIVE))
    dropped = [row.id for row in stale if row.backfilled_to is None]
    session.execute(delete(Seed).where(Seed.id.in_(dropped)))
    new = [
        {"source_id": source_id, "parent_id": seed_id, "url": url, "kind": kind, "failures": 0}
        for url, kind in named.items()
    ]
    if not new:
        return
    insert = insert_into(session, Seed)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["source_id", "url"],
            set_={"kind": insert.excluded.kind, "due_at": None},
            where=table_of(Seed).c.kind == SeedKind.ARCHIVE,
        ),
        new,
    )


def put_off(session: Session, seed_id: int, until: datetime) -> None:
    """Leave a seed alone until a time. Nothing was asked of it: how it answered last is left as it is."""
    session.execute(update(Seed).where(Seed.id == seed_id).values(due_at=until))


def next_due(session: Session, source_id: int) -> datetime | None:
    """Before which none of a source's seeds is due; None: one of them is at any time, or there is none."""
    seeds = select(Seed.due_at).where(Seed.source_id == source_id, Seed.kind != SeedKind.ARCHIVE)
    times = session.scalars(seeds).all()
    return None if None in times else min((time for time in times if time), default=None)
