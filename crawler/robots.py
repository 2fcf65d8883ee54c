"""What a robots.txt allows us (RFC 9309), and how long it is believed."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from protego import Protego

from crawler.rights import NOTHING, Statement, read_statement, reserved_by
from storage.hosts import Robots as KeptRobots

AGENT = "copydesk"
KEPT = timedelta(hours=24)
"""How long a robots.txt is believed (RFC 9309, 2.4)."""
RETRIED = timedelta(minutes=10)
"""When an unreachable robots.txt is asked for again, at first."""
RETRIED_AT_LAST = timedelta(hours=1)
"""The same after it has been unreachable for long."""
GIVEN_UP = timedelta(days=30)
"""So long a robots.txt may be unreachable before the last one that could be read counts again; what RFC 9309
(2.3.1.4) calls a reasonably long time. Where there never was one, nothing is fetched after it either."""
MAX_BYTES = 512_000
"""What is read of it; RFC 9309, 2.5, asks for at least 500 KiB."""


MAX_SITEMAPS = 100
"""Sitemaps that are taken from it: each is a row, and may be asked for."""


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's rules."""

    rules: Protego | None
    unreachable: str | None = None
    """Why they could not be had (5xx, no answer): then nothing is fetched."""
    statement: Statement = NOTHING
    """What is said beside them of mining."""

    def allows(self, url: str) -> bool:
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))

    def reservations(self, url: str) -> tuple[str, ...]:
        """What the publisher reserves of an address, as pipelines/metadata/rights.py writes it."""
        return () if self.rules is None else reserved_by(self.statement, self.rules, url)

    @property
    def crawl_delay(self) -> float:
        """Seconds; 0 where it asks for none, or for what is no span of time."""
        delay = float((self.rules and self.rules.crawl_delay(AGENT)) or 0.0)
        return 0.0 if math.isnan(delay) else max(delay, 0.0)

    @property
    def sitemaps(self) -> list[str]:
        return list(islice(dict.fromkeys(self.rules.sitemaps), MAX_SITEMAPS)) if self.rules else []


def origin_of(url: str) -> str:
    """The scheme, host and port that an address shares its robots.txt with, written in one way.

    Without what makes no difference: letters' case, the root's dot, a scheme's own port, a login.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    try:
        port = parts.port
    except ValueError:  # it is asked by that address all the same, and fails
        return f"{parts.scheme}://{parts.netloc}"
    own = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, own) else "")


def read_robots(status: int | None, body: bytes, why: str = "no answer") -> Robots:
    """The rules in an answer: 2xx as written, 4xx none, 5xx or no answer "not now" (RFC 9309, 2.3.1).

    429 is "not now" as well, although it is a 4xx: it says nothing of a file, and asks for fewer requests.
    `why`: the reason for a status of None.
    """
    if status is None:
        return Robots(None, unreachable=why)
    if status >= 500 or status == 429:
        return Robots(None, unreachable=f"robots.txt http {status}")
    if not 200 <= status < 300:
        return Robots(None)
    # A mark of the byte order would hide the first line, and with it all rules of its group.
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    return Robots(Protego.parse(text), statement=read_statement(text, AGENT))


def asked_again_after(failing: timedelta) -> timedelta:
    """When a robots.txt is asked for again that has been unreachable for so long."""
    return min(max(RETRIED, abs(failing) / 6), RETRIED_AT_LAST)


def kept_rules(kept: KeptRobots, now: datetime) -> Robots:
    """The rules by what is kept of a host, whether or not it should be asked again by now."""
    if kept.failing_since is not None:
        given_up = abs(now - kept.failing_since) >= GIVEN_UP
        if not given_up or read_robots(kept.status, b"").unreachable:
            return read_robots(kept.failed_status, b"", kept.failed_why or "no answer")
    return read_robots(kept.status, kept.body or b"")


def is_fresh(kept: KeptRobots, now: datetime) -> bool:
    """Whether what is kept need not be asked for again yet."""
    if kept.failing_since is None or kept.failed_at is None:
        return abs(now - kept.at) < KEPT and not read_robots(kept.status, b"").unreachable
    return abs(now - kept.failed_at) < asked_again_after(kept.failed_at - kept.failing_since)
