"""The words of a text as copies are told by them: whatever a desk's typography changes is folded away."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

# The scripts that are written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han. Each letter is a word.
UNDIVIDED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# The vowel signs of Indic scripts, Devanagari to Sinhala: parts of words, no letters. A joiner may follow.
SIGNS = "".join(c for c in map(chr, range(0x0900, 0x0E00)) if unicodedata.category(c) in ("Mn", "Mc"))
_LETTER = rf"[^\W_{UNDIVIDED}]"
WORD = rf"[{UNDIVIDED}]|{_LETTER}+(?:[{SIGNS}][\u200c\u200d]?|{_LETTER})*"

_WORDS = re.compile(WORD)
_SPACED_WORDS = re.compile(r"[^\W_]+")
_NOT_SPACED = re.compile(f"[{UNDIVIDED}{SIGNS}]")
_WORDS_AND_STOPS = re.compile(rf"{WORD}|[.!?:;…。！？؟।\n•\"“”„«»]+")
_ONE_UNDIVIDED = re.compile(f"[{UNDIVIDED}]")

# What is not seen, or is often left out: soft hyphens, joiners and marks of direction; the accents of Latin,
# Greek and Cyrillic; the points of Hebrew; the vowels and the stretching of Arabic.
_LOST = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0655\u0670]"
)
# Letters that are not an accented one in Unicode, and yet are written so where accents are lost.
_PLAIN = {
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
} | {"ı": "i", "ß": "ss", "ð": "d", "þ": "th"}
_NOT_PLAIN = re.compile(f"[{''.join(_PLAIN)}]")
# 1,000 = 1.000 = 1 000 = 1’000, and 0,5 = 0.5; a space only before three digits.
_NUMBER = re.compile(r"\d[\d.,'’٫٬ \u00a0]*")
_IN_NUMBER = re.compile(r"(?<=\d)[.,'’٫٬](?=\d)|(?<=\d)(?<!\d{4})[ \u00a0](?=\d{3}(?!\d))")
_DIGIT = re.compile(r"[^\W\d_]*\d|[〇零二三四五六七八九百]")
_DIGITS_ELSEWHERE = re.compile(r"[^\x00-\x7f]")
_IN_WORD = re.compile(r"['’ʼ`´](?<=[^\W\d_].)(?=[^\W\d_])")  # sought by the sign: a text has few


def folded(text: str) -> str:
    """A text without accents, unseen signs and separators in numbers; its case and its lines as they were."""
    if not text.isascii():
        text = _LOST.sub("", unicodedata.normalize("NFKD", text))
        text = _NOT_PLAIN.sub(lambda found: _PLAIN[found[0]], unicodedata.normalize("NFKC", text))
        if any(c.isdigit() and not c.isascii() for c in set(text)):
            text = _DIGITS_ELSEWHERE.sub(lambda found: _ascii_digit(found[0]), text)
    return _IN_WORD.sub("", _NUMBER.sub(lambda found: _IN_NUMBER.sub("", found[0]), text))


def _ascii_digit(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


def folded_words(text: str) -> list[str]:
    """The words of a text, folded; single letters in scripts without spaces."""
    return words_in(folded(text).casefold())


def words_in(text: str) -> list[str]:
    """The words of a text as they stand there; single letters in scripts without spaces."""
    plain = text.isascii() or not _NOT_SPACED.search(text)
    return (_SPACED_WORDS if plain else _WORDS).findall(text)


def is_undivided_word(word: str) -> bool:
    """Whether a word is a letter of a script without spaces."""
    return len(word) == 1 and _ONE_UNDIVIDED.match(word) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of a text in order, and which of them are facts."""

    words: Sequence[str]
    """As `folded_words` gives them."""
    numbers: Sequence[bool]
    """Which have a digit."""
    names: Sequence[bool]
    """Which are written with a capital where no sentence begins; none in scripts without case."""
    labels: Sequence[bool]
    """Which begin a sentence and have a colon behind them."""
    undivided: bool
    """Whether it is for the most part in a script without spaces."""

    def __len__(self) -> int:
        return len(self.words)


def wording_of(text: str, most: int) -> Wording:
    """Take a text apart; of one with more words than `most`, the first `most`."""
    words: list[str] = []
    numbers: list[bool] = []
    names: list[bool] = []
    begins: list[bool] = []
    labels: list[bool] = []
    begun, capitals = True, 0
    for found in _WORDS_AND_STOPS.findall(folded(text)):
        first = found[0]
        if not first.isalnum() and not _ONE_UNDIVIDED.match(first):
            if labels and found.startswith(":"):
                labels[-1] = begins[-1]
            begun = True
            continue
        is_number = _DIGIT.match(found) is not None
        is_capital = first.isupper() and not is_number
        words.append(found.casefold())
        numbers.append(is_number)
        names.append(is_capital and not begun)
        begins.append(begun)
        labels.append(False)
        capitals += is_capital
        begun = False
        if len(words) >= most:
            break
    if capitals * 2 > len(words):  # set in capitals throughout: they tell nothing
        names = [False] * len(words)
    single = sum(map(is_undivided_word, words[:200]))
    return Wording(
        words=words,
        numbers=numbers,
        names=names,
        labels=labels,
        undivided=single * 2 > min(len(words), 200),
    )


def counts_up_to(marks: Sequence[bool]) -> list[int]:
    """How many are marked before each place, and in all."""
    return list(accumulate(marks, initial=0))
