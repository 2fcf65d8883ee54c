"""Where our own network is down, no source pays for it."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from watching import count, until

from crawler.crawl import crawl_sources
from crawler.desk import Desk
from crawler.service import service as room
from crawler.service.service import Service
from newsite.press import Press
from storage.models import Article, Page, Run, Seed, Source
from storage.session import Database
from storage.sources import SourceDraft, add_source

SOURCES = 4


def add_all(database: Database, press: Press) -> list[int]:
    with database.write() as session:
        drafts = [
            SourceDraft(name=each.host, url=f"http://{each.host}/", schedule="every 1 d")
            for each in press.publishers[:SOURCES]
        ]
        return [add_source(session, draft, datetime.now(UTC)).id for draft in drafts]


def make_due(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Source).values(poll_at=None, due_at=None))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_outage_of_ours_holds_nothing_against_anybody_and_ends_by_itself(
    database: Database, desk: Desk, behind_the_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PROBE", 0.5)
    ids = add_all(database, behind_the_press)
    await crawl_sources(desk, ids)
    articles = count(database, Article)
    with database.read() as session:
        health = dict(session.execute(select(Source.id, Source.health)).all())
    monkeypatch.setenv("http_proxy", behind_the_press.refused_url)  # nothing can be reached any more
    service = Service(desk)
    task = asyncio.create_task(service.run())
    make_due(database)
    await until(lambda: desk.network.is_down)
    await asyncio.sleep(2)
    tried = count(database, Run) - SOURCES
    with database.read() as session:
        # The first two may have failed before it could be told.
        assert sum(session.scalars(select(Source.failures))) <= 2
        assert dict(session.execute(select(Source.id, Source.health)).all()) == health
        assert sum(session.scalars(select(Seed.failures))) <= 2
        assert max(session.scalars(select(Page.attempts))) == 0
    assert SOURCES <= tried < SOURCES + 10
    monkeypatch.setenv("http_proxy", behind_the_press.proxy_url)
    behind_the_press.publish(2)
    make_due(database)
    await until(lambda: count(database, Article) > articles)
    assert not desk.network.is_down
    desk.stop()
    await asyncio.wait_for(task, 15)
