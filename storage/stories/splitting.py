"""Takes an article out of its story for good, because a person says so, and puts it back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.insert import table_of
from storage.models import Article
from storage.recorded import update_articles
from storage.stories.apart import are_apart, forget_apart, keep_apart, kept_apart_from
from storage.stories.duplicates import lock_filing
from storage.stories.likeness import CompareTexts
from storage.stories.originals import members_of, reroot, review_original, text_of
from storage.stories.root import ROOT

_ARTICLES = table_of(Article)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """What became of a story that an article was taken out of."""

    original: int
    """The original of those that stay."""
    others: Sequence[int]
    """Those that stay, `original` among them."""


def split(session: Session, article_id: int, now: datetime, compare: CompareTexts) -> Parted | None:
    """Take an article out of its story; None if it stands nowhere else.

    It is kept apart from every article that stays, whatever is filed or cleaned later. Where it was the
    original, the others go on under the next one. Raises LookupError if there is no such article.
    """
    lock_filing(session)
    root = session.scalar(select(ROOT).where(Article.id == article_id))
    if root is None:
        raise LookupError(f"no article {article_id}")
    staying = [member.id for member in members_of(session, root) if member.id != article_id]
    if not staying:
        return None
    nobody = {"duplicate_of": None, "similarity": None, "coverage": None}
    if article_id == root:
        root = staying[0]
        reroot(session, article_id, root, compare, now)
    session.execute(update_articles(now).where(_ARTICLES.c.id == article_id).values(nobody))
    keep_apart(session, article_id, staying, now)
    return Parted(original=root, others=staying)


def unsplit(session: Session, article_id: int, now: datetime, compare: CompareTexts) -> int | None:
    """Put an article back into the story that it was taken out of; the story's original.

    None if it was taken out of none, or nothing is left of that but what was taken out of it in its turn. The
    copies it has got meanwhile come along.
    """
    lock_filing(session)
    others = forget_apart(session, article_id)
    own = session.scalar(select(ROOT).where(Article.id == article_id))
    roots = session.scalars(select(ROOT).where(Article.id.in_(others)).order_by(Article.id))
    barred = {own, *kept_apart_from(session, article_id)}  # others may have been taken out of that since
    most = Counter(root for root in roots if root not in barred).most_common(1)
    if own is None or not most:
        return None
    root = most[0][0]
    if own == article_id:
        if are_apart(session, own, root):
            return None
        reroot(session, article_id, root, compare, now)
    else:
        likeness = compare(text_of(session, root), text_of(session, article_id))
        values = {"duplicate_of": root, "similarity": likeness.of_second, "coverage": likeness.of_first}
        session.execute(update_articles(now).where(_ARTICLES.c.id == article_id).values(values))
    review_original(session, article_id, compare, now)
    return session.scalar(select(ROOT).where(Article.id == article_id))
