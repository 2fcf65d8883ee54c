"""Traces of visits that brought nothing go when they are old; whatever tells of something stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage import tidy as room
from storage.candidates import Candidate, add_pages
from storage.frontier import VisitRecord, record_visits
from storage.models import Run, RunState, Visit
from storage.runs import end_run, start_run
from storage.session import Database
from storage.tidy import RUNS_KEPT, VISITS_KEPT, tidy

DAY = timedelta(days=1)


def visit(database: Database, run_id: int | None, at: datetime, outcome: str) -> None:
    with database.write() as session:
        record_visits(
            session, [VisitRecord(page_id=1, run_id=run_id, at=at, outcome=outcome, state=None, due_at=None)]
        )


def run(database: Database, source_id: int, at: datetime, error: str | None = None) -> int:
    with database.write() as session:
        run_id = start_run(session, source_id, at)
        state = RunState.FAILED if error else RunState.DONE
        end_run(session, run_id, state, {}, error, at)
        return run_id


@pytest.fixture(autouse=True)
def page(database: Database, source_id: int, now: datetime) -> None:
    with database.write() as session:
        add_pages(session, source_id, None, [Candidate(url="https://gazette.example/a")], now)


def test_old_runs_that_brought_nothing_go(
    database: Database, source_id: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "BATCH", 2)
    for _ in range(5):
        run(database, source_id, now - RUNS_KEPT - DAY)
    kept = [
        run(database, source_id, now - RUNS_KEPT - DAY, error="no seed could be read"),
        run(database, source_id, now - RUNS_KEPT + DAY),
        run(database, source_id, now - RUNS_KEPT - DAY),
    ]
    visit(database, kept[-1], now - DAY, "new")
    with database.write() as session:
        assert [tidy(session, now) for _ in range(4)] == [2, 2, 1, 0]
        assert list(session.scalars(select(Run.id).order_by(Run.id))) == kept


def test_old_visits_go_that_found_nothing_changed(database: Database, now: datetime) -> None:
    for at, outcome in ((VISITS_KEPT + DAY, "unchanged"), (VISITS_KEPT + DAY, "revised"), (DAY, "unchanged")):
        visit(database, None, now - at, outcome)
    with database.write() as session:
        assert tidy(session, now) == 1
        assert [v.outcome for v in session.scalars(select(Visit).order_by(Visit.id))] == [
            "revised",
            "unchanged",
        ]
