"""A page as it was fetched: what the pipelines are given."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The bytes of one answer, and what is known of them. Picklable: it travels to a worker process."""

    url: str
    """The address that answered, after redirects."""
    body: bytes
    """The body, decompressed, in the publisher's own encoding."""
    content_type: str | None = None
    """The Content-Type header, with its charset parameter if any."""
    status: int = 200
    site_url: str | None = None
    """The source's home address: what a canonical link must not be."""
    hint_title: str | None = None
    """The title that the feed or sitemap gave."""
    hint_published_at: datetime | None = None
    """The date that the feed or sitemap gave; aware."""
    headers: tuple[tuple[str, str], ...] = ()
    """The headers that may reserve rights, those of pipelines/metadata/rights.py, in their order."""
    reserved: tuple[str, ...] = ()
    """What else is known to be reserved: by the host's robots.txt."""
    seen_at: datetime | None = None
    """When the address was first seen; aware. A date of publication after it is doubtful."""
