"""Puts together what is known of an address, and why it is so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from crawler.addresses import guard_of
from crawler.config import Config
from crawler.explain.due import Outlook, outlook
from crawler.explain.obstacles import obstacles
from crawler.explain.robots import RobotsVerdict, robots_verdict
from crawler.robots import origin_of
from storage.explain import Facts
from storage.hosts import host_key, load_robots

if TYPE_CHECKING:
    from crawler.explain.prospects import Prospect


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is kept of an address, and what it means."""

    url: str
    """The address that a fetch of it asks for."""
    canonical_url: str
    """The one by which it is known, or would be."""
    facts: Facts
    robots: RobotsVerdict
    delay: float
    """Seconds between two requests to its host."""
    outlook: Outlook | None
    """When its page is fetched next; null where it is no page."""
    obstacles: Sequence[str]
    """Why no fetch of it would be made, even one that is asked for; empty where it would."""
    prospects: "Sequence[Prospect]"
    """What the sources on whose site it is would make of it; only told where it was never met."""


def explain(session: Session, facts: Facts, url: str, config: Config, now: datetime) -> Explanation:
    """Judge what is kept of an address, or of an article.

    `url` is its canonical form, which counts where neither a page nor an article is known.
    """
    page = next(iter(facts.pages), None)
    if page is not None:
        known, asked = page.url, page.asked_url or page.url
    else:
        known = facts.article.canonical_url if facts.article else url
        asked = facts.article.url if facts.article else url
    kept = load_robots(session, host_key(origin_of(asked)))
    robots = robots_verdict(asked, kept, now, obeyed=config.crawl.obey_robots)
    return Explanation(
        url=asked,
        canonical_url=facts.article.canonical_url if facts.article else known,
        facts=facts,
        robots=robots,
        delay=max(config.crawl.delay, robots.crawl_delay),
        outlook=outlook(page, facts.article, config.schedule.look_again, now) if page else None,
        obstacles=obstacles(asked, robots, guard_of(config.crawl.ports, config.crawl.allow_private)),
        prospects=() if facts.is_known else _prospects(session, known),
    )


def _prospects(session: Session, url: str) -> "Sequence[Prospect]":
    # Here, for what is known needs none of what reads feeds and pages.
    from crawler.explain.prospects import prospects_of

    return prospects_of(session, url)
