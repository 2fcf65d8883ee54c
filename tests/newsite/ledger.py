"""What the press remembers of its visitors: how often, how fast, and whether they kept to the rules."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class HostTally:
    """The visits that one host had."""

    requests: int = 0
    paths: Counter[str] = field(default_factory=Counter)
    """Requests per path and query."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Answers per HTTP status; "broken" where the connection was spoilt on purpose or lost."""
    user_agents: Counter[str] = field(default_factory=Counter)
    not_modified: int = 0
    robots_violations: int = 0
    https_refused: int = 0
    """CONNECT requests to the proxy, which it refuses."""
    active: int = 0
    max_active: int = 0
    """The most requests under way at one time."""
    shortest_gap: float | None = None
    """Seconds between the starts of two requests, robots.txt left out; None before the second."""
    last_start: float | None = None

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("active", "last_start")}
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in plain.items()}


class Ledger:
    """The tallies of all hosts."""

    def __init__(self) -> None:
        self.hosts: defaultdict[str, HostTally] = defaultdict(HostTally)

    def __getitem__(self, host: str) -> HostTally:
        return self.hosts[host]

    def forget(self) -> None:
        self.hosts.clear()

    @contextmanager
    def visit(self, host: str, target: str, *, user_agent: str, forbidden: bool) -> Iterator[HostTally]:
        """Count one request, from its arrival until its answer is sent."""
        tally = self.hosts[host]
        now = time.monotonic()
        tally.requests += 1
        tally.paths[target] += 1
        tally.user_agents[user_agent] += 1
        tally.robots_violations += forbidden
        tally.active += 1
        tally.max_active = max(tally.max_active, tally.active)
        if not target.startswith("/robots.txt"):
            if tally.last_start is not None:
                gap = now - tally.last_start
                tally.shortest_gap = gap if tally.shortest_gap is None else min(gap, tally.shortest_gap)
            tally.last_start = now
        try:
            yield tally
        finally:
            tally.active -= 1

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it: {"total": …, "hosts": {host: …}}."""
        tallies = list(self.hosts.values())
        summed = ("requests", "not_modified", "robots_violations", "https_refused")
        total: dict[str, Any] = {name: sum(getattr(tally, name) for tally in tallies) for name in summed}
        total["max_active"] = max((tally.max_active for tally in tallies), default=0)
        return {
            "total": total,
            "hosts": {host: tally.as_dict() for host, tally in sorted(self.hosts.items())},
        }
