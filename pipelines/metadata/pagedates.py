"""The dates that a page names, the most trusted first."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from htmldate import find_date
from lxml.html import HtmlElement

from pipelines.metadata.canonical import path_of
from pipelines.metadata.dates import PageDate, parse_date
from pipelines.metadata.head import Head, plain
from pipelines.metadata.places import Field, Marks, Places
from pipelines.page import Page

_Read = Callable[[Iterable[str | None], str], Iterator[PageDate]]
_LAST_CHARACTERS = 20
"""Of a page's <title>: some end in the day."""
_NAMES = {
    "published": (
        "article:published_time og:article:published_time article:published datepublished date pubdate"
        " pub_date publishdate publish_date publication_date publicationtime publishtime published_at"
        " og:published_time og:pubdate originalpublicationdate article_date_original parsely-pub-date"
        " dc.date.issued dcterms.issued dc.date dcterms.date sailthru.date date.release displaydate published"
        " citation_publication_date citation_date cxenseparse:recs:publishtime"
        " shareaholic:article_published_time"
    ),
    "created": "dcterms.created dc.date.created created datecreated article:created_time",
    "modified": (
        "article:modified_time og:article:modified_time datemodified og:updated_time article:updated_time"
        " article:modified dcterms.modified dc.date.modified last-modified lastmod last_updated_date"
        " cxenseparse:modified_time updated shareaholic:article_modified_time"
    ),
}
"""The meta tags of each event, the most trusted first, in any of their spellings; see `_squeezed`."""
_SIGNS = str.maketrans("", "", ":._-")
_MARKED = Marks("[contains(@itemprop, 'datePublished') or @pubdate][not(self::meta)]")
_MARKED_MODIFIED = Marks("[contains(@itemprop, 'dateModified')][not(self::meta)]")
_DATED = Marks(
    """[self::span or self::div or self::p or self::li or self::small or self::em or self::b or self::td][
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


@dataclass(frozen=True, slots=True)
class FoundDates:
    """The dates of one event, the most trusted first."""

    dates: list[PageDate]
    place: HtmlElement | None = None
    """The element that has one of them, where neither the head nor a time element has it."""


def published_dates(head: Head, tree: HtmlElement, page: Page, places: Places | None = None) -> FoundDates:
    """When the page, its feed and its address say the article was published; what is guessed only alone.

    Where the places of the source's dates are known, only these are searched, unless that gives less than its
    pages usually have.
    """
    read = _reader(tree)
    place = None
    dates = list(_stated(head, read))

    def known() -> Sequence[HtmlElement] | None:
        return None if places is None else places.find(Field.PUBLISHED)

    if not any(date.has_time and date.has_offset for date in dates):  # a search of the tree takes time
        place = _add_first(dates, _marked(_MARKED.elements(tree, known()), read))
    dates += _time_elements(tree, read)
    if page.hint_published_at:
        dates.append(PageDate(when=page.hint_published_at, origin="feed"))
    if match := _IN_PATH.search(path_of(page.url) + "/"):
        dates += read(("-".join(match.groups()),), "url")
    if not any(date.has_time for date in dates):
        visible = _add_first(dates, islice(_visible(_DATED.elements(tree, known()), read), 1))
        place = place if visible is None else visible
    if not dates:
        dates += read((head.title[-_LAST_CHARACTERS:],), "text")
    if places is not None:
        return FoundDates(dates, place) if _suffice(dates, places) else published_dates(head, tree, page)
    return FoundDates(dates or list(read((_guessed(tree),), "guess")), place)


def modified_dates(head: Head, tree: HtmlElement, places: Places | None = None) -> FoundDates:
    """When the page says the article was last changed."""
    read = _reader(tree)
    dates = [*read((head.said("dateModified"),), "json-ld"), *read(_metas(head)["modified"], "meta")]
    if not dates and places is not None:
        place = _add_first(dates, _marked(_MARKED_MODIFIED.elements(tree, places.find(Field.MODIFIED)), read))
        if dates or Field.MODIFIED not in places.usual:
            return FoundDates(dates, place)
    place = None if dates else _add_first(dates, _marked(_MARKED_MODIFIED.elements(tree), read))
    return FoundDates(dates, place)


def _stated(head: Head, read: _Read) -> Iterator[PageDate]:
    metas = _metas(head)
    yield from read((head.said("datePublished"),), "json-ld")
    yield from read(metas["published"], "meta")
    yield from read((head.said("dateCreated"), head.said("uploadDate")), "json-ld created")
    yield from read(metas["created"], "meta created")
    yield from read((_text(node.get("datePublished")) for node in head.nodes), "json-ld page")


def _suffice(dates: Iterable[PageDate], places: Places) -> bool:
    """Whether a page has of its date what those of its source usually have."""
    exact = [date.has_time for date in dates]
    return (bool(exact) or Field.PUBLISHED not in places.usual) and (
        any(exact) or Field.TIME not in places.usual
    )


def _add_first(dates: list[PageDate], found: Iterable[tuple[HtmlElement, PageDate]]) -> HtmlElement | None:
    """Add what was found, and give the element that has the first of it."""
    found = list(found)
    dates += [date for _, date in found]
    return found[0][0] if found else None


def _metas(head: Head) -> dict[str, list[str]]:
    """The contents of the meta tags of each event."""
    found: dict[str, list[str]] = {}
    for name, contents in head.metas.items():
        if len(name) <= _LONGEST_NAME:
            found.setdefault(_squeezed(name), []).extend(contents)
    return {
        event: [text for name in names for text in found.get(name, ())] for event, names in _SQUEEZED.items()
    }


_LONGEST_NAME = 100
"""Characters of a meta tag's name: those that were met are remembered."""


@lru_cache(maxsize=2048)
def _squeezed(name: str) -> str:
    """A meta tag's name without its signs: "article:published:time" and "article_published_time" are one."""
    return name.translate(_SIGNS)


_SQUEEZED = {
    event: tuple(dict.fromkeys(_squeezed(name) for name in names.split())) for event, names in _NAMES.items()
}


def _reader(tree: HtmlElement) -> _Read:
    """What reads texts as dates in the way of the page's language."""
    language = (tree.get("lang") or "").lower()
    american = language in ("en-us", "en_us")

    def read(texts: Iterable[str | None], origin: str) -> Iterator[PageDate]:
        for text in texts:
            if text and (date := parse_date(text, origin, month_first=american, language=language)):
                yield date

    return read


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _marked(elements: Sequence[HtmlElement], read: _Read) -> Iterator[tuple[HtmlElement, PageDate]]:
    for element in elements[:5]:
        said = (
            element.get("datetime")
            or element.get("content")
            or element.get("title")
            or element.text_content()
        )
        yield from ((element, date) for date in read((said,), "itemprop"))


def _time_elements(tree: HtmlElement, read: _Read) -> Iterator[PageDate]:
    """The first time element that is neither in a teaser nor a duration."""
    for count, element in enumerate(tree.iter("time")):
        if count > 20:
            return
        if _is_elsewhere(element):
            continue
        if date := next(read((element.get("datetime"), element.text_content()), "time"), None):
            yield date
            return


def _visible(elements: Sequence[HtmlElement], read: _Read) -> Iterator[tuple[HtmlElement, PageDate]]:
    """The short texts that are marked as a date or a byline and hold one."""
    for element in elements[:60]:
        text = plain(element.text_content()[:200])
        if 6 <= len(text) < 120 and not _is_elsewhere(element):
            yield from ((element, date) for date in read((text,), "text"))


def _guessed(tree: HtmlElement) -> str | None:
    """The day that htmldate makes out in the text; it is slow, and right on most pages, not on all."""
    try:
        return find_date(deepcopy(tree), extensive_search=False, original_date=True)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # a bug that the page brings out costs a guess


def _is_elsewhere(element: HtmlElement) -> bool:
    for parent in (element, *element.iterancestors()):
        if parent.tag in ("nav", "aside", "footer"):
            return True
        if parent.tag in ("body", "main", "html"):
            return False
        if _ELSEWHERE.search(parent.get("class") or "") or _ELSEWHERE.search(parent.get("id") or ""):
            return True
    return False
