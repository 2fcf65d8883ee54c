"""The states a source can be in, and what is said of one."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from storage.facts import ArticleFact, Evidence, Sight, SourceFacts


class Health(enum.StrEnum):
    """How a source is doing, the worst first."""

    GONE = "gone"
    """For days its name has not resolved, or all it has to poll has answered 404 or 410."""
    MOVED = "moved"
    """Its articles stand at another site now, all of them."""
    BLOCKED = "blocked"
    """It refuses us: 401, 403, 429, a bot wall, a login, robots.txt."""
    FAILING = "failing"
    """Its seeds or its pages cannot be fetched or read: time-outs, server errors, a broken feed."""
    BROKEN = "broken"
    """Its pages come, and are not read as they were: rejected, far shorter, without author or date."""
    QUIET = "quiet"
    """It answers, and has published nothing for longer than its rhythm lets expect."""
    NEW = "new"
    """It was not crawled yet."""
    WELL = "well"
    """Nothing is known against it."""

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look after it."""
        return self in (Health.NEW, Health.WELL)


WORST_FIRST = tuple(Health)


def health_of(name: str) -> Health:
    """The state of that name. One that only a later copydesk knows is taken for `FAILING`: look at it."""
    return Health(name) if name in WORST_FIRST else Health.FAILING


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The state of a source, and by what it is seen."""

    state: Health
    since: datetime | None = None
    """When it began, which is before it could be told; None: now."""
    reason: str | None = None
    """What is wrong, for a person; None where nothing is."""
    evidence: Evidence = field(default_factory=Evidence)


def unchanged(facts: SourceFacts) -> Verdict:
    """The last verdict, once more."""
    return Verdict(
        state=health_of(facts.health), since=facts.since, reason=facts.reason, evidence=facts.evidence
    )


def sight_of(article: ArticleFact | None) -> Sight | None:
    """An article, as one that was good."""
    return Sight(url=article.url, at=article.at, article_id=article.id) if article else None
