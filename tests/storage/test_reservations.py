"""What is reserved is found by one name in Python and in SQL, and its past is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from pipelines.article import Article
from storage.archive import Archive
from storage.articles import Filed
from storage.export import Request, export_rows
from storage.filters import ArticleFilter, conditions
from storage.models import Article as Stored
from storage.reservations import is_named, note_reservations, reservations_of
from storage.search.hits import Sort
from storage.session import Database
from storage.stored import find_article

RESERVED = {
    "a": (),
    "b": ("robots: GPTBot", "robots: content-signal ai-train=no"),
    "c": ("meta: noai", "meta: googlebot noindex"),
    "d": ("x-robots-tag: unavailable_after 2031-01-02", "header: tdm-policy https://a.example/100%_x:b"),
    "e": ("header: tdm-reservation",),
}


@pytest.fixture
def filed(
    database: Database, article: Callable[..., Article], file: Callable[..., Filed], source_id: int
) -> dict[str, int]:
    return {name: file(article(name, reservations=told)).article_id for name, told in RESERVED.items()}


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["all"], "a"),
        (["ROBOTS"], "acde"),
        (["gptbot"], "acde"),
        (["content-signal"], "acde"),
        (["meta: noai"], "abde"),
        (["noai", "tdm-reservation"], "abd"),
        (["noindex"], "abcde"),
        (["googlebot"], "abde"),
        (["unavailable_after"], "abce"),
        (["tdm-policy"], "abce"),
        (["tdm"], "abcde"),
        (["%"], "abcde"),
        (["_obots"], "abcde"),
        (["b"], "abcde"),
        (["' OR 1=1 --"], "abcde"),
    ],
)
def test_the_same_is_meant_in_python_and_in_sql(
    database: Database, filed: dict[str, int], names: list[str], left: str
) -> None:
    wanted = ArticleFilter(without_reservations=tuple(names))
    with database.read() as session:
        ids = session.scalars(select(Stored.id).where(*conditions(session, wanted))).all()
        past = export_rows(session, Request(wanted=wanted, as_of=datetime.fromisoformat("2030-01-01T00:00Z")))
        then = {row["id"] for row in past}
    assert {name for name, number in filed.items() if number in ids} == set(left)
    assert then == set(ids)
    assert {name for name, told in RESERVED.items() if not any(is_named(one, names) for one in told)} == set(
        left
    )


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_a_search_finds_none_of_which_that_is_reserved(
    database: Database,
    filed: dict[str, int],
    file: Callable[..., Filed],
    article: Callable[..., Article],
    prose: Callable[..., str],
    sort: Sort,
) -> None:
    copied, shared = filed["c"], prose(sum(b"c") + 1000)
    copy = file(article("z", shared, url="https://other.example/z")).article_id
    with database.write() as session:
        assert session.scalars(select(Stored.duplicate_of).where(Stored.id == copy)).one() == copied
        session.execute(text("UPDATE articles SET reservations = NULL WHERE id = :id"), {"id": filed["e"]})
    archive = Archive(database)
    assert {hit.id for hit in archive.search("title:story", sort=sort)} == set(filed.values())
    for names, left in (
        (["noai", "tdm-reservation"], {filed["a"], filed["b"], filed["d"], copy}),
        (["all"], {filed["a"], copy}),
    ):
        found = archive.search("title:story", without_reservations=names, sort=sort)
        assert {hit.id for hit in found} == left


def test_where_nobody_looked_nothing_is_known(database: Database, filed: dict[str, int]) -> None:
    with database.write() as session:
        session.execute(text("UPDATE articles SET reservations = NULL WHERE id = :id"), {"id": filed["a"]})
    with database.read() as session:
        stored = find_article(session, filed["a"])
        assert stored is not None
        assert stored.reservations is None
        assert reservations_of(session, [filed["a"], filed["e"]]) == {
            filed["a"]: None,
            filed["e"]: ["header: tdm-reservation"],
        }
        assert next(export_rows(session))["reservations"] is None
    archive = Archive(database)
    assert [each.id for each in archive.articles(without_reservations=["all"])] == []
    assert len(archive.frame(without_reservations=["robots"])) == 3


def test_what_was_reserved_is_known_as_of_a_date(
    database: Database, filed: dict[str, int], now: datetime
) -> None:
    later = now + timedelta(days=1)
    with database.write() as session:
        note_reservations(session, filed["a"], ["meta: noai", "meta: \0"], later)
        note_reservations(session, filed["b"], [], later)
    with database.read() as session:
        told = [
            {row["id"]: row["reservations"] for row in export_rows(session, Request(as_of=moment))}
            for moment in (now, later)
        ]
        changed = session.scalars(select(Stored.changed_at).where(Stored.id == filed["a"])).one()
    assert [each[filed["a"]] for each in told] == [[], ["meta: noai", "meta: \ufffd"]]
    assert [each[filed["b"]] for each in told] == [list(RESERVED["b"]), []]
    assert changed is None
