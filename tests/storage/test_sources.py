"""Sources: added once, found by name or address, removed without their articles."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from pipelines.article import Article as Story
from storage.articles import Filed
from storage.candidates import Candidate, add_pages
from storage.errors import CannotStore, SourceExists
from storage.frontier import VisitRecord, record_visits
from storage.models import Article, Page, PageState, Run, RunState, Seed, SeedKind, Visit
from storage.runs import end_run, start_run
from storage.seeds import SeedVisit, record_seed_visit, seeds_of
from storage.session import Database
from storage.sources import (
    SeedDraft,
    SourceDraft,
    add_seeds,
    add_source,
    get_source,
    list_sources,
    remove_source,
    seeds_by_source,
    set_enabled,
    source_of_host,
    unique_name,
)

FEED = SeedDraft(url="https://a.example/rss", kind=SeedKind.FEED)
MAP = SeedDraft(url="https://a.example/sitemap.xml", kind=SeedKind.SITEMAP)
DRAFT = SourceDraft(name="Alpha", url="https://a.example/", schedule="1h", seeds=(FEED, MAP))


def add(database: Database, draft: SourceDraft, now: datetime) -> int:
    with database.write() as session:
        return add_source(session, draft, now).id


def test_source_is_kept_with_its_seeds(database: Database, now: datetime) -> None:
    source_id = add(database, DRAFT, now)
    with database.read() as session:
        [source] = list_sources(session)
        seeds = seeds_of(session, source_id)
    assert (source.name, source.url, source.schedule, source.enabled, source.created_at) == (
        "Alpha",
        "https://a.example/",
        "1h",
        True,
        now,
    )
    assert [(seed.url, seed.kind) for seed in seeds] == [(FEED.url, FEED.kind), (MAP.url, MAP.kind)]


@pytest.mark.parametrize(
    ("draft", "owner", "message"),
    [
        (SourceDraft(name="Alpha", url="https://b.example/"), "Alpha", "choose another name"),
        (SourceDraft(name="Beta", url="https://a.example/"), "Alpha", "named 'Alpha'"),
    ],
    ids=["name", "address"],
)
def test_source_that_exists_is_named(
    database: Database, now: datetime, draft: SourceDraft, owner: str, message: str
) -> None:
    add(database, DRAFT, now)
    with database.write() as session:
        with pytest.raises(SourceExists, match=message) as caught:
            add_source(session, draft, now)
        add_source(
            session, SourceDraft(name="Gamma", url="https://c.example/"), now
        )  # the transaction stands
    assert caught.value.source == owner


def test_a_source_takes_over_what_its_host_left_behind(
    database: Database, file: Callable[..., Filed], article: Callable[..., Story], now: datetime
) -> None:
    addresses = {
        "https://www.a.example/1": True,
        "http://a.example/2": True,
        "https://a.example.org/3": False,
        "https://b.example/https://a.example/4": False,
        "https://a.example:8000/5": False,
        "https://axexample/6": False,
    }
    for url in addresses:
        file(article(url, url=url))
    with database.write() as session:
        add_pages(session, None, None, [Candidate(url=url) for url in addresses], now)
    other = add(database, SourceDraft(name="Beta", url="https://b.example/"), now)
    source_id = add(database, DRAFT, now)
    with database.read() as session:
        for model in (Article, Page):
            owners = {row.url: row.source_id for row in session.execute(select(model.url, model.source_id))}
            assert {url for url, owner in owners.items() if owner == source_id} == {
                url for url, ours in addresses.items() if ours
            }
            assert owners["https://b.example/https://a.example/4"] == other
    assert add(database, SourceDraft(name="Gamma", url="http://a.example/"), now) > source_id
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Article.source_id == source_id)) == 2


def test_source_that_cannot_be_kept_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(CannotStore):
        add(database, SourceDraft(name="nul\0", url="https://a.example/"), now)


def test_more_seeds_are_added_and_known_ones_left(database: Database, now: datetime) -> None:
    source_id = add(database, SourceDraft(name="A", url="https://a.example/", seeds=(FEED,)), now)
    with database.write() as session:
        add_seeds(session, source_id, [SeedDraft(url=FEED.url, kind=SeedKind.SECTION), MAP])
        add_seeds(session, 4711, [MAP])
        add_seeds(session, source_id, [])
    with database.read() as session:
        assert seeds_by_source(session) == {source_id: [FEED, MAP]}


def test_seeds_that_an_index_named_are_not_listed_for_export(database: Database, now: datetime) -> None:
    source_id = add(database, SourceDraft(name="A", url="https://a.example/", seeds=(MAP,)), now)
    child = SeedDraft(url="https://a.example/sitemap-1.xml", kind=SeedKind.SITEMAP)
    with database.write() as session:
        record_seed_visit(session, 1, SeedVisit(status=200, full=True), [], [child], now)
        assert len(seeds_of(session, source_id)) == 2
        assert seeds_by_source(session) == {source_id: [MAP]}


FOUND_BY = {
    "Alpha": "Alpha",
    "alpha": "Alpha",
    "ÉCHOS": "Échos",
    "twin": "twin",
    "Twin": "Twin",
    "TWIN": None,
    "https://a.example/": "Alpha",
    "https://a.example": "Alpha",
    "a.example": "Alpha",
    "a.example/": "Alpha",
    "http://c.example": "twin",
    "c.example": "twin",
    "Beta": None,
    "": None,
}


def test_source_is_found_by_name_or_address(database: Database, now: datetime) -> None:
    for name, url in (
        ("Alpha", "https://a.example/"),
        ("Échos", "https://b.example/fr"),
        ("twin", "http://c.example"),
        ("Twin", "https://d.example/"),
    ):
        add(database, SourceDraft(name=name, url=url), now)
    with database.read() as session:
        found = {asked: source.name if (source := get_source(session, asked)) else None for asked in FOUND_BY}
    assert found == FOUND_BY


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("a.example", True),
        ("WWW.a.example", True),
        ("a.example:8000", False),
        ("news.a.example", False),
        ("example", False),
    ],
)
def test_source_of_host(database: Database, now: datetime, host: str, found: bool) -> None:
    add(database, SourceDraft(name="A", url="https://www.a.example/front"), now)
    with database.read() as session:
        assert (source_of_host(session, host) is not None) is found


def test_source_of_host_minds_the_port(database: Database, now: datetime) -> None:
    add(database, SourceDraft(name="A", url="http://127.0.0.1:8000/"), now)
    with database.read() as session:
        assert source_of_host(session, "127.0.0.1:8000") is not None
        assert source_of_host(session, "127.0.0.1:9000") is None


def test_unique_name(database: Database, now: datetime) -> None:
    for number, name in enumerate(("Alpha", "alpha 2", "x" * 192)):
        add(database, SourceDraft(name=name, url=f"https://{number}.example/"), now)
    with database.read() as session:
        names = [unique_name(session, wanted) for wanted in ("Beta", "Alpha", " ", "x" * 300)]
    assert names == ["Beta", "Alpha 3", "source", "x" * 192 + " 2"]


def test_set_enabled(database: Database, now: datetime) -> None:
    source_id = add(database, DRAFT, now)
    with database.write() as session:
        assert set_enabled(session, source_id, False)
        assert not set_enabled(session, 4711, False)
    with database.read() as session:
        assert [source.enabled for source in list_sources(session)] == [False]


@pytest.fixture
def crawled(
    database: Database, file: Callable[..., Filed], article: Callable[..., Story], now: datetime
) -> int:
    """A source with a run, an article and three pages, one of which failed."""
    source_id = add(database, DRAFT, now)
    filed = file(article("a"), source_id)
    with database.write() as session:
        add_pages(session, source_id, 1, [Candidate(url=f"https://a.example/{n}") for n in range(3)], now)
        run_id = start_run(session, source_id, now)
        stored = VisitRecord(
            page_id=1,
            run_id=run_id,
            at=now,
            outcome="new",
            state=PageState.STORED,
            due_at=None,
            article_id=filed.article_id,
        )
        failed = VisitRecord(
            page_id=2, run_id=run_id, at=now, outcome="failed", state=PageState.FAILED, due_at=None
        )
        record_visits(session, [stored, failed])
        counts = {"found": 3, "new": 1, "failed": {"timeout": 1}}
        end_run(session, run_id, RunState.DONE, counts, None, now + timedelta(minutes=1))
        record_seed_visit(session, 2, SeedVisit(status=500, error="it is broken", full=False), [], [], now)
    return source_id


def test_removed_source_leaves_its_articles_only(database: Database, crawled: int, now: datetime) -> None:
    with database.write() as session:
        assert remove_source(session, crawled, now)
        assert not remove_source(session, crawled, now)
    with database.read() as session:
        assert list_sources(session) == []
        assert session.scalars(select(Article.source_id)).all() == [None]
        assert session.execute(select(Page.url, Page.source_id)).all() == [("https://a.example/0", None)]
        for model in (Seed, Run):
            assert session.scalar(select(func.count()).select_from(model)) == 0
        assert session.scalars(select(Visit.run_id)).all() == [None]
