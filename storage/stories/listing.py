"""Stories and where they are carried: the most widely carried ones, and each place of one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.filters import EVERYTHING, ArticleFilter, conditions
from storage.models import Article, Source
from storage.stories.root import ROOT
from storage.times import local_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story that stands in more than one place."""

    id: int
    """Its original: the earliest published of its sightings."""
    title: str
    source: str | None
    """The original's source; null if it was fetched alone."""
    url: str
    """The original's canonical address."""
    language: str | None
    agency: str | None
    """The news agency that most of its sightings are credited to; null if none is."""
    places: int
    """Articles that carry it, the original among them."""
    sources: int
    """Sources that carry it; those that were fetched alone do not count."""
    first_published_at: datetime | None
    """In the publisher's own offset, where the page said one."""
    first_seen_at: datetime
    last_seen_at: datetime
    """When the last of its sightings was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One place where a story stands."""

    id: int
    source: str | None
    url: str
    """The canonical address."""
    title: str
    """Its headline there."""
    published_at: datetime | None
    date_precision: str | None
    first_seen_at: datetime
    credit: str | None
    is_original: bool
    similarity: float | None
    """Share of its words that stand in the original, 0 to 1; null for the original."""
    coverage: float | None
    """Share of the original's words that stand in it, 0 to 1; null for the original."""
    gone_at: datetime | None


def stories(session: Session, wanted: ArticleFilter = EVERYTHING, limit: int = 20) -> list[Story]:
    """The stories carried in most places, of those with a sighting that `wanted` asks for.

    All sightings count, whichever of them were asked for. Of two in as many places the later comes first.
    """
    asked = conditions(session, wanted)
    top = _top(asked, limit)
    counts = {row.root: row.copies for row in session.execute(top)}
    if not counts:
        return []
    told = {row.root: row for row in session.execute(_members(list(counts)))}
    agencies = _agencies(session, list(counts))
    original = select(Article, Source.name).outerjoin(Source, Source.id == Article.source_id)
    rows = session.execute(original.where(Article.id.in_(counts))).all()
    found = [_story(one, name, told[one.id], agencies.get(one.id)) for one, name in rows]
    return sorted(found, key=lambda story: (-story.places, -story.id))[:limit]


def _top(asked: list[ColumnElement[bool]], limit: int) -> Select[int | None, int]:
    """The originals with most copies; without a filter, read from the index on `duplicate_of` alone."""
    copies = func.count().label("copies")
    member = aliased(Article)
    counted = select(member.duplicate_of.label("root"), copies).where(member.duplicate_of.is_not(None))
    if asked:
        counted = counted.where(member.duplicate_of.in_(select(ROOT).where(*asked)))
    counted = counted.group_by(member.duplicate_of)
    return counted.order_by(copies.desc(), member.duplicate_of.desc()).limit(limit)


def _of(roots: list[int]) -> ColumnElement[bool]:
    return or_(Article.id.in_(roots), Article.duplicate_of.in_(roots))


def _members(roots: list[int]) -> Select[int, int, int, datetime, datetime]:
    return (
        select(
            ROOT.label("root"),
            func.count().label("places"),
            func.count(distinct(Article.source_id)).label("sources"),
            func.min(Article.first_seen_at).label("first_seen_at"),
            func.max(Article.first_seen_at).label("last_seen_at"),
        )
        .where(_of(roots))
        .group_by(ROOT)
    )


def _agencies(session: Session, roots: list[int]) -> dict[int, str]:
    """The agency that most members of each story are credited to."""
    times = func.count()
    statement = (
        select(ROOT, Article.credit)
        .where(_of(roots), Article.credit.is_not(None))
        .group_by(ROOT, Article.credit)
        .order_by(times, Article.credit.desc())
    )
    return {root: credit for root, credit in session.execute(statement) if credit}


def _story(
    original: Article, source: str | None, row: Row[int, int, int, datetime, datetime], agency: str | None
) -> Story:
    return Story(
        id=original.id,
        title=original.title,
        source=source,
        url=original.canonical_url,
        language=original.language,
        agency=agency,
        places=row.places,
        sources=row.sources,
        first_published_at=local_time(original.published_at, original.published_offset),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
    )


def places_of(session: Session, article_id: int) -> list[Sighting]:
    """Every place where the story of an article stands, the article's own too; the original comes first.

    The others follow as they were published, or else first seen.
    """
    root = select(ROOT).where(Article.id == article_id).scalar_subquery()
    dated = func.coalesce(Article.published_at, Article.first_seen_at)
    statement = (
        select(Article, Source.name)
        .outerjoin(Source, Source.id == Article.source_id)
        .where(or_(Article.id == root, Article.duplicate_of == root))
        .order_by(Article.duplicate_of.is_not(None), dated, Article.id)
    )
    return [
        Sighting(
            id=one.id,
            source=name,
            url=one.canonical_url,
            title=one.title,
            published_at=local_time(one.published_at, one.published_offset),
            date_precision=one.date_precision,
            first_seen_at=one.first_seen_at,
            credit=one.credit,
            is_original=one.duplicate_of is None,
            similarity=one.similarity,
            coverage=one.coverage,
            gone_at=one.gone_at,
        )
        for one, name in session.execute(statement)
    ]
