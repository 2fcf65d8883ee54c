"""The archive: what was found, fetched and filed, and how to search it.

For programs that read an archive, `open_archive` is the way in; what it gives and raises is named here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "Archive": "storage.archive",
    "BadQuery": "storage.errors",
    "CannotOpenDatabase": "storage.errors",
    "CannotStore": "storage.errors",
    "ChangeKind": "storage.changes",
    "DatabaseConnectionLost": "storage.errors",
    "DatabaseIsDamaged": "storage.errors",
    "DatabaseIsFull": "storage.errors",
    "DatabaseIsLocked": "storage.errors",
    "DatabaseIsNewer": "storage.errors",
    "DatabaseIsReadOnly": "storage.errors",
    "Evidence": "storage.facts",
    "ExtraIsMissing": "storage.errors",
    "Facts": "storage.explain",
    "Hit": "storage.search.hits",
    "KeptPage": "storage.explain",
    "KeptVisit": "storage.explain",
    "MATCH_END": "storage.search.passage",
    "MATCH_START": "storage.search.passage",
    "Place": "storage.explain",
    "RemovedPassage": "storage.stored",
    "Sight": "storage.facts",
    "SourceExists": "storage.errors",
    "SourceHealth": "storage.health",
    "StorageError": "storage.errors",
    "StoredArticle": "storage.stored",
    "StoredChange": "storage.changes",
    "StoredDate": "storage.stored",
    "StoredImage": "storage.stored",
    "StoredRevision": "storage.stored",
    "open_archive": "storage.archive",
}


def __getattr__(name: str) -> Any:
    """What is named here comes when it is asked for: a part of storage/ by itself brings no SQLAlchemy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
