"""What publishers reserve of stored articles: how it is named, and how it changes without them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Text, column, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import AliasedClass

from storage.insert import is_postgresql, table_of
from storage.models import Article
from storage.recorded import update_articles
from storage.rows import fit_text

ALL = "all"
"""Stands for every reservation, where they are named."""


def is_named(reservation: str, names: Collection[str]) -> bool:
    """Whether one of `names` means a reservation ("place: what").

    A name is a whole one ("meta: noai"), its place ("robots"), what it says ("noai"), or how that begins
    ("content-signal"); or `ALL`. Case makes no difference.
    """
    whole = reservation.lower()
    place, _, what = whole.partition(": ")
    return any(
        name in (ALL, whole, place, what) or what.startswith(f"{name} ") for name in map(str.lower, names)
    )


def named_in(
    session: Session, article: type[Article] | AliasedClass[Article], names: Collection[str]
) -> ColumnElement[bool]:
    """Whether an article has a reservation that one of `names` means: `is_named`, in SQL."""
    each = func.jsonb_array_elements_text if is_postgresql(session) else func.json_each
    found = each(article.reservations).table_valued(column("value", Text))
    said = func.lower(found.c.value)
    conditions = [_means(said, name.lower()) for name in names]
    return select(1).select_from(found).where(or_(*conditions)).correlate(article).exists()


def _means(said: ColumnElement[str], name: str) -> ColumnElement[bool]:
    if name == ALL:
        return said.is_not(None)
    return or_(
        said == name,
        said.startswith(f"{name}: ", autoescape=True),
        said.endswith(f": {name}", autoescape=True),
        said.contains(f": {name} ", autoescape=True),
    )


def reservations_of(session: Session, article_ids: Collection[int]) -> dict[int, list[str] | None]:
    """The reservations of these articles, by id; None where nobody looked."""
    if not article_ids:
        return {}
    rows = session.execute(select(Article.id, Article.reservations).where(Article.id.in_(article_ids)))
    return {row.id: row.reservations for row in rows}


def note_reservations(session: Session, article_id: int, reservations: Sequence[str], now: datetime) -> None:
    """Keep them in place of those that an article had. It does not count as changed by that."""
    kept = [fit_text(one) for one in reservations]
    statement = update_articles(now).where(table_of(Article).c.id == article_id)
    session.execute(statement.values(reservations=kept))
