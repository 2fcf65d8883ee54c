"""Makes candidates out of what a seed says of a story."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from pipelines.document.escapes import unescaped
from pipelines.metadata.canonical import canonical_url, is_front_page, registered_domain
from storage.candidates import Candidate
from storage.models import SeedKind

MAX_TITLE = 1000
"""Longest title kept, in characters."""

_AMPERSAND = re.compile(r"&(?:amp|#0*38|#[xX]0*26);")
_BREAK = re.compile(r"<(?:br|/?p|/?div)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL)
_UNDATED = datetime.min.replace(tzinfo=UTC)


def absolute(href: str, base: str) -> str | None:
    """The http(s) address that `href` names on the page `base`; None where it names none.

    Feeds escape twice, or write an address without its scheme: what cannot be meant otherwise is put right.
    """
    # Only the ampersand: to unescape all would make "©" of the parameter in "?a=1&copy=2".
    href = _AMPERSAND.sub("&", href).strip()
    if not href or href.startswith("#"):
        return None  # the page itself
    if href.lower().startswith("www."):
        href = f"https://{href}"
    try:
        address = urljoin(base, href)
    except ValueError:  # a bracket that closes no IPv6 address
        return None
    return address if address.lower().startswith(("http://", "https://")) else None


def candidate(
    href: str,
    base: str,
    *,
    title: str | None = None,
    published_at: datetime | None = None,
    modified_at: datetime | None = None,
) -> Candidate | None:
    """A candidate for the address `href` found at `base`; None where it can be no article's."""
    address = absolute(href, base)
    url = canonical_url(address) if address else None
    if address is None or url is None or is_front_page(url):
        return None
    address = address.partition("#")[0]
    return Candidate(
        url=url,
        asked_url=address if address != url else None,
        title=plain(title) if title else None,
        published_at=published_at,
        modified_at=modified_at,
    )


def domains_of(*addresses: str) -> frozenset[str]:
    """The registered domains of the addresses that have a host."""
    return frozenset(registered_domain(address) for address in addresses if urlsplit(address).hostname)


def may_name(kind: SeedKind, url: str, own: Collection[str]) -> bool:
    """Whether a seed's word is taken for a page: only a feed names those of other domains than its `own`."""
    return kind is SeedKind.FEED or registered_domain(url) in own


def plain(title: str) -> str | None:
    """A title without markup and entities, its spaces single; None where nothing is left."""
    text = title[: 10 * MAX_TITLE]
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    return " ".join(unescaped(text).split())[:MAX_TITLE] or None


def newest_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each address once, as it was named first; the dated ones first, by date; the others in their order."""
    once: dict[str, Candidate] = {}
    for found in candidates:
        once.setdefault(found.url, found)
    return sorted(once.values(), key=lambda c: c.published_at or c.modified_at or _UNDATED, reverse=True)
