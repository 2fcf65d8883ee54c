"""What a robots.txt allows us (RFC 9309)."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from protego import Protego

AGENT = "copydesk"
KEPT = timedelta(hours=24)
"""How long a robots.txt is believed (RFC 9309, 2.4)."""
RETRIED = timedelta(minutes=10)
"""When an unreachable robots.txt is asked for again."""
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

    def allows(self, url: str) -> bool:
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))

    @property
    def crawl_delay(self) -> float:
        """Seconds; 0 where it asks for none."""
        return float((self.rules and self.rules.crawl_delay(AGENT)) or 0.0)

    @property
    def sitemaps(self) -> list[str]:
        return list(islice(dict.fromkeys(self.rules.sitemaps), MAX_SITEMAPS)) if self.rules else []


def read_robots(status: int | None, body: bytes, why: str = "no answer") -> Robots:
    """The rules in an answer: 2xx as written, 4xx none, 5xx or no answer "not now" (RFC 9309, 2.3.1).

    `why`: the reason for a status of None.
    """
    if status is None:
        return Robots(None, unreachable=why)
    if status >= 500 or status == 429:
        return Robots(None, unreachable=f"robots.txt http {status}")
    if not 200 <= status < 300:
        return Robots(None)
    # A mark of the byte order would hide the first line, and with it all rules of its group.
    return Robots(Protego.parse(body[:MAX_BYTES].decode("utf-8-sig", "replace")))
