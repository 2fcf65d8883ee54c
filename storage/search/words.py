"""Words as both engines index them: what a query is made of, and what is found in a text.

Case does not count, nor accents, nor the forms in which a letter may be typed (full width, ligatures);
whatever is no letter, digit or vowel sign divides. In scripts that are written without spaces every two
letters that stand side by side are a word. PostgreSQL's function `copydesk_stream`, in
storage/migrations/versions/v0005_search.py, does the same in SQL. Whoever changes what a word is adds a
step that indexes every article anew.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from operator import add

DIVIDES = (
    "1-2f 3a-40 5b-60 7b-bf d7 f7 2c2-2c5 2d2-2eb 2ed 2ef-2ff 375 3f6 482 55a-55f 589-58f 5be 5c0 5c3"
    " 5c6 5f3-60f 61b-61f 66a-66d 6d4 6dd-6de 6e9 6fd-6fe 700-70f 7f6-7f9 7fe-7ff 830-83e 85e 888"
    " 890-891 8e2 964-965 970 9f2-9f3 9fa-9fb 9fd a76 af0-af1 b70 bf3-bfa c77 c7f c84 d4f d79 df4 e3f"
    " e4f e5a-e5b f01-f17 f1a-f1f f34 f36 f38 f3a-f3d f85 fbe-fc5 fc7-fda 104a-104f 109e-109f 10fb"
    " 1360-1368 1390-1399 1400 166d-166e 1680 169b-169c 16eb-16ed 1735-1736 17d4-17d6 17d8-17db"
    " 1800-180a 180e 1940-1945 19de-19ff 1a1e-1a1f 1aa0-1aa6 1aa8-1aad 1b5a-1b6a 1b74-1b7e 1bfc-1bff"
    " 1c3b-1c3f 1c7e-1c7f 1cc0-1cc7 1cd3 2000-20cf 2100-214f 218a-244a 2500-2bff 2ce5-2cea 2cf9-2cfc"
    " 2cfe-2cff 2d70 2e00-2e2e 2e30-3004 3008-3020 3030 3037 303d-303f 30a0 30fb 3190-3191 31c0-31e3"
    " 327f 4dc0-4dff a490-a4c6 a4fe-a4ff a60d-a60f a673 a67e a6f2-a716 a720-a721 a789-a78a a828-a82b"
    " a836-a839 a874-a877 a8ce-a8cf a8f8-a8fa a8fc a92e-a92f a95f a9c1-a9cd a9de-a9df aa5c-aa5f"
    " aa77-aa79 aade-aadf aaf0-aaf1 ab5b ab6a-ab6b abeb e000-f8ff fe00-fe1f fe30-fe6f feff-ff0f"
    " ff1a-ff20 ff3b-ff40 ff5b-ff65 fff0-ffff 1f000-1fbef e0000-e01ef"
)
"""Characters that are part of no word: Unicode's punctuation, symbols, separators and the like (14.0, in the
Basic Multilingual Plane) and emoji. Written out: every engine, release and locale draws the line
elsewhere."""

UNDIVIDED = (
    "e00-eff 1000-109f 1100-11ff 1780-17ff 3005-3007 3021-3029 3040-30ff 3100-312f 31a0-31bf 31f0-31ff"
    " 3400-4dbf 4e00-9fff a960-a97f ac00-d7ff f900-faff 20000-3ffff"
)
"""Thai, Lao, Burmese, Khmer, kana, bopomofo and Han, which know no spaces; Korean, which joins particles."""

LONGEST_TEXT = 150_000
"""Characters of a text that are indexed."""
MOST_WORDS = 50_000
"""Words of a text that are indexed: PostgreSQL's tsvector holds one megabyte."""
LONGEST_WORD = 200
"""Characters of a word that count; PostgreSQL's limit is 2,046 bytes."""


def ranges(listed: str) -> str:
    """ "41-5a 5f" as it stands between the brackets of a regular expression."""
    parts = [part.partition("-") for part in listed.split()]
    return "".join(_escape(first) + (f"-{_escape(last)}" if last else "") for first, _, last in parts)


