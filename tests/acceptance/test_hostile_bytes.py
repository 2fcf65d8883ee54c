"""What a stranger sends costs bounded time and memory, fills no archive, and is told by its name."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.config import Config, CrawlConfig, WorkersConfig
from crawler.crawl import crawl_addresses, crawl_sources
from crawler.desk import Desk, open_desk
from newsite.press import Press
from storage.models import Page, Seed, SeedKind
from storage.session import open_database
from storage.sources import SeedDraft, SourceDraft, add_source

SITE = "http://behaviours.example"
REASONS = {
    "/bomb/nested": "too large: ",
    "/bomb/deflate": "too large: ",
    "/bomb/brotli": "too large: ",
    "/bomb/zstd": "too large: ",
    "/bomb/members": "too large: 80000 gzip members",
    "/bomb/hidden-members": "too large: 80000 gzip members",
    "/bomb/codings": "too large: 900 content codings",
    "/endless/headers": "connection lost: 400, message='Too many headers",
    "/endless/header": "connection lost: 400, message=",
    "/endless/status": "connection lost: 400, message=",
    "/endless/chunk": "timeout: ",
    "/endless/hints": "timeout: ",
    "/endless/drops": "timeout: ",
}


@pytest.fixture
def config() -> Config:
    return Config(
        crawl=CrawlConfig(delay=0, download_timeout=2, max_body=2_000_000, retries=0, news_candidates=300),
        workers=WorkersConfig(processes=1, page_timeout=4),
    )


async def test_every_answer_without_bounds_is_bounded_and_told(
    sqlite_path: Path, behind_the_press: Press, config: Config
) -> None:
    with open_database(str(sqlite_path)) as database:
        async with open_desk(config, database) as desk:
            began = time.process_time()
            await crawl_addresses(desk, [f"{SITE}{path}" for path in REASONS])
            assert time.process_time() - began < 20  # of which the bombs' making takes a part
            rows = await desk.archive.read(lambda s: s.execute(select(Page.url, Page.reason)).all())
    told = {row.url.removeprefix(SITE): row.reason or "" for row in rows}
    assert told.keys() == REASONS.keys()
    assert not {path: told[path] for path, reason in REASONS.items() if not told[path].startswith(reason)}


async def add(desk: Desk, seed: str) -> int:
    seeds = (SeedDraft(url=f"{SITE}{seed}", kind=SeedKind.FEED),)
    draft = SourceDraft(name="vast", url=f"{SITE}/", seeds=seeds)
    return await desk.archive.write(lambda s: add_source(s, draft, datetime.now(UTC)).id)


async def test_a_feed_without_end_gives_as_many_pages_as_a_run_takes(
    sqlite_path: Path, behind_the_press: Press, config: Config
) -> None:
    patient = config.model_copy(update={"workers": WorkersConfig(processes=1)})
    with open_database(str(sqlite_path)) as database:
        async with open_desk(patient, database) as desk:
            source_id = await add(desk, "/vast-feed.xml?entries=900")
            report = (await crawl_sources(desk, [source_id], limit=1))[0]
            pages = await desk.archive.read(lambda s: s.scalars(select(func.count(Page.id))).one())
    assert (pages, report.counts.left_out) == (300, 600)


async def test_a_feed_that_takes_too_long_holds_up_nothing_else(
    sqlite_path: Path, behind_the_press: Press, config: Config
) -> None:
    with open_database(str(sqlite_path)) as database:
        async with open_desk(config, database) as desk:
            began = time.process_time()
            report = (await crawl_sources(desk, [await add(desk, "/deep-feed.xml")]))[0]
            assert time.process_time() - began < 4
            error = await desk.archive.read(lambda s: s.scalars(select(Seed.error)).one())
    told = f"{SITE}/deep-feed.xml: timeout (over 4 s)"
    assert (error, report.error) == (told, told)
