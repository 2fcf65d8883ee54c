"""Finds the article that a text is a copy of, and keeps groups of copies together when one of them changes.

A group has one root, the first that was filed; every other member's `duplicate_of` is the root's id, so that
there are no chains. Candidates come from the MinHash bands; what they propose is verified on the texts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, Update, bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from storage.insert import is_postgresql, table_of
from storage.models import Article, Band
from storage.recorded import update_articles

SameText = Callable[[str, str], float]
"""The share of shingles that two texts have in common, 0 to 1."""

ALIKE = 0.8
"""From here on two texts are one story: agency copy that a desk has cut or headed differently."""
_CANDIDATES = 10
"""Texts that are compared for one article."""
_SCAN = 2000
"""Rows of bands looked at: a band that thousands share (a notice, a form) proposes nothing worth the wait."""
_FILING_LOCK = 0x66696C65_61727469  # "filearti"


_root = func.coalesce(Article.duplicate_of, Article.id)

# Asked for every article that is filed; to put these together each time would take longer than they do.
_SAME_WORDS = (
    select(_root, Article.similarity)
    .where(Article.text_hash == bindparam("text_hash"))
    .order_by(Article.id)
    .limit(1)
)


def _proposed() -> Select[int, int, str]:
    """(id, root, text) of the articles that have most bands in common with those given."""
    shared = (
        select(Band.article_id)
        .where(Band.key.in_(bindparam("bands", expanding=True)))
        .limit(_SCAN)
        .subquery()
    )
    bands = func.count().label("bands")
    best = (
        select(shared.c.article_id.label("id"), bands)
        .group_by(shared.c.article_id)
        .order_by(bands.desc(), shared.c.article_id)
        .limit(_CANDIDATES)
        .subquery()
    )
    return (
        select(Article.id, _root, Article.text)
        .join(best, best.c.id == Article.id)
        .order_by(best.c.bands.desc(), Article.id)
    )


_PROPOSED = _proposed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The root that a text is a copy of."""

    id: int
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text, and what finds its like."""

    text: str
    text_hash: str
    bands: tuple[int, ...]
    """Empty for a very short text: it has only exact copies."""


def lock_filing(session: Session) -> None:
    """Wait for the transactions that file or rewrite articles, and have the next ones wait for this.

    Otherwise two of one text would not see each other. On SQLite a transaction that writes is alone anyway.
    """
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FILING_LOCK})


def settle(
    session: Session, article_id: int, wording: Wording, same_text: SameText, now: datetime
) -> tuple[int | None, float | None]:
    """Find out anew what an article is a copy of, now that its text has changed, and what are its copies.

    Returns its `duplicate_of` and `similarity`.
    """
    _replace_bands(session, article_id, wording.bands)
    original = find_original(session, wording, same_text, besides=article_id)
    duplicate_of = original.id if original else None
    similarity = original.similarity if original else None
    statement = update_articles(now).where(table_of(Article).c.id == article_id)
    session.execute(statement.values(duplicate_of=duplicate_of, similarity=similarity))
    _regroup(session, article_id, article_id if duplicate_of is None else duplicate_of, same_text, now)
    return duplicate_of, similarity


def find_original(
    session: Session, wording: Wording, same_text: SameText, *, besides: int | None = None
) -> Original | None:
    """The root of the group that `wording` belongs to; None if there is no such text yet.

    The article `besides` and its own copies are not looked at: for a text that was changed in place.
    """
    return _exact(session, wording, besides) or _near(session, wording, same_text, besides)


def _exact(session: Session, wording: Wording, besides: int | None) -> Original | None:
    query = _SAME_WORDS
    if besides is not None:
        query = query.where(Article.id != besides, _root != besides)
    row = session.execute(query, {"text_hash": wording.text_hash}).one_or_none()
    return None if row is None else Original(id=row[0], similarity=1.0 if row[1] is None else row[1])


def _near(session: Session, wording: Wording, same_text: SameText, besides: int | None) -> Original | None:
    if not wording.bands:
        return None
    for article_id, root, proposed in session.execute(_PROPOSED, {"bands": wording.bands}).all():
        if besides in (article_id, root):
            continue
        similarity = same_text(proposed, wording.text)
        if similarity >= ALIKE and root != article_id:
            # A text that drifts from day to day is like yesterday's, and no copy of the first one.
            similarity = same_text(_text_of(session, root), wording.text)
        if similarity >= ALIKE:
            return Original(id=root, similarity=similarity)
    return None


def _replace_bands(session: Session, article_id: int, bands: Sequence[int]) -> None:
    session.execute(delete(table_of(Band)).where(table_of(Band).c.article_id == article_id))
    add_bands(session, article_id, bands)


def add_bands(session: Session, article_id: int, bands: Sequence[int]) -> None:
    """Note the bands of a new article."""
    if bands:
        session.execute(
            insert(table_of(Band)), [{"key": key, "article_id": article_id} for key in sorted(set(bands))]
        )


def _regroup(session: Session, root_id: int, home: int, same_text: SameText, now: datetime) -> None:
    """Settle the copies of an article whose text has changed.

    Those still like the text of `home` (the article itself, or the root it has become a copy of) belong to
    it; of the others, the first of each kind is the root of a group of its own.
    """
    copies = session.execute(
        select(func.min(Article.id), Article.text_hash)
        .where(Article.duplicate_of == root_id)
        .group_by(Article.text_hash)
        .order_by(func.min(Article.id))
    ).all()
    if not copies:
        return
    heads = {home: _text_of(session, home)}
    for first_id, text_hash in copies:
        words = _text_of(session, first_id)
        likeness = {head: same_text(known, words) for head, known in heads.items()}
        head = next((head for head, share in likeness.items() if share >= ALIKE), None)
        members = update_articles(now).where(Article.duplicate_of == root_id, Article.text_hash == text_hash)
        if head is None:
            heads[first_id] = words
            _assign(session, members.where(Article.id == first_id), None, None)
            _assign(session, members, first_id, 1.0)
        else:
            _assign(session, members, head, likeness[head])


def _assign(session: Session, articles: Update, root: int | None, similarity: float | None) -> None:
    session.execute(articles.values(duplicate_of=root, similarity=similarity))


def _text_of(session: Session, article_id: int) -> str:
    return session.scalars(select(Article.text).where(Article.id == article_id)).one()
