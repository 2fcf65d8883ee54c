"""Keeps stories together: when an article is filed, and when its text or its date changes.

A story has one original, the earliest published; every other member's `duplicate_of` is the original's id, so
that there are no chains. See docs/decisions/0004.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from storage.insert import is_postgresql, table_of
from storage.models import Article, Band
from storage.recorded import update_articles
from storage.stories.apart import are_apart, kept_apart_from, kept_out_of
from storage.stories.claims import CLAIM_COLUMNS, stored_claim
from storage.stories.likeness import CompareTexts, Likeness
from storage.stories.originals import is_widely_carried, members_of, reroot, text_of
from storage.stories.placing import Place, Wording, find_place, newcomer
from storage.stories.updates import forget_between, forget_update, move_updates, note_update

_FILING_LOCK = 0x66696C65_61727469  # "filearti"


def lock_filing(session: Session) -> None:
    """Wait for the transactions that file or rewrite articles, and have the next ones wait for this.

    Otherwise two of one text would not see each other. On SQLite a transaction that writes is alone anyway.
    """
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FILING_LOCK})


def settle(session: Session, article_id: int, wording: Wording, compare: CompareTexts, now: datetime) -> None:
    """Find out anew what an article is a copy of, now that its text has changed, and what are its copies."""
    session.execute(delete(table_of(Band)).where(table_of(Band).c.article_id == article_id))
    add_bands(session, article_id, wording.bands)
    row = session.execute(select(Article.source_id, *CLAIM_COLUMNS).where(Article.id == article_id)).one()
    without = {article_id, *kept_apart_from(session, article_id)}
    place = find_place(session, newcomer(wording, row._asdict(), row.source_id), compare, without)
    statement = update_articles(now).where(table_of(Article).c.id == article_id)
    session.execute(statement.values(place.columns))
    home = place.root if place.root is not None and not place.is_original else article_id
    apart = kept_out_of(session, place.root) if place.root is not None else set()
    _regroup(session, article_id, home, compare, now, apart=apart)
    forget_update(session, article_id)
    take_place(session, article_id, place, compare, now)


def take_place(session: Session, article_id: int, place: Place, compare: CompareTexts, now: datetime) -> None:
    """Have the stories follow from where an article was put; its own row says it already."""
    home = article_id if place.root is None or place.is_original else place.root
    if place.root is not None and place.is_original:
        reroot(session, place.root, article_id, compare, now)
    elif place.root is not None:
        forget_between(session, article_id, place.root)
    for other in place.bridged:
        if not are_apart(session, home, other):
            home = _merge(session, home, other, compare, now)
    if place.earlier is not None:
        note_update(session, article_id, place.earlier)
    if place.later is not None:
        note_update(session, place.later, article_id)


def _merge(session: Session, home: int, other: int, compare: CompareTexts, now: datetime) -> int:
    """Make two stories one, unless both are too widely carried to be moved; the original of `home` then."""
    claims = [stored_claim(session, root) for root in (home, other)]
    old, new = (home, other) if (claims[1], other) < (claims[0], home) else (other, home)
    if is_widely_carried(session, old):
        old, new = new, old
    if is_widely_carried(session, old):
        return home
    reroot(session, old, new, compare, now)
    return new


def _join(
    session: Session,
    article_id: int,
    root: int | None,
    shares: tuple[float | None, float | None],
    now: datetime,
) -> None:
    """`shares`: of its words that stand in the original, and the other way round."""
    values = {"duplicate_of": root, "similarity": shares[0], "coverage": shares[1]}
    session.execute(update_articles(now).where(table_of(Article).c.id == article_id).values(values))


def leave_stories(session: Session, leaving: Collection[int], compare: CompareTexts, now: datetime) -> None:
    """Have the stories of articles that are let go do without them.

    Where one was the original, the earliest published of those that stay takes its place; those that are not
    like that one, though they were like the first, make stories of their own in the same way.
    """
    led = select(Article.duplicate_of).where(Article.duplicate_of.in_(leaving)).distinct()
    for root in session.scalars(led).all():
        if root is not None:
            _regroup(session, root, None, compare, now, without=leaving)


def add_bands(session: Session, article_id: int, bands: Sequence[int]) -> None:
    """Note the keys of a new article."""
    if bands:
        session.execute(
            insert(table_of(Band)), [{"key": key, "article_id": article_id} for key in sorted(set(bands))]
        )


def _regroup(
    session: Session,
    root_id: int,
    home: int | None,
    compare: CompareTexts,
    now: datetime,
    without: Collection[int] = (),
    apart: Collection[int] = (),
) -> None:
    """Settle the copies of an article whose text has changed, or that goes.

    Those still like the text of `home` (the article itself, or the root it has become a copy of) belong to
    it, unless they must be kept `apart`; of the others, the earliest of each kind is the original of a story
    of its own.
    """
    copies = [copy for copy in members_of(session, root_id, of_root=False) if copy.id not in without]
    if not copies:
        return
    heads = {} if home is None else {home: text_of(session, home)}
    judged: dict[tuple[str, bool], tuple[int, Likeness | None]] = {}
    for copy in copies:
        key = (copy.text_hash, copy.id in apart)
        if key not in judged:
            words = text_of(session, copy.id)
            known = {head: text for head, text in heads.items() if head != home or copy.id not in apart}
            alike = ((head, compare(text, words)) for head, text in known.items())
            found = next(((head, like) for head, like in alike if like.relation == "copy"), None)
            if found is None:
                if not heads:
                    move_updates(session, root_id, copy.id)
                heads[copy.id] = words
            judged[key] = found or (copy.id, None)
        head, likeness = judged[key]
        if head == copy.id:
            _join(session, copy.id, None, (None, None), now)
        elif likeness is None:
            _join(session, copy.id, head, (1.0, 1.0), now)
        else:
            _join(session, copy.id, head, (likeness.of_second, likeness.of_first), now)
