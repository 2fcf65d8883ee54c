"""Articles as data frames: typed, narrowed down, and a clear word where the library is missing."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas
import polars
import pytest

from pipelines.article import Article as Story
from storage import Archive, ExtraIsMissing
from storage.articles import Filed
from storage.frame import COLUMNS
from storage.session import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

READ = {"read_by": "template", "template": 2, "template_version": 7}


@pytest.fixture
def archive(
    database: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
    now: datetime,
) -> Archive:
    """A dated article of the Gazette, its copy that was fetched alone, and one from before any clock."""
    file(
        article("wire", prose(1), authors=("Ann Lee", "Bo"), published_at=now, language="en", **READ),
        source_id,
    )
    file(article("copy", prose(1)), None)
    file(article("old", published_at=datetime(1066, 10, 14, tzinfo=UTC)), source_id, now + timedelta(hours=1))
    return Archive(database)


def test_a_frame_of_pandas_is_typed(archive: Archive, now: datetime) -> None:
    frame = archive.frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(COLUMNS)
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert {name for name in kinds if kinds[name] == "datetime64[us, UTC]"} == {
        name for name in COLUMNS if name.endswith("_at")
    }
    assert [kinds[name] for name in ("id", "source", "similarity")] == ["Int64", "category", "Float64"]
    assert frame["id"].tolist() == [1, 2, 3]
    assert frame["authors"][0] == ["Ann Lee", "Bo"]
    assert frame["read_by"].tolist() == ["template", "extractor", "extractor"]
    assert [kinds[name] for name in ("read_by", "template", "refused")] == ["category", "Int64", "category"]
    assert frame[["template", "template_version"]].dropna().to_numpy().tolist() == [[2, 7]]
    assert frame["duplicate_of"].dropna().tolist() == [1]
    assert frame["published_at"][0].to_pydatetime() == now
    assert [pandas.isna(value) for value in frame["published_at"]] == [False, True, False]
    assert frame["published_at"][2].year == 1066


def test_a_frame_of_polars_is_typed(archive: Archive, now: datetime) -> None:
    frame = archive.frame("polars")
    assert isinstance(frame, polars.DataFrame)
    assert frame.columns == list(COLUMNS)
    assert frame.schema["published_at"] == polars.Datetime("us", "UTC")
    assert frame.schema["authors"] == polars.List(polars.String)
    assert frame["id"].to_list() == [1, 2, 3]
    assert frame["source"].to_list() == ["Gazette", None, "Gazette"]
    assert frame["duplicate_of"].to_list() == [None, 1, None]
    assert frame["template_version"].to_list() == [7, None, None]
    assert frame["published_at"].to_list() == [now, None, datetime(1066, 10, 14, tzinfo=UTC)]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_can_be_narrowed_down(archive: Archive, library: str) -> None:
    def shape(**wanted: object) -> tuple[int, int]:
        return archive.frame(library, **wanted).shape  # type: ignore[call-overload,no-any-return]

    assert shape(columns=["title", "id"], limit=2) == (2, 2)
    assert shape(source="Gazette", language="en", columns=["id"]) == (1, 1)
    assert shape(until=datetime(1500, 1, 1, tzinfo=UTC)) == (1, len(COLUMNS))
    assert shape(source="nobody") == (0, len(COLUMNS))
    assert list(archive.frame(library, columns=["title", "id"]).columns) == ["title", "id"]  # type: ignore[call-overload]


def test_what_cannot_be_asked_for_is_named(archive: Archive) -> None:
    with pytest.raises(ValueError, match=r"no column 'words'; there are id, source"):
        archive.frame(columns=["id", "words"])
    with pytest.raises(ValueError, match="'arrow' makes no frame"):
        archive.frame("arrow")  # type: ignore[call-overload]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_library_that_is_missing_is_asked_for(
    archive: Archive, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ExtraIsMissing, match=rf"pip install 'copydesk\[{library}\]'"):
        archive.frame(library)  # type: ignore[call-overload]
