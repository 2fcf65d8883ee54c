"""Which of a page's titles is the article's, without the site's name."""

import re
from collections.abc import Sequence

from pipelines.fingerprint import words_of
from pipelines.head import Head, plain

_SEPARATOR = re.compile(r"\s*(?:\s[-–—·•/»›«‹]\s|--+|[|｜]|::+|\s[-–—»›«‹]$)\s*")
_BREAK = re.compile(r"\s*[-–—·•|｜:：»›/,]|\s*\[")


_TYPED = str.maketrans(dict.fromkeys("\"'“”„«»‘’‚‹›`´", "'"))


def choose_title(head: Head, site_names: Sequence[str] = (), hint: str | None = None) -> str:
    """The article's title; empty if the page has none.

    h1, og:title, JSON-LD headline and <title> each are right on less than three pages in four. The site's
    name is cut off first. Then an og:title that is not merely the search engine's <title> was written by an
    editor; where it is, what heading and JSON-LD agree on is believed.
    """
    sites = [words for name in site_names if (words := words_of(name))]
    raw = {
        "ld": plain(head.said("headline") or head.said("name")),
        "og": plain(head.meta("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title")),
        "title": head.title,
    }
    headings = [heading for heading in head.headings if not _names_site(heading, sites)]
    heading = _fitting_heading(headings, list(raw.values()))
    complete = [heading, *raw.values()]
    ld, og, title = (_without_site(text, complete, sites) for text in raw.values())
    if og and not _alike(og, title):
        return _best_spelling(og, [heading, ld])
    if ld and heading and _alike(heading, ld):
        return _best_spelling(ld, [heading])
    return og or ld or heading or title or plain(hint)


def _fitting_heading(headings: Sequence[str], others: Sequence[str]) -> str:
    """The h1 that shares most words with the other titles; the first, if none does."""
    known = [set(words_of(other)) for other in others if other]

    def fit(heading: str) -> float:
        words = set(words_of(heading))
        return max((len(words & other) / len(words | other) for other in known if words | other), default=0)

    return max(headings, key=fit, default="")


def _without_site(text: str, others: Sequence[str], sites: Sequence[list[str]]) -> str:
    """`text` cut where another title ends in it, or before and after a separator where the site's name is."""
    for other in sorted(set(others), key=len):
        rest = text[len(other) :]
        if len(other) >= 12 and text.startswith(other) and _BREAK.match(rest) and _is_tail(rest, sites):
            return other
    parts = _SEPARATOR.split(text)
    cuts = list(_SEPARATOR.finditer(text))
    while len(parts) > 1 and _names_site(parts[-1], sites):
        parts.pop()
        text = text[: cuts.pop().start()]
    if len(parts) > 1 and words_of(parts[0]) and _names_site(parts[0], sites):
        text = text[cuts[0].end() :]
    return text


def _is_tail(rest: str, sites: Sequence[list[str]]) -> bool:
    """Whether what follows a title is only the site, its section, or a date."""
    words = words_of(rest)
    return bool(_SEPARATOR.match(rest)) or any(_contains(words, site) for site in sites)


def _names_site(part: str, sites: Sequence[list[str]]) -> bool:
    words = words_of(part)
    return not words or any(
        "".join(words) == "".join(site) or (_contains(words, site) and len(words) <= len(site) + 3)
        for site in sites
    )


def _contains(words: list[str], wanted: list[str]) -> bool:
    return any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1))


def _alike(one: str, other: str) -> bool:
    return bool(one) and words_of(one) == words_of(other)


def _best_spelling(title: str, others: Sequence[str]) -> str:
    """The heading's quotation marks for the same title: meta tags often have straight ones."""
    return next((other for other in others if _typed(other) == _typed(title)), title)


def _typed(title: str) -> str:
    return title.translate(_TYPED)
