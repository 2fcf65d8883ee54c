"""Pages handed out in a run: until nothing is due, and what is soon to be tried again is waited for."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from crawler.duepages import DuePages
from pipelines.article import Article as Story
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import file_article
from storage.frontier import ask_for_page, due_among
from storage.models import Page, PageState
from storage.session import Database, open_database
from storage.thread import ArchiveThread

SOON = timedelta(seconds=1)
URL = "https://gazette.example/a"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An archive with one page that is due in a second."""
    with open_database(database_url) as database:
        with database.write() as session:
            ask_for_page(session, URL, None, datetime.now(UTC))
            session.execute(update(Page).values(due_at=datetime.now(UTC) + SOON, state=PageState.FAILED))
        yield database


async def handed_out(database: Database) -> list[int]:
    archive = ArchiveThread(database)
    pages = DuePages(archive, lambda s, *rest: due_among(s, [1], *rest), limit=1, may_go_on=lambda: True)
    try:
        return [page.id async for page in pages]
    finally:
        await asyncio.to_thread(archive.close)


async def test_what_is_soon_to_be_tried_again_is_waited_for(database: Database) -> None:
    assert await handed_out(database) == [1]


@pytest.mark.parametrize(
    ("attempts", "due_in", "waited_for"), [(0, timedelta(seconds=50), []), (1, SOON, [1])]
)
async def test_a_run_does_not_wait_for_second_looks(
    database: Database, attempts: int, due_in: timedelta, waited_for: list[int]
) -> None:
    story = Story(url=URL, canonical_url=URL, title="A", text="Text.", fingerprint=fingerprint("Text."))
    with database.write() as session:
        filed = file_article(session, None, story, datetime.now(UTC), resemblance)
        due_at = datetime.now(UTC) + due_in
        session.execute(update(Page).values(article_id=filed.article_id, attempts=attempts, due_at=due_at))
    assert await handed_out(database) == waited_for
