"""Writes rows as Parquet, typed, a row group at a time; needs pyarrow, which is an extra."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from storage.errors import ExtraIsMissing
from storage.export.columns import KEYS, KINDS, OFFSETS, Kind

_ROWS, _BYTES = 2_000, 16_000_000
"""How large a row group may grow: so much is held in memory."""
_PART = 100
"""Rows held as Python has them, which takes three times as much."""
_FEW_VALUES = {
    *("source", "kind", "date_precision", "date_confidence", "date_flag", "language"),
    *("section", "credit", "access", "gone_how", "read_by", "refused"),
}
"""Columns of few values, which are kept as numbers into a list of them."""


def write_parquet(rows: Iterable[Mapping[str, Any]], file: BinaryIO, keys: Sequence[str] = KEYS) -> int:
    """Write rows of `export_rows` as Parquet, compressed by Zstandard, and return how many.

    Times are UTC, to the second. Raises `ExtraIsMissing` where pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    schema = _schema(arrow, keys)
    few = [key for key in keys if key in _FEW_VALUES]
    count, batches = 0, []
    with parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=few) as writer:
        for part in _parts(rows):
            batches.append(_batch(arrow, schema, part))
            count += len(part)
            if sum(map(len, batches)) >= _ROWS or sum(batch.nbytes for batch in batches) >= _BYTES:
                writer.write_table(arrow.Table.from_batches(batches, schema))
                batches = []
        if batches:
            writer.write_table(arrow.Table.from_batches(batches, schema))
    return count


def check_parquet() -> None:
    """Raise `ExtraIsMissing` where it cannot be written."""
    _pyarrow()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise ExtraIsMissing(
            "Parquet needs pyarrow, which is not installed: pip install 'copydesk[parquet]'"
        ) from error
    return pyarrow, pyarrow.parquet


def _schema(arrow: Any, keys: Sequence[str]) -> Any:
    image = arrow.struct([(name, arrow.string()) for name in ("url", "caption", "credit")])
    types = {
        Kind.INTEGER: arrow.int64(),
        Kind.NUMBER: arrow.float64(),
        Kind.TEXT: arrow.string(),
        Kind.TIME: arrow.timestamp("us", tz="UTC"),
        Kind.TEXTS: arrow.list_(arrow.string()),
        Kind.IMAGES: arrow.list_(image),
    }
    fields = []
    for key in keys:
        fields.append(arrow.field(key, types[KINDS[key]]))
        if key in OFFSETS:
            fields.append(arrow.field(OFFSETS[key], arrow.int32()))
    return arrow.schema(fields)


def _parts(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    rest = iter(rows)
    while part := list(islice(rest, _PART)):
        yield part


def _batch(arrow: Any, schema: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    columns = (_column(rows, name) for name in schema.names)
    arrays = [arrow.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
    return arrow.RecordBatch.from_arrays(arrays, schema=schema)


def _column(group: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    of = next((key for key, offset in OFFSETS.items() if offset == name), None)
    if of is not None:
        return [_offset(row[of]) for row in group]
    if KINDS[name] is Kind.TIME:
        return [datetime.fromisoformat(row[name]) if row[name] else None for row in group]
    return [row[name] for row in group]


def _offset(time: str | None) -> int | None:
    offset = datetime.fromisoformat(time).utcoffset() if time else None
    return None if offset is None else round(offset.total_seconds() / 60)
