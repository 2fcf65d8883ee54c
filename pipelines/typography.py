"""The plain form of a line, equal where two differ only in what a typesetter chooses."""

import re
import unicodedata

# Soft hyphens, zero-width spaces, joiners of words, byte order marks, and what turns the reading direction.
# The joiners of Persian, of Indic scripts and of emoji are letters of theirs, and stay.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys('"“”„‟«»‹›‘’‚‛`´′″', "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)
_SET_APART = re.compile(r"(?<=[«‹])\s+|\s+(?=[»›;:!?])")
"""The spaces that French typesetting puts inside quotation marks and before high points."""


def plain_line(text: str) -> str:
    """A line in NFC, with one kind of quotation mark, dash and space, and nothing invisible."""
    if text.isascii():
        return " ".join(_SET_APART.sub("", text).translate(_SIGNS).split())
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_SET_APART.sub("", visible).translate(_SIGNS).split())
