"""Whether a source's pages are read as they were, by its own past: a site that was rebuilt breaks its crawl.

A page is misread if it was rejected, or is an article far shorter than the source's are, or lacks the author
or the date that those have. From one page to the next the share of these leaps where a layout changed.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from statistics import median

from crawler.health.reach import counts_in_words, is_refused
from crawler.health.verdict import Health, Verdict, sight_of
from storage.facts import ArticleFact, Evidence, PageFact, Sight, SourceFacts

AFTER = 8
"""Misread pages since a break before it is told: fewer may be chance."""
BEFORE = 10
"""Pages, or articles, that must be known from before it."""
MISREAD, LEAP = 0.6, 0.35
"""The share of misread pages since the break, and by how much it is more than before."""
SURE = 10.0
"""Least logarithm of the likelihood of two shares over that of one: 22,000 to 1."""
SHORT = 0.35
"""Of the median length of its articles: what is shorter was not read whole."""
SHORT_ANYWAY = 500
"""Characters of that median below which length tells nothing."""
USUAL = 0.8
"""Share of its articles that have an author, or a date, from which on one without is misread."""
GETS_USUAL = timedelta(days=30)
"""After so long articles without what they had are the site's new way. Rejected pages never are."""

_ABSENT = ("error page", "robots.txt")
"""Rejections that say nothing of how a page is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """What the articles of a source are like."""

    length: float = 0.0
    """Median, in characters; 0 where it tells nothing."""
    signed: bool = False
    """They have an author, as a rule; as with `dated` and `titled`."""
    dated: bool = False
    titled: bool = False


def custom_of(articles: Sequence[ArticleFact]) -> Custom:
    """What these articles have in common; nothing, if they are too few."""
    if len(articles) < BEFORE:
        return Custom()
    length = median(article.length for article in articles)

    def usual(name: str) -> bool:
        return sum(bool(getattr(article, name)) for article in articles) >= USUAL * len(articles)

    return Custom(
        length=length if length >= SHORT_ANYWAY else 0.0,
        signed=usual("signed"),
        dated=usual("dated"),
        titled=usual("titled"),
    )


def what_is_missing(article: ArticleFact, custom: Custom) -> str | None:
    """Why an article seems misread; None if it is as its source's are."""
    if custom.titled and not article.titled:
        return "no title"
    if article.length < SHORT * custom.length:
        return "too short"
    if custom.dated and not article.dated:
        return "no date"
    return "no author" if custom.signed and not article.signed else None


def what_is_wrong(page: PageFact, custom: Custom) -> str | None:
    """Why a page seems misread; None if it does not."""
    if page.outcome == "rejected":
        return page.reason or "rejected"
    return what_is_missing(page.article, custom) if page.article else None


def break_in(flags: Sequence[bool], starts: Iterable[int]) -> int | None:
    """Where in a sequence, oldest first, misread pages (true) become the rule; None if they do not.

    Of `starts`, the place that makes the two shares, before and from there, likeliest: a change point of
    Bernoulli trials.
    """
    if sum(flags[-AFTER:]) < MISREAD * AFTER:
        return None
    sums = [0, *accumulate(flags)]
    total, best, place = sums[-1], SURE, None
    for start in starts:
        before, rest = sums[start], len(flags) - start
        after = total - before
        if start < BEFORE or after < AFTER or after / rest < max(MISREAD, before / start + LEAP):
            continue
        gain = _likelihood(before, start) + _likelihood(after, rest) - _likelihood(total, len(flags))
        if gain > best:
            best, place = gain, start
    return place


def _likelihood(hits: int, of: int) -> float:
    """The logarithm of the likelihood of so many hits, at the share that makes it greatest."""
    return sum(n * math.log(n / of) for n in (hits, of - hits) if n)


