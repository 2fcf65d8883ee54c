"""How the sources are doing, as it is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pipelines.article import Article as Story
from storage.articles import Filed
from storage.candidates import Candidate, add_pages
from storage.facts import Evidence, Sight
from storage.frontier import VisitRecord, record_visits
from storage.health import archive_figures, keep_health, source_health
from storage.models import Holder, PageState, Run, RunState, SeedKind, Source
from storage.runs import end_run, start_run
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_source

MINUTE = timedelta(minutes=1)
SEEDS = (
    SeedDraft(url="https://a.example/rss", kind=SeedKind.FEED),
    SeedDraft(url="https://a.example/sitemap.xml", kind=SeedKind.SITEMAP),
)
DRAFT = SourceDraft(name="Alpha", url="https://a.example/", seeds=SEEDS)


@pytest.fixture
def alpha(database: Database, now: datetime) -> int:
    """A source with two seeds and two pages that wait."""
    with database.write() as session:
        source_id = add_source(session, DRAFT, now).id
        add_pages(session, source_id, 1, [Candidate(url=f"https://a.example/{n}") for n in range(2)], now)
    return source_id


def test_all_is_told_by_name(
    database: Database,
    alpha: int,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    now: datetime,
) -> None:
    file(article("a"), alpha)
    with database.write() as session:
        add_source(session, SourceDraft(name="Beta", url="https://b.example/"), now)
        run_id = start_run(session, alpha, now)
        end_run(session, run_id, RunState.FAILED, {"new": 1}, "it broke", now + MINUTE)
        record_seed_visit(session, 2, SeedVisit(status=500, error="it is broken", full=False), [], [], now)
    with database.read() as session:
        first, second = source_health(session, now)
        assert source_health(session, now, [second.id]) == [second]
    assert (first.id, first.name, first.seeds, first.seeds_failing) == (alpha, "Alpha", 2, 1)
    assert (first.articles, first.waiting) == (1, 2)
    assert (first.last_run_state, first.last_error) == (RunState.FAILED, "it broke")
    assert (first.last_run_at, first.last_sign_at, first.last_new_at) == (now + MINUTE,) * 3
    assert (second.name, second.health, second.since, second.last_run_state) == ("Beta", "new", None, None)


def test_a_verdict_is_kept_whole(database: Database, alpha: int, now: datetime) -> None:
    evidence = Evidence(
        first_bad=Sight(url="https://a.example/1", at=now, why="stub", article_id=7),
        leads_to="https://b.example/",
    )
    with database.write() as session:
        keep_health(session, alpha, "broken", now, "it was\0 rebuilt", evidence)
    with database.read() as session:
        [health] = source_health(session, now)
    assert (health.health, health.since, health.reason) == ("broken", now, "it was\ufffd rebuilt")
    assert health.evidence == evidence


def test_a_run_that_is_under_way_gives_signs_of_life(database: Database, alpha: int, now: datetime) -> None:
    with database.write() as session:
        run_id = start_run(session, alpha, now)

    def last_sign() -> datetime | None:
        with database.read() as session:
            return source_health(session, now)[0].last_sign_at

    assert last_sign() == now
    visit = VisitRecord(
        page_id=1, run_id=run_id, at=now + MINUTE, outcome="failed", state=PageState.FAILED, due_at=None
    )
    with database.write() as session:
        record_visits(session, [visit])
    assert last_sign() == now + MINUTE
    with database.write() as session:
        holder = Holder(machine="m", pid=1, started_at=now, seen_at=now + 2 * MINUTE)
        session.add(holder)
        session.flush()
        session.get_one(Run, run_id).holder_id = holder.id
    assert last_sign() == now + 2 * MINUTE


def test_figures_are_of_sources_that_are_enabled(database: Database, alpha: int, now: datetime) -> None:
    due = {"late": -60, "soon": 5, "off": -999}
    with database.write() as session:
        for number, (name, minutes) in enumerate(due.items()):
            source = add_source(session, SourceDraft(name=name, url=f"https://{number}.example/"), now)
            source.due_at = now + minutes * MINUTE
            source.enabled = name != "off"
            source.health = "blocked" if name == "late" else "well"
        session.get_one(Source, alpha).due_at = None
        session.flush()
        figures = archive_figures(session, now)
    assert dict(figures.sources) == {"blocked": 1, "well": 1, "new": 1}
    assert (figures.due, figures.overdue, figures.waiting) == (2, timedelta(hours=1), 2)


def test_an_empty_archive_has_figures(database: Database, now: datetime) -> None:
    with database.read() as session:
        figures = archive_figures(session, now)
    assert (dict(figures.sources), figures.due, figures.overdue, figures.waiting) == ({}, 0, timedelta(0), 0)
