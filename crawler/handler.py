"""The one place where a request leaves for the network: behind the host gate, through the door."""

import functools
import math
import ssl
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
from scrapy import Request, exceptions
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.door import Door, beginning, begun_at, crawl_guard
from crawler.failures import retry_after
from crawler.health.network import OurNetworkDown
from crawler.politeness import HostGate
from crawler.refusals import ProxyOutOfReach

LONGEST_RECOVERY = 30.0
"""Seconds that a host is left alone at most which did not answer in time."""

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

    Raises HostResting, CrawlStopping, AddressRefused, OurNetworkDown and ProxyOutOfReach besides what
    Scrapy's handler raises.
    """

    experimental = False  # the warning is for those who have a reactor to fall back on

    def __init__(self, crawler: Crawler) -> None:
        # Past AiohttpDownloadHandler: it reads the system's certificates anew for each crawl (17 ms), and
        # its connector would go to any address.
        super(AiohttpDownloadHandler, self).__init__(crawler)
        self._delay = crawler.settings.getfloat("HOST_DELAY")
        self._rest = crawler.settings.getfloat("REST_AFTER_REFUSAL")
        self._guard = crawl_guard(crawler)
        self._ssl_context = certificates(crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"))
        self._session = Door(  # type: ignore[assignment]  # all of a session that Scrapy's handler uses
            self._guard,
            cookie_jar=aiohttp.DummyCookieJar(),  # cookies are Scrapy's
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    async def download_request(self, request: Request) -> Response:
        begin = beginning(self.crawler, request)
        self._guard.check(request.url, begin)  # before its host's turn, which takes a lease
        host = urlsplit(request.url).hostname or ""
        gate = gate_of(self.crawler)
        async with gate.turn(host, self._delay, request.meta.get("turn_until", math.inf)):
            began = time.monotonic()
            try:
                with begun_at(begin):
                    response = await self._watched(request, host)
            except exceptions.DownloadTimeoutError:
                # It may be busy still with what we do not wait for any more.
                gate.rest(host, min(time.monotonic() - began, LONGEST_RECOVERY))
                raise
            gate.answered(host, response.status, retry_after(response, datetime.now(UTC)), self._rest)
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
            if why := _fault_of_proxy(request, error):
                raise ProxyOutOfReach(request.meta["proxy"], why) from error
            raise
        if desk is not None:
            desk.network.answered(host)
        return response


def _fault_of_proxy(request: Request, error: Exception) -> str | None:
    """Why the proxy that a request goes through cannot be reached; None if that is not what failed.

    It looks up the hosts itself: a name that we could not look up is its own.
    """
    if not request.meta.get("proxy"):
        return None
    if isinstance(error, exceptions.CannotResolveHostError):
        return "unknown host"
    cause = error.__cause__
    if not isinstance(cause, aiohttp.ClientProxyConnectionError):
        return None
    return "connection refused" if isinstance(cause.os_error, ConnectionRefusedError) else "no connection"


@functools.cache
def certificates(verify: bool) -> ssl.SSLContext:
    """How TLS is spoken, one context for all crawls; without `verify` any certificate is taken."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
