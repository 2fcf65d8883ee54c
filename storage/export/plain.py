"""Writes rows as text: JSON Lines, or CSV for a spreadsheet."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from storage.export.columns import KEYS
from storage.shown import escaped, printable

_QUOTED = re.compile('[",\r\n]').search
_RUNS = "(?='*(?:[^\\S\n\r\t]|\")*[=+\\-@＝＋－＠])"
_BEGINS = re.compile(f"^{_RUNS}").match
_GOES_ON = re.compile(f"[\n\r\t;]{_RUNS}")
"""Where a spreadsheet may find a formula: https://owasp.org/www-community/attacks/CSV_Injection

At the beginning of a cell, and behind what it takes for the end of one where it was told of another
separator: our quotation marks stand in the midst of its cell then, and hold nothing together. An apostrophe
that is there already gets a second one, so that taking one away gives the text again.
"""
_ADDED = re.compile(f"(^|[\n\r\t;])'{_RUNS}")


def write_jsonl(rows: Iterable[Mapping[str, Any]], file: TextIO, keys: Sequence[str] = KEYS) -> int:
    """Write one JSON object a line (https://jsonlines.org) to a UTF-8 file, and return how many.

    Each has `keys`, in their order.
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for row in rows:
        told = row if len(row) == len(keys) else {key: row[key] for key in keys}
        file.write(escaped(encode(told)) + "\n")
        count += 1
    return count


def write_csv(
    rows: Iterable[Mapping[str, Any]], file: TextIO, keys: Sequence[str] = KEYS, *, as_is: bool = False
) -> int:
    """Write rows of `export_rows` as CSV (RFC 4180) with a header, and return how many.

    Open `file` with newline="". Lists are joined with "; ", images as their addresses. An apostrophe stands
    before whatever a spreadsheet would run as a formula, and characters that act on a terminal are left out;
    `as_is`: all texts are as they are, for a program.
    """
    cell = _cell if as_is else _guarded_cell
    file.write(",".join(keys) + "\r\n")
    count = 0
    for row in rows:
        file.write(",".join([cell(row[key]) for key in keys]) + "\r\n")
        count += 1
    return count


def without_guard(cell: str) -> str:
    """The text that a guarded cell was made of."""
    return _ADDED.sub(r"\1", cell)


def _guarded_cell(value: Any) -> str:
    if isinstance(value, str | list):
        text = printable(_text(value))
        text = _GOES_ON.sub(r"\g<0>'", text)
        return _quoted(f"'{text}" if _BEGINS(text) else text)
    return _cell(value)


def _cell(value: Any) -> str:
    """A value as it stands between two commas: csv.writer looks at each character of a text by itself."""
    return "" if value is None else _quoted(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_told, value)))
    return value if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED(text) else text


def _told(part: Any) -> str:
    return str(part["url"] or "") if isinstance(part, Mapping) else str(part)
