"""Puts a query and the filters beside it together, as all that an article must meet."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.fields import author_term
from storage.filters import ArticleFilter
from storage.grammar import read_query
from storage.marks import kind_mark, language_mark, source_mark
from storage.query import NOTHING, Asked, Node, Term, all_of
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
    return Asked(node=node, since=wanted.since, until=wanted.until)


def _filters(session: Session, wanted: ArticleFilter) -> list[Node]:
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
