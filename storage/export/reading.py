"""Reads columns of articles as the driver gives them, and makes rows of them: here an export spends its time.

SQLite gives times and documents as texts. To make objects of them, only to write them as texts again, would
take half as long again as all the rest.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, String, type_coerce
from sqlalchemy.orm import Session

from storage.export.columns import KINDS, OFFSETS, Kind
from storage.insert import is_postgresql, table_of
from storage.models import Article, Source, UtcDateTime
from storage.times import local_time

Row = dict[str, Any]
"""A row as it is written out: plain values, times as ISO 8601 with seconds and offset (the publisher's own
for `published_at` and `modified_at`, where the page said one), a similarity to four decimals."""

_ARTICLES = table_of(Article)
_TIMES = {column.key for column in _ARTICLES.c if isinstance(column.type, UtcDateTime)}
_DOCUMENTS = {name for name, kind in KINDS.items() if kind in (Kind.TEXTS, Kind.IMAGES)}
_IMAGE = ("url", "caption", "credit")
_WRITTEN = len("2026-03-04 05:06:07.000000")
"""As SQLAlchemy writes a time into SQLite, in UTC."""
_DECIMALS = 4
"""Of a similarity: more than what is ever looked at, and fewer than the engines keep alike in JSON."""
_decode = json.JSONDecoder().raw_decode


def with_offsets(keys: Iterable[str]) -> list[str]:
    """The columns to read for these of an export."""
    keys = list(keys)
    return [*keys, *(offset for key, offset in OFFSETS.items() if key in keys)]


def columns_of(session: Session, names: Iterable[str]) -> list[ColumnElement[Any]]:
    """What to select for the columns `names`: values as `row_maker`, `time_of` and `list_of` take them."""
    on_sqlite = not is_postgresql(session)
    return [_column(name, on_sqlite) for name in names]


def _column(name: str, on_sqlite: bool) -> ColumnElement[Any]:
    if name == "source":
        return table_of(Source).c.name.label("source")
    column = _ARTICLES.c[name]
    if name in _TIMES:
        return type_coerce(column, String if on_sqlite else DateTime(timezone=True)).label(name)
    return type_coerce(column, String).label(name) if on_sqlite and name in _DOCUMENTS else column


def time_of(value: str | datetime | None) -> datetime | None:
    """A time that was read, aware, in UTC."""
    if value is None:
        return None
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def list_of(value: str | list[Any]) -> list[Any]:
    """A document that was read."""
    if isinstance(value, list):
        return value
    if value == "[]":
        return []
    found: list[Any] = _decode(value)[0]
    return found


def row_maker(names: Iterable[str]) -> Callable[[Row], Row]:
    """What makes rows, in place, of dictionaries with these keys in their order."""
    names = list(names)
    local = [(name, offset) for name, offset in OFFSETS.items() if name in names]
    times = [name for name in names if name in _TIMES and name not in OFFSETS]
    lists = [name for name in names if KINDS.get(name) is Kind.TEXTS]
    with_images, with_similarity = "images" in names, "similarity" in names

    def make(row: Row) -> Row:
        for name, offset in local:
            minutes = row.pop(offset)
            if row[name] is not None:
                row[name] = _local(row[name], minutes)
        for name in times:
            if row[name] is not None:
                row[name] = _utc(row[name])
        for name in lists:
            if row[name] is not None:
                row[name] = list_of(row[name])
        if with_images:
            row["images"] = [_image(image) for image in list_of(row["images"])]
        if with_similarity and row["similarity"] is not None:
            row["similarity"] = round(float(row["similarity"]), _DECIMALS)
        return row

    return make


def _utc(value: str | datetime) -> str:
    if isinstance(value, str) and len(value) == _WRITTEN and value[10] == " ":
        return f"{value[:10]}T{value[11:19]}+00:00"
    time = time_of(value)
    assert time is not None
    return time.isoformat(timespec="seconds")


def _local(value: str | datetime, offset: int | None) -> str:
    if not offset:
        return _utc(value)
    time = local_time(time_of(value), offset)
    assert time is not None
    return time.isoformat(timespec="seconds")


def _image(image: Mapping[str, Any]) -> dict[str, Any]:
    return {key: image.get(key) for key in _IMAGE}  # PostgreSQL has an order of keys of its own
