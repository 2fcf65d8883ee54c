"""Keeps the runs: when each source was crawled, and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from storage.models import Holder, Run, RunState, Source
from storage.rows import fit_text


def start_run(session: Session, source_id: int | None, now: datetime, holder_id: int | None = None) -> int:
    """Note that a run begins, and return its id. `source_id` is null for addresses fetched alone.

    `holder_id`: the process that runs it; when that is gone, `close_abandoned_runs` ends the run.
    """
    statement = insert(Run).values(
        source_id=source_id, started_at=now, state=RunState.RUNNING, counts={}, holder_id=holder_id
    )
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


def close_abandoned_runs(session: Session, now: datetime) -> int:
    """Mark as failed each run whose process is gone without having ended it; how many there were.

    What such a run had found and not fetched is still due.
    """
    running = (
        Run.state == RunState.RUNNING,
        Run.holder_id.is_(None) | Run.holder_id.not_in(select(Holder.id)),
    )
    statement = (
        update(Run)
        .where(*running)
        .values(state=RunState.FAILED, ended_at=now, error="the process ended before the run did")
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement.returning(Run.id)).all())
