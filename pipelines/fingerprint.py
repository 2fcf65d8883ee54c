"""What tells whether two texts are the same, exactly or nearly."""

import hashlib
import re
import struct
import unicodedata

from rensa import RMinHash  # type: ignore[import-untyped]  # compiled, ships no stubs

from pipelines.article import Fingerprint

SHINGLE = 3
"""Words in a shingle."""
PERMUTATIONS = 120
BANDS = 20
"""Of six rows each: two texts that share 80 % of their shingles share a band in 99.8 of 100 cases, two that
share 50 % in 27 of 100; what the bands propose is verified by `resemblance`."""
FEWEST_SHINGLES = 12
"""Shorter texts get no bands: a few words in common would make them look alike."""
_SEED = 20240229
"""Fixed for good: signatures are compared across runs, so another seed would need every text anew."""

# The scripts that are written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han. Each letter is a word.
UNDIVIDED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# The vowel signs of Indic scripts, Devanagari to Sinhala: parts of words, no letters. A joiner may follow.
_SIGNS = "".join(c for c in map(chr, range(0x0900, 0x0E00)) if unicodedata.category(c) in ("Mn", "Mc"))
_LETTER = rf"[^\W_{UNDIVIDED}]"
_WORD = re.compile(rf"[{UNDIVIDED}]|{_LETTER}+(?:[{_SIGNS}][\u200c\u200d]?|{_LETTER})*")
_ONE_UNDIVIDED = re.compile(rf"[{UNDIVIDED}]")


def words_of(text: str) -> list[str]:
    """The words that count when texts are compared: NFKC, case folded, no punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def is_undivided(text: str) -> bool:
    """Whether a text has letters of a script in which `words_of` are single letters."""
    return _ONE_UNDIVIDED.search(unicodedata.normalize("NFKC", text)) is not None


def fingerprint(text: str) -> Fingerprint:
    """The text's hash, and the bands of its MinHash signature."""
    words = words_of(text)
    text_hash = hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()
    shingles = _shingles(words)
    return Fingerprint(
        text_hash=text_hash, bands=_bands(shingles) if len(shingles) >= FEWEST_SHINGLES else ()
    )


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


def _bands(shingles: set[str]) -> tuple[int, ...]:
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update([shingle.encode("utf-8", "surrogatepass") for shingle in shingles])
    signature = sketch.digest()
    rows = PERMUTATIONS // BANDS
    return tuple(_band(number, signature[number * rows : (number + 1) * rows]) for number in range(BANDS))


def _band(number: int, rows: list[int]) -> int:
    packed = struct.pack(f"<H{len(rows)}I", number, *rows)
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "little", signed=True)
