"""The articles as they stood at a moment: those of today, with what was written since taken back."""

from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import datetime
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, null, select, type_coerce
from sqlalchemy.orm import Session

from storage.errors import BadQuery
from storage.export.idset import IdSet, in_parts
from storage.export.reading import columns_of, list_of, time_of
from storage.filters import ArticleFilter
from storage.models import Article, ArticleState, Revision, Source
from storage.reservations import is_named
from storage.rows import is_fit_text
from storage.search.words import fold
from storage.sources import get_source

_BATCH = 200
"""Rows held in memory at a time."""

Values = dict[str, Any]
"""Of an article's columns, as storage/export/reading.py reads them, and its source's name."""
_NONE: tuple[float, Values] = (inf, {})
"""What stands behind the last state."""


def values_at(
    session: Session, moment: datetime, names: Sequence[str], ids: IdSet | None = None
) -> Generator[Values]:
    """What these columns of each article held at `moment`, with `id`, in the order of the ids; streamed.

    Of those with these `ids`, or of all that there were.
    """
    names = names if "id" in names else ["id", *names]
    if ids is None:
        yield from _merged(session, moment, names, None)
    else:
        for part in in_parts(ids):
            yield from _merged(session, moment, names, part)


def _merged(
    session: Session, moment: datetime, names: Sequence[str], ids: Sequence[int] | None
) -> Generator[Values]:
    """Articles and their states are read side by side, both in the order of the articles' ids."""
    statement = select(*columns_of(session, names)).select_from(Article)
    statement = statement.outerjoin(Source, Source.id == Article.source_id)
    statement = statement.where(Article.first_seen_at <= moment).order_by(Article.id)
    if ids is not None:
        statement = statement.where(Article.id.in_(ids))
    # The articles first: what is written between the two is then taken back by its state.
    with (
        session.execute(statement.execution_options(yield_per=_BATCH)) as articles,
        closing(_states(session, moment, ids, with_text="text" in names)) as states,
    ):
        number, earlier = next(states, _NONE)
        for row in articles:
            values = dict(zip(names, row, strict=True))
            while number < values["id"]:
                number, earlier = next(states, _NONE)
            if number == values["id"]:
                values.update((name, value) for name, value in earlier.items() if name in values)
            yield values


def _states(
    session: Session, moment: datetime, ids: Sequence[int] | None, *, with_text: bool
) -> Generator[tuple[int, Values]]:
    """(article, its columns that were written after `moment`, as they were at it), by the article's id."""
    text: ColumnElement[Any] = type_coerce(Revision.text, Text) if with_text else null()
    statement = select(ArticleState.article_id, ArticleState.earlier, text.label("text"))
    if with_text:
        kept = and_(Revision.article_id == ArticleState.article_id, Revision.number == ArticleState.revision)
        statement = statement.outerjoin(Revision, kept)
    if ids is not None:
        statement = statement.where(ArticleState.article_id.in_(ids))
    statement = statement.where(ArticleState.until > moment)
    statement = statement.order_by(ArticleState.article_id, ArticleState.id)
    number, merged = 0, Values()
    with session.execute(statement.execution_options(yield_per=_BATCH)) as rows:
        for article_id, earlier, words in rows:
            if article_id != number:
                if number:
                    yield number, _read(session, moment, merged)
                number, merged = article_id, {}
            # The first to be written after the moment tells what stood at it.
            for name, value in earlier.items():
                merged.setdefault(name, value)
            if words is not None:
                merged.setdefault("text", words)
    if number:
        yield number, _read(session, moment, merged)


def _read(session: Session, moment: datetime, earlier: Values) -> Values:
    root = earlier.get("duplicate_of")
    if root is None:
        return earlier
    # Deleted, and so gone from the past as well; SQLite may have given its number to a later article.
    there = select(Article.id).where(Article.id == root, Article.first_seen_at <= moment)
    if session.scalar(there) is None:
        earlier["duplicate_of"] = earlier["similarity"] = None
    return earlier


FILTERED_BY = (
    *("source", "published_at", "first_seen_at", "language", "authors", "kind", "duplicate_of"),
    "reservations",
)
"""What must be known of an article to tell whether a filter applies."""


def source_name(session: Session, wanted: ArticleFilter) -> str | None:
    """The name of the source that a filter means: one of today's, or one that was removed."""
    known = get_source(session, wanted.source) if wanted.source is not None else None
    return known.name if known else wanted.source


def was_source(session: Session, name: str) -> bool:
    """Whether articles once were of a source of this name."""
    if not is_fit_text(name):
        return False
    known = select(ArticleState.id).where(ArticleState.earlier["source"].as_string() == name).limit(1)
    return session.scalar(known) is not None


def applies(wanted: ArticleFilter, source: str | None, values: Values) -> bool:
    """Whether a filter applies to these values: what `conditions` in storage/filters.py is in SQL.

    `source` is its source's name. Raises `BadQuery` if the author is a name without a letter.
    """
    if source is not None and (values["source"] or "").casefold() != source.casefold():
        return False
    if wanted.since is not None or wanted.until is not None:
        date = time_of(values["published_at"] or values["first_seen_at"])
        assert date is not None
        if (wanted.since and date < wanted.since) or (wanted.until and date >= wanted.until):
            return False
    if wanted.language is not None:
        language, code = (values["language"] or "").lower(), wanted.language.lower()
        if language != code and not language.startswith(f"{code}-"):
            return False
    if wanted.kind is not None and values["kind"] != wanted.kind:
        return False
    if wanted.without_reservations:
        if values["reservations"] is None:
            return False
        if any(is_named(one, wanted.without_reservations) for one in list_of(values["reservations"])):
            return False
    return wanted.author is None or _is_by(wanted.author, list_of(values["authors"]))


def _is_by(author: str, authors: list[str]) -> bool:
    name = fold(author)
    if not name:
        raise BadQuery(f"there is no name in {author!r}")
    return any(f" {name} " in f" {fold(one)} " for one in authors)
