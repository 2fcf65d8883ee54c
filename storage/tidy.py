"""Takes away what nobody will ask for again: the traces of visits that brought nothing.

Ids rise with time: a walk over them reads each row once, and is over at the first that is too young. What is
found so is taken away in transactions of its own, which look at nothing else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import Run, RunState, Visit

RUNS_KEPT = timedelta(days=30)
"""Runs that visited no page, and broke at nothing, are kept so long."""
VISITS_KEPT = timedelta(days=180)
"""Visits of pages that had not changed are kept so long; all others for ever."""
LOOKED_AT = 20_000
"""Rows read in one transaction."""
BATCH = 2000
"""Rows taken away in one transaction."""

Trace = Literal["visits", "runs"]
"""What is tidied; visits go first, for a run stays while it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a look at a range of rows found."""

    ids: tuple[int, ...]
    """Of rows to take away, rising."""
    last_id: int
    """The last row looked at: the next look goes on behind it."""
    done: bool
    """Whether all that is old was looked at."""


def old_traces(session: Session, kind: Trace, after_id: int, now: datetime) -> Traces:
    """What may go among the next LOOKED_AT rows behind `after_id` (0: from the first). It only reads."""
    model, began, young, idle = _what(kind, now)
    rows = session.execute(
        select(model.id, began >= young, idle).where(model.id > after_id).order_by(model.id).limit(LOOKED_AT)
    ).all()
    ids: list[int] = []
    for row_id, is_young, is_idle in rows:
        if is_young:
            return Traces(ids=tuple(ids), last_id=row_id, done=True)
        if is_idle:
            ids.append(row_id)
    last_id = rows[-1][0] if rows else after_id
    return Traces(ids=tuple(ids), last_id=last_id, done=len(rows) < LOOKED_AT)


def forget(session: Session, kind: Trace, ids: Collection[int]) -> int:
    """Take away what `old_traces` found, at most BATCH rows at a time; how many were still there."""
    model = Visit if kind == "visits" else Run
    gone = delete(model).where(model.id.in_(ids)).returning(model.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _what(
    kind: Trace, now: datetime
) -> tuple[type[Visit | Run], InstrumentedAttribute[datetime], datetime, ColumnElement[bool]]:
    """The rows of a kind, when they began, since when they are young, and which of the others may go."""
    if kind == "visits":
        return Visit, Visit.at, now - VISITS_KEPT, Visit.outcome == "unchanged"
    idle = and_(
        Run.state == RunState.DONE,
        Run.error.is_(None),
        Run.ended_at < now - RUNS_KEPT,
        ~exists().where(Visit.run_id == Run.id),
    )
    return Run, Run.started_at, now - RUNS_KEPT, idle
