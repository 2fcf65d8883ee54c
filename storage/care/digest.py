"""What a table holds, in one number that is the same on both engines, in whatever order its rows come."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from sqlalchemy import JSON, Column, Connection, Enum, MetaData, Select, String, Table, Text, cast, select

BATCH = 500
"""Rows held in memory at a time."""
_SIZE = 16
"""Bytes of a row's hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDigest:
    """A table's name, the number of its rows, and the sum of their hashes."""

    table: str
    rows: int
    total: int


class Tally:
    """Adds rows up to a digest."""

    def __init__(self, table: Table) -> None:
        self._table = table.name
        self._documents = [isinstance(column.type, JSON) for column in table.columns]
        self._rows = self._total = 0

    def add(self, row: Sequence[Any]) -> None:
        """Count in a row as `plain_rows` gives it."""
        values = tuple(map(_normal, row, self._documents))
        told = repr(values).encode("utf-8", "surrogatepass")
        self._rows += 1
        self._total += int.from_bytes(blake2b(told, digest_size=_SIZE).digest(), "big")

    def digest(self) -> TableDigest:
        """What was counted in."""
        return TableDigest(table=self._table, rows=self._rows, total=self._total % (1 << 8 * _SIZE))


def plain(table: Table) -> Table:
    """The table with its documents and states as the text that is stored.

    Read as documents, a column that is null and one that holds JSON's null would be the same.
    """
    columns = (Column(column.name, _plain_type(column.type)) for column in table.columns)
    return Table(table.name, MetaData(), *columns)


def plain_rows(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of a table as `plain` has them, streamed, some at a time, in the order of their key."""
    with connection.execute(_everything(table).execution_options(yield_per=BATCH)) as rows:
        yield from rows.partitions()


def _everything(table: Table) -> Select[Any]:
    copied = plain(table)
    columns = [
        cast(copied.c[column.name], Text) if isinstance(column.type, JSON) else copied.c[column.name]
        for column in table.columns
    ]
    return select(*columns).order_by(*(copied.c[column.name] for column in table.primary_key))


def _plain_type(kind: Any) -> Any:
    if isinstance(kind, JSON):
        return Text()
    return String() if isinstance(kind, Enum) else kind


def _normal(value: Any, is_document: bool) -> Any:
    """One form for what the two engines write differently: times, and documents."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if is_document and value is not None:
        return json.dumps(json.loads(value, parse_float=_number), ensure_ascii=False, sort_keys=True)
    return value


def _number(written: str) -> int | float:
    """PostgreSQL writes 1.5e3 as 1500: what is a whole number is read as one, to the last digit."""
    value = float(written)
    return int(Decimal(written)) if value.is_integer() else value
