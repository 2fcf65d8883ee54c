"""The one place where a request leaves for the network: behind the host gate, to public addresses only."""

import functools
import math
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
from scrapy import Request, exceptions
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.addresses import check_literal
from crawler.failures import retry_after
from crawler.health.network import OurNetworkDown
from crawler.politeness import HostGate
from crawler.resolver import PublicResolver

_OUT_OF_REACH = (
    exceptions.CannotResolveHostError,
    exceptions.DownloadConnectionRefusedError,
    exceptions.DownloadTimeoutError,
)

_gate_of_this_process = HostGate()
"""For spiders without a desk: `scrapy shell`, a spider of one's own."""


def gate_of(crawler: Crawler) -> HostGate:
    """The gate that a crawl's requests pass: its desk's, shared by all crawls of the desk."""
    desk = getattr(crawler.spider, "desk", None)
    return desk.gate if desk is not None else _gate_of_this_process


class PoliteDownloadHandler(AiohttpDownloadHandler):
    """Downloads when the host is free.

    Raises HostResting, CrawlStopping and PrivateAddress besides what Scrapy's handler raises.
    """

    experimental = False  # the warning is for those who have a reactor to fall back on

    def __init__(self, crawler: Crawler) -> None:
        # Past AiohttpDownloadHandler: it reads the system's certificates anew for each crawl (17 ms), and
        # its connector would go to any address.
        super(AiohttpDownloadHandler, self).__init__(crawler)
        self._delay = crawler.settings.getfloat("HOST_DELAY")
        self._rest = crawler.settings.getfloat("REST_AFTER_REFUSAL")
        self._allowed = set(crawler.settings.getlist("PRIVATE_HOSTS_ALLOWED"))
        self._resolver = PublicResolver(self._allowed)
        self._ssl_context = certificates(crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"))
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self._resolver),
            cookie_jar=aiohttp.DummyCookieJar(),  # cookies are Scrapy's
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    async def download_request(self, request: Request) -> Response:
        check_literal(request.url, self._allowed)
        if proxy := request.meta.get("proxy"):
            self._resolver.allow(urlsplit(proxy).hostname or "")  # the user's own choice
        host = urlsplit(request.url).hostname or ""
        gate = gate_of(self.crawler)
        async with gate.turn(host, self._delay, request.meta.get("turn_until", math.inf)):
            response = await self._watched(request, host)
            if response.status in (429, 503):
                gate.rest(host, retry_after(response, datetime.now(UTC)) or self._rest)
            return response

    async def _watched(self, request: Request, host: str) -> Response:
        """Download, and tell the desk what that says of our own network."""
        desk = getattr(self.crawler.spider, "desk", None)
        try:
            response = await super().download_request(request)
        except _OUT_OF_REACH as error:
            if desk is not None:
                desk.network.failed(host)
                if desk.network.is_down:
                    raise OurNetworkDown(str(error)) from error
            raise
        if desk is not None:
            desk.network.answered(host)
        return response


@functools.cache
def certificates(verify: bool) -> ssl.SSLContext:
    """How TLS is spoken, one context for all crawls; without `verify` any certificate is taken."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
