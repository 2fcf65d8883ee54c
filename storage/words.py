"""Words as both engines index them: what a query is made of, and what is found in a text.

Case does not count, nor do the accents of Latin letters; whatever is no letter or digit divides. So does
SQLite's `unicode61 remove_diacritics 2` (https://sqlite.org/fts5.html#unicode61_tokenizer); the function
copydesk_words in storage/migrations/ follows it on PostgreSQL, and `fold` in Python.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_LATIN_ACCENTS = re.compile("([A-Za-z])[\u0300-\u036f]+")
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+")

# Thai, Lao, Myanmar, Khmer, kana and Han are written without spaces; Korean joins particles to its words.
_UNDIVIDED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text, and where it stands."""

    start: int
    end: int
    folded: str


def fold(text: str) -> str:
    """`text` as words with a space between them, as they are compared."""
    if not text.isascii():
        plain = _LATIN_ACCENTS.sub(r"\1", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", plain)
    return _NOT_WORD.sub(" ", text.lower().replace("ς", "σ")).strip()


def words_in(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for match in _WORD.finditer(text):
        yield Word(start=match.start(), end=match.end(), folded=fold(match.group()))


def is_undivided(text: str) -> bool:
    """True if `text` has letters of a script in which words cannot be told apart by spaces.

    Neither engine's index has such words, so they are looked for as they stand.
    """
    return _UNDIVIDED.search(text) is not None
