"""The views for whoever asks in SQL: what they are called, and what they show.

docs/sql.md describes them, and what they promise: no column is renamed or removed, nor is its type changed,
and new ones come at the end. So a PostgreSQL view can be replaced where it stands, and keeps its grants and
what is built upon it.

DuckDB reads a view of an SQLite file by its text, with a grammar and functions of its own: what only SQLite
knows does not belong there.

They are made anew after every upgrade of the schema, from here: no step makes them. A step that is there only
for that does nothing at all; one that drops a column that they show, or changes its type, first calls
`drop_views`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

FIRST_STEP = "0007"
"""The step of the schema from which on an archive has them."""

_SOURCE = {"source": "sources.name{text}"}
_OF_ARTICLES = "LEFT JOIN sources ON sources.id = articles.source_id"
_OF_PAGES = "LEFT JOIN sources ON sources.id = pages.source_id"
_TITLE_AFTER = (
    "CASE WHEN changes.kind IN ('gone', 'back') THEN articles.title ELSE coalesce((SELECT revisions.title"
    " FROM revisions WHERE revisions.article_id = changes.article_id"
    " AND revisions.number = coalesce(changes.revision, 0) + 1), articles.title) END"
)
_TITLE_BEFORE = (
    "(SELECT revisions.title FROM revisions WHERE revisions.article_id = changes.article_id"
    " AND revisions.number = changes.revision)"
)
_COPIES = "FROM articles AS copies WHERE copies.duplicate_of = articles.id"
_OTHER_SOURCES = (
    f"SELECT count(DISTINCT copies.source_id) {_COPIES}"
    " AND (copies.source_id <> articles.source_id OR articles.source_id IS NULL)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view: each column with the expression that makes it, and the tables that they are taken from.

    In both, {text} and the like stand for what an engine says in its own way: see `_WORDS`.
    """

    columns: Mapping[str, str]
    tables: str

    def select(self, engine: str) -> str:
        """The query that it stands for, as `engine` ("sqlite", "postgresql") has it."""
        columns = ", ".join(f"{made} AS {name}" for name, made in self.columns.items())
        return f"SELECT {columns} FROM {self.tables}".format(**_WORDS[engine])  # noqa: S608  nobody's input


def _of_all_places(choose: str, beyond: str) -> str:
    """The first or last time at which a story was seen in one of its places."""
    of_copies = f"(SELECT {choose}(copies.first_seen_at) {_COPIES})"
    own = "articles.first_seen_at"
    return f"CASE WHEN {of_copies} {beyond} {own} THEN {of_copies} ELSE {own} END"


def _own(table: str, *names: str) -> dict[str, str]:
    """Columns of a table, as they are."""
    return {name: f"{table}.{name}" for name in names}


def _words(table: str, *names: str) -> dict[str, str]:
    """Columns of a table that hold text of limited length; what the limit is stays out of the view's type."""
    return {name: f"{table}.{name}{{text}}" for name in names}


_WORDS = {
    "sqlite": {
        "text": "",
        "removed_lines": "json_each(articles.removed) AS line",
        # Cast: else DuckDB takes what was in JSON to be JSON still.
        "rule": "CAST(json_extract(line.value, '$.rule') AS TEXT)",
        "line": "CAST(json_extract(line.value, '$.text') AS TEXT)",
        "place": "CAST(json_extract(line.value, '$.at') AS INTEGER)",
    },
    "postgresql": {
        "text": "::text",
        "removed_lines": "jsonb_array_elements(articles.removed) AS line(value)",
        "rule": "line.value ->> 'rule'",
        "line": "line.value ->> 'text'",
        "place": "(line.value ->> 'at')::integer",
    },
}

