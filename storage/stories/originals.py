"""Makes the article with the best claim the original of its story."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from storage.insert import table_of
from storage.models import Article
from storage.recorded import update_articles
from storage.stories.claims import CLAIM_COLUMNS, Claim, claim_of
from storage.stories.likeness import CompareTexts
from storage.stories.root import ROOT
from storage.stories.updates import move_updates

MOST_MOVED = 200
"""A story with more members keeps its original: each would have to be written anew."""

_ARTICLES = table_of(Article)
_TEXT = select(Article.text).where(Article.id == bindparam("id"))
_MEMBERS = select(Article.id, Article.text_hash, *CLAIM_COLUMNS).where(
    or_(Article.id == bindparam("root"), Article.duplicate_of == bindparam("root"))
)
_SIZE = select(func.count()).select_from(
    select(Article.id).where(Article.duplicate_of == bindparam("root")).limit(MOST_MOVED + 1).subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article of a story."""

    id: int
    text_hash: str
    claim: Claim


def members_of(session: Session, root: int, *, of_root: bool = True) -> list[Member]:
    """The articles of the story of which `root` is the original, the one with the best claim first.

    Without `of_root`, its copies alone.
    """
    rows = session.execute(_MEMBERS, {"root": root}).all()
    found = [
        Member(id=row.id, text_hash=row.text_hash, claim=claim_of(row._asdict()))
        for row in rows
        if of_root or row.id != root
    ]
    return sorted(found, key=lambda member: (member.claim, member.id))


def text_of(session: Session, article_id: int) -> str:
    """The text of an article."""
    return session.scalars(_TEXT, {"id": article_id}).one()


def is_widely_carried(session: Session, root: int) -> bool:
    """Whether the story of an original has more copies than are written anew for the sake of another one."""
    return (session.scalar(_SIZE, {"root": root}) or 0) > MOST_MOVED


def reroot(session: Session, old: int, new: int, compare: CompareTexts, now: datetime) -> None:
    """Have `new`, be it of another story or of none, be the original of the story of which `old` is."""
    words = text_of(session, new)
    told: dict[str, tuple[float, float]] = {}
    rows = []
    for member in members_of(session, old):
        if member.id == new:
            continue
        if member.text_hash not in told:
            likeness = compare(words, text_of(session, member.id))
            told[member.text_hash] = (likeness.of_second, likeness.of_first)
        similarity, coverage = told[member.text_hash]
        rows.append({"member": member.id, "root": new, "similarity": similarity, "coverage": coverage})
    nobody = {"duplicate_of": None, "similarity": None, "coverage": None}
    session.execute(
        update_articles(now)
        .where(_ARTICLES.c.id == new, _ARTICLES.c.duplicate_of.is_not(None))
        .values(nobody)
    )
    if rows:
        statement = update_articles(now).where(_ARTICLES.c.id == bindparam("member"))
        values: dict[str, Any] = {name: bindparam(name) for name in ("similarity", "coverage")}
        session.execute(statement.values(values | {"duplicate_of": bindparam("root")}), rows)
    move_updates(session, old, new)


def review_original(session: Session, article_id: int, compare: CompareTexts, now: datetime) -> None:
    """Have the article with the best claim be the original, now that the date of one has changed."""
    root = session.scalar(select(ROOT).where(Article.id == article_id))
    if root is None or is_widely_carried(session, root):
        return
    best = members_of(session, root)[0]
    if best.id != root:
        reroot(session, root, best.id, compare, now)
