"""Picks the part of a text that shows why it was found."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from storage.search.query import Term
from storage.search.words import fold, is_undivided, words_in

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


class _Unit(NamedTuple):
    """A word of a text, or one letter of an undivided script; a tuple, for a text has thousands."""

    start: int
    end: int
    folded: str
    joined: bool
    """It is part of one run with the unit before."""


def passage_of(text: str, wanted: Sequence[Term], width: int = WIDTH) -> str:
    """The stretch of `text` that has most of what is looked for, marked; its beginning if it has none."""
    text = text.translate(_PLAIN)
    matches = _apart(sorted(_matches(text, wanted)))
    return _cut(text, matches, _best_start(matches, width), width)


def marked_text(text: str, wanted: Sequence[Term]) -> str:
    """All of `text` on one line, what is looked for marked."""
    text = text.translate(_PLAIN)
    return _cut(text, _apart(sorted(_matches(text, wanted))), 0, len(text))


def _matches(text: str, wanted: Sequence[Term]) -> Iterator[Match]:
    units = list(_units(text))
    places: dict[str, list[int]] = {}
    for number, (_, _, folded, _) in enumerate(units):
        places.setdefault(folded, []).append(number)
    for part, term in enumerate(wanted):
        letters = [unit for piece in term.shown for unit in _units(piece)]
        if not letters:
            continue
        open_end = term.prefix and not is_undivided(letters[-1].folded)
        for place in _starts(letters, places, open_end=open_end):
            here = units[place : place + len(letters)]
            if len(here) == len(letters) and _same(here, letters, open_end=open_end):
                yield Match(here[0].start, here[-1].end, part)


def _starts(letters: Sequence[_Unit], places: Mapping[str, list[int]], *, open_end: bool) -> Iterator[int]:
    first = letters[0].folded
    if len(letters) > 1 or not open_end:
        yield from places.get(first, ())
    else:
        for folded, here in places.items():
            if folded.startswith(first):
                yield from here


def _same(here: Sequence[_Unit], letters: Sequence[_Unit], *, open_end: bool) -> bool:
    last = len(letters) - 1
    return all(
        (unit.folded == letter.folded or (open_end and n == last and unit.folded.startswith(letter.folded)))
        and (n == 0 or unit.joined == letter.joined)
        for n, (unit, letter) in enumerate(zip(here, letters, strict=True))
    )


def _units(text: str) -> Iterator[_Unit]:
    known: dict[str, tuple[str, bool]] = {}
    for start, word in words_in(text):
        found = known.get(word)
        if found is None:
            folded = word.lower() if word.isascii() else fold(word)
            found = known[word] = (folded, not folded.isascii() and is_undivided(folded))
        if found[1]:
            yield from _letters(start, word)
        else:
            yield _Unit(start, start + len(word), found[0], False)


def _letters(end: int, word: str) -> Iterator[_Unit]:
    joined = False
    for undivided, letters in groupby(word, lambda letter: is_undivided(fold(letter))):
        for part in letters if undivided else ["".join(letters)]:
            yield _Unit(end, end + len(part), fold(part), joined)
            end, joined = end + len(part), undivided
        joined = False


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
