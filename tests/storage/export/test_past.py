"""The archive as it stood: whoever writes an article, what it held before is known, byte for byte."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from pipelines.article import Article as Story
from pipelines.article import Image, Removed
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.source_cleaning import restore
from storage.articles import Filed, file_article
from storage.cleaned import Rewritten, rewrite_text, texts_of
from storage.export import PAST_KEYS, Request, export_rows, write_jsonl
from storage.export.past import was_source
from storage.filters import ArticleFilter
from storage.frontier import VisitRecord, ask_for_page, record_visits
from storage.gone import note_back, note_gone
from storage.insert import table_of
from storage.models import Article, ArticleState, PageState
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source, remove_source

HOUR = timedelta(hours=1)
LATER = datetime(2026, 3, 5, tzinfo=UTC)
File = Callable[..., Filed]
Prose = Callable[..., str]
MakeArticle = Callable[..., Story]


def as_of(database: Database, moment: datetime, **asked: Any) -> bytes:
    file = io.StringIO()
    with database.read() as session:
        request = Request(as_of=moment, **({"all_copies": True} | asked))
        write_jsonl(export_rows(session, request), file, request.keys)
    return file.getvalue().encode()


def states(database: Database) -> list[tuple[int, datetime, dict[str, Any]]]:
    with database.read() as session:
        columns = (ArticleState.article_id, ArticleState.until, ArticleState.earlier)
        return [tuple(row) for row in session.execute(select(*columns).order_by(ArticleState.id))]


@pytest.fixture
def page_id(database: Database, file: File, article: MakeArticle, prose: Prose, source_id: int) -> int:
    """The page of a story of the Gazette (1) that has a copy elsewhere (2); another story is 3."""
    body = f"{prose(1)}\nShare this"
    first = article(
        "a",
        body,
        title="The harbour",
        tags=("harbour", "Café"),
        images=(Image(url="https://gazette.example/1.jpg", caption="One"),),
        published_at=LATER,
        makes=("p", "p"),
    )
    file(first, source_id)
    file(article("b", body, canonical_url="https://other.example/b", url="https://other.example/b"))
    file(article("c"))
    with database.write() as session:
        page = ask_for_page(session, "https://gazette.example/a", source_id, LATER)
        record_visits(session, [stored_visit(page, 1)])
    return page


def stored_visit(page_id: int, article_id: int) -> VisitRecord:
    return VisitRecord(
        page_id=page_id,
        run_id=None,
        at=LATER,
        status=200,
        outcome="new",
        reason=None,
        state=PageState.STORED,
        due_at=None,
        article_id=article_id,
    )


Writer = Callable[[Session, MakeArticle, Prose, int, datetime], None]


def _edit(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    file_article(session, None, article("a", prose(7), title="Another"), now, resemblance)


def _refresh(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    again = article("a", f"{prose(1)}\nShare this", title="The harbour", tags=("other",), language="en")
    file_article(session, None, again, now, resemblance)


def _clean(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    removed = [Removed(text="Share this", rule="named: share", at=1)]
    new = Rewritten(
        text=prose(1),
        removed=removed,
        fingerprint=fingerprint(prose(1)),
        rules_version=9,
        learned_version=None,
    )
    for read in texts_of(session, ids=[1]):
        assert rewrite_text(session, read, new, resemblance, now)


def _restore(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    _clean(session, article, prose, page, now - HOUR / 2)
    assert restore(session, 1, now)


def _gone(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    note_gone(session, page, "http 410", now)


def _back(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    note_gone(session, page, "http 410", now - HOUR / 2)
    note_back(session, [1], now)


def _give_way(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    other = "https://other.example/x"
    file_article(session, None, article("p", prose(5), canonical_url=other), now - HOUR / 2, resemblance)
    file_article(session, None, article("x", prose(6), url=other, canonical_url=other), now, resemblance)


def _remove(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    remove_source(session, 1, now)


def _adopt(session: Session, article: MakeArticle, prose: Prose, page: int, now: datetime) -> None:
    add_source(session, SourceDraft(name="Other", url="https://other.example/"), now)


WRITERS: dict[str, tuple[Writer, set[int]]] = {
    "edit": (_edit, {1, 2}),
    "second look": (_refresh, {1}),
    "cleaning": (_clean, {1, 2}),
    "restoring": (_restore, {1, 2}),
    "gone": (_gone, {1}),
    "back": (_back, {1}),
    "canonical address": (_give_way, {4}),
    "source removed": (_remove, {1}),
    "source added": (_adopt, {2}),
}


@pytest.mark.parametrize("name", WRITERS)
def test_whoever_writes_the_past_stays_as_it_was(
    database: Database, article: MakeArticle, prose: Prose, page_id: int, name: str
) -> None:
    write, touched = WRITERS[name]
    moment = LATER + HOUR
    before = as_of(database, LATER)
    with database.write() as session:
        write(session, article, prose, page_id, moment)
    assert as_of(database, LATER) == before
    assert as_of(database, moment - timedelta(microseconds=1)).count(b"\n") >= before.count(b"\n")
    assert {as_of(database, moment - HOUR / 2), as_of(database, moment)} != {before}
    told = states(database)
    assert {number for number, _, _ in told} == touched
    assert {until for _, until, _ in told} <= {moment, moment - HOUR / 2}
    present = io.StringIO()
    with database.read() as session:
        rows = export_rows(session, Request(all_copies=True, columns=PAST_KEYS))
        write_jsonl(rows, present, PAST_KEYS)
    assert as_of(database, moment) == present.getvalue().encode()


def test_second_look_that_finds_nothing_new_keeps_no_state(
    database: Database, file: File, article: MakeArticle
) -> None:
    for hours in range(3):
        file(article("a"), now=LATER + hours * HOUR)
    assert states(database) == []


def test_text_that_a_revision_keeps_is_kept_once(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("a", "One line."), now=LATER)
    file(article("a", "Another line."), now=LATER + HOUR)
    [(_, until, earlier)] = states(database)
    assert until == LATER + HOUR
    assert "text" not in earlier
    assert json.loads(as_of(database, LATER))["text"] == "One line."


def test_what_was_filed_later_is_not_there_yet(database: Database, file: File, article: MakeArticle) -> None:
    file(article("a"), now=LATER)
    file(article("b"), now=LATER + HOUR)
    assert as_of(database, LATER - HOUR) == b""
    assert as_of(database, LATER).count(b"\n") == 1
    assert as_of(database, LATER + HOUR).count(b"\n") == 2


def test_change_by_another_program_counts_from_when_it_was_made(
    database: Database, file: File, article: MakeArticle, source_id: int
) -> None:
    file(article("a"), source_id, now=LATER)
    before = as_of(database, LATER)
    begun = datetime.now(UTC) - timedelta(seconds=1)
    for statement in (
        "UPDATE articles SET title = 'Other'",
        "UPDATE sources SET name = 'The Gazette'",
        "DELETE FROM sources",
    ):
        with database.write() as session:
            session.execute(text(statement))
    assert as_of(database, LATER) == before
    assert [earlier for _, _, earlier in states(database)] == [
        {"title": "Story a"},
        {"source": "Gazette"},
        {"source": "The Gazette"},
    ]
    assert all(begun <= until <= datetime.now(UTC) for _, until, _ in states(database))


def test_writer_whose_clock_is_behind_changes_no_earlier_past(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("a", "One."), now=LATER)
    file(article("a", "Two."), now=LATER + 2 * HOUR)
    between = as_of(database, LATER + HOUR)
    file(article("a", "Three."), now=LATER + HOUR / 2)
    assert as_of(database, LATER + HOUR) == between
    assert json.loads(as_of(database, LATER + 3 * HOUR))["text"] == "Three."


def test_what_was_deleted_is_gone_from_the_past_too(
    database: Database, file: File, article: MakeArticle
) -> None:
    for name in "abc":
        file(article(name, "The same words."), now=LATER)
    file(article("b", "Other words."), now=LATER + HOUR)
    with database.write() as session:
        session.execute(text("DELETE FROM articles WHERE id = 1"))
    rows = [json.loads(line) for line in as_of(database, LATER).splitlines()]
    assert [(row["id"], row["duplicate_of"]) for row in rows] == [(2, None), (3, None)]


def test_a_deleted_articles_number_that_is_given_again_means_another(
    database: Database, file: File, article: MakeArticle
) -> None:
    """SQLite gives the highest number again."""
    file(article("a", "The same words."), now=LATER)
    file(article("b", "The same words.", published_at=LATER - HOUR), now=LATER)
    assert json.loads(as_of(database, LATER).splitlines()[0])["duplicate_of"] == 2
    file(article("a", "Other words."), now=LATER + HOUR)
    with database.write() as session:
        session.execute(text("DELETE FROM articles WHERE id = 2"))
    before = as_of(database, LATER)
    file(article("c"), now=LATER + 2 * HOUR)
    assert as_of(database, LATER) == before


OTHER_VALUES = {
    "authors": ["Zoe"],
    "images": [{"url": "https://x.example/", "caption": None, "credit": None}],
    "tags": ["z"],
    "published_at": LATER,
    "modified_at": LATER,
    "changed_at": LATER,
    "gone_at": LATER,
    "similarity": 0.5,
    "duplicate_of": 1,
    "source_id": 1,
}


def test_every_column_of_the_past_is_watched(
    database: Database, file: File, article: MakeArticle, source_id: int
) -> None:
    file(article("a"), now=LATER)
    file(article("b"), now=LATER)
    before = as_of(database, LATER)
    articles = table_of(Article)
    for key in PAST_KEYS[1:]:
        if key == "first_seen_at":  # never written again
            continue
        column = "source_id" if key == "source" else key
        with database.write() as session:
            changed = update(articles).where(articles.c.id == 2)
            session.execute(changed.values({column: OTHER_VALUES.get(column, "other")}))
        assert as_of(database, LATER) == before, key
        number, _, earlier = states(database)[-1]
        assert (number, earlier) == (2, {key: json.loads(before.splitlines()[1])[key]})


@pytest.fixture
def both(tmp_path: Any, postgresql_url: str) -> Iterator[tuple[Database, Database]]:
    with open_database(str(tmp_path / "one.sqlite")) as one, open_database(postgresql_url) as other:
        yield one, other


def test_both_engines_give_the_same_bytes(
    both: tuple[Database, Database], article: MakeArticle, prose: Prose
) -> None:
    told = []
    for database in both:
        with database.write() as session:
            source = add_source(session, SourceDraft(name="Gazette", url="https://gazette.example/"), LATER)
            images = (Image(url="https://gazette.example/1.jpg", caption="Eins", credit="dpa"),)
            words = prose(1, 120)
            first = article("a", words, images=images, tags=("Ä", '"'), published_at=LATER)
            file_article(session, source.id, first, LATER, resemblance)
            file_article(session, None, article("b", words.replace("w1", "v", 3)), LATER, resemblance)
        with database.write() as session:
            _edit(session, article, prose, 0, LATER + HOUR)
            remove_source(session, source.id, LATER + 2 * HOUR)
        told.append([as_of(database, LATER + hours * HOUR) for hours in range(4)])
    assert told[0] == told[1]
    assert len(set(told[0])) == 3
    copy = json.loads(told[0][0].splitlines()[1])
    assert copy["duplicate_of"] == 1
    assert 0.8 < copy["similarity"] < 1


FILTERS = [
    ArticleFilter(source="gazette"),
    ArticleFilter(source="https://gazette.example"),
    ArticleFilter(source="nobody"),
    ArticleFilter(since=LATER),
    ArticleFilter(since=LATER - HOUR, until=LATER),
    ArticleFilter(until=LATER - 2 * HOUR),
    ArticleFilter(language="PT"),
    ArticleFilter(language="p"),
    ArticleFilter(author="ana"),
    ArticleFilter(author="lópez ANA"),
    ArticleFilter(author="an"),
    ArticleFilter(kind="gallery"),
    ArticleFilter(kind="article", language="pt"),
]


def test_a_filter_means_the_same_in_the_past_as_in_sql(
    database: Database, file: File, article: MakeArticle, source_id: int
) -> None:
    tried = {name for each in FILTERS for name in each.__slots__ if getattr(each, name) is not None}
    assert tried == set(ArticleFilter.__slots__)
    file(article("a", language="pt-BR", authors=("López, Ana",)), source_id, now=LATER - HOUR)
    file(article("b", language="pt", published_at=LATER - 3 * HOUR, authors=("Anna",)), now=LATER - HOUR)
    file(article("c", language="p", published_at=LATER), now=LATER - HOUR)
    for wanted in FILTERS:
        now, then = (
            [row["id"] for row in rows_of(database, Request(wanted=wanted, all_copies=True, as_of=moment))]
            for moment in (None, LATER)
        )
        assert now == then, wanted


def rows_of(database: Database, request: Request) -> list[dict[str, Any]]:
    with database.read() as session:
        return list(export_rows(session, request))


def test_filters_apply_to_what_stood_then(
    database: Database, file: File, article: MakeArticle, source_id: int
) -> None:
    file(article("a", language="en"), source_id, now=LATER)
    file(article("a", language="de"), now=LATER + HOUR)
    with database.write() as session:
        assert not was_source(session, "Gazette")
        remove_source(session, source_id, LATER + 2 * HOUR)
        assert was_source(session, "Gazette")
        assert not was_source(session, "Gaz")
    for wanted, found in (
        (ArticleFilter(language="en"), [1, 0, 0]),
        (ArticleFilter(language="de"), [0, 1, 1]),
        (ArticleFilter(source="Gazette"), [1, 1, 0]),
    ):
        moments = (LATER + hours * HOUR for hours in range(3))
        assert [as_of(database, moment, wanted=wanted).count(b"\n") for moment in moments] == found
