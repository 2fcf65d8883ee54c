"""Finds the story that a text belongs to, and what it is to other stories.

Keys propose candidates (storage/stories/proposals.py); what they propose is verified on the texts.
See docs/decisions/0004 and 0047.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.models import Article
from storage.stories.claims import Claim, claim_of, stored_claim
from storage.stories.likeness import CompareTexts, Likeness
from storage.stories.originals import is_widely_carried, text_of
from storage.stories.proposals import Proposal, proposals
from storage.stories.root import ROOT

_HELD = 0.85
"""A member that has so much of the original may bring others in: it is what both were cut from."""
_BRIDGED = 0.3
"""Two stories that are both copies of one text are one if they share at least so much themselves."""
_KEYS_OF_A_BRIDGE = 3

# Asked for every article that is filed; to put these together each time would take longer than they do.
_SAME_WORDS = (
    select(ROOT.label("root"), Article.similarity, Article.coverage)
    .where(Article.text_hash == bindparam("text_hash"))
    .order_by(Article.id)
)


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
    """Whether its claim is better than that of `root`, which is then its copy; never in a story that is too
    widely carried to be moved."""
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


def newcomer(wording: Wording, row: Mapping[str, Any], source_id: int | None) -> Newcomer:
    """A text with the columns that its article's row has or will have."""
    return Newcomer(wording=wording, claim=claim_of(row), source_id=source_id)


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
        query = query.where(ROOT.not_in(without), Article.id.not_in(without))
    row = session.execute(query.limit(1), {"text_hash": new.wording.text_hash}).one_or_none()
    if row is None:
        return None
    shares = (row.similarity, row.coverage) if row.similarity is not None else (1.0, 1.0)
    return _placed(session, new, row.root, shares)


def _placed(
    session: Session, new: Newcomer, root: int, shares: tuple[float | None, float | None], **more: Any
) -> Place:
    is_original = new.claim < stored_claim(session, root) and not is_widely_carried(session, root)
    return Place(root=root, similarity=shares[0], coverage=shares[1], is_original=is_original, **more)


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
        if likeness.relation == "update" or _is_revised(session, one.id, one.source_id, new, likeness):
            updated = one.root if updated is None else updated
        elif joined is not None:
            if _is_bridge(session, joined[0], one.root, compare):
                bridged.append(one.root)
        elif (to_root := _to_root(session, one, new, likeness, compare)) is not None:
            if one.id != one.root and _is_revised(session, one.root, None, new, to_root):
                updated = one.root if updated is None else updated
            else:
                joined = (one.root, to_root)
    if joined is not None:
        root, likeness = joined
        shares = (likeness.of_second, likeness.of_first)
        return _placed(session, new, root, shares, bridged=tuple(dict.fromkeys(bridged)))
    if updated is None:
        return Place()
    before = stored_claim(session, updated) <= new.claim
    return Place(earlier=updated if before else None, later=None if before else updated)


def _is_revised(
    session: Session, article_id: int, source_id: int | None, new: Newcomer, likeness: Likeness
) -> bool:
    """Whether a later, longer text under another lead is an update of an earlier one.

    In one source any is; elsewhere a paper's own lead is no news, unless there is more that is new behind it.
    """
    is_own = new.source_id is not None and source_id == new.source_id
    if not (likeness.developed or (likeness.rewritten and is_own)):
        return False
    theirs = stored_claim(session, article_id)
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
