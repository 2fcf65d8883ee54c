"""How a source is doing: judged by the facts at the end of each of its runs, and kept in its row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.health.advice import advice
from crawler.health.layouts import misread
from crawler.health.moving import moved
from crawler.health.reach import refusing, unfetched, unread
from crawler.health.verdict import Health, Verdict, health_of, sight_of
from storage.facts import Evidence, SourceFacts, source_facts
from storage.health import keep_health
from storage.models import RunState

__all__ = ["Health", "HealthChange", "Verdict", "judge", "settle_health"]

SILENT = 12.0
"""Stories expected and not come. Where they come singly, 7 have a chance of 1 in 1,000 to be all missing;
many sources publish in bundles, of which fewer were to be expected than stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange:
    """A source came from one state into another."""

    source_id: int
    source: str
    url: str
    before: Health
    after: Health
    since: datetime
    reason: str | None
    advice: str | None
    """What to do, naming the command."""
    evidence: Evidence
    at: datetime

    def as_event(self) -> dict[str, Any]:
        """As a hook is told of it: plain values, times as ISO 8601."""
        return {
            "event": "source changed",
            "source": self.source,
            "url": self.url,
            "from": str(self.before),
            "to": str(self.after),
            "since": self.since.isoformat(),
            "reason": self.reason,
            "advice": self.advice,
            **self.evidence.as_dict(),
            "at": self.at.isoformat(),
        }


def judge(facts: SourceFacts, expected_stories: float | None, now: datetime) -> Verdict:
    """The state of a source.

    `expected_stories`: how many its rhythm lets expect from its last new article until now; None: not known.
    A state that it is in already needs less to stay than it needed to begin, so that it does not flap.
    """
    signs: tuple[Callable[[], Verdict | None], ...] = (
        lambda: unread(facts, now),
        lambda: refusing(facts),
        lambda: moved(facts),
        lambda: misread(facts, now),
        lambda: unfetched(facts),
        lambda: _silent(facts, expected_stories),
    )
    found = next((verdict for sign in signs if (verdict := sign())), None)
    if found is None:
        begun = any(run.state is RunState.DONE for run in facts.runs)
        found = Verdict(state=Health.WELL if begun or facts.last_article else Health.NEW)
    if found.state == facts.health:
        # It stays: since when, and by what it was seen first, is what was said then.
        first_seen_by = facts.evidence if facts.evidence.first_bad else found.evidence
        return replace(found, since=facts.since or found.since, evidence=first_seen_by)
    return found


def _silent(facts: SourceFacts, expected_stories: float | None) -> Verdict | None:
    if expected_stories is None or expected_stories < SILENT or facts.last_article is None:
        return None
    since = facts.last_new_at or facts.last_article.at
    return Verdict(
        state=Health.QUIET,
        since=since,
        reason=f"nothing new, where its rhythm lets expect {expected_stories:.0f} stories",
        evidence=Evidence(last_good=sight_of(facts.last_article)),
    )


def settle_health(
    session: Session, source_id: int, now: datetime, expected_stories: float | None = None
) -> HealthChange | None:
    """Judge a source and keep the verdict in its row; what changed, None where its state did not.

    To be called in the transaction that ends a run of it, after `end_run`. What there was before the first
    judgement counts as the state "new"; that a new source is well is no change to tell of.
    """
    facts = source_facts(session, source_id)
    if facts is None:
        return None
    verdict = judge(facts, expected_stories, now)
    before = health_of(facts.health)
    since = verdict.since or now
    if verdict.state is not before or verdict.reason != facts.reason or facts.since is None:
        keep_health(session, source_id, str(verdict.state), since, verdict.reason, verdict.evidence)
    if verdict.state is before or (before.is_well and verdict.state.is_well):
        return None
    return HealthChange(
        source_id=source_id,
        source=facts.name,
        url=facts.url,
        before=before,
        after=verdict.state,
        since=since,
        reason=verdict.reason,
        advice=advice(verdict.state, facts.name, facts.url, verdict.reason, verdict.evidence),
        evidence=verdict.evidence,
        at=now,
    )
