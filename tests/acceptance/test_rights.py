"""What a publisher reserves is recorded, follows what it says, and excludes articles where that is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from crawler.config import Config, RightsConfig
from crawler.crawl import crawl_addresses
from crawler.desk import open_desk
from crawler.discover import fetch_page
from newsite.exchange import Answer, Request, html_answer, plain_answer
from newsite.press import Press
from newsite.wire import Wire
from storage.changes import changes_since
from storage.models import Article, Host, Page, PageState, Revision
from storage.session import Database, open_database

STORY = "http://reserving.example/story"
WORDS = "The harbour wall of the old town was mended by forty volunteers on a cold and windy Sunday morning. "
MERIDIAN = [
    *("robots: GPTBot", "robots: CCBot", "robots: content-signal ai-train=no"),
    *("x-robots-tag: noarchive", "header: tdm-reservation"),
]


@pytest.fixture
def database(sqlite_path: Path) -> Iterator[Database]:
    with open_database(str(sqlite_path)) as database:
        yield database


class Reserving:
    """A publisher that changes its mind."""

    host = "reserving.example"
    robots, meta, title = "", "", "Wall mended"
    headers: tuple[tuple[str, str], ...] = ()

    def forbids(self, path: str) -> bool:
        return False

    async def respond(self, request: Request, wire: Wire, edition: int) -> Answer:
        if request.path == "/robots.txt":
            return plain_answer(200, self.robots)
        head = f'<title>{self.title}</title><meta name="robots" content="{self.meta}">'
        body = f"<article><h1>{self.title}</h1><p>{WORDS * 3}</p><p>{WORDS * 2}</p></article>"
        page = html_answer(f"<html><head>{head}</head><body>{body}</body></html>")
        return Answer(body=page.body, headers=self.headers, etag=True)


@pytest.fixture
def publisher(behind_the_press: Press) -> Iterator[Reserving]:
    site = Reserving()
    behind_the_press.sites[site.host] = site
    yield site
    del behind_the_press.sites[site.host]


async def visit(database: Database, config: Config, *addresses: str) -> str:
    """Fetch addresses by a new process, a day later; why the last one gave no article, if it did not."""
    with database.write() as session:
        session.execute(update(Host).values(robots_at=datetime.now(UTC) - timedelta(days=2)))
    async with open_desk(config, database) as desk:
        await crawl_addresses(desk, addresses)
    with database.read() as session:
        page = session.scalars(select(Page).order_by(Page.id.desc()).limit(1)).one()
        return page.reason or "" if page.state is PageState.REJECTED else ""


def reserved(database: Database) -> list[str] | None:
    with database.read() as session:
        return session.scalars(select(Article.reservations)).one()


async def test_a_publisher_of_the_press_has_its_reservations_recorded(
    database: Database, behind_the_press: Press, quick: Config
) -> None:
    story = next(each for each in behind_the_press.articles if each.host == "themeridian.example")
    assert await visit(database, quick, story.url) == ""
    assert reserved(database) == MERIDIAN
    async with open_desk(quick, database) as desk:
        page = await fetch_page(desk, story.url)
    assert page.reserved == tuple(MERIDIAN[:3])
    assert page.headers == (("x-robots-tag", "noarchive, max-snippet:200"), ("tdm-reservation", "1"))


async def test_what_is_reserved_follows_the_page_its_headers_and_robots_txt(
    database: Database, publisher: Reserving, quick: Config
) -> None:
    await visit(database, quick, STORY)
    assert reserved(database) == []
    publisher.robots = "User-agent: CCBot\nDisallow: /\n"  # the page is the same: a 304, or an equal body
    await visit(database, quick, STORY)
    assert reserved(database) == ["robots: CCBot"]
    publisher.meta = "noai"
    await visit(database, quick, STORY)
    assert reserved(database) == ["robots: CCBot", "meta: noai"]
    publisher.robots = ""
    await visit(database, quick, STORY)
    assert reserved(database) == ["meta: noai"]
    publisher.meta, publisher.headers = "index", (("X-Robots-Tag", "noai"), ("X-Robots-Tag", "noindex"))
    await visit(database, quick, STORY)
    assert reserved(database) == ["x-robots-tag: noai", "x-robots-tag: noindex"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 0
        assert [str(change.kind) for change in changes_since(session)] == ["new"]


async def test_where_robots_txt_is_not_asked_what_it_reserved_stays_with_an_unchanged_page(
    database: Database, publisher: Reserving, quick: Config
) -> None:
    publisher.robots = "User-agent: CCBot\nDisallow: /\n"
    await visit(database, quick, STORY)
    deaf = quick.model_copy(update={"crawl": quick.crawl.model_copy(update={"obey_robots": False})})
    await visit(database, deaf, STORY)
    assert reserved(database) == ["robots: CCBot"]


async def test_what_the_settings_respect_is_not_stored_and_stays_as_it_was_stored_before(
    database: Database, publisher: Reserving, quick: Config
) -> None:
    respectful = quick.model_copy(update={"rights": RightsConfig(exclude=["tdm-reservation"])})
    publisher.meta = "noai"
    assert await visit(database, respectful, STORY) == ""
    publisher.headers, publisher.title = (("TDM-Reservation", "1"),), "Wall fell"
    publisher.meta = ""
    assert await visit(database, respectful, STORY) == "rights reserved: header: tdm-reservation"
    assert reserved(database) == ["header: tdm-reservation"]
    with database.read() as session:
        assert session.scalars(select(Article.title)).one() == "Wall mended"
    assert await visit(database, respectful, f"{STORY}/2") == "rights reserved: header: tdm-reservation"
    assert await visit(database, quick, f"{STORY}/2") == ""
