"""The plain form of a line, equal where two differ only in what a typesetter chooses."""

import re
import unicodedata

# Soft hyphens, zero-width spaces, joiners of words, byte order marks, and what turns the reading direction.
# The joiners of Persian, of Indic scripts and of emoji are letters of theirs, and stay.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SIGNS = {
    **dict.fromkeys('"“”„‟«»‹›‘’‚‛`´′″', "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}
_SIGN = re.compile(f"[{''.join(_SIGNS)}]")
_SET_APART = re.compile(r"(?<=[«‹])\s++|(?<!\s)\s++(?=[»›;:!?])")
"""The spaces that French typesetting puts inside quotation marks and before high points."""


def plain_line(text: str) -> str:
    """A line in NFC, with one kind of quotation mark, dash and space, and nothing invisible."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_SIGN.sub(_plain_sign, _SET_APART.sub("", text)).split())


def _plain_sign(match: re.Match[str]) -> str:
    return _SIGNS[match[0]]
