"""What must hold of whatever is read from strangers' bytes: asked of each result by what tears and fuzzes.

Each function gives sentences on what does not hold; none if all does.
"""

import dataclasses
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines.article import Article
from pipelines.document.parse import MOST_LETTERS
from pipelines.metadata.canonical import MAX_LENGTH, canonical_url, is_front_page, registered_domain
from storage.candidates import Candidate

_UNFIT = re.compile("[\0\ud800-\udfff]")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _texts(value: Any, place: str) -> Iterator[tuple[str, str | datetime]]:
    if isinstance(value, str | datetime):
        yield place, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, place)


def article_faults(article: Article) -> list[str]:
    faults, letters = [], 0
    for place, value in _texts(article, "article"):
        if isinstance(value, datetime):
            faults += [f"{place} has no zone"] if value.tzinfo is None else []
            continue
        letters += len(value)
        if match := _UNFIT.search(value):
            faults.append(f"{place} holds {match.group()!r}")
        elif place != "article.url" and (match := _UNSEEN.search(value)):
            faults.append(f"{place} holds the control character {match.group()!r}")
    if letters > 20 * MOST_LETTERS:
        faults.append(f"{letters:,} letters")
    return [*faults, *address_faults(article.canonical_url)]


def address_faults(url: str) -> list[str]:
    """Of an address that is called canonical."""
    faults = []
    if not url.startswith(("http://", "https://")):
        faults.append("a canonical address that is not http(s)")
    if not url.isascii() or len(url) > MAX_LENGTH or re.search(r"[\x00-\x20\x7f#\\<>\"]", url):
        faults.append("a canonical address that is not plain ASCII, or too long")
    if (again := canonical_url(url)) != url:
        faults.append(f"a canonical address that is not its own: {again!r}")
    parts = urlsplit(url)
    if not parts.hostname or "@" in parts.netloc:
        faults.append("a canonical address without a host, or with credentials")
    assert registered_domain(url)
    is_front_page(url)
    return faults


def candidate_faults(found: Candidate) -> list[str]:
    faults = address_faults(found.url)
    if found.asked_url and not found.asked_url.lower().startswith(("http://", "https://")):
        faults.append("a candidate that is not http(s)")
    if found.title is not None and (len(found.title) > 1000 or not found.title.strip()):
        faults.append("a title that is empty or too long")
    for time in (found.published_at, found.modified_at):
        if time is not None and time.utcoffset() is None:
            faults.append("a time without a zone")
    return faults
