"""Traces of visits that brought nothing go when they are old; whatever tells of something stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, insert, select

from storage import tidy as room
from storage.candidates import Candidate, add_pages
from storage.frontier import VisitRecord, record_visits
from storage.models import Run, RunState, Visit
from storage.runs import end_run, start_run
from storage.session import Database
from storage.tidy import RUNS_KEPT, VISITS_KEPT, Trace, Traces, forget, old_traces

DAY = timedelta(days=1)
OLD_VISIT, OLD_RUN = VISITS_KEPT + DAY, RUNS_KEPT + DAY


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


def looks(database: Database, kind: Trace, now: datetime) -> list[Traces]:
    """All looks of a walk."""
    walk = [Traces(ids=(), last_id=0, done=False)]
    while not walk[-1].done:
        with database.read() as session:
            walk.append(old_traces(session, kind, walk[-1].last_id, now))
    return walk[1:]


@pytest.fixture(autouse=True)
def page(database: Database, source_id: int, now: datetime) -> None:
    with database.write() as session:
        add_pages(session, source_id, None, [Candidate(url="https://gazette.example/a")], now)


def test_old_runs_that_brought_nothing_go(database: Database, source_id: int, now: datetime) -> None:
    idle = [run(database, source_id, now - OLD_RUN) for _ in range(2)]
    kept = [
        run(database, source_id, now - OLD_RUN, error="no seed could be read"),
        run(database, source_id, now - OLD_RUN),
    ]
    visit(database, kept[-1], now - DAY, "new")
    idle.append(run(database, source_id, now - OLD_RUN))
    with database.write() as session:
        kept.append(start_run(session, source_id, now - OLD_RUN))  # and nobody knows how it goes on
    kept.append(run(database, source_id, now - RUNS_KEPT + DAY))
    (look,) = looks(database, "runs", now)
    assert look == Traces(ids=tuple(idle), last_id=kept[-1], done=True)
    with database.write() as session:
        assert forget(session, "runs", look.ids) == 3
        assert forget(session, "runs", look.ids) == 0
        assert list(session.scalars(select(Run.id).order_by(Run.id))) == kept


def test_old_visits_go_that_found_nothing_changed(database: Database, now: datetime) -> None:
    for at, outcome in ((OLD_VISIT, "unchanged"), (OLD_VISIT, "revised"), (DAY, "unchanged")):
        visit(database, None, now - at, outcome)
    (look,) = looks(database, "visits", now)
    with database.write() as session:
        assert forget(session, "visits", look.ids) == 1
        assert [v.outcome for v in session.scalars(select(Visit).order_by(Visit.id))] == [
            "revised",
            "unchanged",
        ]


@pytest.mark.parametrize("kind", ["visits", "runs"])
def test_nothing_is_old_in_an_archive_with_nothing_in_it(
    database: Database, now: datetime, kind: Trace
) -> None:
    assert looks(database, kind, now) == [Traces(ids=(), last_id=0, done=True)]


def test_a_walk_looks_at_each_old_row_once_and_at_one_that_is_young(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LOOKED_AT", 4)
    for at, outcome in (*[(OLD_VISIT, "unchanged")] * 5, (OLD_VISIT, "new"), *[(DAY, "unchanged")] * 9):
        visit(database, None, now - at, outcome)
    walk = looks(database, "visits", now)
    assert [look.ids for look in walk] == [(1, 2, 3, 4), (5,)]
    assert [look.last_id for look in walk] == [4, 7]


def test_what_is_taken_away_is_found_by_its_ids(database: Database, source_id: int, now: datetime) -> None:
    """A write looks at no more rows than it takes away, however many there are."""
    statements: list[tuple[str, object]] = []
    with database.write() as session:
        run_id = start_run(session, source_id, now)
        rows = [{"page_id": 1, "run_id": run_id, "at": now, "outcome": "unchanged"}] * 5000
        session.execute(insert(Visit), rows)
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append((told[2], told[3])))
        assert forget(session, "visits", [3, 4]) == 2
        ((statement, values),) = statements
        if connection.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
            assert "SEARCH visits USING INTEGER PRIMARY KEY" in str(plan)
        else:
            connection.exec_driver_sql("ANALYZE visits")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()  # type: ignore[arg-type]
            assert "pk_visits" in str(plan)
