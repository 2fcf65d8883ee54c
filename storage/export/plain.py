"""Writes rows as text: JSON Lines, or CSV for a spreadsheet."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from storage.export.columns import KEYS

_QUOTED = re.compile('[",\r\n]').search
_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with: https://owasp.org/www-community/attacks/CSV_Injection"""


def write_jsonl(rows: Iterable[Mapping[str, Any]], file: TextIO, keys: Sequence[str] = KEYS) -> int:
    """Write one JSON object a line (https://jsonlines.org) to a UTF-8 file, and return how many.

    Each has `keys`, in their order.
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for row in rows:
        told = row if len(row) == len(keys) else {key: row[key] for key in keys}
        file.write(encode(told) + "\n")
        count += 1
    return count


def write_csv(rows: Iterable[Mapping[str, Any]], file: TextIO, keys: Sequence[str] = KEYS) -> int:
    """Write rows of `export_rows` as CSV (RFC 4180) with a header, and return how many.

    Open `file` with newline="". Lists are joined with "; ", images as their addresses. A cell that a
    spreadsheet would run as a formula gets an apostrophe before it.
    """
    file.write(",".join(keys) + "\r\n")
    count = 0
    for row in rows:
        file.write(",".join([_cell(row[key]) for key in keys]) + "\r\n")
        count += 1
    return count


def _cell(value: Any) -> str:
    """A value as it stands between two commas: csv.writer looks at each character of a text by itself."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(filter(None, map(_told, value)))
    text = value if isinstance(value, str) else str(value)
    if text.startswith(_RUNS_AS_FORMULA) and isinstance(value, str):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED(text) else text


def _told(part: Any) -> str:
    return str(part["url"] or "") if isinstance(part, Mapping) else str(part)
