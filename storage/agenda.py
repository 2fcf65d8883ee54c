"""When each source is due, and all that it depends on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.backfill import next_place_at
from storage.frontier import earliest_due
from storage.models import Source
from storage.seeds import next_due


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSource:
    """A source whose turn it is."""

    id: int
    name: str
    url: str
    due_at: datetime | None
    """Null: it was never crawled, or somebody asks for it at once."""

    @property
    def host(self) -> str:
        """The host of its home."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What decides when a source is due next."""

    schedule: str
    created_at: datetime
    poll_at: datetime | None
    """When news is looked for next, by its schedule; null: at once."""
    rhythm: dict[str, Any] | None
    failures: int
    """Runs that failed since the last one that did not."""
    backfill_to: datetime | None
    earliest_page: datetime | None
    """When the first of its pages is due."""
    earliest_seed: datetime | None
    """Before which no seed may be polled; null: one may at any time, or there is none yet."""
    earliest_place: datetime | None = None
    """Before which no place of its past may be walked; null: no backfill is asked for, or there is none left,
    or none is known yet."""


def due_sources(session: Session, now: datetime, limit: int, skip: Collection[int] = ()) -> list[DueSource]:
    """Up to `limit` enabled sources whose turn it is, those that have waited longest first.

    One whose last run ended later than `now` is due as well: the clock was set back, and its `due_at` may be
    far away.
    """
    its_turn = or_(Source.due_at.is_(None), Source.due_at <= now, Source.last_run_at > now)
    columns = [getattr(Source, name) for name in DueSource.__slots__]
    statement = select(*columns).where(Source.enabled, its_turn, Source.id.not_in(skip))
    rows = session.execute(statement.order_by(Source.due_at.nulls_first(), Source.id).limit(limit))
    return [DueSource(**row._mapping) for row in rows]


def agenda_of(session: Session, source_id: int) -> Agenda | None:
    """All that decides when a source is due; None if there is no such source."""
    names = ("schedule", "created_at", "poll_at", "rhythm", "failures", "backfill_to")
    row = session.execute(
        select(*(getattr(Source, name) for name in names)).where(Source.id == source_id)
    ).one_or_none()
    if row is None:
        return None
    return Agenda(
        **row._mapping,
        earliest_page=earliest_due(session, source_id),
        earliest_seed=next_due(session, source_id),
        earliest_place=next_place_at(session, source_id) if row.backfill_to is not None else None,
    )


def set_agenda(
    session: Session,
    source_id: int,
    *,
    poll_at: datetime,
    due_at: datetime,
    rhythm: dict[str, Any] | None,
    failures: int,
) -> None:
    """Write down when a source is due next, and what was learned of its rhythm."""
    values = {"poll_at": poll_at, "due_at": due_at, "rhythm": rhythm, "failures": failures}
    session.execute(update(Source).where(Source.id == source_id).values(values))


def set_schedule(session: Session, source_id: int, schedule: str, poll_at: datetime | None) -> bool:
    """Give a source another schedule, by which it is due at `poll_at`. False if there is no such source."""
    values = {"schedule": schedule, "poll_at": poll_at, "due_at": poll_at}
    statement = update(Source).where(Source.id == source_id).values(values)
    return session.scalar(statement.returning(Source.id)) is not None
