"""What of a stranger's text may be shown: nothing that a terminal, a log or a reader's eye is led astray by.

Left out are control characters (C0 but tab and line feed, DEL, C1), which move a terminal; U+2028 and U+2029,
which are lines to some programs and none to others; what turns the reading order around (UAX #9, 2.1 to 2.5;
https://trojansource.codes); and what has no form at all: zero-width spaces, tags. The marks that Hebrew,
Arabic, Persian and emoji need (U+200C to U+200F, U+061C) stay, as do tags within the flag of a region.
"""

import json
import re
from collections.abc import Callable
from typing import Any

_ACTS = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_FLAG = "\U0001f3f4"
"""Begins the flags of England, Scotland, Wales: https://www.unicode.org/reports/tr51/#valid-emoji-tag-sequences"""
_UNSAFE = re.compile(f"{_ACTS}()")
_UNSAFE_BUT_FLAGS = re.compile(
    f"{_ACTS}|({_FLAG}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{{1,6}}\U000e007f)"
)
_DIVIDES = {"\x0b": " ", "\x0c": " ", "\x85": " ", "\u2028": " ", "\u2029": " "}
"""Lines to some programs."""


def printable(text: str) -> str:
    """`text` without the characters that act on whoever shows it. Tabs and line feeds stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # a tenth of the time of what follows
        return text
    return _replaced(text, lambda letter: _DIVIDES.get(letter, ""))


def in_one_line(text: str) -> str:
    """The same, and on one line: nothing in it can pass for a line of ours."""
    if text.isprintable():
        return text
    return printable(text).replace("\n", " ").replace("\t", " ")


def as_json(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    """JSON in UTF-8, on one line unless it is indented, with what would act on a terminal as \\u escapes.

    Whoever reads it has the value whole. JSON itself asks for escapes of C0 alone (RFC 8259, 7).
    """
    return escaped(json.dumps(value, ensure_ascii=False, indent=indent, default=default))


def escaped(told: str) -> str:
    """JSON with what acts as \\u escapes; it may stand in its strings only."""
    if told.isprintable():
        return told
    return _replaced(told, _escape)


def toml_escaped(told: str) -> str:
    """TOML likewise, which knows no surrogates: https://toml.io/en/v1.0.0#string"""
    return _replaced(told, lambda letter: f"\\U{ord(letter):08x}")


def referenced(told: str) -> str:
    """XML with what acts as character references; it may stand in text and in attributes only."""
    return _replaced(told, lambda letter: f"&#{ord(letter)};")


def _replaced(text: str, by: Callable[[str], str]) -> str:
    unsafe = _UNSAFE_BUT_FLAGS if _FLAG in text else _UNSAFE
    return unsafe.sub(lambda found: found[1] or by(found[0]), text)


def _escape(letter: str) -> str:
    code = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{code[place : place + 4]}" for place in range(0, len(code), 4))