VIEWS: Mapping[str, View] = {
    "archive_articles": View(
        columns={
            **_own("articles", "id"),
            **_SOURCE,
            **_words("articles", "url", "canonical_url", "kind"),
            **_own("articles", "title", "kicker", "standfirst", "authors"),
            **_own("articles", "published_at", "published_offset", "modified_at"),
            **_words("articles", "date_precision", "date_from", "date_confidence", "date_flag", "language"),
            **_own("articles", "text", "image", "images", "section", "tags", "credit"),
            **_words("articles", "access"),
            **_own("articles", "first_seen_at", "fetched_at", "changed_at", "gone_at"),
            **_words("articles", "gone_how"),
            "story_id": "coalesce(articles.duplicate_of, articles.id)",
            **_own("articles", "duplicate_of", "similarity", "reservations"),
            **_words("articles", "read_by"),
            **_own("articles", "template", "template_version"),
            **_words("articles", "refused"),
        },
        tables=f"articles {_OF_ARTICLES}",
    ),
    "archive_stories": View(
        columns={
            "story_id": "articles.id",
            **_own("articles", "title"),
            **_SOURCE,
            **_words("articles", "canonical_url", "language"),
            **_own("articles", "published_at"),
            # Not of all places at once: with "or" in it, a query of all stories takes up to twice as long.
            "first_seen_at": _of_all_places("min", "<"),
            "last_seen_at": _of_all_places("max", ">"),
            "places": f"1 + (SELECT count(*) {_COPIES})",
            "sources": f"CASE WHEN articles.source_id IS NULL THEN 0 ELSE 1 END + ({_OTHER_SOURCES})",
        },
        tables=f"articles {_OF_ARTICLES} WHERE articles.duplicate_of IS NULL",
    ),
    "archive_sightings": View(
        columns={
            "story_id": "coalesce(articles.duplicate_of, articles.id)",
            "article_id": "articles.id",
            **_SOURCE,
            **_words("articles", "canonical_url"),
            **_own("articles", "title", "similarity", "published_at", "first_seen_at", "gone_at"),
        },
        tables=f"articles {_OF_ARTICLES}",
    ),
    "archive_revisions": View(
        columns={
            **_own("revisions", "article_id", "number"),
            **_SOURCE,
            **_words("articles", "canonical_url"),
            **_own("revisions", "title", "standfirst", "authors", "modified_at", "text"),
            **_own("revisions", "fetched_at", "replaced_at"),
            "edit": "(SELECT min(changes.kind){text} FROM changes WHERE"
            " changes.article_id = revisions.article_id AND changes.revision = revisions.number)",
        },
        tables=f"revisions JOIN articles ON articles.id = revisions.article_id {_OF_ARTICLES}",
    ),
    "archive_changes": View(
        columns={
            **_own("changes", "id"),
            "seen_at": "changes.at",
            **_words("changes", "kind"),
            **_own("changes", "article_id"),
            **_SOURCE,
            **_words("articles", "canonical_url"),
            "title": _TITLE_AFTER,
            "title_before": f"nullif({_TITLE_BEFORE}, {_TITLE_AFTER})",
            **_own("changes", "revision"),
        },
        tables=f"changes JOIN articles ON articles.id = changes.article_id {_OF_ARTICLES}",
    ),
    "archive_removed": View(
        columns={
            "article_id": "articles.id",
            **_SOURCE,
            "rule": "{rule}",
            "text": "{line}",
            "place": "{place}",
        },
        tables=f"articles {_OF_ARTICLES} CROSS JOIN {{removed_lines}}",
    ),
    "archive_sources": View(
        columns={
            **_own("sources", "id"),
            **_words("sources", "name", "url", "schedule"),
            **_own("sources", "enabled"),
            **_words("sources", "health"),
            **_own("sources", "health_since", "health_reason"),
            **_own("sources", "created_at", "last_run_at", "last_new_at", "due_at"),
            "articles": "(SELECT count(*) FROM articles WHERE articles.source_id = sources.id)",
        },
        # PostgreSQL lets a view on one table alone be written to.
        tables="sources CROSS JOIN (SELECT 1) AS one",
    ),
    "archive_pages": View(
        columns={
            **_own("pages", "id"),
            **_words("pages", "url"),
            **_SOURCE,
            **_words("pages", "state"),
            **_own("pages", "reason", "found_at"),
            "found_in": "seeds.url{text}",
            **_own("pages", "due_at", "visited_at"),
            "failures": "pages.attempts",
            **_own("pages", "article_id"),
        },
        tables=f"pages {_OF_PAGES} LEFT JOIN seeds ON seeds.id = pages.seed_id",
    ),
    "archive_visits": View(
        columns={
            **_own("visits", "id"),
            "visited_at": "visits.at",
            **_own("visits", "page_id"),
            "page_url": "pages.url{text}",
            **_SOURCE,
            **_own("pages", "article_id"),
            **_own("visits", "status"),
            "bytes": "visits.size",
            **_own("visits", "milliseconds", "final_url"),
            **_words("visits", "outcome"),
            **_own("visits", "reason"),
        },
        tables=f"visits JOIN pages ON pages.id = visits.page_id {_OF_PAGES}",
    ),
}
"""In the order in which docs/sql.md describes them."""


def make_views(connection: Connection) -> None:
    """Make the views, or make them anew, on tables that are as this copydesk has them."""
    engine = connection.dialect.name
    if engine == "sqlite":
        drop_views(connection)
    how = "CREATE VIEW" if engine == "sqlite" else "CREATE OR REPLACE VIEW"
    for name, view in VIEWS.items():
        connection.exec_driver_sql(f"{how} {name} AS {view.select(engine)}")


def drop_views(connection: Connection) -> None:
    """Drop the views, so that a step may change what they show; `make_views` comes after the last step.

    On PostgreSQL their grants go with them, and it fails where somebody's own views are built upon them.
    """
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
