"""What the archive tells of how one source is doing: its last runs, its seeds, the pages it gave lately.

All of it is found by indexes that end in what is newest: it costs the same whatever the source's size.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from storage.models import Article, Page, Run, RunState, Seed, SeedKind, Source, Visit

RUNS = 100
"""Runs looked at, the newest."""
PAGES = 160
"""Visits of pages looked at, the newest."""
PAGES_OF_A_RUN = 40
"""Of these, those of one run at most: a run of thousands must not hide what was before it."""
PAST = 40
"""Articles looked at from before that."""
FRESH = timedelta(days=7)
"""A page is news if what named it gave it a date at most so long before we found it."""
_ANSWERED = ("new", "revised", "duplicate")
_TELLING = (*_ANSWERED, "rejected", "failed")
"""Outcomes that say something of how a site is read; "unchanged" is most often a 304, which says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A page, a seed or an article at a time: what is shown as the first bad, or the last good one."""

    url: str
    at: datetime
    why: str | None = None
    """What is wrong with it."""
    article_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it is kept in the source's row, and shown by `--json`."""
        return {"url": self.url, "at": self.at.isoformat(), "why": self.why, "article_id": self.article_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the state of a source was seen by."""

    first_bad: Sight | None = None
    last_good: Sight | None = None
    leads_to: str | None = None
    """The address to which its site has moved."""

    def as_dict(self) -> dict[str, Any]:
        """As it is kept in the source's row, and shown by `--json`."""
        bad, good = self.first_bad, self.last_good
        return {
            "first_bad": bad.as_dict() if bad else None,
            "last_good": good.as_dict() if good else None,
            "leads_to": self.leads_to,
        }


_NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFact:
    """A run that is over, and whether it asked its seeds."""

    started_at: datetime
    ended_at: datetime
    state: RunState
    error: str | None
    read_seeds: bool
    """A seed answered with a body or a 304; taken for granted of runs of which that was not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedFact:
    """How a seed answered when it was last asked."""

    url: str
    error: str | None
    """Its address, and why nothing could be read from it; null if it could."""
    failures: int
    """Visits that failed since the last one that did not."""
    visited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFact:
    """What tells of an article whether it was read whole."""

    id: int
    url: str
    at: datetime
    """When it was first filed."""
    length: int
    """Characters of its text."""
    titled: bool
    signed: bool
    """It has an author."""
    dated: bool
    """It has a time of publication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFact:
    """The last visit of a page that said something."""

    url: str
    at: datetime
    run_id: int
    outcome: str
    """"new", "revised", "duplicate", "rejected" or "failed"."""
    reason: str | None
    """Of the last two, without its details."""
    article: ArticleFact | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """All that a source's state is judged by; lists begin with what is newest."""

    name: str
    url: str
    health: str
    """The state it is in by its last judgement."""
    since: datetime | None
    reason: str | None
    evidence: Evidence
    created_at: datetime
    last_new_at: datetime | None
    runs: Sequence[RunFact] = ()
    seeds: Sequence[SeedFact] = ()
    """Those that were asked, without the indexes that only name others."""
    pages: Sequence[PageFact] = ()
    """Those that were told of as news, since neither the past of a site nor what else its sitemaps list is a
    measure of its present; all of them, where no article was filed yet."""
    past: Sequence[ArticleFact] = ()
    """Articles from before all `pages`; where the source is not well, from before it was not."""
    last_article: ArticleFact | None = None


def source_facts(session: Session, source_id: int) -> SourceFacts | None:
    """What there is to judge a source by; None if there is no such source."""
    source = session.get(Source, source_id)
    if source is None:
        return None
    runs = _runs(session, source_id)
    last_article = next(iter(_articles(session, source_id, None, 1)), None)
    counts = [(run.id, _pages_in(run.counts)) for run in runs]
    pages = _pages(session, counts, _first_run_ended_at(session, source_id) if last_article else None)
    unwell = source.health not in ("new", "well")
    before = source.health_since if unwell else min((page.at for page in pages), default=None)
    return SourceFacts(
        name=source.name,
        url=source.url,
        health=source.health,
        since=source.health_since,
        reason=source.health_reason,
        evidence=evidence_of(source.health_evidence),
        created_at=source.created_at,
        last_new_at=source.last_new_at,
        runs=[_run(run) for run in runs if run.ended_at is not None],
        seeds=_seeds(session, source_id),
        pages=pages,
        past=_articles(session, source_id, before, PAST),
        last_article=last_article,
    )


def evidence_of(kept: Mapping[str, Any] | None) -> Evidence:
    """What stands in a source's row."""
    if not kept:
        return _NO_EVIDENCE
    bad, good = (_sight(kept.get(name)) for name in ("first_bad", "last_good"))
    return Evidence(first_bad=bad, last_good=good, leads_to=kept.get("leads_to"))


def _sight(kept: Mapping[str, Any] | None) -> Sight | None:
    return Sight(**{**kept, "at": datetime.fromisoformat(kept["at"])}) if kept else None


def _runs(session: Session, source_id: int) -> Sequence[Row[Any]]:
    columns = (Run.id, Run.started_at, Run.ended_at, Run.state, Run.error, Run.counts)
    newest = select(*columns).where(Run.source_id == source_id).order_by(Run.id.desc()).limit(RUNS)
    return session.execute(newest).all()


def _first_run_ended_at(session: Session, source_id: int) -> datetime:
    """When all that its seeds named at first had been found; for a run that has not ended, it is not yet."""
    first = select(Run.ended_at).where(Run.source_id == source_id).order_by(Run.id).limit(1)
    return session.scalar(first) or datetime.max.replace(tzinfo=UTC)


def _run(run: Row[Any]) -> RunFact:
    asked = [run.counts.get(key) for key in ("seeds_fetched", "seeds_not_modified")]
    return RunFact(
        started_at=run.started_at,
        ended_at=run.ended_at,
        state=run.state,
        error=run.error,
        read_seeds=asked == [None, None] or any(asked),
    )


def _pages_in(counts: Mapping[str, Any]) -> int:
    numbers = (counts.get(outcome, 0) for outcome in _TELLING)
    return sum(sum(number.values()) if isinstance(number, dict) else number for number in numbers)


def _seeds(session: Session, source_id: int) -> list[SeedFact]:
    children = aliased(Seed)
    # Where a feed or a list goes on is no news: what a backfill has walked does not make an index of it.
    named = children.parent_id == Seed.id, children.kind != SeedKind.ARCHIVE
    names_others = select(children.id).where(*named).exists()
    columns = [getattr(Seed, name) for name in SeedFact.__slots__]
    polled = Seed.source_id == source_id, Seed.kind != SeedKind.ARCHIVE
    asked = select(*columns).where(*polled, Seed.visited_at.is_not(None), ~names_others)
    rows = session.execute(asked.order_by(Seed.id))
    return [SeedFact(**row._mapping) for row in rows]


_ARTICLE = (
    Article.id,
    Article.url,
    Article.first_seen_at.label("at"),
    func.length(Article.text).label("length"),
    (Article.title != "").label("titled"),
    Article.authors,
    Article.published_at,
)


def _article(row: Row[Any]) -> ArticleFact:
    return ArticleFact(
        id=row.id,
        url=row.url,
        at=row.at,
        length=row.length,
        titled=bool(row.titled),
        signed=bool(row.authors),
        dated=row.published_at is not None,
    )


def _articles(session: Session, source_id: int, before: datetime | None, limit: int) -> list[ArticleFact]:
    newest = select(*_ARTICLE).where(Article.source_id == source_id).order_by(Article.first_seen_at.desc())
    if before is not None:
        newest = newest.where(Article.first_seen_at < before)
    return [_article(row) for row in session.execute(newest.limit(limit))]


def _pages(
    session: Session, runs: Sequence[tuple[int, int]], first_run_ended_at: datetime | None
) -> list[PageFact]:
    """The last telling visit of each news page, of the newest of these runs (id, how many pages it had).

    Without `first_run_ended_at`, of each page.
    """
    small: list[int] = []
    large: list[int] = []
    room = PAGES
    for run_id, count in runs:
        if count and room > 0:
            (large if count > PAGES_OF_A_RUN else small).append(run_id)
            room -= min(count, PAGES_OF_A_RUN)
    ids = {page_id for run_id in large for page_id in _page_ids(session, [run_id], PAGES_OF_A_RUN)}
    ids.update(_page_ids(session, small, PAGES) if small else ())
    newest: dict[int, Row[Any]] = {}
    for row in _visits(session, ids) if ids else ():
        newest.setdefault(row.page_id, row)
    news = [row for row in newest.values() if first_run_ended_at is None or _is_news(row, first_run_ended_at)]
    articles = [row.article_id for row in news if row.outcome in _ANSWERED]
    rows = session.execute(select(*_ARTICLE).where(Article.id.in_(articles))) if articles else ()
    known = {row.id: _article(row) for row in rows}
    return [_page(row, known) for row in news]


def _page_ids(session: Session, run_ids: Sequence[int], limit: int) -> Sequence[int]:
    """Pages that these runs visited: those that they visited first, which are the newest stories."""
    telling = select(Visit.page_id).where(Visit.run_id.in_(run_ids), Visit.outcome.in_(_TELLING))
    return session.scalars(telling.order_by(Visit.id).limit(limit)).all()


def _visits(session: Session, page_ids: Collection[int]) -> Sequence[Row[Any]]:
    visit = (Visit.id, Visit.page_id, Visit.run_id, Visit.at, Visit.outcome, Visit.reason, Visit.final_url)
    page = (Page.url, Page.article_id, Page.found_at, Page.hint_published_at, Page.hint_modified_at)
    columns: tuple[Any, ...] = (*visit, *page, Seed.kind)
    return session.execute(
        select(*columns)
        .join(Page, Page.id == Visit.page_id)
        .outerjoin(Seed, Seed.id == Page.seed_id)
        .where(
            Visit.page_id.in_(page_ids),
            Visit.run_id.is_not(None),
            Visit.outcome.in_(_TELLING),
            Page.priority == 0,
        )
        .order_by(Visit.id.desc())
    ).all()


def _is_news(row: Row[Any], first_run_ended_at: datetime) -> bool:
    """Whether a page was told of as news: what a sitemap lists may be anything, and at first is the past."""
    told_at = row.hint_published_at
    if row.found_at > first_run_ended_at:
        told_at = told_at or row.hint_modified_at
        if told_at is None:
            return row.kind is not SeedKind.SITEMAP
    return told_at is not None and told_at >= row.found_at - FRESH


def _page(row: Row[Any], articles: Mapping[int, ArticleFact]) -> PageFact:
    return PageFact(
        url=row.final_url or row.url,
        at=row.at,
        run_id=row.run_id,
        outcome=row.outcome,
        reason=row.reason.partition(": ")[0] if row.reason else None,
        article=articles.get(row.article_id) if row.outcome in _ANSWERED else None,
    )
