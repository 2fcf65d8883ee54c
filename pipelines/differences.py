"""What differs between two texts, word by word, in a time that grows with their length and not its square."""

import enum
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.wording import UNDIVIDED

# A word keeps its accents, vowel signs and apostrophes, and a number its points; a letter of a script without
# spaces is a word. Each run of space is a piece of its own, and so is each other sign.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff\u200c\u200d"
_SIGNS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b6-\u17d3\u3099\u309a"
)
"""What stands on, under or behind a letter of Thai, Lao, Myanmar, Khmer and kana."""
_LETTERS = rf"(?:[^\W{UNDIVIDED}]|[{_MARKS}])+"
_PIECE = re.compile(rf"{_LETTERS}(?:[.,:'’\-]{_LETTERS})*|[{UNDIVIDED}][{_SIGNS}]*|\n|[^\S\n]+|.", re.DOTALL)

_LINE = re.compile(r"\n|[^\n]+")

_MOST_EDITS = 100
"""Insertions and deletions that are looked for in a passage in which nothing stands just once. One with more
has been written anew: it is shown so, which is easier to read than the words that happen to be in both."""

_ONCE = (1, 4, 16)
"""Pieces in a row that are looked for just once in each text: in a long one no single word may be so."""

_Span = tuple[int, int, int, int]
"""Where a stretch of one text begins and ends, and one of the other."""


