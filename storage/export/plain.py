"""Writes rows as text: JSON Lines, or CSV for a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from storage.export.columns import KEYS

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
    writer = csv.writer(file)
    writer.writerow(keys)
    count = 0
    for row in rows:
        writer.writerow([_cell(row[key]) for key in keys])
        count += 1
    return count


def _cell(value: Any) -> Any:
    text = "; ".join(filter(None, map(_told, value))) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_RUNS_AS_FORMULA) else text


def _told(part: Any) -> str:
    return str(part["url"] or "") if isinstance(part, Mapping) else str(part)
