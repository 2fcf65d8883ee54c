"""Reads a front or section page: which of its links lead to articles, whatever the language."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import html

from crawler.discovery.candidates import candidate
from crawler.discovery.links import Link, links, parse_html
from pipelines.metadata.canonical import canonical_url, registered_domain
from storage.candidates import Candidate

LONG_TITLE = 300
"""A link with more text than this, in characters, wraps more than a headline: it gives no title."""
SIBLINGS = 3
"""So many headlines that lead into one folder are articles, even where their addresses look like nothing."""

_DATE = re.compile(r"/(?:19|20)\d\d[-/_]?(?:0?[1-9]|1[0-2])(?!\d\d\d)")
_NUMBER = re.compile(r"\d+")
_WORD_BREAK = re.compile(r"[-_+,.~\s]+")
_FILE = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm|shtml|do)$", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|pdf|docx?|xlsx?|pptx?|zip|gz|mp[34]|m4a|webm|xml|rss|atom|json|css|js|txt)$",
    re.IGNORECASE,
)
# Folders by which the usual software tells its lists and its own pages.
_NO_ARTICLES = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|authors?|users?|profile|page|search|log-?in|sign-?in|sign-?up|register"
    r"|account|feed|rss|wp-admin|wp-login\.php|cart|about|contact|privacy|terms)(?:/|$)",
    re.IGNORECASE,
)
_NAVIGATION_ROLES = frozenset({"navigation", "contentinfo", "menu", "menubar", "search"})
_NAVIGATION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|footer|breadcrumbs?|pagination|pager|social|share|sharing)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)


def read_section(body: bytes, url: str, content_type: str | None = None) -> list[Candidate]:
    """The articles that a page links to, each once, in page order; the link's text is the title.

    Only links to the page's own registered domain count. A page that is no HTML gives an empty list.
    """
    tree = parse_html(body, content_type)
    home = canonical_url(url)
    if tree is None or home is None:
        return []
    own = registered_domain(home)
    stories: dict[str, _Story] = {}
    for link in links(tree, url, "a"):
        found = candidate(link.address, url)
        if found and found.url != home and registered_domain(found.url) == own and not _in_navigation(link):
            story = stories.setdefault(found.url, _Story(address=found.url))
            story.add(link)
    siblings = Counter(story.folder for story in stories.values() if story.headline == 2)
    return [
        Candidate(url=story.address, title=story.title)
        for story in stories.values()
        if story.is_article(siblings[story.folder])
    ]


@dataclass(slots=True, kw_only=True)
class _Story:
    """An address, and all that the page's links to it say."""

    address: str
    title: str | None = None
    headline: int = 0
    """How much its links read like a headline: 0, 1 or 2."""
    in_menu: bool = True
    """Whether all its links stand in what is named a menu."""

    def add(self, link: Link) -> None:
        """Take in one more link: pictures and "more" link to where the headline does."""
        text = _text(link.element)
        self.headline = max(self.headline, _headline(text or _label(link.element)))
        if len(self.title or "") < len(text) <= LONG_TITLE:
            self.title = text
        self.in_menu = self.in_menu and _in_menu(link.element)

    @property
    def folder(self) -> str:
        return self.address.rpartition("/")[0]

    def is_article(self, siblings: int) -> bool:
        """Whether its address and its text together look like an article's."""
        shape = address_shape(self.address)
        if shape is None:
            return False
        if self.in_menu:
            return shape + self.headline == 4
        if shape == 0:
            return siblings >= SIBLINGS and self.headline == 2
        return shape + self.headline >= 3


def address_shape(url: str) -> int | None:
    """How much an address looks like an article's: 0 to 2; None where it cannot be one.

    2: a date in the path, a slug of four words, a number of five digits; 1: something like it; 0: nothing.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    folders = [part for part in path.split("/") if part]
    if _NO_PAGE.search(path):
        return None
    dated = bool(_DATE.search(path))
    if not dated and _NO_ARTICLES.search(path):
        return None
    # The last two, and any number: /slug/index.html and /1234567/slug are as common as /slug.
    words = max((_slug_words(_FILE.sub("", name)) for name in folders[-2:]), default=0)
    digits = max((len(n) for n in _NUMBER.findall(f"{path} {parts.query}")), default=0)
    if (dated and len(folders) > 2) or words >= 4 or digits >= 5:
        return 2
    return 1 if words >= 3 or digits >= 2 or (len(folders) >= 2 and words >= 2) else 0


def _slug_words(slug: str) -> float:
    """Words in a slug; in a script that writes no spaces, about as many as the same would have in Latin."""
    pieces = [piece for piece in _WORD_BREAK.split(slug) if piece and not piece.isdigit()]
    return sum(1 if piece.isascii() else max(1, _weight(piece) / 5) for piece in pieces)


def _weight(text: str) -> float:
    """A text's length in Latin letters: a wide character says as much as two and a half."""
    return sum(2.5 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _headline(text: str) -> int:
    weight = _weight(text[:LONG_TITLE])
    return 2 if weight >= 28 else 1 if weight >= 14 else 0


def _text(element: html.HtmlElement) -> str:
    """A link's own text; where a headline stands in it, that alone."""
    headings = element.iter("h1", "h2", "h3", "h4", "h5", "h6")
    return " ".join(str(next(headings, element).text_content()).split())


def _label(element: html.HtmlElement) -> str:
    """What says where a link without text leads."""
    alternatives = (
        element.get("title"),
        element.get("aria-label"),
        *(i.get("alt") for i in element.iter("img")),
    )
    return next((text for text in alternatives if text), "")


def _in_navigation(link: Link) -> bool:
    return any(
        e.tag in ("nav", "footer") or e.get("role") in _NAVIGATION_ROLES for e in _around(link.element)
    )


def _in_menu(element: html.HtmlElement) -> bool:
    """Whether what it stands in is named a menu; no proof, as a class may name what opens beside it."""
    return any(_NAVIGATION_CLASS.search(f"{e.get('class', '')} {e.get('id', '')}") for e in _around(element))


def _around(element: html.HtmlElement) -> Iterable[html.HtmlElement]:
    """The element and those around it, up to the body."""
    around: html.HtmlElement | None = element
    while around is not None and around.tag not in ("body", "html"):
        yield around
        around = around.getparent()
