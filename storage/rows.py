"""Looks a row over before it is sent, so that what no engine can keep is found outside the engine.

PostgreSQL refuses NUL characters, SQLite cuts text at them in its tools; neither takes half a surrogate
pair. A row found at fault is refused alone, and the transaction it would have been part of stands.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, Table
from sqlalchemy.types import TypeEngine

from storage.errors import CannotStore
from storage.models import URL_LENGTH

_UNFIT = re.compile("[\0\ud800-\udfff]")


def check_row(table: Table, row: Mapping[str, object]) -> None:
    """Raise `CannotStore`, naming the column, if a value of `row` cannot be kept on every engine."""
    for name, value in row.items():
        if problem := _problem(table.c[name].type, value):
            raise CannotStore(f"{table.name}.{name} {problem}")


def fit_text(text: str | None, limit: int | None = None) -> str | None:
    """`text` with U+FFFD for each character that cannot be kept, cut to `limit` characters."""
    return None if text is None else _UNFIT.sub("\ufffd", text)[:limit]


def fit_time(time: datetime | None) -> datetime | None:
    """`time`, or None where it has no zone or lies outside what UTC can say."""
    return None if time is None or _time_problem(time) else time


def is_fit_text(text: str, limit: int | None = None) -> bool:
    """True if `text` can be kept, in a column of `limit` characters: what cannot stands in no row."""
    return _text_problem(text, limit) is None


def is_fit_url(url: str) -> bool:
    """True if `url` can be kept."""
    return bool(url) and _text_problem(url, URL_LENGTH) is None


def _problem(kind: TypeEngine[Any], value: object) -> str | None:
    if isinstance(value, str):
        return _text_problem(value, kind.length if isinstance(kind, String) else None)
    if isinstance(value, datetime):
        return _time_problem(value)
    if isinstance(value, Mapping):
        return _first_problem(value.values())
    if isinstance(value, list | tuple):
        return _first_problem(value)
    return None


def _first_problem(values: Iterable[object]) -> str | None:
    return next((p for p in (_problem(String(), value) for value in values) if p), None)


def _text_problem(text: str, limit: int | None) -> str | None:
    if unfit := _UNFIT.search(text):
        what = "a NUL character" if unfit.group() == "\0" else "half a surrogate pair"
        return f"holds {what} (at {unfit.start()})"
    # Addresses are indexed, and an index counts bytes.
    size = len(text.encode()) if limit == URL_LENGTH else len(text)
    if limit is not None and size > limit:
        return f"is {size} long, and may be {limit}"
    return None


def _time_problem(time: datetime) -> str | None:
    if time.tzinfo is None:
        return "is a time without a zone"
    try:
        time.astimezone(UTC)
    except OverflowError:
        return f"is a time out of range ({time.isoformat()})"
    return None
