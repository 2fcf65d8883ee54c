"""Finds the story that a text belongs to, and keeps stories together when one of their texts changes.

A story has one original, the earliest published; every other member's `duplicate_of` is the original's id, so
that there are no chains. Keys propose candidates (storage/proposals.py), and what they propose is verified on
the texts. See docs/decisions/0004 and 0047.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from storage.apart import are_apart, kept_apart_from
from storage.claims import CLAIM_COLUMNS, Claim, claim_of
from storage.insert import is_postgresql, table_of
from storage.likeness import CompareTexts, Likeness
from storage.models import Article, Band
from storage.originals import members_of, reroot, text_of
from storage.proposals import Proposal, proposals
from storage.recorded import update_articles
from storage.updates import forget_update, note_update

_FILING_LOCK = 0x66696C65_61727469  # "filearti"
_HELD = 0.85
"""A member that has so much of the original may bring others in: it is what both were cut from."""
_BRIDGED = 0.3
"""Two stories that are both copies of one text are one if they share at least so much themselves."""
_KEYS_OF_A_BRIDGE = 3

_root = func.coalesce(Article.duplicate_of, Article.id)

# Asked for every article that is filed; to put these together each time would take longer than they do.
_SAME_WORDS = (
    select(_root.label("root"), Article.similarity, Article.coverage)
    .where(Article.text_hash == bindparam("text_hash"))
    .order_by(Article.id)
)
_CLAIM = select(*CLAIM_COLUMNS).where(Article.id == bindparam("id"))
_OWN = select(Article.source_id, *CLAIM_COLUMNS).where(Article.id == bindparam("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text, and what finds its like."""

    text: str
    text_hash: str
    bands: tuple[int, ...]
    """Empty for a very short text: it has only exact copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A text that looks for its story."""

    wording: Wording
    claim: Claim
    source_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text belongs among the stories."""

    root: int | None = None
    """The original of its story so far; None: it is the first of its own."""
    similarity: float | None = None
    coverage: float | None = None
    is_original: bool = False
    """Whether its claim is better than that of `root`, which is then its copy."""
    bridged: tuple[int, ...] = ()
    """The originals of other stories that turn out to be the same one."""
    earlier: int | None = None
    """The story that it is an update of."""
    later: int | None = None
    """The story that is an update of it."""

    @property
    def columns(self) -> dict[str, Any]:
        """As the article's row says it."""
        if self.is_original:
            return {"duplicate_of": None, "similarity": None, "coverage": None}
        return {"duplicate_of": self.root, "similarity": self.similarity, "coverage": self.coverage}


def lock_filing(session: Session) -> None:
    """Wait for the transactions that file or rewrite articles, and have the next ones wait for this.

    Otherwise two of one text would not see each other. On SQLite a transaction that writes is alone anyway.
    """
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FILING_LOCK})


def newcomer(wording: Wording, row: Mapping[str, Any], source_id: int | None) -> Newcomer:
    """A text with the columns that its article's row has or will have."""
    return Newcomer(wording=wording, claim=claim_of(row), source_id=source_id)


def settle(
    session: Session, article_id: int, wording: Wording, compare: CompareTexts, now: datetime
) -> tuple[int | None, float | None]:
    """Find out anew what an article is a copy of, now that its text has changed, and what are its copies.

    Returns its `duplicate_of` and `similarity`.
    """
    session.execute(delete(table_of(Band)).where(table_of(Band).c.article_id == article_id))
    add_bands(session, article_id, wording.bands)
    row = session.execute(_OWN, {"id": article_id}).one()
    without = {article_id, *kept_apart_from(session, article_id)}
    place = find_place(session, newcomer(wording, row._mapping, row.source_id), compare, without)
    statement = update_articles(now).where(table_of(Article).c.id == article_id)
    session.execute(statement.values(place.columns))
    home = place.root if place.root is not None and not place.is_original else article_id
    _regroup(session, article_id, home, compare, now)
    forget_update(session, article_id)
    take_place(session, article_id, place, compare, now)
    told = session.execute(
        select(Article.duplicate_of, Article.similarity).where(Article.id == article_id)
    ).one()
    return told.duplicate_of, told.similarity


def find_place(
    session: Session, new: Newcomer, compare: CompareTexts, without: Collection[int] = ()
) -> Place:
    """The story that a text belongs to, and what it is to others.

    Articles that are `without`, and those whose originals are, are not looked at: for a text that was changed
    in place, and for stories that a person has set apart from it.
    """
    return _exact(session, new, without) or _near(session, new, compare, without)


def _exact(session: Session, new: Newcomer, without: Collection[int]) -> Place | None:
    query = _SAME_WORDS
    if without:
        query = query.where(_root.not_in(without), Article.id.not_in(without))
    row = session.execute(query.limit(1), {"text_hash": new.wording.text_hash}).one_or_none()
    if row is None:
        return None
    shares = (row.similarity, row.coverage) if row.similarity is not None else (1.0, 1.0)
    return _placed(session, new, row.root, shares)


def _placed(
    session: Session, new: Newcomer, root: int, shares: tuple[float | None, float | None], **more: Any
) -> Place:
    claim = claim_of(session.execute(_CLAIM, {"id": root}).one()._mapping)
    return Place(root=root, similarity=shares[0], coverage=shares[1], is_original=new.claim < claim, **more)


