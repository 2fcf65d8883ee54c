"""From a front page to a searchable archive: the whole sample press, crawled and compared with the truth."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.crawl import crawl_sources
from crawler.desk import Desk
from crawler.report import RunReport
from newsite.press import Press
from newsite.publisher import PressArticle
from storage.models import Article, Page
from storage.sources import SourceDraft, add_source


async def crawl(desk: Desk, press: Press) -> list[RunReport]:
    """Crawl every publisher of the press; each becomes a source the first time."""

    def ids(session: Session) -> Sequence[int]:
        from storage.sources import get_source

        found = []
        for publisher in press.publishers:
            home = f"http://{publisher.host}/"
            draft = SourceDraft(name=publisher.host, url=home)
            source = get_source(session, home) or add_source(session, draft, datetime.now(UTC))
            found.append(source.id)
        return found

    return await crawl_sources(desk, await desk.archive.write(ids))


@pytest.fixture
async def first(desk: Desk, behind_the_press: Press) -> list[RunReport]:
    return await crawl(desk, behind_the_press)


async def stored(desk: Desk) -> dict[str, Article]:
    """Articles by the address of each page that leads to them."""

    def read(session: Session) -> dict[str, Article]:
        rows = session.execute(select(Page.url, Article).join(Article, Page.article_id == Article.id))
        return {row.url: row.Article for row in rows}

    return await desk.archive.read(read)


def expected(press: Press) -> list[PressArticle]:
    return [article for article in press.articles if article.rejection is None]


async def test_every_article_is_stored_once_and_clean(
    desk: Desk, behind_the_press: Press, first: list[RunReport]
) -> None:
    archive = await stored(desk)
    wanted = expected(behind_the_press)
    missing = [truth.url for truth in wanted if truth.url not in archive]
    assert missing == []
    assert len({article.id for article in archive.values()}) == len(wanted)
    faults = []
    for truth in wanted:
        article = archive[truth.url]
        faults += [f"{truth.url}: lost {p[:60]!r}" for p in truth.paragraphs if p not in article.text]
        faults += [f"{truth.url}: kept {line[:60]!r}" for line in truth.forbidden if line in article.text]
    assert faults == []
