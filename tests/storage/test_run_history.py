"""The last runs of a source, and their sums."""

from datetime import datetime, timedelta

from storage.models import RunState, SeedKind
from storage.run_history import last_runs, polled_seeds, totals_since
from storage.runs import end_run, start_run
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import Database
from storage.sources import SeedDraft, add_seeds

HOUR = timedelta(hours=1)


def test_runs_are_told_newest_first_and_summed_from_a_time_on(
    database: Database, source_id: int, now: datetime
) -> None:
    with database.write() as session:
        for hours in range(30, 0, -1):
            began = now - hours * HOUR
            state = RunState.FAILED if hours == 2 else RunState.DONE
            counts = {"new": 2, "bytes": 10, "rejected": {"stub": 1}, "failed": {}}
            end_run(session, start_run(session, source_id, began), state, counts, None, began + HOUR / 2)
    with database.read() as session:
        runs = last_runs(session, source_id, 3)
        totals = totals_since(session, source_id, now - 24 * HOUR)
    assert [run.state for run in runs] == [RunState.DONE, RunState.FAILED, RunState.DONE]
    assert runs[0].started_at == now - HOUR
    assert totals.as_dict() == {
        "runs": {"done": 23, "failed": 1},
        "new": 48,
        "bytes": 240,
        "rejected": {"stub": 24},
        "failed": {},
    }


def test_seeds_that_fail_come_first(database: Database, source_id: int, now: datetime) -> None:
    drafts = [SeedDraft(url=f"https://gazette.example/{n}", kind=SeedKind.FEED) for n in range(2)]
    with database.write() as session:
        add_seeds(session, source_id, drafts)
        record_seed_visit(session, 1, SeedVisit(status=200, full=True), [], [], now)
        record_seed_visit(session, 2, SeedVisit(status=404, error="gone", full=False), [], [], now)
        seeds = polled_seeds(session, source_id)
    assert [(seed.status, seed.error, seed.failures) for seed in seeds] == [(404, "gone", 1), (200, None, 0)]
