"""Writes articles out for other programs; what each column holds is told in docs/export.md."""

from storage.export.columns import COLUMNS, FORMAT_VERSION, KEYS, PAST_KEYS
from storage.export.plain import write_csv, write_jsonl
from storage.export.request import Request
from storage.export.rows import export_rows

__all__ = [
    "COLUMNS",
    "FORMAT_VERSION",
    "KEYS",
    "PAST_KEYS",
    "Request",
    "export_rows",
    "write_csv",
    "write_jsonl",
]
