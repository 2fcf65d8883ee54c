"""Takes away what nobody will ask for again: the traces of visits that brought nothing."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from storage.models import Run, RunState, Visit

RUNS_KEPT = timedelta(days=30)
"""Runs that visited no page, and broke at nothing, are kept so long."""
VISITS_KEPT = timedelta(days=180)
"""Visits of pages that had not changed are kept so long; all others for ever."""
BATCH = 2000
"""Rows taken away in one transaction."""


def tidy(session: Session, now: datetime) -> int:
    """Take away a batch of old runs and visits that brought nothing; how many rows. 0: no more are there."""
    visits = select(Visit.id).where(Visit.outcome == "unchanged", Visit.at < now - VISITS_KEPT)
    runs = select(Run.id).where(
        Run.state == RunState.DONE,
        Run.error.is_(None),
        Run.ended_at < now - RUNS_KEPT,
        ~exists().where(Visit.run_id == Run.id),
    )
    gone = 0
    for model, old in ((Visit, visits), (Run, runs)):
        batch = delete(model).where(model.id.in_(old.order_by(model.id).limit(BATCH))).returning(model.id)
        gone += len(session.scalars(batch.execution_options(synchronize_session=False)).all())
    return gone