def _escape(code: str) -> str:
    # As Python and PostgreSQL both read it.
    return f"\\u{code:0>4}" if len(code) <= 4 else f"\\U{code:0>8}"


MARKS = "300-305 307 309-36f 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 640 64b-655 670"
"""Marks that no letter needs: accents; Hebrew points; Arabic vowel signs and hamzas, and the stroke that
stretches a word."""
DOTS = "306 308"
"""Breve and diaeresis: accents too, but in Cyrillic they make letters of their own (й, ї, ў). Not ё."""
CYRILLIC = "400-4ff"
SPELLED = {"ς": "σ", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"}
"""Small letters that no table takes apart, and how they are typed where the keyboard has none of them."""

_MARKS = re.compile(f"[{ranges(MARKS)}]+")
_ALL_MARKS = re.compile(f"[{ranges(MARKS)}{ranges(DOTS)}]+")
_DOTS = re.compile(f"(^|[^{ranges(CYRILLIC)}])[{ranges(DOTS)}]+")
_CYRILLIC = re.compile(f"[{ranges(CYRILLIC)}]")
_WORD = re.compile(f"[^{ranges(DIVIDES)}]+")
_ASCII = {code: " " for code in range(128) if not chr(code).isalnum()}
_UNDIVIDED = re.compile(f"[{ranges(UNDIVIDED)}]")
_RUNS = re.compile(f"([{ranges(UNDIVIDED)}]+)")


def fold(text: str) -> str:
    """`text` as words with a space between them, as they are compared."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII).split())
    plain = _without_accents(unicodedata.normalize("NFKD", text))
    small = unicodedata.normalize("NFC", plain).lower()
    for letter, letters in SPELLED.items():
        small = small.replace(letter, letters)
    return " ".join(_WORD.findall(small))


def _without_accents(text: str) -> str:
    if _CYRILLIC.search(text) is None:
        return _ALL_MARKS.sub("", text)
    plain = _MARKS.sub("", text).replace("е\u0308", "е").replace("Е\u0308", "Е")
    return _DOTS.sub(r"\1", plain)


def stream(text: str) -> list[str]:
    """What the index holds of `text`: its words, one after the other.

    A run of letters of an undivided script is given as its first letter, every two that stand side by side,
    and its last: 東京都 is 東 東京 京都 都. So whatever part of it is asked for stands there as words side by
    side, also together with the Latin word before or after it.
    """
    folded = fold(text[:LONGEST_TEXT])
    undivided = not folded.isascii() and is_undivided(folded)
    words = (list(_letter_by_letter(folded)) if undivided else folded.split())[:MOST_WORDS]
    return (
        words if max(map(len, words), default=0) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in words]
    )


def _letter_by_letter(folded: str) -> Iterator[str]:
    for part in _RUNS.split(folded):
        if not is_undivided(part):
            yield from part.split()
            continue
        yield part[0]
        yield from map(add, part, part[1:])
        yield part[-1]


def pieces(text: str) -> list[str]:
    """The folded words of `text`, divided also where an undivided script begins or ends."""
    return _RUNS.sub(r" \1 ", fold(text)).split()


def words_of(pieces: Sequence[str]) -> list[str]:
    """What the index holds side by side wherever a text has `pieces` side by side, in whole words.

    An undivided run may be part of a longer one where nothing stands before or after it in `pieces`.
    """
    found: list[str] = []
    for place, piece in enumerate(pieces):
        if not is_undivided(piece):
            found.append(piece[:LONGEST_WORD])
            continue
        found += [piece[0]] if place > 0 else []
        found += map(add, piece, piece[1:])
        found += [piece[-1]] if place < len(pieces) - 1 else []
    return found or [pieces[0]]


def words_in(text: str) -> Iterator[tuple[int, str]]:
    """The words of a text as they stand there, in order, each with its place."""
    return ((match.start(), match.group()) for match in _WORD.finditer(text))


def is_undivided(text: str) -> bool:
    """True if `text` has letters of a script in which words cannot be told apart by spaces."""
    return _UNDIVIDED.search(text) is not None
