"""An article as the archive gives it back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from storage.filters import EVERYTHING, ArticleFilter, conditions
from storage.models import Article, Page, PageState, Revision, Source, Visit
from storage.rows import is_fit_url
from storage.runlengths import unpacked
from storage.stories.root import ROOT
from storage.times import local_time

_BATCH = 200
"""Rows held in memory while articles are streamed."""
_DIGITS = 10
"""No id has so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPassage:
    """What cleaning took out of a text, and the rule that did."""

    text: str
    rule: str
    at: int
    """Its number among all lines of the article, kept and removed, in page order; from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredLine:
    """A line that a person has put back, and the rule that had taken it out."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """A picture of an article."""

    url: str | None
    caption: str | None
    credit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDate:
    """A date that the page, its feed or its address names."""

    event: str
    """"published" or "modified"."""
    when: datetime
    """In the publisher's own offset, where the page said one."""
    precision: str
    """"minute" or "day"."""
    origin: str
    """Where it was named: "json-ld", "meta", "time", "feed", "url", …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article of the archive. Times of the publisher are in his own offset, where the page said one."""

    id: int
    url: str
    """The address it was fetched from, after redirects."""
    canonical_url: str
    """The one address by which it is known."""
    source: str | None
    """Its source's name; null if it was fetched alone, or the source was removed."""
    kind: str
    """"article", "live blog", "gallery" or "video"."""
    title: str
    kicker: str | None
    """The line above the headline."""
    standfirst: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    date_precision: str | None
    """"minute" or "day": how exactly the page says `published_at`."""
    date_from: str | None
    """Which of the page's dates was believed."""
    date_confidence: str | None
    """"high", "medium" or "low"."""
    date_flag: str | None
    """Why the date is doubtful; null if it is not."""
    dates: tuple[StoredDate, ...]
    """Every date found, the most trusted first."""
    language: str | None
    text: str
    """Paragraphs separated by a line feed."""
    image: str | None
    images: tuple[StoredImage, ...]
    """The pictures that stand in the article, with what is written under them."""
    section: str | None
    tags: tuple[str, ...]
    credit: str | None
    """The news agency the text is credited to."""
    access: str
    """Whether everybody may read it: "free", "paid" or "unknown"."""
    reservations: tuple[str, ...] | None
    """Rights that its publisher reserves, as "place: what"; see docs/rights.md. None where nobody looked."""
    removed: tuple[RemovedPassage, ...]
    """What cleaning took out, in page order."""
    makes: tuple[str, ...]
    """How the block of each line is made, kept and removed, in page order, as the pipelines say it."""
    rules_version: int
    """The version of the rules that cleaned it; 0 where it was not kept yet."""
    learned_version: int | None
    """The version of what was known of its source; null if nothing was."""
    read_by: str | None
    """"extractor" or "template"; null where it was not kept yet, or is to be read again by the extractor."""
    template: int | None
    """The template that read or corrected it, by its number within the source."""
    template_version: int | None
    refused: str | None
    """Why the source's templates did not read it; null where they did, or where there are none."""
    restored: tuple[RestoredLine, ...]
    """Lines that a person has put back."""
    fetched_at: datetime
    first_seen_at: datetime
    changed_at: datetime | None
    """When its words were last seen to have changed."""
    gone_at: datetime | None
    """Since when its page is not there any more; null while it is."""
    gone_how: str | None
    """How the site says so: "http 404", "http 410", "front page" or "section page" (it leads there now)."""
    duplicate_of: int | None
    """The first article with the same text."""
    similarity: float | None
    """Share of shingles in common with it, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """An earlier state of an article."""

    number: int
    """1 is the oldest."""
    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    modified_at: datetime | None
    text: str
    removed: tuple[RemovedPassage, ...]
    fetched_at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """What the frontier knows of a page."""

    url: str
    """Its canonical form."""
    source: str | None
    state: PageState
    reason: str | None
    """Why it is in that state."""
    found_at: datetime
    visited_at: datetime | None
    status: int | None
    """HTTP status of the last visit that was answered; null if none was."""
    due_at: datetime | None
    """When it is fetched next; null: not again by itself."""
    article_id: int | None
    """The article that was filed from it."""


_COLUMNS = [
    Source.name.label("source"),
    Article.published_offset,
    Article.modified_offset,
    *(getattr(Article, name) for name in StoredArticle.__slots__ if name != "source"),
]


def articles(session: Session, wanted: ArticleFilter = EVERYTHING) -> Iterator[StoredArticle]:
    """The articles that `wanted` asks for, in the order in which they were first filed, streamed."""
    statement = _select().where(*conditions(session, wanted)).order_by(Article.id)
    # Closed also if the caller stops half-way: a cursor of PostgreSQL holds a place on the server.
    with session.execute(statement.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield _article(row)


def find_article(session: Session, id_or_url: int | str) -> StoredArticle | None:
    """An article by its id, by its canonical address, by the one it was fetched from or found under."""
    asked = str(id_or_url)
    if asked.isdecimal():
        return _one(session, Article.id == int(asked)) if len(asked) < _DIGITS else None
    if not is_fit_url(asked):
        return None
    found_under = select(Page.article_id).where(Page.url == asked).scalar_subquery()
    return (
        _one(session, Article.canonical_url == asked)
        or _one(session, Article.url == asked)
        or _one(session, Article.id == found_under)
    )


def find_page(session: Session, url: str) -> StoredPage | None:
    """What is known of the page with this canonical address, whether or not it gave an article."""
    if not is_fit_url(url):
        return None
    answered = select(Visit.status).where(Visit.page_id == Page.id, Visit.status.is_not(None))
    status = answered.order_by(Visit.id.desc()).limit(1).scalar_subquery()
    own = [getattr(Page, name) for name in StoredPage.__slots__ if name not in ("source", "status")]
    statement = (
        select(*own, Source.name.label("source"), status.label("status"))
        .outerjoin(Source, Source.id == Page.source_id)
        .where(Page.url == url)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else StoredPage(**row._mapping)


def sightings_of(session: Session, article_id: int) -> list[StoredArticle]:
    """The other places where the same story stands, the first that was filed first."""
    root = select(ROOT).where(Article.id == article_id)
    group = root.scalar_subquery()
    statement = _select().where(
        or_(Article.id == group, Article.duplicate_of == group), Article.id != article_id
    )
    return [_article(row) for row in session.execute(statement.order_by(Article.id))]


def read_by_templates(session: Session, source_id: int, limit: int) -> list[StoredArticle]:
    """The newest articles of a source that one of its templates read."""
    of_source = Article.source_id == source_id, Article.read_by == "template"
    newest = _select().where(*of_source).order_by(Article.first_seen_at.desc(), Article.id.desc())
    return [_article(row) for row in session.execute(newest.limit(limit))]


def revisions_of(session: Session, article_id: int) -> list[StoredRevision]:
    """The earlier states of an article, oldest first."""
    names = StoredRevision.__slots__
    columns = [getattr(Revision, name) for name in names]
    rows = session.execute(
        select(*columns).where(Revision.article_id == article_id).order_by(Revision.number)
    )
    return [StoredRevision(**_values(row, names)) for row in rows]


def _select() -> Select[Any]:
    return select(*_COLUMNS).outerjoin(Source, Source.id == Article.source_id)


def _one(session: Session, condition: ColumnElement[bool]) -> StoredArticle | None:
    row = session.execute(_select().where(condition).order_by(Article.id).limit(1)).one_or_none()
    return None if row is None else _article(row)


def _article(row: Row[Any]) -> StoredArticle:
    values = _values(row, StoredArticle.__slots__)
    values["published_at"] = local_time(row.published_at, row.published_offset)
    values["modified_at"] = local_time(row.modified_at, row.modified_offset)
    values["dates"] = tuple(_date(**date) for date in row.dates)
    values["images"] = tuple(StoredImage(**image) for image in row.images)
    values["makes"] = unpacked(row.makes)
    values["tags"] = tuple(row.tags)
    values["reservations"] = None if row.reservations is None else tuple(row.reservations)
    values["restored"] = tuple(RestoredLine(**line) for line in row.restored)
    return StoredArticle(**values)


def _date(when: str, **told: str) -> StoredDate:
    return StoredDate(when=datetime.fromisoformat(when), **told)


def _values(row: Row[Any], names: Iterable[str]) -> dict[str, Any]:
    values = {name: row._mapping[name] for name in names}
    values["authors"] = tuple(values["authors"])
    values["removed"] = tuple(RemovedPassage(**part) for part in values["removed"])
    return values