def _near(session: Session, new: Newcomer, compare: CompareTexts, without: Collection[int]) -> Place:
    joined: tuple[int, Likeness] | None = None
    bridged: list[int] = []
    updated: int | None = None
    for one in proposals(session, new.wording.bands, without):
        if joined is not None and (one.root == joined[0] or one.keys < _KEYS_OF_A_BRIDGE):
            continue
        likeness = compare(one.text, new.wording.text)
        if likeness.relation == "other":
            continue
        if likeness.relation == "update" or _is_revised(session, one, new, likeness):
            updated = one.root if updated is None else updated
        elif joined is not None:
            if _is_bridge(session, joined[0], one.root, compare):
                bridged.append(one.root)
        elif (to_root := _to_root(session, one, new, likeness, compare)) is not None:
            joined = (one.root, to_root)
    if joined is not None:
        root, likeness = joined
        shares = (likeness.of_second, likeness.of_first)
        return _placed(session, new, root, shares, bridged=tuple(dict.fromkeys(bridged)))
    if updated is None:
        return Place()
    before = claim_of(session.execute(_CLAIM, {"id": updated}).one()._mapping) <= new.claim
    return Place(earlier=updated if before else None, later=None if before else updated)


def _is_revised(session: Session, one: Proposal, new: Newcomer, likeness: Likeness) -> bool:
    """Whether a source's later, longer text under another lead is its own update of the earlier one."""
    if not likeness.rewritten or new.source_id is None or one.source_id != new.source_id:
        return False
    theirs = claim_of(session.execute(_CLAIM, {"id": one.id}).one()._mapping)
    new_is_longer = likeness.of_second < likeness.of_first
    return theirs.since < new.claim.since if new_is_longer else new.claim.since < theirs.since


def _to_root(
    session: Session, one: Proposal, new: Newcomer, likeness: Likeness, compare: CompareTexts
) -> Likeness | None:
    """What a copy of a story's member is to its original; None if that makes it no copy of the story.

    A text that drifts from day to day is like yesterday's, and no copy of the first one. But the original may
    itself be cut, and share little with what was cut from the same text elsewhere.
    """
    if one.id == one.root:
        return likeness
    to_root = compare(text_of(session, one.root), new.wording.text)
    if to_root.relation == "copy":
        return to_root
    is_held = (one.coverage or 0) >= _HELD and likeness.of_second >= _HELD
    return to_root if is_held and not to_root.contradictory else None


def _is_bridge(session: Session, root: int, other: int, compare: CompareTexts) -> bool:
    """Whether two stories that one text is a copy of are one."""
    likeness = compare(text_of(session, root), text_of(session, other))
    share = max(likeness.of_first, likeness.of_second)
    return share >= _BRIDGED and not likeness.contradictory and likeness.relation != "update"


def take_place(session: Session, article_id: int, place: Place, compare: CompareTexts, now: datetime) -> None:
    """Have the stories follow from where an article was put; its own row says it already."""
    home = article_id if place.root is None or place.is_original else place.root
    takes_over = place.root is not None and place.is_original
    if place.root is not None and takes_over and not reroot(session, place.root, article_id, compare, now):
        _join(session, article_id, place.root, (place.similarity, place.coverage), now)
        home = place.root
    for other in place.bridged:
        if not are_apart(session, home, other):
            home = _merge(session, home, other, compare, now)
    if place.earlier is not None:
        note_update(session, article_id, place.earlier)
    if place.later is not None:
        note_update(session, place.later, article_id)


def _merge(session: Session, home: int, other: int, compare: CompareTexts, now: datetime) -> int:
    """Make two stories one; the original of both, or `home` if one is too widely carried to be moved."""
    claims = [claim_of(session.execute(_CLAIM, {"id": root}).one()._mapping) for root in (home, other)]
    old, new = (home, other) if (claims[1], other) < (claims[0], home) else (other, home)
    return new if reroot(session, old, new, compare, now) else home


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


def add_bands(session: Session, article_id: int, bands: Sequence[int]) -> None:
    """Note the keys of a new article."""
    if bands:
        session.execute(
            insert(table_of(Band)), [{"key": key, "article_id": article_id} for key in sorted(set(bands))]
        )


def _regroup(session: Session, root_id: int, home: int, compare: CompareTexts, now: datetime) -> None:
    """Settle the copies of an article whose text has changed.

    Those still like the text of `home` (the article itself, or the root it has become a copy of) belong to
    it; of the others, the earliest of each kind is the original of a story of its own.
    """
    copies = members_of(session, root_id, of_root=False)
    if not copies:
        return
    heads = {home: text_of(session, home)}
    judged: dict[str, tuple[int, Likeness | None]] = {}
    for copy in copies:
        if copy.text_hash not in judged:
            words = text_of(session, copy.id)
            alike = {head: compare(known, words) for head, known in heads.items()}
            head = next((head for head, like in alike.items() if like.relation == "copy"), None)
            if head is None:
                heads[copy.id] = words
            judged[copy.text_hash] = (copy.id, None) if head is None else (head, alike[head])
        head, likeness = judged[copy.text_hash]
        if head == copy.id:
            _join(session, copy.id, None, (None, None), now)
        elif likeness is None:
            _join(session, copy.id, head, (1.0, 1.0), now)
        else:
            _join(session, copy.id, head, (likeness.of_second, likeness.of_first), now)
