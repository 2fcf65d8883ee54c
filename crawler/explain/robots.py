"""What a host's robots.txt, as it is kept, means for an address."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawler.explain.rule import Rule, deciding_rule
from crawler.robots import KEPT, kept_rules
from storage.hosts import Robots as KeptRobots


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsVerdict:
    """What robots.txt says of an address."""

    robots_txt: str
    """Its own address."""
    read_at: datetime | None
    """When it was last asked for; null if it never was."""
    status: int | None
    """HTTP status of the answer; null where none came."""
    allowed: bool | None
    """Null where that is not known: it was not read yet, or could not be."""
    rule: Rule | None
    """The line that decides; null where none speaks of the address."""
    crawl_delay: float
    """Seconds that it asks for between two requests; 0 where it does not."""
    why: str
    """The verdict in words."""


def robots_verdict(url: str, kept: KeptRobots | None, now: datetime, *, obeyed: bool) -> RobotsVerdict:
    """What was `kept` of the robots.txt of an address's host, judged as a crawl would.

    `obeyed`: whether crawls ask it at all; if not, all is allowed.
    """
    parts = urlsplit(url)
    robots_txt = f"{parts.scheme}://{parts.netloc}/robots.txt"
    if kept is None:
        why = "not read yet; it is before the first fetch" if obeyed else _NOT_OBEYED
        return RobotsVerdict(
            robots_txt=robots_txt,
            read_at=None,
            status=None,
            allowed=None if obeyed else True,
            rule=None,
            crawl_delay=0.0,
            why=why,
        )
    robots = kept_rules(kept, now)
    rule = deciding_rule(robots, kept.body or b"", url) if robots.rules else None
    allowed = None if robots.unreachable else robots.allows(url)
    return RobotsVerdict(
        robots_txt=robots_txt,
        read_at=kept.failed_at or kept.at,
        status=kept.failed_status if kept.failed_at else kept.status,
        allowed=allowed if obeyed else True,
        rule=rule,
        crawl_delay=robots.crawl_delay if obeyed else 0.0,
        why=_in_words(kept, allowed, rule, now) if obeyed else _NOT_OBEYED,
    )


_NOT_OBEYED = "not asked: crawl.obey_robots is off"


def _in_words(kept: KeptRobots, allowed: bool | None, rule: Rule | None, now: datetime) -> str:
    if allowed is None:
        status = kept.failed_status if kept.failed_at else kept.status
        how = f"http {status}" if status else kept.failed_why or "no answer"
        since = f" since {kept.failing_since:%Y-%m-%d %H:%M}" if kept.failing_since else ""
        return f"it could not be read{since} ({how}), and nothing is fetched from the host before it can"
    verdict = "allowed" if allowed else "forbidden"
    if kept.status is not None and not 200 <= kept.status < 300:
        verdict = f"allowed: there is none (http {kept.status})"
    elif rule is not None:
        kind = "Allow" if rule.allows else "Disallow"
        verdict += f' by "{kind}: {rule.path}" (line {rule.line}, for {", ".join(rule.agents)})'
    elif allowed:
        verdict += ": no line in it speaks of this address"
    if kept.failing_since is not None:
        return f"{verdict}; that was on {kept.at:%Y-%m-%d}, and it cannot be read since"
    return verdict if abs(now - kept.at) < KEPT else f"{verdict}; it is read anew before the next fetch"
