"""Which rights a publisher reserves in a page, and in the headers it came with; docs/rights.md tells of each.

A reservation is a short text, "place: what". Nothing is guessed: what cannot be read is none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime

from pipelines.metadata.head import Head

READ_HEADERS = ("x-robots-tag", "tdm-reservation", "tdm-policy", "content-usage", "content-signal")
"""Headers that may reserve something; names in lower case."""
OF_ROBOTS = "robots: "
"""How what robots.txt reserves begins."""
OF_PAGE = "meta: "
"""How what the document itself reserves begins."""

_DIRECTIVES = ("noindex", "noarchive", "nosnippet", "nocache", "noai", "noimageai")
_NAMES = {"robots": "", "copydesk": "", "googlebot": "googlebot ", "googlebot-news": "googlebot-news "}
"""Whom directives are for that are read: everybody, us, and Google, as many sites name no other."""
_UNAVAILABLE_AFTER = "unavailable_after"
_SIGNALS = ("search", "ai-input", "ai-train")
"""https://contentsignals.org"""
_USAGES = ("bots", "train-ai", "train-genai", "ai-output", "search")
"""https://datatracker.ietf.org/doc/draft-ietf-aipref-vocab, this and earlier drafts."""
_LONGEST_POLICY = 300
_WITH_MORE = ("tdm-policy", *(f"{whom}{_UNAVAILABLE_AFTER}" for whom in _NAMES.values()))
"""What is said with an address or a day behind it."""


def reservations_in(head: Head, headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What a document's meta elements and its headers reserve, each once."""
    return tuple(dict.fromkeys([*in_headers(headers), *_in_metas(head)]))


def in_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What an answer's headers reserve; there may be several of one name."""
    headers = [(name.lower(), value.strip()) for name, value in headers]
    for name, value in headers:
        if name == "x-robots-tag":
            yield from (f"x-robots-tag: {told}" for told in _tagged(value))
        elif name == "content-usage":
            yield from (f"header: {told}" for told in usages_in(value))
        elif name == "content-signal":
            yield from (f"header: {told}" for told in signals_in(value))
    policies = [value for name, value in headers if name == "tdm-policy"]
    yield from _tdm("header", [value for name, value in headers if name == "tdm-reservation"], policies)


def _in_metas(head: Head) -> Iterator[str]:
    for name, whom in _NAMES.items():
        for content in head.all_metas(name):
            yield from (f"{OF_PAGE}{whom}{told}" for told in _directives(content))
    yield from _tdm("meta", head.all_metas("tdm-reservation"), head.all_metas("tdm-policy"))


def _tdm(place: str, reservations: Sequence[str], policies: Sequence[str]) -> Iterator[str]:
    """What the TDM Reservation Protocol reserves: https://www.w3.org/community/reports/tdmrep/"""
    if "1" not in reservations:
        return
    yield f"{place}: tdm-reservation"
    for policy in policies[:1]:
        if re.fullmatch(r"https?://\S+", policy) and len(policy) <= _LONGEST_POLICY:
            yield f"{place}: tdm-policy {policy}"


def _tagged(value: str) -> Iterator[str]:
    """What an X-Robots-Tag says; without a name before it to everybody, else to whom it names.

    https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
    """
    name, colon, rest = value.partition(":")
    name = name.strip().lower()
    if not colon or " " in name or "," in name or name == _UNAVAILABLE_AFTER or name.startswith("max-"):
        yield from _directives(value)
    elif (whom := _NAMES.get(name)) is not None:
        yield from (f"{whom}{told}" for told in _directives(rest))


def _directives(value: str) -> Iterator[str]:
    lowered = value.lower()
    before, marker, _ = lowered.partition(_UNAVAILABLE_AFTER)
    if marker and (day := _day(value[len(before) + len(marker) :].lstrip(" :"))):
        yield f"{_UNAVAILABLE_AFTER} {day}"
    words = re.split(r"[,;\s]+", before if marker else lowered)
    if "none" in words:  # noindex and nofollow
        yield "noindex"
    yield from (word for word in _DIRECTIVES if word in words)


def _day(text: str) -> str | None:
    """The day of a date as HTTP, e-mail or ISO 8601 have it, in UTC where it names a zone."""
    if match := re.match(r"\d{4}-\d\d-\d\d", text):
        return match[0]
    try:
        when = parsedate_to_datetime(text)
        return f"{when.astimezone(UTC) if when.tzinfo else when:%Y-%m-%d}"
    except (ValueError, OverflowError):
        return None


def signals_in(value: str) -> list[str]:
    """What a Content-Signal withholds: "search=yes, ai-train=no"."""
    return [f"content-signal {name}=no" for name in _SIGNALS if _pairs(value).get(name) == "no"]


def usages_in(value: str) -> list[str]:
    """What a Content-Usage withholds: "train-ai=n". Of a key, the last value counts (RFC 8941, 3.2)."""
    found = _pairs(value)
    return [f"content-usage {name}=n" for name in _USAGES if found.get(name) in ("n", "?0")]


def _pairs(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.lower().split(","))
    return {name.strip(): said.partition(";")[0].strip() for name, _, said in pairs}


def possible(agents: Iterable[str]) -> Iterator[str]:
    """Every reservation that can be read, without address or day; `agents`: those of robots.txt."""
    usages = [
        *(f"content-signal {name}=no" for name in _SIGNALS),
        *(f"content-usage {name}=n" for name in _USAGES),
    ]
    directives = [f"{whom}{word}" for whom in _NAMES.values() for word in (*_DIRECTIVES, _UNAVAILABLE_AFTER)]
    for place, told in (
        ("robots", [*agents, *usages]),
        ("header", [*usages, "tdm-reservation", "tdm-policy"]),
        ("x-robots-tag", directives),
        ("meta", [*directives, "tdm-reservation", "tdm-policy"]),
    ):
        yield from (f"{place}: {what}" for what in told)


def without_more(name: str) -> str:
    """A reservation's name without the address or the day behind it."""
    place, colon, what = name.rpartition(": ")
    told = next((one for one in _WITH_MORE if what.lower().startswith(f"{one} ")), what)
    return f"{place}{colon}{told}"
