"""Searches the text of the archive."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal, get_args

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.errors import BadQuery
from storage.filters import EVERYTHING, ArticleFilter
from storage.models import Article, Source
from storage.search.asking import asked_for
from storage.search.fulltext import Match
from storage.search.meeting import is_among, leaves
from storage.search.once import certain, first_of, one_of_each
from storage.search.passage import MATCH_END, MATCH_START, marked_text, passage_of
from storage.search.query import Asked, Field, Term, any_of, in_title, terms
from storage.search.ranking import LEAD, score
from storage.search.walk import in_order
from storage.stories.root import ROOT
from storage.times import local_time

__all__ = ["MATCH_END", "MATCH_START", "ArticleFilter", "Hit", "Sort", "matching_ids", "search"]

Sort = Literal["relevance", "newest", "oldest"]

_CANDIDATES = 150
"""Matches that are ranked, of each kind, the newest; where there are no more, all. A story counts once."""
_OF_A_STORY = 5
"""Of its copies, so many are ranked."""
_PASSED = 20
"""Matches that are gone through for each that counts: a story may stand in hundreds of places."""


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
    title_marked: str
    """The title, each match between MATCH_START and MATCH_END ("\\x02" and "\\x03")."""
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
    now: datetime,
    all_copies: bool = False,
) -> list[Hit]:
    """The articles that a query asks for, the best or the newest first.

    storage/search/grammar.py says what it may be. A story that stands in several places comes once: as its
    original if that matches, or else as the earliest that does; with `all_copies`, in every place. `now` is
    what ages and "7d" are counted from. Raises `BadQuery`, which says where, for a query that cannot be
    understood.
    """
    if sort not in get_args(Sort):
        raise BadQuery(f"{sort!r} is no order: choose from {', '.join(get_args(Sort))}")
    if limit < 0:
        raise BadQuery(f"{limit} is no number of articles")
    asked = asked_for(session, query, wanted, now)
    found = _Found(session, once=not all_copies)
    if sort == "relevance":
        scores = _best(found, asked, limit, now)
    else:
        scores = {one.id: 0.0 for one in found.first(asked, limit, newest=sort == "newest")}
    return _hits(session, scores, list(terms(asked.node)))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a session's archive holds of what is asked for."""

    session: Session
    once: bool
    """Each story once."""

    def in_order(self, asked: Asked, *, newest: bool = True) -> Iterator[Match]:
        matches = in_order(self.session, asked.node, asked.since, asked.until, newest=newest)
        return certain(self.session, matches, asked)

    def newest(self, asked: Asked, many: int) -> list[Match]:
        """The newest: of `many` stories, some copies of each, or else so many articles."""
        if not self.once:
            return list(islice(self.in_order(asked), many))
        found: list[Match] = []
        copies: Counter[int] = Counter()
        for one in islice(self.in_order(asked), _PASSED * many):
            copies[one.story] += 1
            found += [one] if copies[one.story] <= _OF_A_STORY else []
            if len(copies) == many:
                break
        return found

    def first(self, asked: Asked, limit: int, *, newest: bool) -> list[Match]:
        matches = self.in_order(asked, newest=newest)
        return list(islice(one_of_each(self.session, matches, asked) if self.once else matches, limit))


def _best(found: _Found, asked: Asked, limit: int, now: datetime) -> dict[int, float]:
    """The best of those that match, with their scores, the best first.

    Ranked are the newest, and the newest that have all or one of the words in their titles. Fewer are all. A
    story ranks as its best copy among them.
    """
    many = max(_CANDIDATES, 3 * limit)
    candidates = {one.id: one for one in found.newest(asked, many)}
    if len(candidates) >= many:
        for titled in _titled(asked):
            candidates |= {one.id: one for one in found.newest(titled, many // 2)}
    wanted = list(terms(asked.node))
    scored = [
        (score(wanted, leaf, now), leaf.date, leaf.id)
        for leaf in leaves(found.session, candidates, lead=LEAD).values()
    ]
    ranked = sorted(scored, reverse=True)
    if found.once:
        return _once(found.session, [(candidates[one], worth) for worth, _, one in ranked], asked, limit)
    return {article_id: worth for worth, _, article_id in ranked[:limit]}


def _once(
    session: Session, ranked: Sequence[tuple[Match, float]], asked: Asked, limit: int
) -> dict[int, float]:
    """The best stories, each by the article that is shown of it."""
    worth: dict[int, float] = {}
    copied: set[int] = set()
    for match, score_of_it in ranked:
        if match.story in worth or len(worth) < limit:
            worth.setdefault(match.story, score_of_it)
            copied |= {match.story} if match.duplicate_of is not None else set()
    shown = first_of(session, copied, asked)
    return {shown.get(story) or story: best for story, best in worth.items()}


def matching_ids(session: Session, query: str, now: datetime) -> Iterator[int]:
    """The ids of every article that `search` finds, copies too, in no order. Raises `BadQuery`."""
    found = _Found(session, once=False)
    yield from (one.id for one in found.in_order(asked_for(session, query, EVERYTHING, now)))


def _titled(asked: Asked) -> Iterator[Asked]:
    """The same, with all of the words in the title; and with one of them."""
    each = [in_title(term) for term in terms(asked.node)]
    plain = [term for term in each if term is not None]
    together = in_title(asked.node)
    if together is not None:
        yield asked.and_also(together)
    if len(plain) > 1:
        yield asked.and_also(any_of(plain))


def _hits(session: Session, scores: dict[int, float], wanted: Sequence[Term]) -> list[Hit]:
    anywhere = [term for term in wanted if term.field is None]
    in_titles = [term for term in wanted if term.field is not Field.AUTHOR]
    group = ROOT
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
        .where(is_among(session, scores))
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
            title_marked=marked_text(row.title, in_titles),
            passage=_passage(row.text, row.standfirst, anywhere),
            score=scores[row.id],
        )
        for row in rows
    }
    return [hits[article_id] for article_id in scores if article_id in hits]


def _passage(text: str, standfirst: str | None, wanted: Sequence[Term]) -> str:
    passage = passage_of(text, wanted)
    if MATCH_START not in passage and standfirst:
        above = passage_of(standfirst, wanted)
        return above if MATCH_START in above else passage
    return passage
