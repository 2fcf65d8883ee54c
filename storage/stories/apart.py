"""Keeps which articles a person has taken out of their story, so that they are never put back unasked."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

from storage.insert import insert_into, table_of
from storage.models import Apart, Article
from storage.stories.root import ROOT


def keep_apart(session: Session, article_id: int, others: Iterable[int], at: datetime) -> None:
    """Note that an article is no copy of these others."""
    rows = [{"article_id": article_id, "other_id": other, "at": at} for other in others]
    if rows:
        session.execute(insert_into(session, Apart).on_conflict_do_nothing(), rows)


def forget_apart(session: Session, article_id: int) -> list[int]:
    """Take that back; the articles that it was kept apart from."""
    table = table_of(Apart)
    others = list(session.scalars(select(Apart.other_id).where(Apart.article_id == article_id)))
    session.execute(delete(table).where(table.c.article_id == article_id))
    return sorted(others)


def kept_apart_from(session: Session, article_id: int) -> set[int]:
    """The originals of the stories that an article must not be put into."""
    root = ROOT
    mine = select(root).join(Apart, Apart.other_id == Article.id).where(Apart.article_id == article_id)
    theirs = select(root).join(Apart, Apart.article_id == Article.id).where(Apart.other_id == article_id)
    return {*session.scalars(mine), *session.scalars(theirs)}


def kept_out_of(session: Session, root: int) -> set[int]:
    """The articles that must not be put into the story of an original."""
    members = select(Article.id).where(or_(Article.id == root, Article.duplicate_of == root))
    mine = select(Apart.other_id).where(Apart.article_id.in_(members))
    theirs = select(Apart.article_id).where(Apart.other_id.in_(members))
    return {*session.scalars(mine), *session.scalars(theirs)}


def are_apart(session: Session, one: int, other: int) -> bool:
    """Whether any two articles of two stories, by their originals, must not be in one."""
    here, there = aliased(Article), aliased(Article)
    statement = (
        select(Apart.article_id)
        .join(here, here.id == Apart.article_id)
        .join(there, there.id == Apart.other_id)
        .where(
            or_(here.id == one, here.duplicate_of == one, here.id == other, here.duplicate_of == other),
            or_(there.id == one, there.duplicate_of == one, there.id == other, there.duplicate_of == other),
        )
    )
    return session.execute(statement.limit(1)).first() is not None
