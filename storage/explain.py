"""All that the archive keeps of one address or article: the facts that an explanation is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from storage.changes import StoredChange, changes_of
from storage.explain_sources import SeedAt, homes_at, seeds_at
from storage.models import Article, Learned, Page, PageState, Revision, Seed, SeedKind, Source, Visit
from storage.rows import is_fit_url
from storage.stored import StoredArticle, find_article
from storage.stories.apart import kept_apart_from

__all__ = ["Facts", "KeptPage", "KeptVisit", "Place", "SeedAt", "State", "facts_of"]

VISITS = 20
"""Visits that are told of, the last ones, where not all are asked for."""
PLACES = 50
"""Pages of an article, and copies of it, that are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page that the frontier knows, and where it was found."""

    id: int
    url: str
    """Its canonical form."""
    asked_url: str | None
    """The address it is fetched by, where that differs."""
    source: str | None
    source_id: int | None
    source_enabled: bool | None
    """Whether its source is crawled by itself; null where it has none."""
    seed: str | None
    """The seed that named it first; null for an address given by hand, or if the seed is no more."""
    seed_kind: SeedKind | None
    hint_title: str | None
    """What was said of it there."""
    hint_published_at: datetime | None
    hint_modified_at: datetime | None
    found_at: datetime
    priority: int
    """0: news; 1: a backfill found it."""
    state: PageState
    reason: str | None
    due_at: datetime | None
    """When it is fetched next; null: not again by itself."""
    visited_at: datetime | None
    attempts: int
    """Fetches that failed since the last one that did not."""
    full_fetch_at: datetime | None
    article_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVisit:
    """One fetch of a page."""

    id: int
    page_id: int
    run_id: int | None
    at: datetime
    status: int | None
    """HTTP status; null where no answer came."""
    size: int | None
    """Bytes of the decoded body."""
    milliseconds: int | None
    final_url: str | None
    """Where redirects led, if elsewhere."""
    outcome: str
    """"new", "revised", "unchanged", "duplicate", "rejected", "failed"."""
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Another article that tells the same story."""

    id: int
    title: str
    source: str | None
    canonical_url: str
    first_seen_at: datetime
    similarity: float | None
    """How alike its text is to that of the original, 0 to 1; null for the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An earlier state of an article, without its text."""

    number: int
    """1 is the oldest."""
    title: str
    fetched_at: datetime
    """When it was last seen to stand so."""
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is kept of an address, or of an article; all empty where it was never met."""

    article: StoredArticle | None = None
    pages: Sequence[KeptPage] = ()
    """The page at the address first, then the others that lead to the same article."""
    visits: Sequence[KeptVisit] = ()
    """The last ones of these pages, oldest first."""
    visits_in_all: int = 0
    filed_by: KeptVisit | None = None
    """The visit by which the article was first filed; null if it is not kept any more."""
    original: Place | None = None
    """The article that this one is a copy of."""
    copies: Sequence[Place] = ()
    """The copies of this one, the first that was filed first."""
    copies_in_all: int = 0
    apart_from: Sequence[int] = ()
    """Originals of the stories that a person has split it from."""
    states: Sequence[State] = ()
    """Oldest first."""
    changes: Sequence[StoredChange] = ()
    """Oldest first."""
    learned_version: int | None = None
    """The version of what is known of the article's source by now."""
    seeds: Sequence[SeedAt] = ()
    """Seeds that are polled at this very address."""
    homes: Sequence[str] = ()
    """Names of the sources whose home it is."""

    @property
    def is_known(self) -> bool:
        """Whether the archive has met the address at all."""
        return bool(self.article or self.pages or self.seeds or self.homes)


def facts_of(
    session: Session, id_or_url: int | str, *other_spellings: str, all_visits: bool = False
) -> Facts:
    """What is kept of an article, by its number, or of an address.

    An address is looked for as it is given, and then in its other spellings: the first that leads to
    something is taken, an article before a page. Of visits the last `VISITS` are given, or all.
    """
    if str(id_or_url).isdecimal():
        spellings, article = [], find_article(session, id_or_url)
    else:
        spellings = [url for url in (str(id_or_url), *other_spellings) if is_fit_url(url)]
        article = next(filter(None, (find_article(session, url) for url in spellings)), None)
    pages = _pages(session, spellings, article)
    visits, number = _visits(session, [page.id for page in pages], None if all_visits else VISITS)
    facts = Facts(
        article=article,
        pages=pages,
        visits=visits,
        visits_in_all=number,
        seeds=seeds_at(session, spellings),
        homes=homes_at(session, spellings),
    )
    return facts if article is None else _with_article(session, facts, article)


