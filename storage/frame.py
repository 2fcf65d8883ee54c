"""Articles as a data frame of pandas or Polars, a row each."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import ExtraIsMissing
from storage.filters import EVERYTHING, ArticleFilter, conditions
from storage.models import Article, Source

Library = Literal["pandas", "polars"]

_BATCH = 1000
"""Rows that come from the database at a time."""

Kind = Literal["number", "share", "text", "word", "time", "list"]
"""What a column holds; a word is text of which there are few different ones."""

COLUMNS: Mapping[str, Kind] = {
    "id": "number",
    "source": "word",
    "url": "text",
    "canonical_url": "text",
    "kind": "word",
    "title": "text",
    "kicker": "text",
    "standfirst": "text",
    "authors": "list",
    "published_at": "time",
    "modified_at": "time",
    "date_precision": "word",
    "date_from": "word",
    "date_confidence": "word",
    "date_flag": "word",
    "language": "word",
    "text": "text",
    "image": "text",
    "section": "text",
    "tags": "list",
    "credit": "text",
    "access": "word",
    "first_seen_at": "time",
    "fetched_at": "time",
    "changed_at": "time",
    "gone_at": "time",
    "gone_how": "word",
    "duplicate_of": "number",
    "similarity": "share",
    "reservations": "list",
    "read_by": "word",
    "template": "number",
    "template_version": "number",
    "refused": "word",
}
"""The columns of a frame, in order. What they hold stands with `StoredArticle`; times are UTC."""

_PANDAS = {
    "number": "Int64",
    "share": "Float64",
    "text": "string",
    "word": "category",
    "time": "datetime64[us, UTC]",
    "list": "object",
}


def pandas_frame(
    session: Session,
    wanted: ArticleFilter = EVERYTHING,
    columns: Sequence[str] | None = None,
    limit: int | None = None,
) -> Any:
    """The articles that `wanted` asks for as a `pandas.DataFrame`, in the order of their ids.

    Raises `ExtraIsMissing` where pandas is not installed, ValueError for a column that there is not.
    """
    pandas = _library("pandas")
    names, values = _read(session, wanted, columns, limit)
    # One after the other, and each list is given free when its column stands: not all are held twice.
    made = {name: pandas.array(values.pop(name), dtype=_PANDAS[COLUMNS[name]]) for name in names}
    return pandas.DataFrame(made, copy=False)


def polars_frame(
    session: Session,
    wanted: ArticleFilter = EVERYTHING,
    columns: Sequence[str] | None = None,
    limit: int | None = None,
) -> Any:
    """The same as a `polars.DataFrame`."""
    polars = _library("polars")
    types = {
        "number": polars.Int64,
        "share": polars.Float64,
        "text": polars.String,
        "word": polars.Categorical,
        "time": polars.Datetime("us", "UTC"),
        "list": polars.List(polars.String),
    }
    names, values = _read(session, wanted, columns, limit)
    return polars.DataFrame(
        [polars.Series(name, values.pop(name), dtype=types[COLUMNS[name]]) for name in names]
    )


def _library(name: Library) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise  # it is there, and lacks something itself
        raise ExtraIsMissing(
            f"{name} is not installed, which a frame needs: pip install 'copydesk[{name}]'"
        ) from error


def _read(
    session: Session, wanted: ArticleFilter, columns: Sequence[str] | None, limit: int | None
) -> tuple[list[str], dict[str, list[Any]]]:
    """The names of the columns, and the values of each; nothing else is asked of the database."""
    names = list(dict.fromkeys(COLUMNS if columns is None else columns))
    if unknown := [name for name in names if name not in COLUMNS]:
        raise ValueError(f"there is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}")
    kept: dict[str, list[Any]] = {name: [] for name in names}
    if not names:
        return names, kept
    statement = (
        select(*(Source.name if name == "source" else getattr(Article, name) for name in names))
        .select_from(Article)
        .outerjoin(Source, Source.id == Article.source_id)
        .where(*conditions(session, wanted))
        .order_by(Article.id)
        .limit(limit)
    )
    words: dict[Any, Any] = {}
    with session.execute(statement.execution_options(yield_per=_BATCH)) as rows:
        for batch in rows.partitions():
            for (name, values), found in zip(kept.items(), zip(*batch, strict=True), strict=True):
                # Each row brings a text of its own, also where it is the same as many others.
                is_word = COLUMNS[name] == "word"
                values.extend((words.setdefault(word, word) for word in found) if is_word else found)
    return names, kept
