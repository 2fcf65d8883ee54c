"""What tells whether two texts are the same, exactly or nearly."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from struct import unpack

from pipelines.article import Fingerprint
from pipelines.wording import UNDIVIDED, folded_words, is_undivided_word, words_in

SHINGLE = 3
"""Words in a shingle of `resemblance`."""
KEYS = 16
"""Of the hashes of a text's runs of words, so many are kept: the smallest (a bottom-k sketch: Broder, On the
resemblance and containment of documents, 1997).

Of two texts that share J of all their runs, all keys differ in (1 - J)^16 of cases: where one is half of the
other, in 1 of 65,000; where it is a third, in 1 of 650; where it is a fifth, in 3 of 100.
"""
RUN = 5
"""Words in a run, and letters in scripts without spaces (`RUN_OF_LETTERS`): long enough that it is seldom met
by chance, short enough that most outlive an edit in every tenth word."""
RUN_OF_LETTERS = 9
FEWEST_RUNS = 12
"""Shorter texts get no keys: a few words in common would make them look alike."""

_ENOUGH = 10
"""Characters, for each word, in which that many words are found as a rule."""
_HASH = hashlib.blake2b(digest_size=8)
_ONE_UNDIVIDED = re.compile(f"[{UNDIVIDED}]")


def words_of(text: str) -> list[str]:
    """The words that count when texts are compared: NFKC, case folded, no punctuation."""
    return words_in((text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold())


def count_words(text: str, most: int) -> int:
    """How many words a text has, or `most` if it has more."""
    begin = len(words_of(text[: _ENOUGH * most]))
    return min(most, begin if begin >= most else len(words_of(text)))


def is_undivided(text: str) -> bool:
    """Whether a text has letters of a script in which `words_of` are single letters."""
    return not text.isascii() and _ONE_UNDIVIDED.search(unicodedata.normalize("NFKC", text)) is not None


def fingerprint(text: str) -> Fingerprint:
    """The text's hash, and the keys by which texts like it are found; kept and compared across years."""
    words = words_of(text)
    text_hash = hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()
    return Fingerprint(text_hash=text_hash, bands=keys_of(folded_words(text)))


def keys_of(words: Sequence[str]) -> tuple[int, ...]:
    """The `KEYS` smallest hashes of a text's runs of words, as signed 64-bit integers."""
    runs = set(_runs(words))
    if len(runs) < FEWEST_RUNS:
        return ()
    digests = b"".join([_digest_of(run) for run in runs])
    return tuple(sorted(unpack(f"<{len(runs)}q", digests))[:KEYS])


def _digest_of(run: str) -> bytes:
    hashed = _HASH.copy()  # twice as fast as a new one
    hashed.update(run.encode("utf-8", "surrogatepass"))
    return hashed.digest()


def _runs(words: Sequence[str]) -> Iterator[str]:
    if not _ONE_UNDIVIDED.search("".join(words)):
        return map(" ".join, zip(*(words[begin:] for begin in range(RUN)), strict=False))
    return _mixed_runs(words)


def _mixed_runs(words: Sequence[str]) -> Iterator[str]:
    # A run is whole where it holds RUN words or RUN_OF_LETTERS letters, each letter counting for a part of a
    # word: so a text in which both are mixed gives the same runs wherever it is cut.
    weights = [RUN if is_undivided_word(word) else RUN_OF_LETTERS for word in words]
    whole = RUN * RUN_OF_LETTERS
    end = weight = 0
    for begin, own in enumerate(weights):
        while weight < whole and end < len(words):
            weight += weights[end]
            end += 1
        if weight < whole:
            return
        yield " ".join(words[begin:end])
        weight -= own


def resemblance(one: str, other: str) -> float:
    """The share of shingles two texts have in common, 0 to 1 (Jaccard; Broder 1997). Two empty texts: 1."""
    first, second = _shingles(words_of(one)), _shingles(words_of(other))
    if not first and not second:
        return 1.0
    return len(first & second) / len(first | second)


def _shingles(words: list[str]) -> set[str]:
    if len(words) < SHINGLE:
        return {" ".join(words)} if words else set()
    return {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