def _with_article(session: Session, facts: Facts, article: StoredArticle) -> Facts:
    copies, number = _copies(session, article.id)
    return replace(
        facts,
        filed_by=_filing(session, [page.id for page in facts.pages], article.first_seen_at),
        original=_place(session, article.duplicate_of) if article.duplicate_of else None,
        copies=copies,
        copies_in_all=number,
        apart_from=sorted(kept_apart_from(session, article.id) - {article.id, article.duplicate_of}),
        states=_states(session, article.id),
        changes=changes_of(session, article.id),
        learned_version=_learned_version(session, article.id),
    )


_PAGE_COLUMNS = (
    *(getattr(Page, name) for name in KeptPage.__slots__ if name in Page.__table__.c),
    Source.name.label("source"),
    Source.enabled.label("source_enabled"),
    Seed.url.label("seed"),
    Seed.kind.label("seed_kind"),
)


def _pages(session: Session, asked: Sequence[str], article: StoredArticle | None) -> list[KeptPage]:
    own = (article.canonical_url, article.url) if article else ()
    addresses = [*asked, *own]
    conditions: list[ColumnElement[bool]] = [Page.url.in_(addresses)]
    if article is not None:
        conditions.append(Page.article_id == article.id)
    pages: dict[int, KeptPage] = {}
    for condition in conditions:  # not with "or": of that an engine may make a walk over all pages
        rows = session.execute(
            select(*_PAGE_COLUMNS)
            .outerjoin(Source, Source.id == Page.source_id)
            .outerjoin(Seed, Seed.id == Page.seed_id)
            .where(condition)
            .order_by(Page.id)
            .limit(PLACES)
        )
        pages |= {row.id: KeptPage(**row._mapping) for row in rows}
    # What stands at the article's own address may have come to lead to another one.
    article_id = article.id if article else None
    ours = [page for page in pages.values() if page.article_id in (None, article_id) or page.url in asked]
    place = {url: number for number, url in reversed(list(enumerate(addresses)))}
    return sorted(ours, key=lambda page: (place.get(page.url, len(place)), page.id))


def _visit_columns() -> list[Any]:
    return [getattr(Visit, name) for name in KeptVisit.__slots__]


def _visits(session: Session, page_ids: Sequence[int], limit: int | None) -> tuple[list[KeptVisit], int]:
    which = Visit.page_id.in_(page_ids)
    number = session.scalar(select(func.count()).select_from(Visit).where(which)) or 0
    last = select(*_visit_columns()).where(which).order_by(Visit.id.desc()).limit(limit)
    return [KeptVisit(**row._mapping) for row in session.execute(last)][::-1], number


def _filing(session: Session, page_ids: Sequence[int], first_seen_at: datetime) -> KeptVisit | None:
    filed = (
        Visit.page_id.in_(page_ids),
        Visit.outcome.in_(("new", "duplicate")),
        Visit.at >= first_seen_at,  # an earlier one filed an article that was pruned
    )
    row = session.execute(select(*_visit_columns()).where(*filed).order_by(Visit.id).limit(1)).one_or_none()
    return None if row is None else KeptVisit(**row._mapping)


def _places(session: Session, condition: ColumnElement[bool]) -> Iterable[Place]:
    columns = [getattr(Article, name) for name in Place.__slots__ if name != "source"]
    rows = session.execute(
        select(*columns, Source.name.label("source"))
        .outerjoin(Source, Source.id == Article.source_id)
        .where(condition)
        .order_by(Article.id)
        .limit(PLACES)
    )
    return [Place(**row._mapping) for row in rows]


def _place(session: Session, article_id: int) -> Place | None:
    return next(iter(_places(session, Article.id == article_id)), None)


def _copies(session: Session, article_id: int) -> tuple[list[Place], int]:
    which = Article.duplicate_of == article_id
    number = session.scalar(select(func.count()).select_from(Article).where(which)) or 0
    return list(_places(session, which)), number


def _states(session: Session, article_id: int) -> list[State]:
    columns = [getattr(Revision, name) for name in State.__slots__]
    rows = session.execute(
        select(*columns).where(Revision.article_id == article_id).order_by(Revision.number)
    )
    return [State(**row._mapping) for row in rows]


def _learned_version(session: Session, article_id: int) -> int | None:
    source_id = select(Article.source_id).where(Article.id == article_id).scalar_subquery()
    return session.scalar(select(Learned.version).where(Learned.source_id == source_id))
