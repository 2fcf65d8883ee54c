"""Whether a source can be reached: what its last runs, its seeds and its pages answered."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from crawler.health.verdict import Health, Verdict, sight_of, unchanged
from storage.facts import Evidence, PageFact, RunFact, Sight, SourceFacts
from storage.models import RunState

FAILED_RUNS = 3
"""Runs in a row that must fail before a source is said to fail; two, if they are `WHILE` apart."""
WHILE = timedelta(hours=6)
GONE_AFTER = timedelta(days=2)
"""A name that does not resolve and a 404 are told from an outage by how long they last."""
GOOD_RUNS = 2
"""Runs in a row that must go well before it is said to be well again; one, `WHILE` after the last bad one."""

WINDOW = 20
"""Pages by which it is judged whether pages can be had, the last ones visited."""
FEWEST = 6
MOSTLY, STILL = 0.8, 0.4
"""The share of them that makes a source blocked or failing, and the share that keeps it so."""

_REFUSING_STATUSES = (401, 402, 403, 407, 429, 451)
_REFUSALS = frozenset(
    {
        *(f"http {status}" for status in _REFUSING_STATUSES),
        "robots.txt",
        "bot wall",
        "login",
        "host asked to wait",
    }
)
_ABSENCES = frozenset({"http 404", "http 410", "unknown host"})
_OF_SEEDS = (Health.FAILING, Health.BLOCKED, Health.GONE)
_TOLD = re.compile(r"(?P<url>\S+): (?P<reason>[^(:]+?)(?: \(|: |$)")


def unread(facts: SourceFacts, now: datetime) -> Verdict | None:
    """The verdict where its last runs came to nothing; None where they did not, or it is too early to say."""
    failed = failed_in_a_row(facts.runs)
    if not failed:
        return None if _has_recovered(facts, now) else unchanged(facts)
    if not _in_earnest(facts, failed, now):
        return unchanged(facts) if facts.health in _OF_SEEDS else None
    errors = _errors(facts, failed)
    state = Counter(_kind(error) for error in errors).most_common(1)[0][0]
    began = failed[-1].started_at
    if state is Health.GONE and (len(failed) < FAILED_RUNS or now - began < GONE_AFTER):
        state = Health.FAILING
    url, why = read_error(errors[0])
    return Verdict(
        state=state,
        since=began,
        reason=f"{why}, {_times(len(failed))}",
        evidence=Evidence(
            first_bad=Sight(url=url or facts.url, at=began, why=why), last_good=sight_of(facts.last_article)
        ),
    )


def failed_in_a_row(runs: Sequence[RunFact]) -> list[RunFact]:
    """The newest runs that failed; those that were stopped, or had no seed to ask, say nothing."""
    row = []
    for run in runs:
        if run.state is RunState.FAILED:
            row.append(run)
        elif _went_well(run):
            break
    return row


def _went_well(run: RunFact) -> bool:
    return run.state is RunState.DONE and run.read_seeds


def _in_earnest(facts: SourceFacts, failed: Sequence[RunFact], now: datetime) -> bool:
    never_read = facts.last_article is None and not any(map(_went_well, facts.runs))
    lasting = len(failed) > 1 and now - failed[-1].started_at >= WHILE
    return never_read or lasting or len(failed) >= FAILED_RUNS


def _has_recovered(facts: SourceFacts, now: datetime) -> bool:
    if facts.health not in _OF_SEEDS:
        return True
    good = 0
    for run in facts.runs:
        if run.state is RunState.FAILED:
            return good >= GOOD_RUNS or (good > 0 and now - run.ended_at >= WHILE)
        good += _went_well(run)
    return True


def _errors(facts: SourceFacts, failed: Sequence[RunFact]) -> list[str]:
    """What the last failed runs say, and its seeds where none could be read; never empty."""
    seeds = [seed.error for seed in facts.seeds if seed.error]
    of_seeds = seeds if len(seeds) == len(facts.seeds) else []
    return [*(run.error or "no more is known" for run in failed[:5]), *of_seeds]


def read_error(error: str) -> tuple[str | None, str]:
    """The address and the reason in an error of a seed, or of a run: "URL: reason (details)"."""
    if match := _TOLD.match(error):
        return match["url"], match["reason"]
    return None, error


def _kind(error: str) -> Health:
    _, why = read_error(error)
    if why in _REFUSALS or "asked to be left alone" in error:
        return Health.BLOCKED
    return Health.GONE if why in _ABSENCES else Health.FAILING


def _times(number: int) -> str:
    return "in its last run" if number == 1 else f"in its last {number} runs"


def is_refused(page: PageFact) -> bool:
    """Whether the site did not let us have a page."""
    return page.outcome in ("failed", "rejected") and page.reason in _REFUSALS


def refusing(facts: SourceFacts) -> Verdict | None:
    """The verdict where most of its pages are refused to us."""
    return _mostly(facts, Health.BLOCKED, is_refused, "refused")


def unfetched(facts: SourceFacts) -> Verdict | None:
    """The verdict where most of its pages cannot be fetched."""
    return _mostly(facts, Health.FAILING, lambda page: page.outcome == "failed", "not fetched")


def _mostly(
    facts: SourceFacts, state: Health, is_bad: Callable[[PageFact], bool], participle: str
) -> Verdict | None:
    window = facts.pages[:WINDOW]
    bad = [page for page in window if is_bad(page)]
    share = len(bad) / max(len(window), FEWEST)
    # A site that is down for minutes may lose many pages of one run; it takes two runs, or every page.
    lasting = len({page.run_id for page in bad}) > 1 or len(bad) == WINDOW
    if not (share >= MOSTLY and lasting) and not (share >= STILL and facts.health == state):
        return None
    reasons = Counter(page.reason or "unknown" for page in bad)
    first = bad[-1]
    good = next((page.article for page in facts.pages if page.article and page.at < first.at), None)
    return Verdict(
        state=state,
        since=first.at,
        reason=f"{len(bad)} of its last {len(window)} pages were {participle}: {counts_in_words(reasons)}",
        evidence=Evidence(
            first_bad=Sight(url=first.url, at=first.at, why=first.reason),
            last_good=sight_of(good or facts.last_article),
        ),
    )


def counts_in_words(counted: Counter[str]) -> str:
    """What there is most of first: "http 403 8, bot wall 2"."""
    return ", ".join(f"{thing} {number}" for thing, number in counted.most_common(4))
