"""What each host's robots.txt says, asked once and shared by all crawls."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.robots import KEPT, MAX_BYTES, RETRIED, Robots, read_robots
from storage.hosts import load_robots, save_robots
from storage.thread import ArchiveThread

Fetch = Callable[[str], Awaitable[tuple[int | None, bytes, str]]]
"""Given an origin ("https://example.org"), the status and body of its robots.txt; without an answer, why."""

REMEMBERED = 500
"""Origins whose rules are kept in memory: those that were asked for last."""


class RuleBook:
    """Rules by origin: from memory, else from the archive, else from the host."""

    def __init__(self, archive: ArchiveThread | None) -> None:
        """Without an archive the rules are kept in memory alone."""
        self._archive = archive
        self._known: OrderedDict[str, tuple[datetime, asyncio.Future[tuple[Robots, datetime]]]]
        self._known = OrderedDict()

    async def rules_of(self, origin: str, fetch: Fetch) -> Robots:
        """An origin's rules; who asks while they are being fetched waits for the same answer.

        Raises what `fetch` raises, and StorageError; then the next to ask tries anew.
        """
        now = datetime.now(UTC)
        until, rules = self._known.get(origin, (now, None))
        if rules is not None and now < until <= now + KEPT:  # a later one is of a clock set back since
            self._known.move_to_end(origin)
            return (await asyncio.shield(rules))[0]
        rules = asyncio.ensure_future(self._find(origin, fetch))
        self._remember(origin, now + RETRIED, rules)
        try:
            robots, asked_at = await asyncio.shield(rules)
        except BaseException:
            self._known.pop(origin, None)
            raise
        if not robots.unreachable:
            self._remember(origin, min(asked_at, now) + KEPT, rules)
        return robots

    def _remember(self, origin: str, until: datetime, rules: asyncio.Future[tuple[Robots, datetime]]) -> None:
        self._known[origin] = until, rules
        self._known.move_to_end(origin)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def sitemaps_of(self, origin: str) -> list[str]:
        """The sitemaps that an origin's robots.txt names; none where it has not been asked yet."""
        _, rules = self._known.get(origin, (None, None))
        if rules is None or not rules.done() or rules.cancelled() or rules.exception():
            return []
        return rules.result()[0].sitemaps

    async def _find(self, origin: str, fetch: Fetch) -> tuple[Robots, datetime]:
        """The rules, and when the host was asked for them."""
        host = urlsplit(origin).netloc
        now = datetime.now(UTC)
        if self._archive is not None:
            stored = await self._archive.read(lambda session: load_robots(session, host))
            if stored is not None and abs(now - stored.at) < KEPT:
                robots = read_robots(stored.status, stored.body or b"")
                if not robots.unreachable:
                    return robots, stored.at
        status, body, why = await fetch(origin)
        body = body[:MAX_BYTES]
        if self._archive is not None:
            await self._archive.write(lambda session: save_robots(session, host, status, body, now))
        return read_robots(status, body, why), now
