"""What templates have read is read again by the extractor: which articles, and by which pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipelines.article import Article as Story
from pipelines.fingerprint import resemblance
from storage.articles import Filed, file_article
from storage.candidates import Candidate, add_pages
from storage.frontier import due_pages
from storage.models import Article, Page, PageState
from storage.rereading import ReadBy, Rereading, count_rereading, read_again
from storage.session import Database
from storage.sources import SourceDraft, add_source

DAY = timedelta(days=1)
READ = {
    "first": {"read_by": "template", "template": 1, "template_version": 1},
    "later": {"read_by": "template", "template": 1, "template_version": 2},
    "corrected": {"read_by": "extractor", "template": 2, "template_version": 2},
    "plain": {"read_by": "extractor"},
    "gone": {"read_by": "template", "template": 1, "template_version": 1},
    "forbidden": {"read_by": "template", "template": 1, "template_version": 1},
    "elsewhere": {"read_by": "template", "template": 1, "template_version": 1},
}


@pytest.fixture
def read(
    database: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
    now: datetime,
) -> Database:
    """An article of each of READ, with its page, which was fetched whole and is due in ten days."""
    with database.write() as session:
        other = add_source(session, SourceDraft(name="Other", url="https://other.example/"), now).id
    for number, (name, how) in enumerate(READ.items(), 1):
        owner = other if name == "elsewhere" else source_id
        filed = file(article(name, prose(number), **how), owner)
        with database.write() as session:
            url = f"https://gazette.example/{name}"
            add_pages(session, owner, None, [Candidate(url=url)], now)
            values = {"article_id": filed.article_id, "state": PageState.STORED, "body_hash": "x"}
            values |= {"due_at": now + 10 * DAY, "full_fetch_at": now, "etag": "e"}
            session.execute(update(Page).where(Page.url == url).values(values))
    with database.write() as session:
        gone = Page.url.endswith("/gone")
        session.execute(update(Page).where(gone).values(state=PageState.GONE, due_at=now + DAY))
        session.execute(update(Article).where(Article.url.endswith("/gone")).values(gone_at=now))
        session.execute(update(Page).where(Page.url.endswith("/forbidden")).values(state=PageState.FORBIDDEN))
    return database


def due(database: Database, source_id: int, now: datetime) -> dict[str, bool]:
    """The pages that are due, and whether the extractor is to read them again."""
    with database.read() as session:
        pages = due_pages(session, source_id, now, 100)
    assert all(page.body_hash == "x" for page in pages)
    return {page.url.rpartition("/")[2]: page.read_again for page in pages}


@pytest.mark.parametrize(
    ("wanted", "left", "names"),
    [
        ({}, 2, {"first", "later", "corrected"}),
        ({"template": 1}, 2, {"first", "later"}),
        ({"template": 1, "version": 2}, 0, {"later"}),
        ({"template": 2}, 0, {"corrected"}),
        ({"template": 3}, 0, set()),
    ],
)
def test_it_is_noted_of_those_alone_that_are_wanted(
    read: Database, source_id: int, now: datetime, wanted: dict[str, int], left: int, names: set[str]
) -> None:
    which, later = ReadBy(source_id=source_id, **wanted), now + timedelta(hours=1)
    expected = Rereading(articles=len(names), left=left)
    with read.read() as session:
        assert count_rereading(session, which) == expected
    assert due(read, source_id, later) == {}
    assert read_again(read, which, later) == expected
    assert due(read, source_id, later) == dict.fromkeys(names, True)
    with read.read() as session:
        unread = session.scalars(select(Article.url).where(Article.read_by.is_(None)))
        assert {url.rpartition("/")[2] for url in unread} == names


def test_it_may_be_asked_for_twice(read: Database, source_id: int, now: datetime) -> None:
    first = read_again(read, ReadBy(source_id=source_id), now)
    assert read_again(read, ReadBy(source_id=source_id), now) == first


def test_it_is_done_where_another_page_of_the_article_is_read(
    read: Database,
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
    now: datetime,
) -> None:
    """Its print view, say, when its own page is gone."""
    read_again(read, ReadBy(source_id=source_id), now)
    url = "https://gazette.example/first"
    printed = replace(article("print", prose(1), read_by="extractor"), canonical_url=url)
    with read.write() as session:
        filed = file_article(session, source_id, printed, now + DAY, resemblance, same_bytes=True)
        row = session.get_one(Article, filed.article_id)
        assert (row.url, row.read_by, row.template) == (url, "extractor", None)


def test_what_a_template_reads_meanwhile_leaves_it_to_be_done(
    read: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
    now: datetime,
) -> None:
    read_again(read, ReadBy(source_id=source_id), now)
    filed = file(article("first", prose(1), **READ["later"]), source_id, now + DAY)
    with read.read() as session:
        row = session.get_one(Article, filed.article_id)
        assert (row.read_by, row.template, row.template_version) == (None, 1, 1)


def test_of_many_all_are_noted(
    read: Database, source_id: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.rereading._PART", 1)
    read_again(read, ReadBy(source_id=source_id), now)
    assert set(due(read, source_id, now)) == {"first", "later", "corrected"}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The wall is old.\nThe ferry is late.\nIt rains.", "unchanged"),
        ("The wall is old.\nIt rains.", "unchanged"),
        ("The wall is old.\nThe ferry is early.\nIt rains.", "revised"),
    ],
)
def test_whole_lines_that_come_or_go_by_it_are_no_revision(
    read: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    now: datetime,
    text: str,
    outcome: str,
) -> None:
    file(article("first", "The wall is old.\nThe ferry is late.", **READ["first"]), source_id)
    read_again(read, ReadBy(source_id=source_id), now)
    filed = file(article("first", text, read_by="extractor"), source_id, now + DAY)
    assert filed.outcome == outcome
    with read.read() as session:
        row = session.get_one(Article, filed.article_id)
        assert (row.text, row.read_by, row.template) == (text, "extractor", None)
