"""Finds the way into a site's past: which sitemaps reach so far, and where lists of stories go on."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import html

from crawler.discovery.candidates import absolute
from crawler.discovery.links import links, parse_html
from pipelines.metadata.canonical import registered_domain
from storage.candidates import Candidate

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?([0-2]\d|3[01]))?)?(?!\d)")
_DATED_PATH = re.compile(
    r"/((?:19|20)\d\d)[-/_.]?(0[1-9]|1[0-2]|(?<=[-/_.])[1-9](?=[-/_.]|$))"
    r"(?:[-/_.]?(0[1-9]|[12]\d|3[01]|(?<=[-/_.])[1-9](?=[-/_.]|$)))?(?=[-/_.]|$)"
)
_MONTH = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])/?$")
_PAGE_IN_PATH = re.compile(r"/page/(\d{1,5})/?$", re.IGNORECASE)
_PAGE_PARAMETERS = ("page", "paged", "pg", "p")
_FEED_LINK = re.compile(rb"<(?:\w+:)?link\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_WORDPRESS = re.compile(rb"<generator>\s*https?://(?:\w+\.)*wordpress\.(?:org|com)\b", re.IGNORECASE)


def reaching_back(
    sitemaps: Sequence[str], changed: Mapping[str, datetime], back_to: datetime, now: datetime
) -> list[str]:
    """The sitemaps of an index that may name something of `back_to` or later, in their order.

    Left out are those changed last before it, and those whose name tells of a day, month or year that had
    ended by then, if the names of their like do, all in one way: sitemap-2001.xml may be the one after
    sitemap-2000.xml, and sitemap-2024-12.xml the one before sitemap-2024-13.xml.
    """
    grains: dict[str, set[int]] = {}
    for url in sitemaps:
        grains.setdefault(_shape(url), set()).add(_grain(url, now.year))

    def reaches(url: str) -> bool:
        dated = len(grains[_shape(url)]) == 1 and _grain(url, now.year) > 0
        end = _end_of_name(url) if dated else None
        return (end is None or end > back_to) and changed.get(url, now) >= back_to

    return [url for url in sitemaps if reaches(url)]


def _shape(url: str) -> str:
    return re.sub(r"\d+", "#", url)


def _dates(url: str) -> list[tuple[str, str | None, str | None]]:
    parts = urlsplit(url)
    return [(found[1], found[2], found[3]) for found in _DATE.finditer(f"{parts.path} {parts.query}")]


def _grain(url: str, last: int) -> int:
    """How exactly a name tells a time, by its first date: 1 a year, 2 a month, 3 a day; 0 not at all."""
    date = next(iter(_dates(url)), None)
    return len([part for part in date if part]) if date and int(date[0]) <= last else 0


def _end_of_name(url: str) -> datetime | None:
    """When the newest day, month or year ended that stands in an address."""
    return max((end for date in _dates(url) if (end := _end(*date))), default=None)


def _end(year: str, month: str | None, day: str | None) -> datetime | None:
    """When a day, a month or a year is over; None where there is no such day."""
    last_month = int(month or 12)
    with suppress(ValueError):
        last_day = int(day or monthrange(int(year), last_month)[1])
        return datetime(int(year), last_month, last_day, tzinfo=UTC) + timedelta(days=1)
    return None


def worth_fetching(candidates: Iterable[Candidate], back_to: datetime) -> list[Candidate]:
    """The candidates of `back_to` or later, and those without a date: only their pages have it."""
    return [c for c in candidates if (end := latest_date(c)) is None or end >= back_to]


def all_older(candidates: Sequence[Candidate], back_to: datetime) -> bool:
    """Whether a list has come to stories that are all older."""
    ends = [latest_date(candidate) for candidate in candidates]
    return bool(ends) and all(end is not None and end < back_to for end in ends)


def latest_date(candidate: Candidate) -> datetime | None:
    """The latest that a story may be of: its date, or the end of the day or month in its address.

    When it was changed says less than either: an old page may have been saved yesterday.
    """
    if candidate.published_at:
        return candidate.published_at
    dated = _DATED_PATH.search(urlsplit(candidate.url).path)
    return (_end(*dated.groups()) if dated else None) or candidate.modified_at


def older_pages(
    body: bytes, url: str, content_type: str | None, back_to: datetime, now: datetime
) -> list[str]:
    """Where the list of stories on an HTML page goes on, on its own site.

    Its archives by month, the newest first, from `back_to` until now; then its next page, by rel=next or by
    the number in the address. What else looks like a calendar is left alone: many have no end.
    """
    tree = parse_html(body, content_type)
    if tree is None:
        return []
    own = registered_domain(url)
    found = [link for link in _links(tree, url) if registered_domain(link[0]) == own]
    months = {month: address for address, _ in found if (month := _month(address))}
    first, last = (back_to.year, back_to.month), (now.year, now.month)
    archives = [months[month] for month in sorted(months, reverse=True) if first <= month <= last]
    following = [address for address, rel in found if "next" in rel or _follows(url, address)]
    return [address for address in dict.fromkeys([*archives, *following[:1]]) if address != url]


def _links(tree: html.HtmlElement, url: str) -> Iterator[tuple[str, list[str]]]:
    for link in links(tree, url, "a", "link"):
        yield link.address.partition("#")[0], (link.element.get("rel") or "").lower().split()
    for option in tree.iter("option"):  # WordPress offers its months in a list to choose from
        if "/" in (value := option.get("value") or "") and (address := absolute(value, url)):
            yield address, []


def _month(address: str) -> tuple[int, int] | None:
    parts = urlsplit(address)
    found = None if parts.query else _MONTH.search(parts.path)
    return (int(found[1]), int(found[2])) if found else None


def _follows(url: str, address: str) -> bool:
    """Whether an address is the same list's next page by its number."""
    (here, number), (there, following) = _numbered(url), _numbered(address)
    return here == there and following == number + 1


def _numbered(url: str) -> tuple[str, int]:
    """A list's address without the number of its page, and that number."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    number, kept = 1, []
    for name, value in pairs:
        if name.lower() in _PAGE_PARAMETERS and value.isascii() and value.isdigit():
            number = int(value[:6])
        else:
            kept.append((name, value))
    path = parts.path
    if found := _PAGE_IN_PATH.search(path):
        number, path = int(found[1]), path[: found.start()]
    return urlunsplit(("", parts.netloc, path.rstrip("/"), urlencode(kept), "")), number


def older_feed(body: bytes, url: str) -> list[str]:
    """Where a feed goes on: by its own word, or by WordPress's way of numbering pages.

    https://www.rfc-editor.org/rfc/rfc5005, https://www.jsonfeed.org/version/1.1/
    """
    if named := re.search(rb'"next_url"\s*:\s*"([^"]+)"', body[:100_000]):
        address = absolute(named[1].decode("utf-8", "replace").replace("\\/", "/"), url)
        return [address] if address else []
    for tag in _FEED_LINK.findall(body):
        said = {
            name.lower(): double or single
            for name, double, single in _ATTRIBUTE.findall(tag.decode("latin-1"))
        }
        if {"next", "prev-archive"} & set(said.get("rel", "").lower().split()):
            address = absolute(said.get("href", ""), url)
            return [address] if address else []
    return [_next_of_wordpress(url)] if _WORDPRESS.search(body) else []


def _next_of_wordpress(url: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    number = query.get("paged", "1")
    query["paged"] = str(int(number[:6]) + 1 if number.isascii() and number.isdigit() else 2)
    return urlunsplit(parts._replace(query=urlencode(query)))
