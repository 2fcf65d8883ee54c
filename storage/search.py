"""Searches the text of the archive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Literal, get_args

from sqlalchemy import (
    CTE,
    ColumnElement,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session, aliased

from storage.errors import BadQuery
from storage.filters import EVERYTHING, ArticleFilter, conditions, date_of
from storage.insert import is_postgresql
from storage.models import Article, Source
from storage.passage import MATCH_END, MATCH_START, passage_of
from storage.query import Query, read_query
from storage.times import local_time

__all__ = ["MATCH_END", "MATCH_START", "ArticleFilter", "Hit", "Sort", "matching_ids", "search"]

Sort = Literal["relevance", "newest", "oldest"]

_TITLE, _STANDFIRST, _TEXT = 8.0, 3.0, 1.0
"""How much a match counts by where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found."""

    id: int
    url: str
    canonical_url: str
    source: str | None
    """Its source's name."""
    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    """In the publisher's own offset, where the page said one."""
    language: str | None
    duplicate_of: int | None
    sightings: int
    """Other places where the same story stands."""
    passage: str
    """Part of the text, each match between MATCH_START and MATCH_END ("\\x02" and "\\x03")."""
    score: float
    """Higher is better; comparable within one search only. 0 where no rank was asked for."""


def search(
    session: Session,
    query: str,
    wanted: ArticleFilter = EVERYTHING,
    limit: int = 20,
    sort: Sort = "relevance",
    *,
    duplicates: bool = False,
) -> list[Hit]:
    """The articles that hold every word and every "phrase" of `query`, the best or the newest first.

    A story that stands in several places comes once, as the first that was filed of those that match; with
    `duplicates`, in every place. Raises `BadQuery` if there is nothing in the query to look for.
    """
    if sort not in get_args(Sort):
        raise BadQuery(f"{sort!r} is no order: choose from {', '.join(get_args(Sort))}")
    if limit < 0:
        raise BadQuery(f"{limit} is no number of articles")
    asked = read_query(query)
    matched = _matched(session, asked, ranked=sort == "relevance")
    statement = (
        select(Article.id, matched.c.score)
        .join(matched, matched.c.id == Article.id)
        .where(*conditions(session, wanted))
        .limit(limit)
    )
    if not duplicates:
        root = aliased(Article)
        # A set to look up in: asked for each row, SQLite would go through all matches again.
        found = select(root.id).join(matched, matched.c.id == root.id)
        roots = found.where(*conditions(session, wanted, root))
        statement = statement.where(or_(Article.duplicate_of.is_(None), Article.duplicate_of.not_in(roots)))
    newest = (date_of().desc(), Article.id.desc())
    order = {
        "relevance": (matched.c.score.desc(), *newest),
        "newest": newest,
        "oldest": (date_of(), Article.id),
    }
    scores = {row.id: float(row.score) for row in session.execute(statement.order_by(*order[sort]))}
    return _hits(session, scores, asked)


def matching_ids(session: Session, query: str) -> Iterator[int]:
    """The ids of every article that holds what `search` looks for, copies too; rising, streamed.

    Raises `BadQuery`.
    """
    matched = _matched(session, read_query(query), ranked=False)
    with session.scalars(
        select(matched.c.id).order_by(matched.c.id).execution_options(yield_per=1000)
    ) as ids:
        yield from ids


def _matched(session: Session, query: Query, *, ranked: bool) -> CTE:
    """(id, score) of every article that matches."""
    match, rank = (_on_postgresql if is_postgresql(session) else _on_sqlite)(query)
    score = rank if ranked and query.phrases else literal(0.0)
    statement = select(Article.id, score.label("score")).where(match, *map(_holds, query.passages))
    if query.phrases and not is_postgresql(session):
        statement = statement.join(_FTS, _FTS.c.rowid == Article.id)
    return statement.cte("matched").prefix_with("MATERIALIZED")


def _holds(passage: str) -> ColumnElement[bool]:
    columns = (Article.title, Article.standfirst, Article.text)
    return or_(*(column.icontains(passage, autoescape=True) for column in columns))


_FTS = table("articles_fts", column("rowid"))


def _on_sqlite(query: Query) -> tuple[ColumnElement[bool], ColumnElement[float]]:
    if not query.phrases:
        return true(), literal(0.0)
    # A string in FTS5's query language: nothing in it but a quotation mark has a meaning.
    asked = " ".join('"' + phrase.replace('"', " ") + '"' for phrase in query.phrases)
    itself: ColumnElement[str] = literal_column("articles_fts")
    # bm25 is the better the lower it is.
    return itself.op("MATCH")(asked), -func.bm25(itself, _TITLE, _STANDFIRST, _TEXT)


def _on_postgresql(query: Query) -> tuple[ColumnElement[bool], ColumnElement[float]]:
    if not query.phrases:
        return true(), literal(0.0)
    simple: ColumnElement[str] = literal_column("'simple'::regconfig")
    phrases = [func.phraseto_tsquery(simple, func.copydesk_words(phrase)) for phrase in query.phrases]
    asked: ColumnElement[str] = reduce(lambda one, other: one.op("&&")(other), phrases)
    words: ColumnElement[str] = literal_column("articles.words")
    weights: ColumnElement[str] = literal_column(
        f"'{{0, {_TEXT / _TITLE}, {_STANDFIRST / _TITLE}, 1}}'::real[]"
    )
    by_length = 1  # divide by 1 + log(length), as bm25 does in its way
    return words.op("@@")(asked), func.ts_rank(weights, words, asked, by_length)


def _hits(session: Session, scores: dict[int, float], query: Query) -> list[Hit]:
    group = func.coalesce(Article.duplicate_of, Article.id)
    other = aliased(Article)
    others = select(func.count()).where(
        or_(other.duplicate_of == group, other.id == group), other.id != Article.id
    )
    rows = session.execute(
        select(
            Article.id,
            Article.url,
            Article.canonical_url,
            Source.name.label("source"),
            Article.title,
            Article.standfirst,
            Article.authors,
            Article.published_at,
            Article.published_offset,
            Article.language,
            Article.text,
            Article.duplicate_of,
            others.correlate(Article).scalar_subquery().label("sightings"),
        )
        .outerjoin(Source, Source.id == Article.source_id)
        .where(Article.id.in_(scores))
    )
    hits = {
        row.id: Hit(
            id=row.id,
            url=row.url,
            canonical_url=row.canonical_url,
            source=row.source,
            title=row.title,
            standfirst=row.standfirst,
            authors=tuple(row.authors),
            published_at=local_time(row.published_at, row.published_offset),
            language=row.language,
            duplicate_of=row.duplicate_of,
            sightings=row.sightings,
            passage=_passage(row.text, row.standfirst, query),
            score=scores[row.id],
        )
        for row in rows
    }
    return [hits[article_id] for article_id in scores if article_id in hits]


def _passage(text: str, standfirst: str | None, query: Query) -> str:
    passage = passage_of(text, query)
    if MATCH_START not in passage and standfirst:
        above = passage_of(standfirst, query)
        return above if MATCH_START in above else passage
    return passage
