"""Lets requests out to the network: each is judged by the guard, and goes where it was judged to go."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from scrapy import Request
from scrapy.crawler import Crawler
from yarl import URL

from crawler.addresses import Guard, guard_of
from crawler.resolver import PublicResolver

_begun_at: ContextVar[str | None] = ContextVar("begun_at", default=None)


class Door:
    """What an `aiohttp.ClientSession` is to the download handler: it has a session for each way out.

    Connections are kept open and used again within one way only, so that one to a host that the user has
    allowed is there for none but the requests of a crawl that begins there. A request to a proxy goes to the
    proxy, which is the user's own choice and resolves names itself; its address is judged as it is written.
    """

    def __init__(self, guard: Guard, **options: Any) -> None:
        """`options`: of the sessions."""
        self._guard = guard
        self._options = options
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def request(
        self, method: str, url: str | URL, *, proxy: str | None = None, **options: Any
    ) -> aiohttp.ClientResponse:
        """As that of a session. Raises AddressRefused besides what that raises."""
        passed = self._guard.check(url, _begun_at.get())
        way = "proxy" if proxy else "own" if passed.own else "public"
        if (session := self._sessions.get(way)) is None:
            session = self._sessions[way] = self._session(way)
        return await session.request(method, passed.url, proxy=proxy, **options)

    def _session(self, way: str) -> aiohttp.ClientSession:
        if way == "proxy":
            connector = aiohttp.TCPConnector()
        else:
            resolver = PublicResolver(self._guard.hosts if way == "own" else ())
            connector = aiohttp.TCPConnector(resolver=resolver, socket_factory=resolver.socket_to)
        session = aiohttp.ClientSession(connector=connector, **self._options)
        # Else it asks again by itself, at once, where a connection breaks: behind the gate's back.
        session._retry_connection = False
        return session

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()


@contextmanager
def begun_at(address: str) -> Iterator[None]:
    """Within it, requests come of a crawl that the user began at an address."""
    token = _begun_at.set(address)
    try:
        yield
    finally:
        _begun_at.reset(token)


def crawl_guard(crawler: Crawler) -> Guard:
    """What a crawl may fetch, by its settings."""
    settings = crawler.settings
    return guard_of(settings.getlist("PORTS_ALLOWED"), settings.getlist("PRIVATE_HOSTS_ALLOWED"))


def beginning(crawler: Crawler, request: Request) -> str:
    """The address that the user named, from which a crawl came to a request.

    That is its spider's `begins_at`, a source's home; else where the redirects began that led here. For
    robots.txt it may be that itself: the request that it is asked for was judged before.
    """
    named: str | None = getattr(crawler.spider, "begins_at", None)
    return named or [*request.meta.get("redirect_urls", ()), request.url][0]
