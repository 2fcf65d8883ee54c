"""Export: every key, times as the publisher wrote them, cells that no spreadsheet runs, constant memory."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from pipelines.article import TEMPLATE, Access, ArticleKind, Image
from pipelines.article import Article as Story
from storage.articles import Filed
from storage.export import KEYS, Request, export_rows, write_csv, write_jsonl
from storage.export.newest import newest_rows
from storage.export.plain import without_guard
from storage.filters import EVERYTHING, ArticleFilter
from storage.insert import table_of
from storage.models import Article
from storage.session import Database
from storage.shown import printable

ASKED_FOR = {
    "id",
    "url",
    "canonical_url",
    "source",
    "title",
    "standfirst",
    "authors",
    "published_at",
    "modified_at",
    "language",
    "text",
    "image",
    "section",
    "tags",
    "fetched_at",
    "duplicate_of",
    "first_seen_at",
    "credit",
    "kind",
    "kicker",
    "access",
    "images",
    "date_confidence",
    "date_flag",
    "gone_at",
    "gone_how",
    "similarity",
    "changed_at",
    "read_by",
    "template",
    "template_version",
    "refused",
}


@pytest.fixture
def filled(
    database: Database, file: Callable[..., Filed], article: Callable[..., Story], source_id: int
) -> Database:
    file(
        article(
            "a",
            "Café “a”\nsecond line, with a comma",
            authors=("Ann", "Bob"),
            tags=("=1+1", "two"),
            published_at=datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=-4))),
            language="en",
            kind=ArticleKind.LIVE_BLOG,
            access=Access.FREE,
            images=(Image(url="https://gazette.example/1.jpg", caption="One"), Image(caption="Two")),
            read_by=TEMPLATE,
            template=2,
            template_version=7,
        ),
        source_id,
    )
    file(article("b", "Café “a”\nsecond line, with a comma", title="=HYPERLINK(1)", refused="too short"))
    return database


def exported(database: Database, wanted: ArticleFilter = EVERYTHING, **asked: Any) -> list[dict[str, Any]]:
    request = Request(wanted=wanted, **({"all_copies": True} | asked))
    with database.read() as session:
        return list(export_rows(session, request))


def test_row_has_every_key_in_plain_values(filled: Database) -> None:
    first, second = exported(filled)
    assert set(KEYS) >= ASKED_FOR
    assert tuple(first) == tuple(second) == KEYS
    assert first["source"] == "Gazette"
    assert first["authors"] == ["Ann", "Bob"]
    assert (first["kind"], first["access"], first["kicker"]) == ("live blog", "free", None)
    assert first["images"] == [
        {"url": "https://gazette.example/1.jpg", "caption": "One", "credit": None},
        {"url": None, "caption": "Two", "credit": None},
    ]
    assert first["published_at"] == "2026-03-01T09:30:00-04:00"
    assert first["fetched_at"] == first["first_seen_at"] == "2026-03-04T05:06:07+00:00"
    assert (first["modified_at"], first["duplicate_of"]) == (None, None)
    assert (second["source"], second["duplicate_of"], second["authors"]) == (None, 1, [])
    read = [
        [row[key] for key in ("read_by", "template", "template_version", "refused")]
        for row in (first, second)
    ]
    assert read == [["template", 2, 7, None], ["extractor", None, None, "too short"]]


def test_filter_applies(filled: Database) -> None:
    assert [row["id"] for row in exported(filled, ArticleFilter(language="en"))] == [1]


@pytest.fixture
def stories(
    database: Database, file: Callable[..., Filed], article: Callable[..., Story], source_id: int, prose
) -> Database:
    """1 is copied by 2 and 4, 3 stands alone; 2 and 4 are the Gazette's and in German."""
    for name, text, source, language in (
        ("a", 1, None, "en"),
        ("b", 1, source_id, "de"),
        ("c", 2, None, "de"),
        ("d", 1, source_id, "de"),
    ):
        file(article(name, prose(text), language=language, title=f"Story of {text}"), source)
    return database


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, [1, 3]),
        ({"all_copies": True}, [1, 2, 3, 4]),
        ({"wanted": ArticleFilter(language="de")}, [2, 3]),
        ({"wanted": ArticleFilter(language="en")}, [1]),
        ({"wanted": ArticleFilter(language="de"), "all_copies": True}, [2, 3, 4]),
        ({"wanted": ArticleFilter(source="Gazette"), "limit": 1}, [2]),
        ({"query": "story"}, [1, 3]),
        ({"query": "story", "wanted": ArticleFilter(source="Gazette")}, [2]),
        ({"query": "story", "all_copies": True, "limit": 3}, [1, 2, 3]),
        ({"query": '"of 2"'}, [3]),
    ],
)
def test_story_comes_once_or_in_every_place(
    stories: Database, now: datetime, asked: dict[str, Any], ids: list[int]
) -> None:
    present = exported(stories, **({"all_copies": False, "now": now} | asked))
    assert [row["id"] for row in present] == ids
    if "query" not in asked:
        past = exported(stories, **({"all_copies": False, "as_of": now} | asked))
        assert [row["id"] for row in past] == ids


