"""Puts a query and the filters beside it together, as all that an article must meet."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from storage.filters import ArticleFilter
from storage.search.fields import author_term
from storage.search.grammar import read_query
from storage.search.marks import kind_mark, language_mark, moment_of, source_mark
from storage.search.query import NOTHING, And, Asked, Node, Span, Term, all_of, is_positive
from storage.sources import get_source, list_sources, near_names


def asked_for(session: Session, query: str, wanted: ArticleFilter, now: datetime) -> Asked:
    """What a search asks for.

    Raises `BadQuery` for what cannot be understood, and for a source in the query that we do not have.
    """

    def find_source(name: str) -> int:
        source = get_source(session, name)
        if source is None:
            near = near_names(name, [known.name for known in list_sources(session)])
            meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise ValueError(f"there is no source named {name!r}{meant}")
        return source.id

    node = all_of([read_query(query, now, find_source), *_filters(session, wanted)])
    asked = _in_time(node, wanted.since, wanted.until)
    return replace(asked, without_reservations=wanted.without_reservations)


def _in_time(node: Node, since: datetime | None, until: datetime | None) -> Asked:
    """Dates that hold for all of a query bound the search; a query of nothing else keeps them too."""
    parts = node.parts if isinstance(node, And) else (node,)
    spans = [part for part in parts if isinstance(part, Span)]
    first = [moment_of(span.since) for span in spans if span.since is not None] + [since] * bool(since)
    end = [moment_of(span.until) for span in spans if span.until is not None] + [until] * bool(until)
    others = [part for part in parts if not isinstance(part, Span)]
    left = all_of(others) if any(map(is_positive, others)) else node
    return Asked(
        node=left, since=max(filter(None, first), default=None), until=min(filter(None, end), default=None)
    )


def _filters(session: Session, wanted: ArticleFilter) -> list[Node]:
    if wanted.is_of_no_article:
        return [NOTHING]
    found: list[Node] = []
    if wanted.source is not None:
        source = get_source(session, wanted.source)
        found.append(Term(words=(source_mark(source.id),)) if source else NOTHING)
    if wanted.language is not None:
        found.append(Term(words=(language_mark(wanted.language),)))
    if wanted.author is not None:
        found.append(author_term(wanted.author))
    if wanted.kind is not None:
        found.append(Term(words=(kind_mark(wanted.kind),)))
    return found
