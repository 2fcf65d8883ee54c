"""Which sources have to do with an address: those that poll it, and those whose site it may be on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.models import Seed, SeedKind, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedAt:
    """A seed at an address, and how it answered last."""

    source: str
    kind: SeedKind
    parent: str | None
    """The index of sitemaps that named it."""
    visited_at: datetime | None
    status: int | None
    error: str | None
    failures: int
    """Visits that failed since the last one that did not."""
    due_at: datetime | None
    """A scheduled run does not poll it before; null: at every run."""
    moved_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNearby:
    """A source that may have to do with an address."""

    name: str
    url: str
    """Its home."""
    enabled: bool
    health: str
    health_reason: str | None
    failures: int
    """Runs that failed since the last one that did not."""
    last_run_at: datetime | None
    due_at: datetime | None
    """When its next run is due; null: at once."""
    seeds: Sequence[tuple[str, SeedKind]]
    """What is polled: address and kind, without what only a backfill reads."""


def seeds_at(session: Session, urls: Sequence[str]) -> list[SeedAt]:
    """The seeds at any of these addresses."""
    if not urls:
        return []
    parent = select(Seed.id, Seed.url).subquery()
    own = [getattr(Seed, name) for name in SeedAt.__slots__ if name not in ("source", "parent")]
    rows = session.execute(
        select(*own, Source.name.label("source"), parent.c.url.label("parent"))
        .join(Source, Source.id == Seed.source_id)
        .outerjoin(parent, parent.c.id == Seed.parent_id)
        .where(Seed.url.in_(urls))
        .order_by(Seed.id)
    )
    return [SeedAt(**row._mapping) for row in rows]


def homes_at(session: Session, urls: Sequence[str]) -> list[str]:
    """The names of the sources whose home is at one of these addresses, with or without a "/" at its end."""
    spellings = {form for url in urls for form in (url, url.rstrip("/"), url.rstrip("/") + "/")}
    if not spellings:
        return []
    return list(session.scalars(select(Source.name).where(Source.url.in_(spellings)).order_by(Source.id)))


def sources_nearby(session: Session, domain: str) -> list[SourceNearby]:
    """The sources with a home or a seed in whose address `domain` stands, in the order of their ids.

    It may stand there by chance ("paper.example" in "newspaper.example"): the caller looks at the hosts.
    """
    polled = select(Seed.source_id).where(
        Seed.url.contains(domain, autoescape=True), Seed.kind != SeedKind.ARCHIVE
    )
    own = [getattr(Source, name) for name in SourceNearby.__slots__ if name != "seeds"]
    rows = session.execute(
        select(Source.id, *own)
        .where(or_(Source.url.contains(domain, autoescape=True), Source.id.in_(polled)))
        .order_by(Source.id)
    ).all()
    seeds: dict[int, list[tuple[str, SeedKind]]] = {row.id: [] for row in rows}
    for source_id, url, kind in session.execute(
        select(Seed.source_id, Seed.url, Seed.kind)
        .where(Seed.source_id.in_(seeds), Seed.kind != SeedKind.ARCHIVE)
        .order_by(Seed.id)
    ):
        seeds[source_id].append((url, kind))
    return [
        SourceNearby(
            seeds=seeds[row.id], **{name: value for name, value in row._mapping.items() if name != "id"}
        )
        for row in rows
    ]
