"""What the sources would make of an address that was never met, by the rules of discovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.discovery.candidates import candidate, domains_of, may_name
from crawler.discovery.sections import SIBLINGS, address_shape
from pipelines.metadata.canonical import is_front_page, registered_domain
from storage.explain_sources import SourceNearby, sources_nearby
from storage.models import SeedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a source would make of an address on its site."""

    source: str
    enabled: bool
    health: str
    health_reason: str | None
    failures: int
    """Runs that failed since the last one that did not."""
    due_at: datetime | None
    """When its next run is due; null: at once."""
    taken: bool
    """Whether it would take the address for a candidate."""
    why: str


def prospects_of(session: Session, url: str) -> list[Prospect]:
    """What the sources of the archive would make of `url`, a canonical address."""
    return prospects(url, sources_nearby(session, registered_domain(url)))


def prospects(url: str, sources: Sequence[SourceNearby]) -> list[Prospect]:
    """What each source on whose site `url`, a canonical address, is would make of it; of others nothing."""
    domain = registered_domain(url)
    return [
        _prospect(url, source)
        for source in sources
        if domain in domains_of(source.url, *(address for address, _ in source.seeds))
    ]


def _prospect(url: str, source: SourceNearby) -> Prospect:
    taken, why = _chance(url, source)
    return Prospect(
        source=source.name,
        enabled=source.enabled,
        health=source.health,
        health_reason=source.health_reason,
        failures=source.failures,
        due_at=source.due_at,
        taken=taken,
        why=why,
    )


def _chance(url: str, source: SourceNearby) -> tuple[bool, str]:
    if candidate(url, source.url) is None or is_front_page(url, source.url):
        return False, "it is a front page: no candidate, whatever names it"
    if not source.seeds:
        return False, "nothing of it is polled yet: its first run finds its feeds and sitemaps"
    ways, hurdles = [], []
    for kind in dict.fromkeys(kind for _, kind in source.seeds):
        own = [domains_of(source.url, address) for address, its_kind in source.seeds if its_kind is kind]
        if not any(may_name(kind, url, domains) for domains in own):
            hurdles.append(f"{_NAMES[kind]} may not name addresses of another site")
        elif kind is not SeedKind.SECTION:
            ways.append(f"as soon as {_NAMES[kind]} names it")
        else:
            (hurdles if address_shape(url) is None else ways).append(_on_a_section(address_shape(url)))
    if ways:
        return True, " or ".join(ways)
    return False, "; ".join(hurdles)


_NAMES = {
    SeedKind.FEED: "its feed",
    SeedKind.SITEMAP: "its sitemap",
    SeedKind.NEWS_SITEMAP: "its news sitemap",
    SeedKind.SECTION: "its section page",
}


def _on_a_section(shape: int | None) -> str:
    """What a section page's link to an address of that shape comes to."""
    if shape is None:
        return (
            "its section page's link is not followed: by its address it is a file, a list, or no story at all"
        )
    if shape == 0:
        return (
            "once its section page links to it by a headline, and to "
            f"{SIBLINGS - 1} more in the same folder: the address looks like nothing"
        )
    return "once its section page links to it by a headline"
