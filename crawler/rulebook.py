"""What each host's robots.txt says, asked once and shared by all crawls."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from crawler.robots import (
    KEPT,
    MAX_BYTES,
    RETRIED,
    Robots,
    asked_again_after,
    is_fresh,
    kept_rules,
    origin_of,
    read_robots,
)
from storage.hosts import Robots as KeptRobots
from storage.hosts import host_key, load_robots, note_robots_failure, save_robots
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
        origin, now = origin_of(origin), datetime.now(UTC)
        until, rules = self._known.get(origin, (now, None))
        if rules is not None and now < until <= now + KEPT:  # a later one is of a clock set back since
            self._known.move_to_end(origin)
            return (await asyncio.shield(rules))[0]
        rules = asyncio.ensure_future(self._find(origin, fetch))
        self._remember(origin, now + RETRIED, rules)
        try:
            robots, until = await asyncio.shield(rules)
        except BaseException:
            self._known.pop(origin, None)
            raise
        self._remember(origin, until, rules)
        return robots

    def _remember(self, origin: str, until: datetime, rules: asyncio.Future[tuple[Robots, datetime]]) -> None:
        self._known[origin] = until, rules
        self._known.move_to_end(origin)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def sitemaps_of(self, origin: str) -> list[str]:
        """The sitemaps that an origin's robots.txt names; none where it has not been asked yet."""
        robots = self.known(origin)
        return robots.sitemaps if robots is not None else []

    def known(self, url: str) -> Robots | None:
        """The rules for an address, where its host has been asked for them."""
        _, rules = self._known.get(origin_of(url), (None, None))
        if rules is None or not rules.done() or rules.cancelled() or rules.exception():
            return None
        return rules.result()[0]

    async def _find(self, origin: str, fetch: Fetch) -> tuple[Robots, datetime]:
        """The rules, and until when they need not be asked for again."""
        host, now = host_key(origin), datetime.now(UTC)
        if self._archive is not None:
            kept = await self._archive.read(lambda session: load_robots(session, host))
            if kept is not None and is_fresh(kept, now):
                return kept_rules(kept, now), _until(kept, now)
        status, body, why = await fetch(origin)
        if self._archive is not None:
            kept = await self._archive.write(lambda session: _save(session, host, status, body, now, why))
            if kept is not None:
                return kept_rules(kept, now), _until(kept, now)
        robots = read_robots(status, body, why)
        return robots, now + (RETRIED if robots.unreachable else KEPT)


def _save(
    session: Session, host: str, status: int | None, body: bytes, now: datetime, why: str
) -> KeptRobots | None:
    """Keep an answer; a failure beside what was read before it. What is kept then."""
    if read_robots(status, b"").unreachable:
        note_robots_failure(session, host, status, now, why)
    else:
        save_robots(session, host, status, body[:MAX_BYTES], now)
    return load_robots(session, host)


def _until(kept: KeptRobots, now: datetime) -> datetime:
    if kept.failing_since is None or kept.failed_at is None:
        return min(kept.at, now) + KEPT
    return min(kept.failed_at, now) + asked_again_after(kept.failed_at - kept.failing_since)
