"""The dates that a page names, the most trusted first."""

import re
from collections.abc import Iterator
from copy import deepcopy

from htmldate import find_date
from lxml.etree import XPath
from lxml.html import HtmlElement

from pipelines.canonical import path_of
from pipelines.dates import PageDate, parse_date
from pipelines.head import Head, plain
from pipelines.page import Page

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "article_published_time",
    "datepublished", "date", "pubdate", "pub_date", "publishdate", "publish_date", "publish-date",
    "publication_date", "publicationdate", "og:published_time", "og:pubdate", "originalpublicationdate",
    "article_date_original", "article.published", "parsely-pub-date", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "sailthru.date", "date.release",
    "displaydate", "published", "published_at", "citation_publication_date", "citation_date",
    "cxenseparse:recs:publishtime", "shareaholic:article_published_time", "created", "datecreated",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:article:modified_time", "article_modified_time", "datemodified",
    "og:updated_time", "article:updated_time", "article:modified", "dcterms.modified", "dc.date.modified",
    "last-modified", "lastmod", "last_updated_date", "cxenseparse:modified_time", "updated",
    "shareaholic:article_modified_time",
)  # fmt: skip
_MARKED = XPath("//*[contains(@itemprop, 'datePublished') or @pubdate][not(self::meta)]")
_MARKED_MODIFIED = XPath("//*[contains(@itemprop, 'dateModified')][not(self::meta)]")
_DATED = XPath(
    """//*[self::span or self::div or self::p or self::li or self::small or self::em or self::b or self::td][
    contains(@class, 'date') or contains(@class, 'Date') or contains(@class, 'time')
    or contains(@class, 'publish') or contains(@class, 'meta') or contains(@class, 'byline')
    or contains(@id, 'date')]"""
)
_ELSEWHERE = re.compile(
    r"related|teaser|recommend|sidebar|widget|comment|footer|popular|latest|ticker|update|modif",
    re.IGNORECASE,
)
_IN_PATH = re.compile(
    r"/(?P<year>20\d\d|19\d\d)[/_.-]?(?P<month>0[1-9]|1[0-2]|[1-9](?=[/_.-]))[/_.-]?"
    r"(?P<day>[0-2]\d|3[01]|[1-9](?=[/_.-]))(?!\d)"
)


def published_dates(head: Head, tree: HtmlElement, page: Page) -> list[PageDate]:
    """When the page, its feed and its address say the article was published; what is guessed only alone."""
    american = _is_american(tree)
    dates = [
        *_parsed((head.said("datePublished"), head.said("dateCreated"), head.said("uploadDate")), "json-ld"),
        *_parsed(head.all_metas(*_PUBLISHED), "meta", american=american),
        *_parsed((_text(node.get("datePublished")) for node in head.nodes), "json-ld page"),
    ]
    if not any(date.has_time and date.has_offset for date in dates):  # a search of the tree takes time
        dates += _marked(tree, _MARKED, "itemprop")
        dates += _time_elements(tree)
    if page.hint_published_at:
        dates.append(PageDate(when=page.hint_published_at, origin="feed"))
    if match := _IN_PATH.search(path_of(page.url) + "/"):
        dates += _parsed(("-".join(match.groups()),), "url")
    if not any(date.has_time for date in dates):
        dates += _visible(tree, american=american)
    return dates or list(_guessed(tree))


def modified_dates(head: Head, tree: HtmlElement) -> list[PageDate]:
    """When the page says the article was last changed."""
    stated = [*_parsed((head.said("dateModified"),), "json-ld"), *_parsed(head.all_metas(*_MODIFIED), "meta")]
    return stated or list(_marked(tree, _MARKED_MODIFIED, "itemprop"))


def _parsed(texts: object, origin: str, *, american: bool = False) -> Iterator[PageDate]:
    for text in texts:  # type: ignore[attr-defined]
        if text and (date := parse_date(text, origin, month_first=american)):
            yield date


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _marked(tree: HtmlElement, where: XPath, origin: str) -> Iterator[PageDate]:
    for element in _elements(where, tree)[:5]:
        said = (
            element.get("datetime")
            or element.get("content")
            or element.get("title")
            or element.text_content()
        )
        yield from _parsed((said,), origin)


def _time_elements(tree: HtmlElement) -> Iterator[PageDate]:
    """The first time element that is neither in a teaser nor a duration."""
    for count, element in enumerate(tree.iter("time")):
        if count > 20:
            return
        if _is_elsewhere(element):
            continue
        date = parse_date(element.get("datetime") or "", "time") or parse_date(element.text_content(), "time")
        if date:
            yield date
            return


def _visible(tree: HtmlElement, *, american: bool) -> Iterator[PageDate]:
    """A short text that is marked as a date or a byline and holds one."""
    for element in _elements(_DATED, tree)[:60]:
        text = plain(element.text_content()[:200])
        if 6 <= len(text) < 120 and not _is_elsewhere(element):
            for date in _parsed((text,), "text", american=american):
                yield date
                return


def _guessed(tree: HtmlElement) -> Iterator[PageDate]:
    """The day that htmldate makes out in the text; it is slow, and right on most pages, not on all."""
    found = find_date(deepcopy(tree), extensive_search=False, original_date=True)
    yield from _parsed((found,), "guess")


def _elements(where: XPath, tree: HtmlElement) -> list[HtmlElement]:
    found = where(tree)
    return (
        [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []
    )


def _is_elsewhere(element: HtmlElement) -> bool:
    for parent in (element, *element.iterancestors()):
        if parent.tag in ("nav", "aside", "footer"):
            return True
        if parent.tag in ("body", "main", "html"):
            return False
        if _ELSEWHERE.search(parent.get("class") or "") or _ELSEWHERE.search(parent.get("id") or ""):
            return True
    return False


def _is_american(tree: HtmlElement) -> bool:
    language = (tree.get("lang") or "").lower()
    return language in ("en-us", "en_us")
