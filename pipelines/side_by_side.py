"""Lays two texts side by side: what they have in common, and what stands in one in the place of the other's.

What is seen is judged in pipelines/likeness.py.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pipelines.wording import Wording, counts_up_to

PASSAGE = 12
"""Shared runs that stand together make a passage if they have so many words; fewer are met by chance."""
_PASSAGE_OF_LETTERS = 24
"""The same in scripts without spaces."""
_ANCHOR, _ANCHOR_OF_LETTERS = 3, 6
"""Words (letters in scripts without spaces) in common from which on a shared run is looked for."""
_GAP = 16
"""Words between two shared runs that may stand for each other."""
_NEAR = 64
"""Words after a shared run within which the next one may begin, however short it is."""
_ALONE = 4
"""A run elsewhere must be so many times longer than an anchor: sentences of a form come in any order."""
_TIGHT = 3
"""A figure that changes takes at most so many words with it."""
_PLACES = 8
"""Places of one text looked at for a run of the other that is met more often."""
_NO_DIGITS = re.compile(r"[^0-9]+")
_SAMPLES = 40
"""Places of the shorter text that are looked for in the longer before the two are laid side by side."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that both texts have, in the same order."""

    first: int
    second: int
    size: int


@dataclass(slots=True)
class Evidence:
    """What is seen when two texts are laid side by side. Shares are from 0 to 1."""

    of_shorter: float = 0.0
    """Share of the shorter text's words that stand in the longer."""
    of_longer: float = 0.0
    ratio: float = 0.0
    """Length of the shorter by that of the longer."""
    words: int = 0
    """Words in common."""
    numbers: int = 0
    """Numbers in what they share."""
    names: int = 0
    """Names in what they share."""
    other_numbers: int = 0
    """Numbers that stand against another number."""
    other_names: int = 0
    other_labels: int = 0
    """Shared passages that stand behind another label: "Monday: …"."""
    changed_figures: int = 0
    """Of the numbers that stand against another one, those with hardly another word changed around them."""
    replaced: int = 0
    """Words of the longest passage of the shorter that has a passage of the longer in its place."""
    replaced_in_all: int = 0
    """The same of all such passages together."""
    own_passages: int = 0
    """Words of the longer in passages that the shorter does not have."""
    own_head: int = 0
    """Words of the shorter before what is shared."""
    deep: float = 0.0
    """Where in the longer what is shared begins."""


def may_be_alike(shorter: Wording, longer: Wording) -> bool:
    """Whether some of the shorter text's words, looked for here and there, stand in the longer."""
    size = _ANCHOR_OF_LETTERS if shorter.undivided else _ANCHOR
    step = max(1, (len(shorter) - size) // _SAMPLES)
    held = " ".join(longer.words)
    found = tried = 0
    for place in range(0, len(shorter) - size + 1, step):
        tried += 1
        found += " ".join(shorter.words[place : place + size]) in held
    return found * 8 >= tried


def lay_side_by_side(shorter: Wording, longer: Wording) -> Evidence:
    """What two texts have in common, and what stands in one in the place of something in the other."""
    seen = Evidence()
    if not len(shorter):
        return seen
    least = _PASSAGE_OF_LETTERS if shorter.undivided or longer.undivided else PASSAGE
    passages = [one for one in _passages(_shared_runs(longer, shorter)) if sum(r.size for r in one) >= least]
    in_longer, in_shorter = bytearray(len(longer)), bytearray(len(shorter))
    numbers, names = counts_up_to(shorter.numbers), counts_up_to(shorter.names)
    for passage in passages:
        for run in passage:
            in_longer[run.first : run.first + run.size] = b"\1" * run.size
            in_shorter[run.second : run.second + run.size] = b"\1" * run.size
            seen.numbers += numbers[run.second + run.size] - numbers[run.second]
            seen.names += names[run.second + run.size] - names[run.second]
        for before, after in pairwise(passage):
            a = slice(before.first + before.size, after.first)
            b = slice(before.second + before.size, after.second)
            _weigh_gap(seen, longer, a, shorter, b, in_longer, in_shorter)
    _weigh_ends(seen, passages, longer, in_longer, shorter, in_shorter)
    seen.words = min(sum(in_longer), sum(in_shorter))
    seen.of_shorter, seen.of_longer = seen.words / len(shorter), seen.words / len(longer)
    seen.ratio = len(shorter) / len(longer)
    _weigh_passages(seen, passages, len(longer), len(shorter))
    return seen


def _weigh_ends(
    seen: Evidence,
    passages: Sequence[Sequence[_Run]],
    longer: Wording,
    in_longer: bytearray,
    shorter: Wording,
    in_shorter: bytearray,
) -> None:
    """See which passages begin or end at a number, or behind a label, that is another one in each text.

    Where a form is filled with stock lines in any order, nothing else tells one use of a line from another.
    """
    for passage in passages:
        first, last = passage[0], passage[-1]
        i, j = first.first - 1, first.second - 1
        behind = last.first + last.size, last.second + last.size
        for a, b in ((i, j), behind):
            if _is_own(longer, in_longer, a) and _is_own(shorter, in_shorter, b):
                both_numbers = longer.numbers[a] and shorter.numbers[b]
                seen.other_numbers += both_numbers and _figure(longer.words[a]) != _figure(shorter.words[b])
        if _is_own(longer, in_longer, i) and _is_own(shorter, in_shorter, j):
            seen.other_labels += (
                longer.labels[i] and shorter.labels[j] and longer.words[i] != shorter.words[j]
            )


def _is_own(text: Wording, shared: bytearray, place: int) -> bool:
    """Whether there is a word at a place of a text that the other text does not have there."""
    return 0 <= place < len(text) and not shared[place]


def _passages(runs: Iterable[_Run]) -> Iterator[list[_Run]]:
    """Runs that follow each other in both texts, with no more than a few words between them."""
    passage: list[_Run] = []
    for run in runs:
        if passage:
            last = passage[-1]
            between = (run.first - last.first - last.size, run.second - last.second - last.size)
            if not (0 <= between[0] <= _GAP and between[1] <= _GAP):
                yield passage
                passage = []
        passage.append(run)
    if passage:
        yield passage


def _weigh_passages(seen: Evidence, passages: Sequence[Sequence[_Run]], longer: int, shorter: int) -> None:
    """See what stands before, between and behind the passages that two texts share."""
    ends = [
        (one[0].first, one[0].second, one[-1].first + one[-1].size, one[-1].second + one[-1].size)
        for one in passages
    ]
    if not ends:
        return
    seen.own_head = ends[0][1]
    seen.deep = min(first for first, *_ in ends) / longer
    for before, after in pairwise([(0, 0, 0, 0), *ends, (longer, shorter, longer, shorter)]):
        of_longer, of_shorter = after[0] - before[2], after[1] - before[3]
        if of_longer > 0:
            seen.replaced = max(seen.replaced, min(of_longer, of_shorter))
            seen.replaced_in_all += min(of_longer, of_shorter)
    taken = sorted((first, end) for first, _, end, _ in ends)
    place = 0
    for begin, end in [*taken, (longer, longer)]:
        if begin - place >= PASSAGE:
            seen.own_passages += begin - place
        place = max(place, end)


def _shared_runs(first: Wording, second: Wording) -> Iterator[_Run]:
    """Runs of words that both have, in the order of the second; each as long as it can be."""
    size = _ANCHOR_OF_LETTERS if first.undivided or second.undivided else _ANCHOR
    alone = size * _ALONE
    a, b = first.words, second.words
    places: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(a) - size + 1):
        places.setdefault(tuple(a[i : i + size]), []).append(i)
    used = bytearray(len(a))
    j, expected = 0, 0
    while j <= len(b) - size:
        found = places.get(tuple(b[j : j + size]))
        if found is None:
            j += 1
            continue
        i, length, near = _longest(a, b, found, j, expected, size, used)
        if length < (size if near else alone):
            j += 1
            continue
        yield _Run(i, j, length)
        used[i : i + length] = b"\1" * length
        j, expected = j + length, i + length


