"""A second look: what was edited, corrected, taken down or put back is told from what changes by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from crawler.config import Config, ScheduleConfig
from crawler.crawl import crawl_addresses
from crawler.desk import Desk, open_desk
from newsite.behaviours.edits import CHANGES, CORRECTION
from newsite.press import Press, running_press
from storage.changes import changes_since
from storage.models import Article, Page, PageState, Revision, Visit
from storage.search.hits import search
from storage.session import Database, open_database

SITE = "http://behaviours.example/edited/"

HAPPENED = {
    "nothing": [],
    "headline": ["headline"],
    "figure": ["text"],
    "correction": ["correction"],
    "counter": [],
    "typography": [],
    "advertisement": [],
    "deleted": ["gone"],
    "withdrawn": ["gone"],
    "front": ["gone"],
    "stub": [],
    "liar": [],
}
"""What is noted when the second edition has come out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What is in the archive, by the last part of the address."""

    changes: dict[str, list[str]]
    pages: dict[str, Page]
    articles: dict[str, Article]
    revised: set[str]
    visits: dict[str, tuple[int | None, str]]
    """The last of each page: status and outcome."""


def archived(session: Session) -> Archived:
    changes: dict[str, list[str]] = {}
    for change in changes_since(session):
        changes.setdefault(change.url.removeprefix(SITE), []).append(str(change.kind))
    pages = {page.url.removeprefix(SITE): page for page in session.scalars(select(Page))}
    articles = session.scalars(select(Article).options(undefer(Article.removed)))
    last = session.execute(select(Page.url, Visit.status, Visit.outcome).join(Page).order_by(Visit.id))
    revised = select(Article.url).join(Revision, Revision.article_id == Article.id)
    return Archived(
        changes=changes,
        pages=pages,
        articles={article.url.removeprefix(SITE): article for article in articles},
        revised={url.removeprefix(SITE) for url in session.scalars(revised)},
        visits={url.removeprefix(SITE): (status, outcome) for url, status, outcome in last},
    )


async def look(desk: Desk, *names: str) -> Archived:
    """Crawl these pages, or all, and see what is there then."""
    await crawl_addresses(desk, [SITE + name for name in names or CHANGES])
    return await desk.archive.read(archived)


@asynccontextmanager
async def patient_desk(config: Config, database: Database) -> AsyncIterator[Desk]:
    """It looks again for a century: the press's dates do not move with the clock."""
    schedule = ScheduleConfig(look_again=timedelta(days=36_500))
    async with open_desk(config.model_copy(update={"schedule": schedule}), database) as desk:
        yield desk


@pytest.fixture
async def desk(database: Database, behind_the_press: Press, quick: Config) -> AsyncIterator[Desk]:
    async with patient_desk(quick, database) as desk:
        yield desk


@pytest.fixture(scope="module")
def database_of_two_editions(lasting_database_url: str, quick: Config) -> Iterator[Database]:
    """An archive that has seen both editions; for tests that only read it."""

    async def look_twice(press: Press, database: Database) -> None:
        async with patient_desk(quick, database) as desk:
            assert (await look(desk)).changes == {name: ["new"] for name in CHANGES}
            press.publish(2)
            await look(desk)

    with running_press() as press, pytest.MonkeyPatch.context() as environment:
        environment.setenv("http_proxy", press.proxy_url)
        with open_database(lasting_database_url) as database:
            asyncio.run(look_twice(press, database))
            yield database


@pytest.fixture
def two_editions(database_of_two_editions: Database) -> Archived:
    with database_of_two_editions.read() as session:
        return archived(session)


def test_what_happened_is_noted_as_what_it_is(two_editions: Archived) -> None:
    assert two_editions.changes == {name: ["new", *kinds] for name, kinds in HAPPENED.items()}


def test_an_edit_keeps_what_stood_there(two_editions: Archived) -> None:
    assert two_editions.revised == {"headline", "figure", "correction"}
    assert "7 million" in two_editions.articles["figure"].text
    corrected = two_editions.articles["correction"]
    assert CORRECTION in [*corrected.text.split("\n"), *(out["text"] for out in corrected.removed)]


