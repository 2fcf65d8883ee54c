"""A second look: what was edited, corrected, taken down or put back is told from what changes by itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from crawler.config import Config, ScheduleConfig
from crawler.crawl import crawl_addresses
from crawler.desk import Desk, open_desk
from newsite.behaviours.edits import CHANGES, CORRECTION
from newsite.press import Press
from storage.changes import changes_since
from storage.models import Article, Page, PageState, Revision, Visit
from storage.search import search
from storage.session import Database

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


async def look(desk: Desk, names: list[str] | None = None) -> None:
    await crawl_addresses(desk, [SITE + name for name in names or CHANGES])


async def noted(desk: Desk) -> dict[str, list[str]]:
    """What was noted of each article, in order."""
    changes = await desk.archive.read(lambda session: list(changes_since(session)))
    found: dict[str, list[str]] = {}
    for change in changes:
        found.setdefault(change.url.removeprefix(SITE), []).append(str(change.kind))
    return found


async def page(desk: Desk, name: str) -> Page:
    return await desk.archive.read(lambda s: s.scalars(select(Page).where(Page.url == SITE + name)).one())


async def article(desk: Desk, name: str) -> Article:
    url = SITE + name
    return await desk.archive.read(lambda s: s.scalars(select(Article).where(Article.url == url)).one())


@pytest.fixture
async def desk(database: Database, behind_the_press: Press, quick: Config) -> AsyncIterator[Desk]:
    """A desk that looks again for a century: the press's dates do not move with the clock."""
    patient = ScheduleConfig(look_again=timedelta(days=36_500))
    async with open_desk(quick.model_copy(update={"schedule": patient}), database) as desk:
        yield desk


@pytest.fixture
async def second_edition(desk: Desk, behind_the_press: Press) -> Desk:
    """A desk that has seen both editions."""
    await look(desk)
    assert await noted(desk) == {name: ["new"] for name in CHANGES}
    behind_the_press.publish(2)
    await look(desk)
    return desk


async def test_what_happened_is_noted_as_what_it_is(second_edition: Desk) -> None:
    assert await noted(second_edition) == {name: ["new", *kinds] for name, kinds in HAPPENED.items()}


async def test_an_edit_keeps_what_stood_there(second_edition: Desk) -> None:
    revised = await second_edition.archive.read(
        lambda s: set(s.scalars(select(Article.url).join(Revision, Revision.article_id == Article.id)))
    )
    assert revised == {SITE + name for name in ("headline", "figure", "correction")}
    assert "7 million" in (await article(second_edition, "figure")).text
    corrected = await article(second_edition, "correction")
    assert CORRECTION in [*corrected.text.split("\n"), *(out["text"] for out in corrected.removed)]


async def test_an_article_that_is_gone_stays_and_is_looked_for(second_edition: Desk) -> None:
    for name, how in (("deleted", "http 404"), ("withdrawn", "http 410"), ("front", "front page")):
        kept, at = await article(second_edition, name), await page(second_edition, name)
        assert (kept.gone_how, at.state) == (how, PageState.GONE)
        assert at.due_at is not None
        assert timedelta(hours=23) < at.due_at - datetime.now(UTC) < timedelta(hours=27)
        words = kept.title
        hits = await second_edition.archive.read(lambda s, words=words: search(s, words))
        assert kept.id in [hit.id for hit in hits]


async def test_a_page_that_is_no_article_now_leaves_the_article_as_it_was(second_edition: Desk) -> None:
    at, kept = await page(second_edition, "stub"), await article(second_edition, "stub")
    assert (at.state, at.article_id, kept.gone_at) == (PageState.REJECTED, kept.id, None)
    assert at.due_at is not None


async def test_what_has_not_changed_costs_no_reading(second_edition: Desk) -> None:
    visits = await second_edition.archive.read(
        lambda s: s.execute(
            select(Page.url, Visit.status, Visit.outcome)
            .join(Page, Page.id == Visit.page_id)
            .order_by(Visit.id)
        ).all()
    )
    last = {url.removeprefix(SITE): (status, outcome) for url, status, outcome in visits}
    assert last["nothing"] == (304, "unchanged")
    assert last["advertisement"] == (200, "unchanged")


async def test_a_lying_server_is_found_out_when_its_page_is_fetched_whole(second_edition: Desk) -> None:
    assert "sank" not in (await article(second_edition, "liar")).text
    long_ago = datetime.now(UTC) - timedelta(days=4)
    await second_edition.archive.write(lambda s: s.execute(update(Page).values(full_fetch_at=long_ago)))
    await look(second_edition, ["liar", "nothing"])
    assert "sank" in (await article(second_edition, "liar")).text
    happened = await noted(second_edition)
    assert (happened["liar"], happened["nothing"]) == (["new", "text"], ["new"])
    again = await page(second_edition, "nothing")
    assert again.full_fetch_at is not None
    assert again.full_fetch_at > long_ago


async def test_what_comes_back_is_back_and_what_goes_to_and_fro_is_noted_once_each_way(
    second_edition: Desk, behind_the_press: Press
) -> None:
    behind_the_press.publish(3)  # as the first
    await look(second_edition)
    happened = await noted(second_edition)
    assert happened["deleted"] == happened["front"] == ["new", "gone", "back"]
    assert happened["headline"] == ["new", "headline", "headline"]
    assert (await article(second_edition, "deleted")).gone_how is None
    for edition in (2, 3, 2, 3):
        behind_the_press.publish(edition)
        await look(second_edition, ["headline", "figure", "counter"])
    happened = await noted(second_edition)
    assert happened["headline"] == ["new", "headline", "headline"]
    assert happened["figure"] == ["new", "text", "text"]
    assert "5 million" in (await article(second_edition, "figure")).text


async def test_while_another_address_stands_the_article_does(desk: Desk, behind_the_press: Press) -> None:
    other = "http://behaviours.example/redirect-to?url=/edited/nothing"
    await crawl_addresses(desk, [SITE + "nothing", other])
    await desk.archive.write(
        lambda s: s.execute(update(Page).where(Page.url == other).values(asked_url=SITE + "deleted"))
    )
    behind_the_press.publish(2)
    due = await desk.archive.read(lambda s: s.scalars(select(Page).where(Page.url == other)).one().due_at)
    assert due is not None
    await crawl_addresses(desk, [other])
    assert (await article(desk, "nothing")).gone_at is None
    asked = await page(desk, "nothing")
    assert asked.due_at is not None
    assert asked.due_at <= datetime.now(UTC)  # it may be gone as well
