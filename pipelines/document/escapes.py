"""Reads what stands for characters in JSON and HTML, where it names none that a text may hold."""

import html
import re

# Kept: every other escape, an escaped backslash, a whole surrogate pair.
_UNFIT = re.compile(
    r"(\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?:00(?:0[0-8bcefBCEF]|1[0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])|[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_ENDLESS = re.compile(r"&#\d{100,};?")


def without_unfit_escapes(json_text: str) -> str:
    """The same without the escapes of control characters and of halves of surrogate pairs.

    JSON lets both be written as numbers (RFC 8259, 7 and 8.2); a database takes neither NUL nor half a pair.
    """
    return _UNFIT.sub(r"\1", json_text) if "\\u" in json_text else json_text


def unescaped(text: str) -> str:
    """The text with the characters that its HTML entities name. Never raises.

    A number of more digits than Python turns into an int names no character.
    """
    return html.unescape(_ENDLESS.sub("\ufffd", text) if "&#" in text else text)
