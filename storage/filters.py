"""Narrows a search or an export to some of the articles."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, func, null, or_, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import AliasedClass

from storage.insert import is_postgresql
from storage.models import Article
from storage.reservations import named_in
from storage.rows import is_fit_text
from storage.search.fields import author_term
from storage.search.fulltext import for_postgresql, for_sqlite
from storage.sources import get_source

_CODE = 16
"""Characters of a language's code or a kind, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    """Which articles are asked for: those to which everything given applies."""

    source: str | None = None
    """A source's name or home address. Of a source we do not have there are no articles."""
    since: datetime | None = None
    """Aware. Published then or later; an article without a date counts as of when it was first seen."""
    until: datetime | None = None
    """Aware. Published before."""
    language: str | None = None
    """BCP 47: "pt" is also "pt-BR"."""
    author: str | None = None
    """Words of an author's name, in their order; case and accents do not count."""
    kind: str | None = None
    """"article", "live blog", "gallery" or "video"."""
    without_reservations: tuple[str, ...] = ()
    """Only articles of which it is known that nothing is reserved by one of these names: as `is_named` in
    storage/reservations.py has it."""

    def __post_init__(self) -> None:
        for time in (self.since, self.until):
            if time is not None and time.tzinfo is None:
                raise ValueError(f"a time needs a zone: {time!r}")
            if time is not None:
                _check_reach(time)

    @property
    def is_of_no_article(self) -> bool:
        """Whether a language or a kind is asked for that no archive can hold."""
        codes = (self.language, self.kind)
        return not all(code is None or is_fit_text(code, _CODE) for code in codes)


def _check_reach(time: datetime) -> None:
    try:
        time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"there is no such time in UTC: {time!r}") from error


EVERYTHING = ArticleFilter()


def conditions(
    session: Session, wanted: ArticleFilter, article: type[Article] | AliasedClass[Article] = Article
) -> list[ColumnElement[bool]]:
    """What `wanted` means in SQL, for the table of articles or an alias of it.

    Raises `BadQuery` if the author is a name without a letter.
    """
    if wanted.is_of_no_article:
        return [false()]
    found: list[ColumnElement[bool]] = []
    if wanted.source is not None:
        source = get_source(session, wanted.source)
        found.append(article.source_id == source.id if source else false())
    if wanted.since is not None:
        found.append(
            _dated(article, article.published_at >= wanted.since, article.first_seen_at >= wanted.since)
        )
    if wanted.until is not None:
        found.append(
            _dated(article, article.published_at < wanted.until, article.first_seen_at < wanted.until)
        )
    if wanted.language is not None:
        language = func.lower(article.language)
        code = wanted.language.lower()
        found.append(or_(language == code, language.startswith(f"{code}-", autoescape=True)))
    if wanted.author is not None:
        found.append(_by(session, wanted.author, article))
    if wanted.kind is not None:
        found.append(article.kind == wanted.kind)
    if wanted.without_reservations:
        found.append(article.reservations.is_not(null()))
        found.append(~named_in(session, article, wanted.without_reservations))
    return found


def date_of(article: type[Article] | AliasedClass[Article] = Article) -> ColumnElement[datetime]:
    """What articles are put in order by: when it was published, or else first seen."""
    return func.coalesce(article.published_at, article.first_seen_at)


def _dated(
    article: type[Article] | AliasedClass[Article], published: ColumnElement[bool], seen: ColumnElement[bool]
) -> ColumnElement[bool]:
    # Not date_of(): a comparison with a column itself can use the index on it.
    return or_(published, and_(article.published_at.is_(None), seen))


def _by(session: Session, author: str, article: type[Article] | AliasedClass[Article]) -> ColumnElement[bool]:
    term = author_term(author)
    if is_postgresql(session):
        ids = "SELECT id FROM articles WHERE words @@ CAST(:by AS tsquery)"
        return article.id.in_(text(ids).bindparams(by=for_postgresql(term, wide=False)))
    ids = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH :by"
    return article.id.in_(text(ids).bindparams(by=for_sqlite(term)))