def misread(facts: SourceFacts, now: datetime) -> Verdict | None:
    """The verdict where pages are not read any more as they were."""
    pages = [page for page in facts.pages if _was_read(page)]
    if facts.last_article is None:
        return _never_read(pages)
    if facts.health == Health.BROKEN:
        return _still_misread(facts, pages, now)
    known = [page.article for page in pages[len(pages) // 2 :] if page.article]
    custom = custom_of([*known, *facts.past])
    oldest_first = pages[::-1]
    flags = [what_is_wrong(page, custom) is not None for page in oldest_first]
    # Where few pages are known, what was read before stands for those; rejected ones are not among it.
    ahead = [] if len(pages) >= BEFORE + 3 * AFTER else [bool(what_is_missing(a, custom)) for a in facts.past]
    # Only between runs: within one, the newest stories come first, and what is no story comes last.
    between = [
        n for n, page in enumerate(oldest_first) if n == 0 or page.run_id != oldest_first[n - 1].run_id
    ]
    place = break_in([*ahead, *flags], [len(ahead) + n for n in between])
    return None if place is None else _broken(facts, pages, custom, since_page=place - len(ahead))


def _was_read(page: PageFact) -> bool:
    return page.outcome != "failed" and not is_refused(page) and page.reason not in _ABSENT


def _never_read(pages: Sequence[PageFact]) -> Verdict | None:
    if len(pages) < AFTER:
        return None
    reasons = Counter(page.reason or "rejected" for page in pages)
    first = pages[-1]
    return Verdict(
        state=Health.BROKEN,
        since=first.at,
        reason=f"none of its {len(pages)} pages was an article: {counts_in_words(reasons)}",
        evidence=Evidence(first_bad=Sight(url=first.url, at=first.at, why=first.reason)),
    )


def _broken(facts: SourceFacts, pages: Sequence[PageFact], custom: Custom, since_page: int) -> Verdict | None:
    """The verdict on a break at this place among the pages, counted from the oldest."""
    oldest_first = list(reversed(pages))
    bad = [(page, why) for page in oldest_first[since_page:] if (why := what_is_wrong(page, custom))]
    if not bad:
        return None
    first, why = bad[0]
    good = [page.article for page in oldest_first[:since_page] if not what_is_wrong(page, custom)]
    whole = [article for article in facts.past if not what_is_missing(article, custom)]
    return Verdict(
        state=Health.BROKEN,
        since=first.at,
        reason=_told(bad, len(pages) - since_page, custom),
        evidence=Evidence(
            first_bad=_sight(first, why),
            last_good=sight_of(next((a for a in [*reversed(good), *whole] if a), None)),
        ),
    )


def _told(bad: Sequence[tuple[PageFact, str]], of: int, custom: Custom) -> str:
    """ "14 of the last 15 pages are not read as before: no author 10, stub 4"."""
    told = f"{len(bad)} of its last {of} pages were not read as before: {counts_in_words(_whys(bad))}"
    short = [page.article.length for page, why in bad if why == "too short" and page.article]
    return f"{told} ({median(short):,.0f} letters, before {custom.length:,.0f})" if short else told


def _whys(bad: Sequence[tuple[PageFact, str]]) -> Counter[str]:
    return Counter(why for _, why in bad)


def _sight(page: PageFact, why: str) -> Sight:
    return Sight(url=page.url, at=page.at, why=why, article_id=page.article.id if page.article else None)


def _still_misread(facts: SourceFacts, pages: Sequence[PageFact], now: datetime) -> Verdict | None:
    """The same verdict while half of the last pages are misread, by what was read before it was given."""
    custom = custom_of(facts.past)
    last = pages[:AFTER]
    bad = [(page, why) for page in last if (why := what_is_wrong(page, custom))]
    if facts.since and now - facts.since > GETS_USUAL:
        bad = [(page, why) for page, why in bad if page.outcome == "rejected"]
    if last and len(bad) < len(last) / 2:
        return None
    return Verdict(
        state=Health.BROKEN,
        since=facts.since,
        reason=_told(bad, len(last), custom) if bad else facts.reason,
        evidence=facts.evidence,
    )
