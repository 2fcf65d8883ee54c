"""A crawl that fetches what it is told to, with the usual manners: for discovery and single pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import scrapy

from crawler.desk import Desk
from crawler.fetch import FetchOne, fetcher

T = TypeVar("T")


class ErrandSpider(scrapy.Spider):
    """Runs `errand`, which is given a `fetch(url, patient=True)`, and keeps its result.

    `begins_at`: the address that the user named, which all that it fetches comes of.
    """

    name = "errand"

    def __init__(
        self, desk: Desk, begins_at: str, errand: Callable[[FetchOne], Awaitable[Any]], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.desk = desk
        self.begins_at = begins_at
        self._errand = errand
        self.result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def start(self) -> AsyncIterator[Any]:
        try:
            self.result.set_result(await self._errand(fetcher(self.crawler, self.desk.retries)))
        except Exception as error:  # noqa: BLE001  it is raised again where the result is awaited
            self.result.set_exception(error)
        no_requests: tuple[Any, ...] = ()
        for request in no_requests:  # Scrapy asks for a generator
            yield request


async def run_errand(desk: Desk, begins_at: str, errand: Callable[[FetchOne], Awaitable[T]]) -> T:
    """Run a coroutine that fetches, inside a crawl of its own: returns and raises what it does.

    `begins_at`: the address that the user named.
    """
    crawler = desk.runner.create_crawler(ErrandSpider)
    await crawler.crawl_async(desk=desk, begins_at=begins_at, errand=errand)
    spider = crawler.spider
    assert isinstance(spider, ErrandSpider)
    result: T = await spider.result
    return result
