"""Judges the address of every request before anything is asked of its host, be it robots.txt."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.addresses import AddressRefused
from crawler.door import beginning, crawl_guard


class AddressMiddleware:
    """Raises AddressRefused. What a name resolves to is judged when it is connected to."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._guard = crawl_guard(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        try:
            self._guard.check(request.url, beginning(self._crawler, request))
        except AddressRefused as refused:
            refused.led_to = "redirect_urls" in request.meta
            raise
