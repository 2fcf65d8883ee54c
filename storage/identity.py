"""Decides which article a page belongs to: the one it says, if that can be believed, or one of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.stories.likeness import SameText

SAME = 0.8
"""Share of shingles from which on two pages that claim one address are one article.

Stories filled into one form (results, weather) reach 0.6. To file a twin apart costs a duplicate, to merge
two stories costs an article.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """What is stored of an article that a page may belong to."""

    id: int
    url: str
    canonical_url: str
    text: str
    text_hash: str
    content_hash: str
    duplicate_of: int | None
    similarity: float | None
    gone_at: datetime | None = None
    published_at: datetime | None = None
    date_precision: str | None = None
    date_confidence: str | None = None
    date_flag: str | None = None
    credit: str | None = None
    read_again: bool = False
    """Whether the extractor is to read it again: see storage/rereading.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Where a page is to be filed."""

    canonical_url: str
    """The canonical address that the article is to have."""
    existing: StoredState | None = None
    """The article it is; None if it is a new one."""
    usurper: StoredState | None = None
    """An article that has that canonical address wrongly: another page claimed it before its owner came."""


def identify(
    url: str, canonical_url: str, text: str, stored: Iterable[StoredState], same_text: SameText
) -> Identity:
    """Where the page at `url`, which claims `canonical_url`, is to be filed.

    `stored`: the articles whose canonical address is either of the two. A claim on an address that another
    page's article has is believed if the texts are alike: templates name a wrong canonical address (that
    of the section, or of yesterday's story) often enough to cost an archive articles.
    """
    by_canonical = {state.canonical_url: state for state in stored}
    claimed = by_canonical.get(canonical_url)
    own = by_canonical.get(url)
    if claimed is None:
        # A page that has begun to name a canonical address takes its article along.
        moved = own if own is not None and own.url == url else None
        return Identity(canonical_url=canonical_url, existing=moved)
    if claimed.url == url or same_text(claimed.text, text) >= SAME:
        return Identity(canonical_url=canonical_url, existing=claimed)
    if url == canonical_url:
        return Identity(canonical_url=canonical_url, usurper=claimed)
    return Identity(canonical_url=url, existing=own)
