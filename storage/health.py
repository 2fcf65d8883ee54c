"""How the sources are doing, as it was last judged and kept: all of them at a glance."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from storage.facts import Evidence, evidence_of
from storage.models import Article, Holder, Page, Run, RunState, Seed, SeedKind, Source, Visit
from storage.rows import fit_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source is doing."""

    id: int
    name: str
    url: str
    enabled: bool
    schedule: str
    health: str
    """Its state, as crawler/health/verdict.py names them: "well", "quiet", "blocked", …"""
    since: datetime | None
    """When that state began; null before its first judgement."""
    reason: str | None
    """What is wrong with it."""
    evidence: Evidence
    """What that is seen by: the first bad page, the last good one."""
    due_at: datetime | None
    """When its next crawl is due; null: at once."""
    failed_runs: int
    """Runs that failed since the last one that did not."""
    last_run_at: datetime | None
    """When its last run ended; null before the first."""
    last_run_state: RunState | None
    last_run_started_at: datetime | None
    last_sign_at: datetime | None
    """When its last run last showed that it lives: its end; else the beat of its process, its last visit or
    its beginning."""
    last_error: str | None
    """What broke the last run."""
    last_new_at: datetime | None
    """When its last new article was filed."""
    seeds: int
    seeds_failing: int
    """Seeds of which nothing could be read when they were last visited."""
    articles: int
    waiting: int
    """Pages that are due to be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFigures:
    """What a monitor wants to know of the whole archive."""

    sources: Mapping[str, int]
    """How many of those that are enabled are in which state."""
    due: int
    """Enabled sources whose crawl is due."""
    overdue: timedelta
    """For how long the first of them has been."""
    waiting: int
    """Pages that are due to be fetched."""


def source_health(session: Session, now: datetime, ids: Collection[int] | None = None) -> list[SourceHealth]:
    """How every source is doing, by name; of `ids`, if they are given."""
    statement = _everything(now).order_by(Source.name, Source.id)
    if ids is not None:
        statement = statement.where(Source.id.in_(ids))
    rows = session.execute(statement).all()
    running = [row.run_id for row in rows if row.last_run_state is RunState.RUNNING]
    visits = _last_visits(session, running) if running else {}
    return [_health(row, visits.get(row.run_id)) for row in rows]


_OWN = ("id", "name", "url", "enabled", "schedule", "health", "due_at", "last_run_at", "last_new_at")


def _everything(now: datetime) -> Select[Any]:
    last_run = select(func.max(Run.id)).where(Run.source_id == Source.id).correlate(Source).scalar_subquery()
    polled = Seed.source_id == Source.id, Seed.kind != SeedKind.ARCHIVE
    return (
        select(
            *(getattr(Source, name) for name in _OWN),
            Source.health_since.label("since"),
            Source.health_reason.label("reason"),
            Source.health_evidence,
            Source.failures.label("failed_runs"),
            Run.id.label("run_id"),
            Run.state.label("last_run_state"),
            Run.started_at.label("last_run_started_at"),
            Run.ended_at.label("last_run_ended_at"),
            Run.error.label("last_error"),
            Holder.seen_at,
            _count(*polled).label("seeds"),
            _count(*polled, Seed.error.is_not(None)).label("seeds_failing"),
            _count(Article.source_id == Source.id).label("articles"),
            # By due_at, which an index has, and not by state: to count those of a state takes a look at each.
            _count(Page.source_id == Source.id, Page.due_at <= now).label("waiting"),
        )
        .outerjoin(Run, Run.id == last_run)
        .outerjoin(Holder, and_(Holder.id == Run.holder_id, Run.state == RunState.RUNNING))
    )


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*conditions).correlate(Source).scalar_subquery()


def _health(row: Row[Any], visited_at: datetime | None) -> SourceHealth:
    values = dict(row._mapping)
    run_id, ended_at, seen_at = (values.pop(key) for key in ("run_id", "last_run_ended_at", "seen_at"))
    begun_at = row.last_run_started_at if run_id is not None else None
    signs = [time for time in (seen_at, visited_at, begun_at) if time is not None]
    evidence = evidence_of(values.pop("health_evidence"))
    return SourceHealth(**values, evidence=evidence, last_sign_at=ended_at or max(signs, default=None))


def _last_visits(session: Session, run_ids: Collection[int]) -> dict[int | None, datetime]:
    """When each of these runs last visited a page; those that visited none are missing."""
    rows = session.execute(
        select(Visit.run_id, func.max(Visit.at)).where(Visit.run_id.in_(run_ids)).group_by(Visit.run_id)
    )
    return {row[0]: row[1] for row in rows}


def keep_health(
    session: Session, source_id: int, health: str, since: datetime, reason: str | None, evidence: Evidence
) -> None:
    """Write the state of a source into its row."""
    values = {
        "health": health,
        "health_since": since,
        "health_reason": fit_text(reason),
        "health_evidence": evidence.as_dict(),
    }
    session.execute(update(Source).where(Source.id == source_id).values(values))


def kept_health(session: Session, source_id: int) -> str:
    """The state that was kept of a source last; "" if there is no such source."""
    return session.scalar(select(Source.health).where(Source.id == source_id)) or ""


def archive_figures(session: Session, now: datetime) -> ArchiveFigures:
    """The figures of the archive at `now`; a few milliseconds for ten thousand sources."""
    is_due = or_(Source.due_at.is_(None), Source.due_at <= now)
    due_since = func.min(case((is_due, func.coalesce(Source.due_at, Source.created_at))))
    states = session.execute(
        select(
            Source.health,
            func.count().label("sources"),
            func.count(case((is_due, 1))).label("due"),
            due_since.label("due_since"),
        )
        .where(Source.enabled)
        .group_by(Source.health)
    ).all()
    waiting = _count(Page.source_id == Source.id, Page.due_at <= now)
    first = min((row.due_since for row in states if row.due_since), default=now)
    return ArchiveFigures(
        sources={row.health: row.sources for row in states},
        due=sum(row.due for row in states),
        overdue=max(now - first, timedelta(0)),
        waiting=session.scalar(select(func.coalesce(func.sum(waiting), 0)).select_from(Source)) or 0,
    )
