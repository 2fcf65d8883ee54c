"""Writes articles out for other programs: JSON Lines, or CSV for a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.filters import EVERYTHING, ArticleFilter, conditions
from storage.models import Article, Source
from storage.times import local_time

KEYS = (
    "id",
    "url",
    "canonical_url",
    "source",
    "kind",
    "title",
    "kicker",
    "standfirst",
    "authors",
    "published_at",
    "modified_at",
    "date_precision",
    "date_confidence",
    "date_flag",
    "language",
    "text",
    "image",
    "images",
    "section",
    "tags",
    "credit",
    "access",
    "first_seen_at",
    "fetched_at",
    "gone_at",
    "gone_how",
    "duplicate_of",
)
"""The keys of an exported row, in order. Times are ISO 8601 with seconds and offset, the publisher's own for
`published_at` and `modified_at` where the page said one. What the values of the others may be stands with
`StoredArticle`; `images` are objects of "url", "caption" and "credit"."""

_BATCH = 200
"""Rows held in memory at a time."""
_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with: https://owasp.org/www-community/attacks/CSV_Injection"""


def export_rows(session: Session, wanted: ArticleFilter = EVERYTHING) -> Iterator[dict[str, Any]]:
    """The articles that `wanted` asks for, streamed in the order in which they were first filed.

    Use it up while the session is open: rows come from the database as they are asked for, so that a million
    take no more memory than a hundred.
    """
    columns = [getattr(Article, key) for key in KEYS if key != "source"]
    statement = (
        select(*columns, Article.published_offset, Article.modified_offset, Source.name.label("source"))
        .outerjoin(Source, Source.id == Article.source_id)
        .where(*conditions(session, wanted))
        .order_by(Article.id)
        .execution_options(yield_per=_BATCH)
    )
    # Closed also if the caller stops half-way: a cursor of PostgreSQL holds a place on the server.
    with session.execute(statement) as rows:
        for row in rows:
            told = dict(row._mapping)
            told["published_at"] = local_time(row.published_at, row.published_offset)
            told["modified_at"] = local_time(row.modified_at, row.modified_offset)
            yield {key: _plain(told[key]) for key in KEYS}


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def write_jsonl(rows: Iterable[Mapping[str, Any]], file: TextIO) -> int:
    """Write one JSON object a line (https://jsonlines.org) to a UTF-8 file, and return how many."""
    count = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_csv(rows: Iterable[Mapping[str, Any]], file: TextIO) -> int:
    """Write rows of `export_rows` as CSV (RFC 4180) with a header, and return how many.

    Open `file` with newline="". Lists are joined with "; ", images as their addresses. A cell that a
    spreadsheet would run as a formula gets an apostrophe before it.
    """
    writer = csv.writer(file)
    writer.writerow(KEYS)
    count = 0
    for row in rows:
        writer.writerow([_cell(row[key]) for key in KEYS])
        count += 1
    return count


def _cell(value: Any) -> Any:
    text = "; ".join(filter(None, map(_told, value))) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_RUNS_AS_FORMULA) else text


def _told(part: Any) -> str:
    return str(part["url"] or "") if isinstance(part, Mapping) else str(part)