def test_columns_come_as_they_are_asked_for(filled: Database) -> None:
    rows = exported(filled, columns=("title", "published_at"))
    file = io.StringIO()
    write_jsonl(rows, file, ("title", "published_at"))
    first, second = file.getvalue().splitlines()
    assert first == '{"title": "Story a", "published_at": "2026-03-01T09:30:00-04:00"}'
    assert json.loads(second) == {"title": "=HYPERLINK(1)", "published_at": None}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"columns": ("titel",)}, "there is no column 'titel'"),
        ({"columns": ("id", "title", "id")}, "a column is named twice"),
        ({"columns": ("fetched_at",), "as_of": datetime(2026, 1, 1, tzinfo=UTC)}, "is not kept"),
        (
            {"query": "x"} | dict.fromkeys(("now", "as_of"), datetime(2026, 1, 1, tzinfo=UTC)),
            "cannot be asked of the past",
        ),
        ({"query": "x"}, "needs a time that it is asked at"),
        ({"as_of": datetime(2026, 1, 1)}, "a time needs a zone"),  # noqa: DTZ001 - that is the point
    ],
)
def test_what_cannot_be_exported_is_said(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Request(**asked)


def test_json_lines(filled: Database) -> None:
    file = io.StringIO()
    rows = exported(filled)
    assert write_jsonl(rows, file) == 2
    lines = file.getvalue().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == rows
    assert lines[-1] == ""
    assert "Café" in lines[0]


def test_csv_is_read_back_by_a_csv_reader(filled: Database) -> None:
    file = io.StringIO(newline="")
    assert write_csv(exported(filled), file) == 2
    first, second = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    assert tuple(first) == KEYS
    assert first["authors"] == "Ann; Bob"
    assert (first["images"], second["images"]) == ("https://gazette.example/1.jpg", "")
    assert first["text"] == "Café “a”\nsecond line, with a comma"
    assert (first["id"], first["standfirst"], second["duplicate_of"]) == ("1", "", "1")


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "＝1", "=cmd|' /C calc'!A0"),
        *("\t=1", "\r=1", "\n=1", "  =1", "\xa0\u3000@x", "\u200b\ufeff=1", "\x00=1"),
        *("a;=1", 'a; "=1"', "a\n-1", "a\t+1", "'=1", "''@x\n'=1"),
    ],
)
def test_cell_that_a_spreadsheet_would_run_is_defused(cell: str) -> None:
    file = io.StringIO(newline="")
    write_csv([dict.fromkeys(KEYS) | {"title": cell, "tags": [cell, "x"]}], file)
    [row] = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    for told, meant in ((row["title"], cell), (row["tags"], f"{cell}; x")):
        assert not re.search(r"(^|[\n\r\t;])[\s\"]*[=+\-@＝＋－＠]", told)
        assert without_guard(told) == printable(meant)


@given(st.text("' =+-@;\n\t\"aé＝", max_size=8))
def test_the_guard_can_be_taken_away_again_and_as_is_has_none(cell: str) -> None:
    for as_is in (False, True):
        file = io.StringIO(newline="")
        write_csv([dict.fromkeys(KEYS) | {"title": cell}], file, as_is=as_is)
        [row] = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
        assert (row["title"] if as_is else without_guard(row["title"])) == cell


@pytest.mark.parametrize("cell", ["plain", "a = b", "'quoted'", "—", "1-2", ""])
def test_other_cells_are_left_as_they_are(cell: str) -> None:
    file = io.StringIO(newline="")
    write_csv([dict.fromkeys(KEYS) | {"title": cell}], file)
    [row] = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    assert row["title"] == cell


@given(st.text("a',;\"\r\n\t ​é=+", max_size=6), st.none() | st.integers() | st.floats(0, 1))
def test_csv_is_as_a_csv_writer_writes_it(cell: str, number: float | None) -> None:
    row = dict.fromkeys(KEYS) | {"title": f"x{cell}", "similarity": number}
    ours, theirs = io.StringIO(newline=""), io.StringIO(newline="")
    write_csv([row], ours, as_is=True)
    csv.writer(theirs).writerows([KEYS, [row[key] for key in KEYS]])
    assert ours.getvalue() == theirs.getvalue()


def test_no_article_gives_a_header_and_no_line(database: Database) -> None:
    file = io.StringIO(newline="")
    assert write_csv(exported(database), file) == 0
    assert file.getvalue() == ",".join(KEYS) + "\r\n"


def test_export_takes_no_more_memory_for_more_articles(
    database: Database, file: Callable[..., Filed], article: Callable[..., Story]
) -> None:
    file(article("a", "x" * 20_000))
    articles = table_of(Article)
    with database.write() as session:
        row = dict(session.execute(select(articles)).one()._mapping)
        copies = [row | {"id": 2 + n, "canonical_url": f"https://a.example/{n}"} for n in range(800)]
        session.execute(insert(articles), copies)

    def peak(rows: Iterator[dict[str, Any]]) -> int:
        tracemalloc.start()
        count = sum(1 for _ in rows)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 801
        return most

    with database.read() as session:
        assert peak(export_rows(session)) < 12_000_000  # all of them are 16 MB


def test_a_feed_has_a_story_once_also_where_the_filter_leaves_its_original_out(
    database: Database, file: Callable[..., Filed], article: Callable[..., Story], source_id: int, prose: Any
) -> None:
    for number, owner in enumerate((None, source_id, source_id)):
        host = f"https://{number}.example/a"
        file(article("a", prose(1), url=host, canonical_url=host), owner)
    with database.read() as session:
        wanted = Request(wanted=ArticleFilter(source="Gazette"))
        assert [row["id"] for row in newest_rows(session, wanted, 9)] == [2]
        assert [row["id"] for row in newest_rows(session, Request(), 9)] == [1]
        assert [row["id"] for row in newest_rows(session, Request(all_copies=True), 9)] == [3, 2, 1]
