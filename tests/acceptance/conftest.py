"""A desk on a fresh archive, fetching through the sample press."""

from collections.abc import AsyncIterator, Iterator

import pytest

from crawler.config import Config, CrawlConfig, WorkersConfig
from crawler.desk import Desk, open_desk
from newsite.press import Press
from storage.session import Database, open_database


@pytest.fixture(scope="session")
def quick() -> Config:
    """No delays, short waits, small limits."""
    return Config(
        crawl=CrawlConfig(
            delay=0,
            download_timeout=2,
            max_body=2_000_000,
            retries=1,
            retry_wait=0.2,
            allow_private=["127.0.0.1"],
        ),
        workers=WorkersConfig(processes=2, page_timeout=10),
    )


@pytest.fixture
def behind_the_press(press: Press, monkeypatch: pytest.MonkeyPatch) -> Press:
    """The press as the proxy of everything that is fetched, except what stands on loopback itself."""
    monkeypatch.setenv("http_proxy", press.proxy_url)
    monkeypatch.setenv("https_proxy", press.proxy_url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return press


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as database:
        yield database


@pytest.fixture
async def desk(database: Database, behind_the_press: Press, quick: Config) -> AsyncIterator[Desk]:
    async with open_desk(quick, database) as desk:
        yield desk
