"""The columns of an export: their names, in order, and what kind of value each holds."""

import enum
from dataclasses import dataclass

FORMAT_VERSION = 2
"""Raised when a column is renamed, left out or means something else; not when one is added at the end."""


class Kind(enum.StrEnum):
    """What a column's values are. Any may be null, unless docs/export.md says otherwise."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    """ISO 8601 with seconds and offset."""
    TEXTS = "list of texts"
    IMAGES = "list of images"
    """Objects of "url", "caption" and "credit", each a text or null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of an export."""

    name: str
    kind: Kind
    of_the_past: bool = True
    """Whether its value at any earlier moment is known."""


COLUMNS = (
    Column(name="id", kind=Kind.INTEGER),
    Column(name="url", kind=Kind.TEXT),
    Column(name="canonical_url", kind=Kind.TEXT),
    Column(name="source", kind=Kind.TEXT),
    Column(name="kind", kind=Kind.TEXT),
    Column(name="title", kind=Kind.TEXT),
    Column(name="kicker", kind=Kind.TEXT),
    Column(name="standfirst", kind=Kind.TEXT),
    Column(name="authors", kind=Kind.TEXTS),
    Column(name="published_at", kind=Kind.TIME),
    Column(name="modified_at", kind=Kind.TIME),
    Column(name="date_precision", kind=Kind.TEXT),
    Column(name="date_confidence", kind=Kind.TEXT),
    Column(name="date_flag", kind=Kind.TEXT),
    Column(name="language", kind=Kind.TEXT),
    Column(name="text", kind=Kind.TEXT),
    Column(name="image", kind=Kind.TEXT),
    Column(name="images", kind=Kind.IMAGES),
    Column(name="section", kind=Kind.TEXT),
    Column(name="tags", kind=Kind.TEXTS),
    Column(name="credit", kind=Kind.TEXT),
    Column(name="access", kind=Kind.TEXT),
    Column(name="first_seen_at", kind=Kind.TIME),
    # Written at each second look, whether or not there is anything new: its past is not kept.
    Column(name="fetched_at", kind=Kind.TIME, of_the_past=False),
    Column(name="gone_at", kind=Kind.TIME),
    Column(name="gone_how", kind=Kind.TEXT),
    Column(name="duplicate_of", kind=Kind.INTEGER),
    Column(name="similarity", kind=Kind.NUMBER),
    Column(name="changed_at", kind=Kind.TIME),
    Column(name="reservations", kind=Kind.TEXTS),
    # How it was read is told of what stands there now: like the rules that cleaned it, it has no past.
    Column(name="read_by", kind=Kind.TEXT, of_the_past=False),
    Column(name="template", kind=Kind.INTEGER, of_the_past=False),
    Column(name="template_version", kind=Kind.INTEGER, of_the_past=False),
    Column(name="refused", kind=Kind.TEXT, of_the_past=False),
)
"""What each means is told column by column in docs/export.md."""

KEYS = tuple(column.name for column in COLUMNS)
"""The keys of an exported row, in order."""
PAST_KEYS = tuple(column.name for column in COLUMNS if column.of_the_past)
"""Those of the archive as it stood at a date."""
KINDS = {column.name: column.kind for column in COLUMNS}
OFFSETS = {"published_at": "published_offset", "modified_at": "modified_offset"}
"""Times in the publisher's own offset, and the column that holds it, in minutes. In Parquet it stays a column
of its own, for Parquet's times have none."""
