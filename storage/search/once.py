"""Of a story that stands in several places, names one: the first, of those that a search finds."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.filters import date_of
from storage.models import Article
from storage.reservations import reservations_of
from storage.search.fulltext import Match
from storage.search.meeting import is_asked_for, is_let, leaves
from storage.search.query import Asked

_BATCH = 25


def certain(session: Session, matches: Iterable[Match], asked: Asked) -> Iterator[Match]:
    """The matches without those that the index was in doubt about and whose text says no.

    Nor those of which something is reserved that is not to be: of that the index knows nothing.
    """
    for batch in _batches(matches):
        if asked.without_reservations:
            reserved = reservations_of(session, [one.id for one in batch])
            batch = [one for one in batch if is_let(asked, reserved.get(one.id))]
        doubtful = leaves(session, [one.id for one in batch if one.doubtful])
        yield from (one for one in batch if not one.doubtful or is_asked_for(asked, doubtful[one.id]))


def one_of_each(session: Session, matches: Iterable[Match], asked: Asked) -> Iterator[Match]:
    """The matches, one of each story: the original if it matches too, or else the earliest that does."""
    shown: dict[int, int | None] = {}
    for batch in _batches(matches):
        copied = {one.duplicate_of for one in batch if one.duplicate_of is not None}
        shown |= first_of(session, copied - shown.keys(), asked)
        yield from (one for one in batch if one.duplicate_of is None or shown[one.duplicate_of] == one.id)


def first_of(session: Session, roots: set[int], asked: Asked) -> dict[int, int | None]:
    """Which article of each story is shown, by the id of its original: the first of those that match."""
    if not roots:
        return {}
    originals = leaves(session, roots)
    shown: dict[int, int | None] = dict.fromkeys(roots)
    shown |= {root: root for root, leaf in originals.items() if is_asked_for(asked, leaf)}
    others = [root for root, article in shown.items() if article is None]
    copies = select(Article.id, Article.duplicate_of).where(Article.duplicate_of.in_(others))
    for copy in session.execute(copies.order_by(date_of(), Article.id)) if others else ():
        if shown[copy.duplicate_of] is None and is_asked_for(asked, leaves(session, [copy.id])[copy.id]):
            shown[copy.duplicate_of] = copy.id
    return shown


def _batches(matches: Iterable[Match]) -> Iterator[list[Match]]:
    source = iter(matches)
    while batch := list(islice(source, _BATCH)):
        yield batch
