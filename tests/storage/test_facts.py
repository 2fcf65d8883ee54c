"""What a source is judged by is found in the archive."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from pipelines.article import Article as Story
from storage.articles import Filed
from storage.backfill import Walk, record_walk, record_walk_failure
from storage.candidates import Candidate, add_pages
from storage.facts import PAGES_OF_A_RUN, Evidence, Sight, SourceFacts, source_facts
from storage.frontier import VisitRecord, record_visits
from storage.health import keep_health
from storage.models import Page, PageState, RunState, Seed, SeedKind
from storage.runs import end_run, start_run
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import Database
from storage.sources import SeedDraft, add_seeds

HOUR = timedelta(hours=1)


def facts_of(database: Database, source_id: int) -> SourceFacts:
    with database.read() as session:
        facts = source_facts(session, source_id)
    assert facts is not None
    return facts


Crawl = Callable[..., int]


@pytest.fixture
def crawl(database: Database, source_id: int) -> Crawl:
    """A run that visited pages with these outcomes, "rejected: stub" among them; its id."""

    def run(
        at: datetime, outcomes: dict[str, str], articles: dict[str, int] | None = None, *, known: bool = False
    ) -> int:
        with database.write() as session:
            if not known:
                news = [Candidate(url=url, published_at=at) for url in outcomes]
                add_pages(session, source_id, None, news, at)
            run_id = start_run(session, source_id, at)
            ids = {url: session.query(Page.id).where(Page.url == url).scalar() for url in outcomes}
            visits = [
                VisitRecord(
                    page_id=ids[url],
                    run_id=run_id,
                    at=at,
                    outcome=told.partition(": ")[0],
                    reason=told.partition(": ")[2] or None,
                    state=PageState.STORED,
                    due_at=None,
                    article_id=(articles or {}).get(url),
                )
                for url, told in outcomes.items()
            ]
            record_visits(session, visits)
            counts: dict[str, object] = {"new": len(outcomes), "seeds_fetched": 0, "seeds_not_modified": 1}
            end_run(session, run_id, RunState.DONE, counts, None, at + HOUR / 2)
        return run_id

    return run


def page(number: int) -> str:
    return f"https://gazette.example/{number}"


def test_nothing_is_known_of_no_source(database: Database) -> None:
    with database.read() as session:
        assert source_facts(session, 4711) is None


def test_a_source_that_was_not_crawled_has_no_facts(
    database: Database, source_id: int, now: datetime
) -> None:
    facts = facts_of(database, source_id)
    assert (facts.name, facts.health, facts.since, facts.evidence) == ("Gazette", "new", None, Evidence())
    assert (facts.runs, facts.seeds, facts.pages, facts.past, facts.last_article) == ([], [], [], [], None)


def test_the_last_telling_visit_of_each_page_counts(
    database: Database, source_id: int, crawl: Crawl, now: datetime
) -> None:
    crawl(now, {page(1): "failed: timeout", page(2): "rejected: stub: 12 words", page(3): "unchanged"})
    second = crawl(now + HOUR, {page(1): "rejected: section page: a list"})
    facts = facts_of(database, source_id)
    assert [(seen.url, seen.outcome, seen.reason, seen.at) for seen in facts.pages] == [
        (page(1), "rejected", "section page", now + HOUR),
        (page(2), "rejected", "stub", now),
    ]
    assert facts.pages[0].run_id == second
    assert [(run.state, run.read_seeds) for run in facts.runs] == [(RunState.DONE, True)] * 2


def test_a_large_run_does_not_hide_what_was_before_it(
    database: Database, source_id: int, crawl: Crawl, now: datetime
) -> None:
    crawl(now, {page(n): "rejected: stub" for n in range(3)})
    crawl(now + HOUR, {page(n): "failed: timeout" for n in range(100, 200)})
    outcomes = [seen.outcome for seen in facts_of(database, source_id).pages]
    assert outcomes == ["failed"] * PAGES_OF_A_RUN + ["rejected"] * 3


def test_what_a_backfill_found_is_left_out(
    database: Database, source_id: int, crawl: Crawl, now: datetime
) -> None:
    crawl(now, {page(1): "rejected: stub", page(2): "rejected: stub"})
    with database.write() as session:
        session.query(Page).where(Page.url == page(1)).update({"priority": 1})
    assert [seen.url for seen in facts_of(database, source_id).pages] == [page(2)]


def test_only_news_are_told_by_once_there_are_articles(
    database: Database,
    source_id: int,
    crawl: Crawl,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    now: datetime,
) -> None:
    day = 24 * HOUR
    drafts = [SeedDraft(url="https://gazette.example/map", kind=SeedKind.SITEMAP)]
    found = {
        "old": (now, {"published_at": now - 8 * day}),
        "undated": (now, {}),
        "fresh": (now, {"published_at": now - 6 * day}),
        "undated, later": (now + day, {}),
        "changed, later": (now + day, {"modified_at": now + day}),
    }
    with database.write() as session:
        add_seeds(session, source_id, drafts)
        for url, (at, told) in found.items():
            add_pages(session, source_id, 1, [Candidate(url=url, **told)], at)  # type: ignore[arg-type]
        add_pages(session, source_id, None, [Candidate(url="linked, later")], now + day)
    crawl(now, dict.fromkeys(list(found)[:3], "rejected: stub"), known=True)
    later = dict.fromkeys(["undated, later", "changed, later", "linked, later"], "rejected: stub")
    crawl(now + day, later, known=True)
    assert len(facts_of(database, source_id).pages) == 6
    file(article("a"), source_id, now)
    news = {seen.url for seen in facts_of(database, source_id).pages}
    assert news == {"fresh", "changed, later", "linked, later"}


def test_articles_are_told_by_what_they_have(
    database: Database,
    source_id: int,
    crawl: Crawl,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    now: datetime,
) -> None:
    old = file(article("old", "ten words", authors=("Ann",), published_at=now), source_id, now - HOUR)
    new = file(article("new", "more than ten words", title=""), source_id, now)
    crawl(now, {page(1): "new"}, {page(1): new.article_id})
    facts = facts_of(database, source_id)
    assert facts.last_article is not None
    assert facts.last_article == facts.pages[0].article
    assert (facts.last_article.id, facts.last_article.length) == (new.article_id, 19)
    assert (facts.last_article.titled, facts.last_article.signed, facts.last_article.dated) == (False,) * 3
    [past] = facts.past
    assert (past.id, past.titled, past.signed, past.dated) == (old.article_id, True, True, True)


def test_the_past_of_a_source_that_is_not_well_ends_where_that_began(
    database: Database,
    source_id: int,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    now: datetime,
) -> None:
    evidence = Evidence(last_good=Sight(url=page(1), at=now))
    ids = [file(article(f"a{n}"), source_id, now + n * HOUR).article_id for n in range(4)]
    with database.write() as session:
        keep_health(session, source_id, "broken", now + 2 * HOUR, "rebuilt", evidence)
    facts = facts_of(database, source_id)
    assert [one.id for one in facts.past] == [ids[1], ids[0]]
    assert (facts.health, facts.since, facts.reason, facts.evidence) == (
        "broken",
        now + 2 * HOUR,
        "rebuilt",
        evidence,
    )


def test_seeds_are_those_that_name_news(database: Database, source_id: int, now: datetime) -> None:
    drafts = [
        SeedDraft(url=f"https://gazette.example/{name}", kind=SeedKind.SITEMAP)
        for name in ("index.xml", "never.xml")
    ]
    child = SeedDraft(url="https://gazette.example/child.xml", kind=SeedKind.SITEMAP)
    with database.write() as session:
        add_seeds(session, source_id, drafts)
        record_seed_visit(session, 1, SeedVisit(status=200, full=True), [], [child], now)
        record_seed_visit(session, 3, SeedVisit(status=500, error="x: http 500", full=False), [], [], now)
        walk = Walk(older=["https://gazette.example/older.xml"])
        record_walk(session, 3, walk, now, now, 9, 2)
        record_walk_failure(session, 4, "it is down", now, None, now)
        session.execute(update(Seed).where(Seed.id == 3).values(error="x: http 500", failures=1))
    [seed] = facts_of(database, source_id).seeds
    assert (seed.url, seed.error, seed.failures, seed.visited_at) == (child.url, "x: http 500", 1, now)


def test_runs_of_older_versions_are_taken_to_have_read_seeds(
    database: Database, source_id: int, now: datetime
) -> None:
    with database.write() as session:
        for counts in ({"new": 1}, {"seeds_fetched": 0, "seeds_not_modified": 0}):
            end_run(session, start_run(session, source_id, now), RunState.DONE, counts, None, now)
        start_run(session, source_id, now)  # is under way
    assert [run.read_seeds for run in facts_of(database, source_id).runs] == [False, True]
