"""Decides which of the articles of a story is the original: the earliest published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.models import Article

CLAIM_COLUMNS = (
    Article.url,
    Article.published_at,
    Article.date_precision,
    Article.date_confidence,
    Article.date_flag,
    Article.first_seen_at,
    Article.credit,
)
"""What `claim_of` looks at."""

_CLAIM = select(*CLAIM_COLUMNS).where(Article.id == bindparam("id"))


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """How good an article's claim is to be the original; the least one is the best."""

    since: datetime
    """When it was surely published, to the minute."""
    credit: int
    """0 on the agency's own site, 1 without an agency, 2 credited to one."""


def claim_of(row: Mapping[str, Any]) -> Claim:
    """The claim of an article, by its columns CLAIM_COLUMNS.

    Where only the day is known it counts as published when that day was over. A doubtful date, and none,
    counts as the time at which the article was first seen; so does one that is later than that.
    """
    seen: datetime = row["first_seen_at"]
    since = seen
    published: datetime | None = row["published_at"]
    is_sure = published is not None and not row["date_flag"] and row["date_confidence"] != "low"
    if published is not None and is_sure and published < seen:
        known = published + timedelta(days=1) if row["date_precision"] == "day" else published
        since = min(seen, known)
    return Claim(since.replace(second=0, microsecond=0), _credit(row["credit"], row["url"]))


def stored_claim(session: Session, article_id: int) -> Claim:
    """The claim of a stored article."""
    return claim_of(session.execute(_CLAIM, {"id": article_id}).one()._asdict())


def _credit(agency: str | None, url: str) -> int:
    if not agency:
        return 1
    labels = (urlsplit(url).hostname or "").split(".")
    own = {word.casefold() for word in agency.replace("/", " ").split()}
    return 0 if own & set(labels) else 2
