"""The one place where a request leaves for the network: Scrapy's aiohttp handler, behind the host gate."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.failures import retry_after
from crawler.politeness import HostGate

REST = 10.0
"""Seconds that a host is left alone after a 429 or 503 that names no time."""

_gate_of_this_process = HostGate()
"""For spiders without a desk: `scrapy shell`, a spider of one's own."""


def gate_of(crawler: Crawler) -> HostGate:
    """The gate that a crawl's requests pass: its desk's, shared by all crawls of the desk."""
    desk = getattr(crawler.spider, "desk", None)
    return desk.gate if desk is not None else _gate_of_this_process


class PoliteDownloadHandler(AiohttpDownloadHandler):
    """Downloads when the host is free. Raises HostResting and CrawlStopping besides what Scrapy's raises."""

    experimental = False  # the warning is for those who have a reactor to fall back on

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")

    async def download_request(self, request: Request) -> Response:
        host = urlsplit(request.url).hostname or ""
        gate = gate_of(self.crawler)
        async with gate.turn(host, self._delay):
            response = await super().download_request(request)
            if response.status in (429, 503):
                gate.rest(host, retry_after(response, datetime.now(UTC)) or REST)
            return response
