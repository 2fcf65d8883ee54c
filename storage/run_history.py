"""The last runs of a source, and what came of them over a time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Run, RunState, Seed, SeedKind

_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One crawl of a source."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    state: RunState
    error: str | None
    counts: Mapping[str, Any]
    """Numbers, and reasons with theirs; those that an older copydesk did not count are missing."""


@dataclass(slots=True, kw_only=True)
class Totals:
    """What several runs came to."""

    runs: Counter[str] = field(default_factory=Counter)
    """By the state in which they ended."""
    numbers: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    """By reason, as `failed`."""
    failed: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "runs": dict(self.runs),
            **self.numbers,
            "rejected": dict(self.rejected),
            "failed": dict(self.failed),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeed:
    """What is polled, and how it answered last."""

    url: str
    kind: SeedKind
    parent_id: int | None
    """The index of sitemaps that named it."""
    visited_at: datetime | None
    status: int | None
    error: str | None
    failures: int
    due_at: datetime | None


def last_runs(session: Session, source_id: int, limit: int = 10) -> list[StoredRun]:
    """The newest runs of a source, the last one first."""
    columns = [getattr(Run, name) for name in StoredRun.__slots__]
    statement = select(*columns).where(Run.source_id == source_id).order_by(Run.id.desc())
    return [StoredRun(**row._mapping) for row in session.execute(statement.limit(limit))]


def totals_since(session: Session, source_id: int, since: datetime) -> Totals:
    """What the runs of a source came to that began at `since` or later."""
    totals = Totals()
    for run in _runs_since(session, source_id, since):
        totals.runs[run.state] += 1
        for name, count in run.counts.items():
            if name in ("rejected", "failed"):
                getattr(totals, name).update(count)
            elif isinstance(count, int):
                totals.numbers[name] += count
    return totals


def _runs_since(session: Session, source_id: int, since: datetime) -> Iterator[StoredRun]:
    # From the newest: no index has the time, and a source may have had a hundred thousand.
    columns = [getattr(Run, name) for name in StoredRun.__slots__]
    newest = select(*columns).where(Run.source_id == source_id).order_by(Run.id.desc())
    with session.execute(newest.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            if row.started_at < since:
                return
            yield StoredRun(**row._mapping)


def polled_seeds(session: Session, source_id: int) -> list[StoredSeed]:
    """What is polled of a source; the seeds of which nothing could be read come first."""
    columns = [getattr(Seed, name) for name in StoredSeed.__slots__]
    statement = select(*columns).where(Seed.source_id == source_id, Seed.kind != SeedKind.ARCHIVE)
    rows = session.execute(statement.order_by(Seed.error.is_(None), Seed.id))
    return [StoredSeed(**row._mapping) for row in rows]
