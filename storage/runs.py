"""Keeps the runs: when each source was crawled, and what came of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Run, RunState, Source, Visit
from storage.rows import fit_text

SILENCE = timedelta(hours=1)
"""A run that has visited nothing for so long is taken to have died with its process."""


def start_run(session: Session, source_id: int | None, now: datetime) -> int:
    """Note that a run begins, and return its id. `source_id` is null for addresses fetched alone."""
    statement = insert(Run).values(source_id=source_id, started_at=now, state=RunState.RUNNING, counts={})
    return session.scalars(statement.returning(Run.id)).one()


def end_run(
    session: Session,
    run_id: int,
    state: RunState,
    counts: Mapping[str, Any],
    error: str | None,
    now: datetime,
) -> None:
    """Note how a run ended; `counts` has the form that `Run.counts` gives.

    Its source's `last_run_at` becomes `now`, and `last_new_at` too if `counts["new"]` is not 0.
    """
    values = {"state": state, "counts": dict(counts), "error": fit_text(error), "ended_at": now}
    source_id = session.scalar(update(Run).where(Run.id == run_id).values(values).returning(Run.source_id))
    if source_id is None:
        return
    times = {"last_run_at": now} | ({"last_new_at": now} if counts.get("new") else {})
    session.execute(update(Source).where(Source.id == source_id).values(times))


def close_abandoned_runs(session: Session, now: datetime, *, silent_for: timedelta = SILENCE) -> int:
    """Mark as failed each run that neither ended nor visited anything for `silent_for`; how many there were.

    Such a run's process was killed. What it had found and not fetched is still due.
    """
    last_visit = select(func.max(Visit.at)).where(Visit.run_id == Run.id).correlate(Run).scalar_subquery()
    statement = (
        update(Run)
        .where(
            Run.state == RunState.RUNNING,
            Run.started_at < now - silent_for,
            or_(last_visit.is_(None), last_visit < now - silent_for),
        )
        .values(state=RunState.FAILED, ended_at=now, error="the process ended before the run did")
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement.returning(Run.id)).all())
