"""Finds what a person means by a source's name, an article's number or an address."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.cli.failures import CommandFailed, WrongUsage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.models import Source
    from storage.stored import StoredArticle, StoredPage

_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]+\.?|localhost|\[[0-9a-f:.]+\]", re.IGNORECASE)

UNKNOWN_URL = "https://unknown.invalid/page-of-unknown-address"
"""Stands for the address of a page that came without one; ".invalid" is no one's (RFC 2606)."""


def is_address(text: str) -> bool:
    """Whether a text is a web address, with or without http(s)://, rather than a name."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(_HOST.fullmatch(host)) and " " not in text.strip()


def known_source(session: "Session", name: str) -> "Source":
    """The source with that name or address. Raises WrongUsage, which gives the names that are near."""
    from storage.sources import get_source, list_sources

    source = get_source(session, name)
    if source is None:
        raise WrongUsage(no_such_source(name, [known.name for known in list_sources(session)]))
    return source


def no_such_source(name: str, names: list[str]) -> str:
    """What to say of a name that is no source's."""
    from storage.sources import near_names

    if near := near_names(name, names):
        return f"there is no source named {name!r}; did you mean {' or '.join(map(repr, near))}?"
    return f"there is no source named {name!r}; `copydesk sources` lists them, `copydesk add` adds one"


def known_article(session: "Session", asked: str) -> "StoredArticle | StoredPage":
    """The article that a number (17, or #17 as `search` writes it) or an address means, or else the page.

    Raises WrongUsage for what is neither, CommandFailed where there is none.
    """
    from storage.stored import find_article, find_page

    name = asked.strip().removeprefix("#") if asked.strip().removeprefix("#").isdecimal() else asked.strip()
    if not name.isdecimal() and not is_address(name):
        raise WrongUsage(f"{asked} is neither the number of an article nor an address")
    spellings = [name] if name.isdecimal() else list(spellings_of(name))
    for find in (find_article, find_page):
        for spelling in spellings:
            if found := find(session, spelling):
                return found
    raise CommandFailed(f"no article {asked} in the archive; `copydesk search` finds articles by their words")


def spellings_of(address: str) -> Iterator[str]:
    """The forms an address may be known by: as it is, and canonical; with either scheme where it has none."""
    from pipelines.metadata.canonical import canonical_url

    schemes = [""] if "://" in address else ["https://", "http://"]
    for scheme in schemes:
        yield scheme + address
        if canonical := canonical_url(scheme + address):
            yield canonical
