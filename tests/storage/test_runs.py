"""Runs: how each went, and which were abandoned."""

from datetime import datetime, timedelta

from sqlalchemy import select

from storage.leases import register, retire
from storage.models import Run, RunState, Source
from storage.runs import close_abandoned_runs, end_run, start_run
from storage.session import Database

MINUTE = timedelta(minutes=1)
COUNTS = {"found": 2, "new": 1, "rejected": {"stub": 1}, "failed": {}}


def run(database: Database, run_id: int) -> Run:
    with database.read() as session:
        return session.get_one(Run, run_id)


def source(database: Database) -> Source:
    with database.read() as session:
        return session.scalars(select(Source)).one()


def start(database: Database, source_id: int | None, now: datetime) -> int:
    with database.write() as session:
        return start_run(session, source_id, now)


def test_run_is_running_until_it_ends(database: Database, source_id: int, now: datetime) -> None:
    run_id = start(database, source_id, now)
    begun = run(database, run_id)
    assert (begun.state, begun.started_at, begun.ended_at, begun.counts) == (RunState.RUNNING, now, None, {})
    with database.write() as session:
        end_run(session, run_id, RunState.STOPPED, COUNTS, "stopped\0 by hand", now + MINUTE)
    ended = run(database, run_id)
    assert (ended.state, ended.ended_at, ended.counts, ended.error) == (
        RunState.STOPPED,
        now + MINUTE,
        COUNTS,
        "stopped\ufffd by hand",
    )


def test_source_knows_its_last_run_and_its_last_new_article(
    database: Database, source_id: int, now: datetime
) -> None:
    for minutes, counts in ((1, COUNTS), (2, COUNTS | {"new": 0})):
        run_id = start(database, source_id, now)
        with database.write() as session:
            end_run(session, run_id, RunState.DONE, counts, None, now + minutes * MINUTE)
    assert (source(database).last_run_at, source(database).last_new_at) == (now + 2 * MINUTE, now + MINUTE)


def test_run_of_single_addresses_has_no_source(database: Database, source_id: int, now: datetime) -> None:
    run_id = start(database, None, now)
    with database.write() as session:
        end_run(session, run_id, RunState.DONE, COUNTS, None, now)
    assert run(database, run_id).source_id is None
    assert source(database).last_run_at is None


def test_run_whose_process_is_gone_is_abandoned(database: Database, source_id: int, now: datetime) -> None:
    with database.write() as session:
        here, gone = (register(session, "desk", pid, now) for pid in (1, 2))
        alive, lost, ended, of_nobody = (
            start_run(session, source_id, now, holder) for holder in (here, gone, gone, None)
        )
        end_run(session, ended, RunState.DONE, COUNTS, None, now)
        retire(session, gone)
        assert close_abandoned_runs(session, now + MINUTE) == 2
        assert close_abandoned_runs(session, now + MINUTE) == 0
    assert [run(database, run_id).state for run_id in (alive, lost, ended, of_nobody)] == [
        RunState.RUNNING,
        RunState.FAILED,
        RunState.DONE,
        RunState.FAILED,
    ]
    assert run(database, lost).ended_at == now + MINUTE
    assert run(database, lost).error == "the process ended before the run did"
