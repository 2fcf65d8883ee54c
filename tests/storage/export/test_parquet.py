"""Parquet: typed columns, read back by pyarrow."""

import io
from datetime import UTC, datetime

import pyarrow
import pyarrow.parquet
import pytest

from storage.export import KEYS
from storage.export.parquet import write_parquet

EMPTY = dict.fromkeys(KEYS) | {"authors": [], "tags": [], "images": []}
ROW = EMPTY | {
    "id": 1,
    "title": "“Café”",
    "authors": ["Ann"],
    "published_at": "2026-03-01T09:30:00-04:00",
    "first_seen_at": "2026-03-04T05:06:07+00:00",
    "text": "One.\nTwo.",
    "images": [{"url": "https://x.example/1.jpg", "caption": None, "credit": "dpa"}],
    "similarity": 0.8571,
    "read_by": "template",
    "template": 2,
    "template_version": 7,
}


def test_values_have_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.export.parquet._ROWS", 2)
    monkeypatch.setattr("storage.export.parquet._PART", 2)
    file = io.BytesIO()
    assert write_parquet([ROW, *[EMPTY | {"id": n, "text": ""} for n in (2, 3, 4, 5)]], file) == 5
    written = pyarrow.parquet.ParquetFile(io.BytesIO(file.getvalue()))
    assert written.num_row_groups == 3
    table = written.read()
    assert table["id"].to_pylist() == [1, 2, 3, 4, 5]
    first, second = table.slice(0, 2).to_pylist()
    assert first["published_at"] == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
    assert (first["published_offset"], first["modified_offset"]) == (-240, None)
    assert {key: first[key] for key in ("title", "authors", "images", "similarity", "text")} == {
        key: ROW[key] for key in ("title", "authors", "images", "similarity", "text")
    }
    assert [first[key] for key in ("read_by", "template", "template_version", "refused")] == [
        *("template", 2, 7, None)
    ]
    assert (second["authors"], second["duplicate_of"], second["gone_at"]) == ([], None, None)
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds["id"] == "int64"
    assert kinds["published_at"] == "timestamp[us, tz=UTC]"
    assert kinds["tags"].startswith("list<")
    assert [name for name in table.column_names if not name.endswith("_offset")] == list(KEYS)


def test_long_texts_make_smaller_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.export.parquet._BYTES", 200)
    monkeypatch.setattr("storage.export.parquet._PART", 1)
    file = io.BytesIO()
    write_parquet([EMPTY | {"id": n, "text": "x" * 60} for n in range(4)], file, ("id", "text"))
    assert pyarrow.parquet.ParquetFile(io.BytesIO(file.getvalue())).num_row_groups == 2


def test_no_row_gives_a_table_without_one() -> None:
    file = io.BytesIO()
    assert write_parquet([], file, ("title", "id")) == 0
    table = pyarrow.parquet.read_table(io.BytesIO(file.getvalue()))
    assert (table.column_names, table.num_rows) == (["title", "id"], 0)
