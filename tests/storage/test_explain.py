"""What is kept of one address: its pages, visits, states, copies, and the sources that may find it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pipelines.article import Article as Story
from pipelines.likeness import compare
from storage.articles import Filed
from storage.candidates import Candidate, add_pages
from storage.care.prune import prune
from storage.explain import VISITS, Facts, facts_of
from storage.explain_sources import sources_nearby
from storage.filters import ArticleFilter
from storage.frontier import VisitRecord, record_visits
from storage.models import PageState, SeedKind
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_seeds, add_source

HOUR = timedelta(hours=1)
WIRE, AMP, TAG = (f"https://gazette.example/{name}" for name in ("wire", "wire/amp", "tag"))
FEED = "https://gazette.example/feed"


@pytest.fixture
def filled(
    database: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
    now: datetime,
) -> Database:
    """A story that was edited and has a copy, with two pages and 25 visits, and a page that gave none."""
    with database.write() as session:
        add_seeds(session, source_id, [SeedDraft(url=FEED, kind=SeedKind.FEED)])
        candidates = [Candidate(url=WIRE, title="A wire story", published_at=now), Candidate(url=TAG)]
        record_seed_visit(session, 1, SeedVisit(status=200, full=True), candidates, (), now)
        add_pages(session, source_id, None, [Candidate(url=AMP)], now, 1)
    file(article("wire", prose(1), title="Before"), source_id)
    file(article("wire", prose(1), title="After"), source_id, now + HOUR)
    file(article("copy", prose(1)), None, now + HOUR)

    def visit(page_id: int, hours: int, outcome: str, **more: object) -> VisitRecord:
        values = {"run_id": None, "at": now + hours * HOUR, "status": 200, "size": 10, "due_at": None} | more
        return VisitRecord(page_id=page_id, outcome=outcome, **values)  # type: ignore[arg-type]

    stored = {"state": PageState.STORED, "article_id": 1}
    with database.write() as session:
        ids = {page.url: page.id for page in facts_of(session, WIRE, TAG, AMP).pages}
        record_visits(session, [visit(ids[WIRE], 0, "new", milliseconds=7, **stored)])
        record_visits(session, [visit(ids[AMP], 1, "unchanged", final_url=WIRE, **stored)])
        for hours in range(2, 25):
            record_visits(session, [visit(ids[WIRE], hours, "unchanged", status=304, state=None)])
        rejected = {"state": PageState.REJECTED, "reason": "section page"}
        record_visits(session, [visit(ids[TAG], 1, "rejected", **rejected)])
    return database


def facts(database: Database, *asked: int | str, **more: bool) -> Facts:
    with database.read() as session:
        return facts_of(session, asked[0], *map(str, asked[1:]), **more)


def test_all_that_is_kept_of_an_article_is_told(filled: Database, now: datetime) -> None:
    told = facts(filled, WIRE)
    assert told == facts(filled, 1) == facts(filled, "https://gazette.example/unknown", WIRE)
    assert told.is_known
    assert told.article is not None
    assert told.article.title == "After"
    first, other = told.pages
    assert (first.url, first.source, first.seed, first.seed_kind) == (WIRE, "Gazette", FEED, SeedKind.FEED)
    assert (first.hint_title, first.hint_published_at, first.priority) == ("A wire story", now, 0)
    assert (other.url, other.seed, other.priority) == (AMP, None, 1)
    assert told.filed_by is not None
    assert (told.filed_by.outcome, told.filed_by.at, told.filed_by.milliseconds) == ("new", now, 7)
    assert [(state.number, state.title) for state in told.states] == [(1, "Before")]
    assert [str(change.kind) for change in told.changes] == ["new", "headline"]
    assert [(copy.id, copy.similarity) for copy in told.copies] == [(2, 1.0)]
    assert (told.copies_in_all, told.original) == (1, None)


def test_the_last_visits_are_told_unless_all_are_asked_for(filled: Database, now: datetime) -> None:
    last, every = facts(filled, WIRE), facts(filled, WIRE, all_visits=True)
    assert (len(last.visits), last.visits_in_all) == (VISITS, 25)
    assert last.visits[-1].at == now + 24 * HOUR
    assert [visit.outcome for visit in every.visits[:2]] == ["new", "unchanged"]
    assert every.visits[1].final_url == WIRE
    assert every.visits[-VISITS:] == last.visits


def test_any_address_that_led_to_an_article_leads_to_its_facts(filled: Database) -> None:
    told = facts(filled, AMP)
    assert told.article == facts(filled, 1).article
    assert [page.url for page in told.pages] == [AMP, WIRE]


def test_a_visit_that_filed_what_was_pruned_did_not_file_what_came_after(
    filled: Database, file: Callable[..., Filed], article: Callable[..., Story], now: datetime
) -> None:
    prune(filled, ArticleFilter(), compare, lambda: now, lambda count: None)
    page, *_ = facts(filled, WIRE).pages
    filed = file(article("wire"), None, now + 30 * HOUR)
    with filled.write() as session:
        again = {"status": 200, "size": 10, "due_at": None, "state": PageState.STORED}
        told = {"outcome": "new", "at": now + 30 * HOUR, "article_id": filed.article_id}
        record_visits(session, [VisitRecord(page_id=page.id, run_id=None, **again, **told)])  # type: ignore[arg-type]
    filed_by = facts(filled, WIRE).filed_by
    assert filed_by is not None
    assert filed_by.at == now + 30 * HOUR


def test_a_copy_names_its_original(filled: Database) -> None:
    told = facts(filled, 2)
    assert told.original is not None
    assert (told.original.id, told.original.title, told.original.source) == (1, "After", "Gazette")
    assert (told.copies, told.pages, told.visits_in_all) == ([], [], 0)


def test_a_page_without_an_article_a_seed_and_a_home_are_known(filled: Database) -> None:
    tag = facts(filled, TAG)
    assert (tag.article, tag.pages[0].reason, tag.visits_in_all) == (None, "section page", 1)
    [seed] = facts(filled, FEED).seeds
    assert (seed.source, seed.kind, seed.status) == ("Gazette", SeedKind.FEED, 200)
    assert facts(filled, "https://gazette.example").homes == ["Gazette"]


@pytest.mark.parametrize("asked", [99, "9" * 30, "https://gazette.example/nothing", "half \ud800", ""])
def test_what_was_never_met_has_no_facts(filled: Database, asked: int | str) -> None:
    told = facts(filled, asked)
    assert not told.is_known
    assert told == Facts(pages=[], visits=[], seeds=[], homes=[])


def test_sources_are_near_by_home_or_seed(filled: Database, now: datetime) -> None:
    with filled.write() as session:
        feed = SeedDraft(url="https://feeds.gazette.example/a", kind=SeedKind.FEED)
        add_source(session, SourceDraft(name="B", url="https://b.example/", seeds=(feed,)), now)
        add_source(session, SourceDraft(name="C", url="https://c.example/"), now)
    with filled.read() as session:
        near = sources_nearby(session, "gazette.example")
    assert [(source.name, list(source.seeds)) for source in near] == [
        ("Gazette", [(FEED, SeedKind.FEED)]),
        ("B", [("https://feeds.gazette.example/a", SeedKind.FEED)]),
    ]
