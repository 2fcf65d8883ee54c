"""The archive for programs: open it, search it, go through its articles."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, overload

from storage.changes import StoredChange, changes_since
from storage.explain import Facts, facts_of
from storage.filters import ArticleFilter
from storage.health import SourceHealth, source_health
from storage.search.hits import Hit, Sort, search
from storage.session import Database, open_database
from storage.stored import (
    StoredArticle,
    StoredRevision,
    articles,
    find_article,
    revisions_of,
    sightings_of,
)
from storage.stories.listing import Sighting, Story, places_of, stories

if TYPE_CHECKING:
    import pandas
    import polars


class Archive:
    """An open archive, to read from.

        with open_archive("copydesk.sqlite") as archive:
            for hit in archive.search("harbour bridge", since=last_week):
                print(hit.title, hit.canonical_url)

    It may be used from several threads. Methods raise the `StorageError`s of storage/errors.py.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(
        self,
        query: str,
        *,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        author: str | None = None,
        kind: str | None = None,
        without_reservations: Sequence[str] = (),
        limit: int = 20,
        sort: Sort = "relevance",
        all_copies: bool = False,
        duplicates: bool = False,
    ) -> list[Hit]:
        """The articles that `query` asks for, the best first.

        It is written as for `copydesk search`: words, "phrases", -not, OR, prefix*, brackets, and title:,
        author:, source:, lang:, kind:, before: and after:.

        The filters are those of `ArticleFilter`; `sort` is "relevance", "newest" or "oldest". A story that
        stands in several places comes once, unless `all_copies` is true (`duplicates` is its older name).
        Raises `BadQuery`, which says where, for a query that cannot be understood.
        """
        wanted = ArticleFilter(
            source=source,
            since=since,
            until=until,
            language=language,
            author=author,
            kind=kind,
            without_reservations=tuple(without_reservations),
        )
        with self._database.read() as session:
            return search(
                session,
                query,
                wanted,
                limit,
                sort,
                now=datetime.now(UTC),
                all_copies=all_copies or duplicates,
            )

    def articles(
        self,
        *,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        author: str | None = None,
        kind: str | None = None,
        without_reservations: Sequence[str] = (),
    ) -> Iterator[StoredArticle]:
        """Every article, or those the filters (of `ArticleFilter`) ask for, in the order of their ids.

        They are streamed: a million take no more memory than a hundred. The archive is read as it stands
        when the first is asked for.
        """
        wanted = ArticleFilter(
            source=source,
            since=since,
            until=until,
            language=language,
            author=author,
            kind=kind,
            without_reservations=tuple(without_reservations),
        )
        with self._database.read() as session:
            yield from articles(session, wanted)

    def get(self, id_or_url: int | str) -> StoredArticle | None:
        """One article, by its id or by any address that led to it; None if there is none."""
        with self._database.read() as session:
            return find_article(session, id_or_url)

    def revisions(self, article_id: int) -> list[StoredRevision]:
        """What stood in an article before it was changed, oldest first."""
        with self._database.read() as session:
            return revisions_of(session, article_id)

    def changes(
        self,
        *,
        since: str | datetime | None = None,
        source: str | None = None,
        kinds: Collection[str] = (),
        limit: int | None = None,
    ) -> Iterator[StoredChange]:
        """What happened to articles: new, edited, corrected, gone, back; in the order in which it was filed.

        `since` is the `cursor` of the last change that was seen, or a time; without it, from the beginning.
        Whoever goes on from the last cursor misses no change and gets none twice. They are streamed.

            for change in archive.changes(since=cursor, kinds=["headline", "correction"]):
                print(change.kind, change.title_before, "→", change.title)
                cursor = change.cursor

        `kinds` are those of `ChangeKind`. Raises ValueError where `since` is neither a cursor nor a time with
        a zone.
        """
        with self._database.read() as session:
            yield from changes_since(session, since, source=source, kinds=kinds, limit=limit)

    def sightings(self, article_id: int) -> list[StoredArticle]:
        """The other places where the same story stands, the first that was filed first."""
        with self._database.read() as session:
            return sightings_of(session, article_id)

    def explain(self, id_or_url: int | str) -> Facts:
        """What is kept of an article, or of an address: how it was found, each visit, each state, its copies.

        `Facts.is_known` is false for an address that was never met. An address is looked for as it is given;
        `copydesk explain` also tries other spellings, and says what all of it means.
        """
        with self._database.read() as session:
            return facts_of(session, id_or_url, all_visits=True)

    @overload
    def frame(
        self,
        library: Literal["pandas"] = "pandas",
        *,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        author: str | None = None,
        kind: str | None = None,
        without_reservations: Sequence[str] = (),
    ) -> "pandas.DataFrame": ...
    @overload
    def frame(
        self,
        library: Literal["polars"],
        *,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        author: str | None = None,
        kind: str | None = None,
        without_reservations: Sequence[str] = (),
    ) -> "polars.DataFrame": ...
    def frame(
        self,
        library: Literal["pandas", "polars"] = "pandas",
        *,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        author: str | None = None,
        kind: str | None = None,
        without_reservations: Sequence[str] = (),
    ) -> "pandas.DataFrame | polars.DataFrame":
        """Articles as a data frame, in the order of their ids: every one, or those the filters ask for.

        `columns` are names of storage/frame.py:COLUMNS, by default all; times are UTC. The frame stands in
        memory as a whole, and takes about three times its size while it is made: name the columns that are
        needed, for `text` is nearly all of an archive. Raises `ExtraIsMissing` where the library is not
        installed: it comes with the extras `copydesk[pandas]` and `copydesk[polars]`. Raises ValueError for a
        column that there is not.
        """
        from storage.frame import pandas_frame, polars_frame

        wanted = ArticleFilter(
            source=source,
            since=since,
            until=until,
            language=language,
            author=author,
            kind=kind,
            without_reservations=tuple(without_reservations),
        )
        make = {"pandas": pandas_frame, "polars": polars_frame}.get(library)
        if make is None:
            raise ValueError(f"{library!r} makes no frame; 'pandas' and 'polars' do")
        with self._database.read() as session:
            frame: pandas.DataFrame | polars.DataFrame = make(session, wanted, columns, limit)
        return frame

    def stories(
        self,
        *,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        limit: int = 20,
    ) -> list[Story]:
        """The stories carried in most places, of those with a sighting that the filters ask for."""
        wanted = ArticleFilter(source=source, since=since, until=until, language=language)
        with self._database.read() as session:
            return stories(session, wanted, limit)

    def places(self, article_id: int) -> list[Sighting]:
        """Every place where the story of an article stands, the original first."""
        with self._database.read() as session:
            return places_of(session, article_id)

    def sources(self) -> list[SourceHealth]:
        """The sources, by name, and how each is doing."""
        with self._database.read() as session:
            return source_health(session, datetime.now(UTC))

    def close(self) -> None:
        """Close the archive."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_archive(url: str) -> Archive:
    """Open the archive at `url`: the path of an SQLite file, or an SQLAlchemy URL.

    One that an older copydesk made is upgraded; none is made where there is none. Raises
    `CannotOpenDatabase`, `DatabaseIsNewer` and the other errors of `open_database`.
    """
    return Archive(open_database(url, create=False))