class Fate(enum.StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of text, and what became of it."""

    fate: Fate
    text: str


def word_diff(then: str, now: str) -> list[Stretch]:
    """How `now` came from `then`. All but the added is `then`, and all but the removed is `now`.

    Lines are compared first, then the words of those that differ. Between what both have just once (as in
    patience diff, https://bramcohen.livejournal.com/73318.html) the shortest way is looked for (Myers 1986,
    "An O(ND) Difference Algorithm"), as long as it is short.
    """
    before, after = _LINE.findall(then), _LINE.findall(now)
    stretches: list[Stretch] = []
    for same, (a, b, c, d) in _spans(before, after):
        if same:
            stretches.append(Stretch(fate=Fate.SAME, text="".join(before[a:b])))
        else:
            stretches += _words_between("".join(before[a:b]), "".join(after[c:d]))
    return _joined(stretches)


def words_changed(stretches: Sequence[Stretch]) -> tuple[int, int]:
    """How many words were added, and how many removed."""
    count = Counter[Fate]()
    for stretch in stretches:
        if stretch.fate is not Fate.SAME:
            count[stretch.fate] += sum(piece[:1].isalnum() for piece in _PIECE.findall(stretch.text))
    return count[Fate.ADDED], count[Fate.REMOVED]


def _words_between(then: str, now: str) -> Iterator[Stretch]:
    before, after = _PIECE.findall(then), _PIECE.findall(now)
    for same, (a, b, c, d) in _spans(before, after):
        if same:
            yield Stretch(fate=Fate.SAME, text="".join(before[a:b]))
            continue
        yield Stretch(fate=Fate.REMOVED, text="".join(before[a:b]))
        yield Stretch(fate=Fate.ADDED, text="".join(after[c:d]))


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """What was removed and added in a row, together; a lone space between two changes belongs to both."""
    found: list[Stretch] = []
    removed = added = space = ""

    def flush() -> None:
        nonlocal removed, added, space
        for fate, text in ((Fate.REMOVED, removed), (Fate.ADDED, added), (Fate.SAME, space)):
            if text:
                found.append(Stretch(fate=fate, text=text))
        removed = added = space = ""

    for stretch in stretches:
        if stretch.fate is Fate.SAME:
            if stretch.text == " " and (removed or added) and not space:
                space = " "
            else:
                flush()
                found.append(stretch)
        elif stretch.text:
            removed, added, space = removed + space, added + space, ""
            if stretch.fate is Fate.REMOVED:
                removed += stretch.text
            else:
                added += stretch.text
    flush()
    return _merged(found)


def _merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for stretch in stretches:
        if merged and merged[-1].fate is stretch.fate:
            merged[-1] = Stretch(fate=stretch.fate, text=merged[-1].text + stretch.text)
        else:
            merged.append(stretch)
    return merged


def _spans(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[bool, _Span]]:
    """The stretches of two sequences in order, each with whether it is the same in both."""
    at = over = 0
    for start, end, length in _matches(before, after):
        if start > at or end > over:
            yield False, (at, start, over, end)
        if length:
            yield True, (start, start + length, end, end + length)
        at, over = start + length, end + length


def _matches(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(place in one, place in the other, length) of what is the same, in order; the last is of length 0."""
    open_spans: list[tuple[bool, _Span]] = [(False, (0, len(before), 0, len(after)))]
    while open_spans:  # a stack: texts may need more levels than Python has
        same, (a, b, c, d) = open_spans.pop()
        if same:
            yield a, c, b - a
            continue
        first = a
        while a < b and c < d and before[a] == after[c]:
            a, c = a + 1, c + 1
        last = b
        while a < b and c < d and before[b - 1] == after[d - 1]:
            b, d = b - 1, d - 1
        if a > first:
            yield first, c - (a - first), a - first
        if last > b:
            open_spans.append((True, (b, last, d, d + last - b)))
        if a < b and c < d:
            anchors = _anchors(before, after, (a, b, c, d)) or _shortest_way(before, after, (a, b, c, d))
            open_spans += reversed(_around(anchors, (a, b, c, d)))
    yield len(before), len(after), 0


def _around(anchors: Sequence[tuple[int, int]], span: _Span) -> list[tuple[bool, _Span]]:
    """Single elements that are the same, and the stretches between them that are to be compared."""
    a, b, c, d = span
    parts: list[tuple[bool, _Span]] = []
    for one, other in anchors:
        parts += [(False, (a, one, c, other)), (True, (one, one + 1, other, other + 1))]
        a, c = one + 1, other + 1
    return [*parts, (False, (a, b, c, d))] if anchors else []


def _anchors(before: Sequence[str], after: Sequence[str], span: _Span) -> list[tuple[int, int]]:
    """Where both have what they have just once: a piece, or where there is none, the first of several."""
    a, b, c, d = span
    for length in _ONCE:
        runs, others = _runs(before[a:b], length), _runs(after[c:d], length)
        once, other = Counter(runs), Counter(others)
        places = {run: place for place, run in enumerate(others, c) if other[run] == 1}
        pairs = [
            (place, places[run]) for place, run in enumerate(runs, a) if once[run] == 1 and run in places
        ]
        if pairs:
            return _rising(pairs)
    return []


def _runs(pieces: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return list(zip(*(pieces[start:] for start in range(length)), strict=False))


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many of the pairs as rise in both numbers: the longest increasing subsequence."""
    tops: list[int] = []
    last: list[int] = []
    earlier: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        earlier.append(last[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [place]
        last[pile : pile + 1] = [number]
    rising: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        rising.append(pairs[number])
        number = earlier[number]
    return rising[::-1]


def _shortest_way(before: Sequence[str], after: Sequence[str], span: _Span) -> list[tuple[int, int]]:
    """What stays on the shortest way from one stretch to the other; nothing if it takes too many edits."""
    a, b, c, d = span
    size, other = b - a, d - c
    reached = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(size + other, _MOST_EDITS) + 1):
        trace.append(dict(reached))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
            )
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            while x < size and x - diagonal < other and before[a + x] == after[c + x - diagonal]:
                x += 1
            reached[diagonal] = x
            if x >= size and x - diagonal >= other:
                return [(a + i, c + j) for i, j in _way_back(trace, size, other)]
    return []


def _way_back(trace: Sequence[dict[int, int]], size: int, other: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    x, y = size, other
    for edits in range(len(trace) - 1, -1, -1):
        reached, diagonal = trace[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
        )
        earlier = diagonal + 1 if down else diagonal - 1
        from_x = reached[earlier] if edits else 0
        from_y = from_x - earlier if edits else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = from_x, from_y
    return kept[::-1]
