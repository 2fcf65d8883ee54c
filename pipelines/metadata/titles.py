"""Which of a page's titles is the article's headline, without the site's name and without its kicker."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from pipelines.document.layout import key_of
from pipelines.fingerprint import words_of
from pipelines.metadata.dates import parse_date
from pipelines.metadata.head import Head, plain
from pipelines.metadata.headings import Heading, in_trail, line_above, read_headings

_SEPARATOR = re.compile(r"(?:(?<!\s)\s+)?(?:\s[-–—·•/»›«‹]\s|--+|[|｜]|::+|\s[-–—»›«‹]$)\s*")
_BREAK = re.compile(r"\s*[-–—·•|｜:：»›/,]|\s*\[")
_JOINT = re.compile(r"(?:[:：|｜]|\s[-–—])\s*$")
_OG_NAMES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title")
_ELLIPSES = ("…", "...")
_LONGEST = 500
"""Characters of a stated title that are read."""
_MOST_CUTS = 8
"""Separators of a title at which it may end."""
_FEWEST_WORDS = 3
"""Words of a heading that is no rubric with the site's name."""
_LONGEST_KICKER = 90
"""Characters."""
_TYPED = str.maketrans(dict.fromkeys("\"'“”„«»‘’‚‹›`´", "'"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What stands over an article."""

    title: str
    kicker: str | None = None
    """The line above the headline."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where a title stands in a heading."""

    heading: Heading
    before: str
    """What the heading has before it, which is then the kicker."""


def choose_headline(
    head: Head, tree: HtmlElement, site_names: Sequence[str] = (), hint: str | None = None
) -> Headline:
    """The article's headline and kicker; an empty title if the page has none.

    h1, og:title, the JSON-LD headline and <title> each are right on less than three pages in four. First each
    loses what is not the headline: the site's name, and what follows where another title ends. One that is
    cut off is passed over. Then, the first that holds:

    1. A title that is a piece of its own in a heading which has something before it: that is the kicker.
    2. og:title, where it is not merely the search engine's <title>: an editor wrote it.
    3. Of JSON-LD, og:title and <title> the first that a heading of the article shows. An h1 in a navigation
       or a list is no such heading: it is a trail of links that ends in what search engines are to see.
    4. og:title, JSON-LD, the h1 with most words of the others, <title>, and what the feed said.

    Where all titles have a kicker before a colon, it is part of the title. Of several spellings that differ
    in quotation marks only the heading's is taken, because many meta tags have straight ones.
    """
    sites = [words for name in site_names if (words := words_of(name))]
    stated = (plain(head.said("headline") or head.said("name")), plain(head.meta(*_OG_NAMES)), head.title)
    said = tuple(text[:_LONGEST].rstrip() for text in stated)
    # a <title> with the site's name ends in no heading
    ends = (*said, *_fronts(said[1]), *_fronts(said[2]))
    headings = [
        found
        for found in read_headings(tree, ends)
        if not _names_site(found.text, sites) or _is_stated(found.text, said[:2], sites)
    ]
    top = _fitting_heading([heading.text for heading in headings if heading.level == 1], said)
    if _is_rubric(top, said, sites):
        sites, top = [*sites, words_of(top)], ""
    whole = (top, *said)
    ld, og, title = (_cleaned(text, whole, sites, headings) for text in said)
    shown = {text: found for text in (ld, og, title) if text and (found := _shown(text, headings))}
    under_kicker = (text for text, found in shown.items() if found.before)
    written = og if og and not _alike(og, title) else ""
    seen = (text for text in (ld, og, title) if text in shown)
    chosen = next(under_kicker, "") or written or next(seen, "") or og or ld or top or title or plain(hint)
    chosen = _best_spelling(chosen, [top, ld])
    found = shown.get(chosen) or _shown(chosen, headings)
    kickers = (text.strip(" :|–—-·•/") for text in _kickers(chosen, found, whole[:3]))
    return Headline(title=chosen, kicker=next((k for k in kickers if _is_kicker(k, chosen, sites)), None))


def _fitting_heading(headings: Sequence[str], others: Sequence[str]) -> str:
    """The h1 that shares most words with the other titles; the first, if none does."""
    known = [set(words_of(other)) for other in others if other]

    def fit(heading: str) -> float:
        words = set(words_of(heading))
        return max((len(words & other) / len(words | other) for other in known if words | other), default=0)

    return max(headings, key=fit, default="")


def _is_stated(heading: str, said: Iterable[str], sites: Sequence[list[str]]) -> bool:
    """Whether a heading with the site's name in it, and more, is what the page says its headline is."""
    key = key_of(heading)
    return all(key != "".join(site) for site in sites) and all(key == key_of(text) for text in said)


def _is_rubric(heading: str, said: Iterable[str], sites: Sequence[list[str]]) -> bool:
    """Whether an h1 of a word or two is over more than this article: no other title has it for its own.

    "Sections" over an article of which the other titles have no word; "Outdoornews" at the end of <title>.
    """
    words = words_of(heading)
    others = [words_of(text) for text in said if not _names_site(text, sites)]
    if not others or not 0 < len(words) < _FEWEST_WORDS:
        return False
    shared = any(set(words) & set(other) for other in others)
    last = any(len(parts := _SEPARATOR.split(text)) > 1 and words_of(parts[-1]) == words for text in said)
    return not shared or last


def _cleaned(
    text: str, others: Sequence[str], sites: Sequence[list[str]], headings: Sequence[Heading]
) -> str:
    """`text` without what is no headline; empty if it is cut off."""
    if turned := _turned(text, headings):
        return turned
    # what a heading shows is no addition of the meta tags
    shown = _shown(text, headings)
    if shown is not None and not shown.before and len(words_of(text)) > _FEWEST_WORDS:
        return text
    others = others if shown is None else ()
    return _unless_cut_off(_without_site(text, others, sites), others)


def _turned(text: str, headings: Iterable[Heading]) -> str:
    """The headline in "Headline - Kicker", where a heading has the kicker first; else empty."""
    key = key_of(text)
    for heading in headings:
        letters = heading.letters
        if sum(map(len, letters)) != len(key):
            continue
        for number in range(1, min(len(letters), 6)):
            front, back = "".join(letters[:number]), "".join(letters[number:])
            if front and back and key == back + front and not in_trail(heading.element):
                return next((part for part in _fronts(text) if key_of(part) == back), "")
    return ""


def _fronts(text: str) -> Iterator[str]:
    """What stands before each of the first separators of `text`."""
    return (text[: cut.start()] for cut in islice(_SEPARATOR.finditer(text), _MOST_CUTS))


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


def _unless_cut_off(text: str, others: Sequence[str]) -> str:
    """`text`, or nothing where it ends in the middle of another title."""
    bare = next((text.removesuffix(mark).rstrip() for mark in _ELLIPSES if text.endswith(mark)), text)
    for other in others:
        rest = other[len(bare) :]
        if len(bare) >= 12 and rest and other.startswith(bare) and not _BREAK.match(rest.lstrip(".…")):
            within_word = rest[0].isalnum() and bare[-1].isalnum()
            if (bare != text and rest not in _ELLIPSES) or (within_word and " " in bare):
                return ""
    return text


def _is_tail(rest: str, sites: Sequence[list[str]]) -> bool:
    """Whether what follows a title is only the site, its section, or a date."""
    words = words_of(rest)
    return (
        bool(_SEPARATOR.match(rest))
        or any(_contains(words, site) for site in sites)
        or (len(words) <= 8 and parse_date(rest, "text") is not None)
    )


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


def _shown(text: str, headings: Iterable[Heading]) -> _Shown | None:
    """The first heading of the article that shows `text`, as its whole or as its end."""
    key = key_of(text)
    for heading in headings if key else ():
        joined = "".join(heading.letters)
        if not joined.endswith(key) or in_trail(heading.element):
            continue
        before = _pieces_before(heading, len(joined) - len(key))
        if before or joined == key:
            return _Shown(heading, before)
    return None


def _pieces_before(heading: Heading, length: int) -> str:
    """The pieces that make up the first `length` letters; empty if that ends within a piece."""
    count = 0
    for number, letters in enumerate(heading.letters):
        if count == length:
            return " ".join(piece for piece in heading.pieces[:number] if key_of(piece))
        count += len(letters)
    return ""


def _kickers(title: str, shown: _Shown | None, others: Iterable[str]) -> Iterator[str]:
    """What may be the kicker: in the heading, above it, or glued to the title elsewhere."""
    if shown:
        yield shown.before
        yield line_above(shown.heading.element)
    for other in others:
        front = other.removesuffix(title)
        if front != other and (joint := _JOINT.search(front[-4:])):
            yield front[: -len(joint[0])].rstrip()


def _is_kicker(text: str, title: str, sites: Sequence[list[str]]) -> bool:
    words = words_of(text)
    return (
        bool(words)
        and any(letter.isalpha() for letter in text)
        and len(text) <= _LONGEST_KICKER
        and not _names_site(text, sites)
        and words != words_of(title)
        and words_of(title)[: len(words)] != words
        and parse_date(text, "text") is None
    )
