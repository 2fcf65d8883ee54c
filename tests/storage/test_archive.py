"""The archive for programs: what the package offers, from opening to closing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import storage
from pipelines.article import Article as Story
from pipelines.article import ArticleKind
from storage import Archive, BadQuery, CannotOpenDatabase, open_archive
from storage.articles import Filed


@pytest.fixture
def archive_url(
    database_url: str,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
) -> str:
    """An archive with three articles of the Gazette, the last a copy of the second, the first revised."""
    file(article("bridge", "The bridge is to open.", authors=("Ann Lee",)), source_id)
    file(article("bridge", "The bridge is open.", authors=("Ann Lee",)), source_id)
    file(article("wire", prose(1) + " bridge", language="en"), source_id)
    file(article("copy", prose(1) + " bridge", language="en", kind=ArticleKind.VIDEO), source_id)
    return database_url


def test_what_a_program_can_do_with_an_archive(archive_url: str) -> None:
    with open_archive(archive_url) as archive:
        assert isinstance(archive, Archive)
        assert [hit.title for hit in archive.search("open bridge")] == ["Story bridge"]
        assert [hit.id for hit in archive.search("bridge", language="en", limit=5, sort="oldest")] == [2]
        assert len(archive.search("bridge", all_copies=True)) == 3
        assert [hit.id for hit in archive.search("bridge", author="lee", source="Gazette")] == [1]

        assert [one.id for one in archive.articles()] == [1, 2, 3]
        assert [one.id for one in archive.articles(language="en")] == [2, 3]
        assert [one.id for one in archive.articles(kind="video")] == [3]
        assert [hit.id for hit in archive.search("bridge", kind="video")] == [3]

        bridge = archive.get("https://gazette.example/bridge")
        assert bridge is not None
        assert bridge == archive.get(1)
        assert archive.get(99) is None
        assert [revision.text for revision in archive.revisions(1)] == ["The bridge is to open."]
        assert [one.id for one in archive.sightings(2)] == [3]
        assert [(one.name, one.articles) for one in archive.sources()] == [("Gazette", 3)]


def test_times_narrow_a_search(archive_url: str) -> None:
    with open_archive(archive_url) as archive:
        seen = next(archive.articles()).first_seen_at
        assert len(list(archive.articles(since=seen))) == 3
        assert list(archive.articles(until=seen)) == []
        assert archive.search("bridge", since=seen + timedelta(seconds=1)) == []


def test_articles_may_be_left_off_half_way(archive_url: str) -> None:
    with open_archive(archive_url) as archive:
        stream = archive.articles()
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert len(list(archive.articles())) == 3


def test_query_for_nothing_is_refused(archive_url: str) -> None:
    with open_archive(archive_url) as archive, pytest.raises(BadQuery):
        archive.search("?")


def test_no_archive_is_made_by_looking_for_one(tmp_path: Path) -> None:
    path = tmp_path / "mistyped.sqlite"
    with pytest.raises(CannotOpenDatabase, match="does not exist"):
        open_archive(str(path))
    assert not path.exists()


def test_package_offers_what_it_names() -> None:
    assert all(hasattr(storage, name) for name in storage.__all__)