def test_an_article_that_is_gone_stays_and_is_looked_for(
    two_editions: Archived, database_of_two_editions: Database
) -> None:
    for name, how in (("deleted", "http 404"), ("withdrawn", "http 410"), ("front", "front page")):
        article, page = two_editions.articles[name], two_editions.pages[name]
        assert (article.gone_how, page.state) == (how, PageState.GONE)
        assert article.gone_at is not None
        assert page.due_at is not None
        assert timedelta(hours=24) <= page.due_at - article.gone_at < timedelta(hours=27)
        with database_of_two_editions.read() as session:
            assert article.id in [hit.id for hit in search(session, article.title, now=article.gone_at)]


def test_a_page_that_is_no_article_now_leaves_the_article_as_it_was(two_editions: Archived) -> None:
    page, article = two_editions.pages["stub"], two_editions.articles["stub"]
    assert (page.state, page.article_id, article.gone_at) == (PageState.REJECTED, article.id, None)
    assert page.due_at is not None


def test_what_has_not_changed_is_not_read(two_editions: Archived) -> None:
    assert two_editions.visits["nothing"] == (304, "unchanged")
    assert two_editions.visits["counter"] == (200, "unchanged")
    assert two_editions.visits["liar"] == (304, "unchanged")


async def test_a_lying_server_is_found_out_when_its_page_is_fetched_whole(
    desk: Desk, behind_the_press: Press
) -> None:
    await look(desk, "liar", "nothing")
    behind_the_press.publish(2)
    seen = await look(desk, "liar", "nothing")
    assert "sank" not in seen.articles["liar"].text
    long_ago = datetime.now(UTC) - timedelta(days=4)
    await desk.archive.write(lambda s: s.execute(update(Page).values(full_fetch_at=long_ago)))
    seen = await look(desk, "liar", "nothing")
    assert "sank" in seen.articles["liar"].text
    assert seen.changes == {"liar": ["new", "text"], "nothing": ["new"]}
    # the same body, byte for byte: no worker was asked
    assert seen.visits["nothing"] == (200, "unchanged")
    assert seen.pages["nothing"].full_fetch_at is not None
    assert seen.pages["nothing"].full_fetch_at > long_ago


async def test_what_comes_back_is_back_and_what_goes_to_and_fro_is_noted_once_each_way(
    desk: Desk, behind_the_press: Press
) -> None:
    names = ("headline", "figure", "counter", "deleted", "front")
    for edition in (1, 2, 3):  # the third is as the first
        behind_the_press.publish(edition)
        seen = await look(desk, *names)
    assert seen.changes["deleted"] == seen.changes["front"] == ["new", "gone", "back"]
    assert seen.changes["headline"] == ["new", "headline", "headline"]
    assert (seen.articles["deleted"].gone_at, seen.articles["deleted"].gone_how) == (None, None)
    for edition in (2, 3, 2, 3):
        behind_the_press.publish(edition)
        seen = await look(desk, *names[:3])
    assert seen.changes["headline"] == ["new", "headline", "headline"]
    assert seen.changes["figure"] == ["new", "text", "text"]
    assert "5 million" in seen.articles["figure"].text


async def test_while_another_address_stands_the_article_does(desk: Desk, behind_the_press: Press) -> None:
    other = "http://behaviours.example/redirect-to?url=/edited/nothing"
    await crawl_addresses(desk, [SITE + "nothing", other])
    await desk.archive.write(
        lambda s: s.execute(update(Page).where(Page.url == other).values(asked_url=SITE + "deleted"))
    )
    behind_the_press.publish(2)
    await crawl_addresses(desk, [other])
    seen = await desk.archive.read(archived)
    assert seen.pages[other].state is PageState.GONE
    assert seen.articles["nothing"].gone_at is None
    asked = seen.pages["nothing"].due_at
    assert asked is not None
    assert asked <= datetime.now(UTC)  # it may be gone as well
