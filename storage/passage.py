"""Picks the part of a text that shows why it was found."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.query import Query
from storage.words import fold, words_in

MATCH_START, MATCH_END = "\x02", "\x03"
"""Stand before and after each match: characters that no article holds."""

WIDTH = 240
"""Characters of a passage, about."""

_PLAIN = str.maketrans("\n\t", "  ", MATCH_START + MATCH_END)
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A stretch of the text that matches a part of the query, by the part's number."""

    start: int
    end: int
    part: int


def passage_of(text: str, query: Query, width: int = WIDTH) -> str:
    """The stretch of `text` that matches most of the query, marked; its beginning if none does."""
    text = text.translate(_PLAIN)
    found = sorted([*_phrases(text, query.phrases), *_passages(text, query.passages, len(query.phrases))])
    matches = _apart(found)
    return _cut(text, matches, _best_start(matches, width), width)


def _phrases(text: str, phrases: Sequence[str]) -> Iterator[Match]:
    words = list(words_in(text))
    places: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        places.setdefault(word.folded, []).append(number)
    for part, phrase in enumerate(fold(phrase).split() for phrase in phrases):
        for place in places.get(phrase[0], ()):
            here = words[place : place + len(phrase)]
            if [word.folded for word in here] == phrase:
                yield Match(here[0].start, _after_marks(text, here[-1].end), part)


def _after_marks(text: str, end: int) -> int:
    """Behind the vowel signs that stand after a letter: in the scripts of India they end many a word."""
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):
        end += 1
    return end


def _passages(text: str, passages: Sequence[str], first_part: int) -> Iterator[Match]:
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text  # a letter whose small form is two would shift every place after it
    for part, wanted in enumerate(passages, first_part):
        place = lowered.find(wanted)
        while place >= 0:
            yield Match(place, place + len(wanted), part)
            place = lowered.find(wanted, place + len(wanted))


def _apart(matches: Sequence[Match]) -> list[Match]:
    """The matches that do not begin within an earlier one."""
    kept: list[Match] = []
    for match in matches:
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


def _best_start(matches: Sequence[Match], width: int) -> int:
    """Where the window that holds most parts of the query begins, with some room before it."""
    best, most, after = 0, 0, 0
    inside: Counter[int] = Counter()
    for match in matches:
        while after < len(matches) and matches[after].end <= match.start + width:
            inside[matches[after].part] += 1
            after += 1
        if len(+inside) > most:
            best, most = match.start, len(+inside)
        inside[match.part] -= 1
    return max(0, best - width // 4)


def _cut(text: str, matches: Sequence[Match], start: int, width: int) -> str:
    """About `width` characters of `text` from `start` on, whole words, on one line, the matches marked."""
    if start:
        space = text.rfind(" ", max(0, start - _LONGEST_WORD), start)
        start = start if space < 0 else space + 1
    end = start + width
    end = len(text) if end >= len(text) else max(text.rfind(" ", start, end), start + width // 2)
    pieces, place = [], start
    for match in matches:
        if start <= match.start and match.end <= end:
            pieces += [text[place : match.start], MATCH_START, text[match.start : match.end], MATCH_END]
            place = match.end
    line = " ".join("".join([*pieces, text[place:end]]).split())
    return ("… " if start else "") + line + (" …" if end < len(text) else "")