def _longest(
    a: Sequence[str], b: Sequence[str], places: list[int], j: int, expected: int, size: int, used: bytearray
) -> tuple[int, int, bool]:
    """The place in `a` at which the words from `b[j]` on stand for longest, how many, and if it is near."""
    if len(places) > _PLACES:  # those from where it is expected on, then those before it
        middle = bisect_left(places, expected)
        behind = places[middle : middle + _PLACES]
        before = places[max(0, middle - _PLACES + len(behind)) : middle]
        places = behind + before[::-1]
    best = (0.0, 0, 0, False)
    for i in places:
        if used[i]:
            continue
        length = size
        most = min(len(a) - i, len(b) - j)
        while length < most and a[i + length] == b[j + length]:
            length += 1
        near = 0 <= i - expected <= _NEAR
        best = max(best, (length + (size if near else 0), i, length, near), key=lambda found: found[0])
    return best[1], best[2], best[3]


def _weigh_gap(
    seen: Evidence,
    longer: Wording,
    a: slice,
    shorter: Wording,
    b: slice,
    in_longer: bytearray,
    in_shorter: bytearray,
) -> None:
    """Compare a few words of one text with those that stand in their place in the other."""
    one, other = longer.words[a], shorter.words[b]
    if not one or not other:
        return
    if "".join(one) == "".join(other):  # a hyphen, a space
        in_longer[a], in_shorter[b] = b"\1" * len(one), b"\1" * len(other)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        i, j = range(a.start + i1, a.start + i2), range(b.start + j1, b.start + j2)
        if tag == "equal":
            in_longer[i.start : i.stop] = in_shorter[j.start : j.stop] = b"\1" * len(i)
            seen.numbers += sum(shorter.numbers[k] for k in j)
            seen.names += sum(shorter.names[k] for k in j)
        elif tag == "replace":
            numbers = _against(
                Counter(_figure(longer.words[k]) for k in i if longer.numbers[k]),
                Counter(_figure(shorter.words[k]) for k in j if shorter.numbers[k]),
            )
            seen.other_numbers += numbers
            seen.other_names += _against(
                Counter(longer.words[k] for k in i if longer.names[k]),
                Counter(shorter.words[k] for k in j if shorter.names[k]),
            )
            if max(len(i), len(j)) <= _TIGHT:
                seen.changed_figures += numbers


def _against(one: "Counter[str]", other: "Counter[str]") -> int:
    """How many facts of one text stand against another one of the other; those misspelt do not."""
    ours, theirs = one - other, other - one
    for word in list(ours):
        like = next((known for known in theirs if _is_misspelt(word, known)), None)
        if like is not None:
            del ours[word], theirs[like]
    return min(ours.total(), theirs.total())


def _figure(word: str) -> str:
    """The digits of a number: 15m is 15, and 05 is 5."""
    return _NO_DIGITS.sub("", word).lstrip("0") or word


def _is_misspelt(word: str, other: str) -> bool:
    if min(len(word), len(other)) < 4 or word[0].isdigit() or other[0].isdigit():
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= 0.75
