"""The archive: what was found, fetched and filed, and how to search it.

For programs that read an archive, `open_archive` is the way in; what it gives and raises is named here.
"""

from storage.archive import Archive, open_archive
from storage.changes import ChangeKind, StoredChange
from storage.errors import (
    BadQuery,
    CannotOpenDatabase,
    CannotStore,
    DatabaseConnectionLost,
    DatabaseIsDamaged,
    DatabaseIsFull,
    DatabaseIsLocked,
    DatabaseIsNewer,
    DatabaseIsReadOnly,
    ExtraIsMissing,
    SourceExists,
    StorageError,
)
from storage.explain import Facts, KeptPage, KeptVisit, Place
from storage.facts import Evidence, Sight
from storage.health import SourceHealth
from storage.search.hits import Hit
from storage.search.passage import MATCH_END, MATCH_START
from storage.stored import RemovedPassage, StoredArticle, StoredDate, StoredImage, StoredRevision

__all__ = [
    "MATCH_END",
    "MATCH_START",
    "Archive",
    "BadQuery",
    "CannotOpenDatabase",
    "CannotStore",
    "ChangeKind",
    "DatabaseConnectionLost",
    "DatabaseIsDamaged",
    "DatabaseIsFull",
    "DatabaseIsLocked",
    "DatabaseIsNewer",
    "DatabaseIsReadOnly",
    "Evidence",
    "ExtraIsMissing",
    "Facts",
    "Hit",
    "KeptPage",
    "KeptVisit",
    "Place",
    "RemovedPassage",
    "Sight",
    "SourceExists",
    "SourceHealth",
    "StorageError",
    "StoredArticle",
    "StoredChange",
    "StoredDate",
    "StoredImage",
    "StoredRevision",
    "open_archive",
]
