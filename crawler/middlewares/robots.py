"""Asks robots.txt before every request, once a day per host."""

import logging
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.addresses import AddressRefused
from crawler.failures import FetchFailed
from crawler.fetch import fetch_patiently
from crawler.handler import gate_of
from crawler.health.network import OurNetworkDown
from crawler.politeness import CrawlStopping, HostResting
from crawler.refusals import ForbiddenByRobots, ProxyOutOfReach, RobotsUnreachable
from crawler.revisit import Retries
from crawler.robots import origin_of
from crawler.rulebook import RuleBook

logger = logging.getLogger(__name__)


class RobotsMiddleware:
    """Raises ForbiddenByRobots or RobotsUnreachable for a request that may not be made now.

    Unlike Scrapy's own it tells a missing robots.txt from a failing one, keeps the rules in the archive,
    shares them between crawls, and obeys Crawl-delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules_without_desk = RuleBook(None)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots_txt"):
            return
        parts = urlsplit(request.url)
        desk = getattr(self._crawler.spider, "desk", None)
        book = desk.rules if desk is not None else self._rules_without_desk
        origin = origin_of(request.url)
        robots = await book.rules_of(origin, self._fetch)
        gate_of(self._crawler).ask_for_delay(parts.hostname or "", robots.crawl_delay, origin)
        if robots.unreachable:
            raise RobotsUnreachable(parts.netloc, robots.unreachable)
        if not robots.allows(request.url):
            raise ForbiddenByRobots(f"robots.txt of {parts.netloc} forbids it")

    async def _fetch(self, origin: str) -> tuple[int | None, bytes, str]:
        """Status and body of an origin's robots.txt; a status of None where no answer came, and why.

        Raises CrawlStopping, HostResting, OurNetworkDown, ProxyOutOfReach and AddressRefused, which say
        nothing of robots.txt.
        """
        retries = getattr(getattr(self._crawler.spider, "desk", None), "retries", Retries())
        try:
            url = f"{origin}/robots.txt"
            response = await fetch_patiently(self._crawler, url, None, retries, meta={"is_robots_txt": True})
        except FetchFailed as failed:
            cause = failed.__cause__
            if isinstance(cause, AddressRefused) and not cause.led_to:
                raise cause from None
            if isinstance(cause, CrawlStopping | HostResting | OurNetworkDown | ProxyOutOfReach):
                raise cause from None
            failure = failed.failure
            logger.info("robots.txt of %s: %s (%s)", origin, failure.reason, failure.detail)
            # RFC 9309, 2.3.1.2: one that redirects for ever may count as missing
            status = 404 if failure.reason == "redirect loop" else failure.status
            return status, b"", failure.reason
        return response.status, response.body, ""
