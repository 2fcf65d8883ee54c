"""Filing: new, revised, unchanged or a duplicate; which address an article is known by; what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipelines.article import Article as Story
from pipelines.article import Removed
from pipelines.fingerprint import KEYS, resemblance
from storage.articles import Filed, FilingOutcome, file_article
from storage.errors import CannotStore
from storage.models import Article, Band, Page, Revision
from storage.session import Database
from storage.sources import remove_source
from storage.stories.likeness import SameText

LATER = datetime(2026, 3, 5, tzinfo=UTC)

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]


def rows(database: Database) -> list[Article]:
    with database.read() as session:
        return list(session.scalars(select(Article).order_by(Article.id)))


def count(database: Database, model: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_new_article_is_kept_whole(
    database: Database, file: File, article: MakeArticle, source_id: int, now: datetime
) -> None:
    filed = file(
        article(
            "a",
            "Первый абзац.\n第二段 🙂",
            standfirst="Above",
            authors=("Ann Ó Briain", "B. Çelik"),
            published_at=datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
            modified_at=datetime(2026, 3, 2, tzinfo=UTC),
            date_precision="minute",
            date_from="json-ld",
            language="ru",
            image="https://gazette.example/a.jpg",
            section="World",
            tags=("one", "two"),
            credit="Agency",
            removed=(Removed(text="See also: b", rule="see-also", at=0),),
        ),
        source_id,
    )
    assert filed == Filed(outcome=FilingOutcome.NEW, article_id=filed.article_id)
    with database.read() as session:
        row = session.get_one(Article, filed.article_id)
        assert row.text == "Первый абзац.\n第二段 🙂"
        assert (row.title, row.standfirst, row.authors) == ("Story a", "Above", ["Ann Ó Briain", "B. Çelik"])
        assert row.published_at == datetime(2026, 3, 1, 18, tzinfo=UTC)
        assert (row.published_offset, row.modified_offset) == (330, 0)
        assert row.removed == [{"text": "See also: b", "rule": "see-also", "at": 0}]
        assert (row.tags, row.section, row.credit) == (["one", "two"], "World", "Agency")
        assert row.first_seen_at == row.fetched_at == now
        assert row.source_id == source_id


def test_same_content_is_unchanged_and_what_is_told_about_it_is_refreshed(
    database: Database, file: File, article: MakeArticle
) -> None:
    first = file(article("a", authors=("Ann",)))
    again = file(article("a", authors=("Ann", "Bob"), tags=("new",)), now=LATER)
    assert again == Filed(outcome=FilingOutcome.UNCHANGED, article_id=first.article_id)
    [row] = rows(database)
    assert (row.authors, row.tags, row.fetched_at, row.changed_at) == (["Ann", "Bob"], ["new"], LATER, None)
    assert count(database, Revision) == 0


@pytest.mark.parametrize(
    "change",
    [{"text": "Other words altogether."}, {"title": "Another title"}, {"standfirst": "Now with one"}],
    ids=lambda change: next(iter(change)),
)
def test_change_of_what_a_reader_sees_is_a_revision(
    database: Database, file: File, article: MakeArticle, now: datetime, change: dict[str, str]
) -> None:
    before = article("a", removed=(Removed(text="gone", rule="r", at=0),))
    file(before)
    filed = file(article("a", **change), now=LATER)
    assert filed.outcome is FilingOutcome.REVISED
    with database.read() as session:
        [row] = session.scalars(select(Article))
        [earlier] = session.scalars(select(Revision))
        assert all(getattr(row, name) == value for name, value in change.items())
        assert (earlier.title, earlier.standfirst, earlier.text) == (before.title, None, before.text)
        assert earlier.removed == [{"text": "gone", "rule": "r", "at": 0}]
        assert (earlier.number, earlier.fetched_at, earlier.replaced_at) == (1, now, LATER)
        assert (row.first_seen_at, row.fetched_at, row.changed_at) == (now, LATER, LATER)


SHARE = Removed(text="Share this", rule="named: share", at=1)
UNCLEANED = "One of two.\nShare this\nTwo of two."
CLEANED = "One of two.\nTwo of two."


@pytest.mark.parametrize("way", ["a line goes", "a line comes back"])
def test_same_words_otherwise_cleaned_are_no_revision(
    database: Database, file: File, article: MakeArticle, now: datetime, way: str
) -> None:
    makes = ("p", "div.share", "p")
    forms = [
        article("a", UNCLEANED, makes=makes, rules_version=1),
        article("a", CLEANED, makes=makes, rules_version=2, removed=(SHARE,), learned_version=3),
    ]
    before, after = forms if way == "a line goes" else forms[::-1]
    first = file(before)
    again = file(after, now=LATER)
    assert again == Filed(outcome=FilingOutcome.UNCHANGED, article_id=first.article_id)
    assert count(database, Revision) == 0
    with database.read() as session:
        [row] = session.scalars(select(Article))
        assert row.text == after.text
        assert [passage["text"] for passage in row.removed] == [out.text for out in after.removed]
        assert (row.rules_version, row.learned_version) == (after.rules_version, after.learned_version)
        assert row.text_hash == after.fingerprint.text_hash
        assert (row.fetched_at, row.changed_at) == (LATER, None)
    assert file(after, now=LATER).outcome is FilingOutcome.UNCHANGED


def test_edit_among_lines_that_cleaning_takes_out_as_well_is_a_revision(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("a", UNCLEANED))
    edited = article("a", CLEANED.replace("Two of", "Both of"), removed=(SHARE,))
    assert file(edited).outcome is FilingOutcome.REVISED
    assert count(database, Revision) == 1


def test_noise_in_what_is_removed_is_refreshed_and_no_revision(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("a", CLEANED, removed=(SHARE,)))
    shared = Removed(text="Shared 17 times", rule="named: share", at=1)
    assert file(article("a", CLEANED, removed=(shared,))).outcome is FilingOutcome.UNCHANGED
    with database.read() as session:
        [removed] = session.scalars(select(Article.removed))
    assert removed == [{"text": "Shared 17 times", "rule": "named: share", "at": 1}]


def test_what_a_text_is_a_copy_of_is_settled_anew_when_it_is_otherwise_cleaned(
    database: Database, file: File, article: MakeArticle
) -> None:
    words = article("x").text
    promotion = Removed(text=article("y").text, rule="learned line", at=1)
    first = file(article("a", words))
    file(article("b", f"{words}\n{promotion.text}"))
    cleaned = article("b", words, removed=(promotion,))
    assert file(cleaned) == Filed(
        outcome=FilingOutcome.UNCHANGED, article_id=2, duplicate_of=first.article_id, similarity=1.0
    )
    with database.read() as session:
        bands = select(Band.key).where(Band.article_id == 2)
        assert set(session.scalars(bands)) == set(cleaned.fingerprint.bands)
        assert session.scalar(select(Article.duplicate_of).where(Article.id == 2)) == first.article_id


def test_other_form_of_an_article_cleaned_otherwise_leaves_it_as_its_own_page_has_it(
    database: Database, file: File, article: MakeArticle
) -> None:
    page = article("a", CLEANED, removed=(SHARE,))
    print_view = article("a", UNCLEANED, url="https://gazette.example/print/a", canonical_url=page.url)
    alike: SameText = lambda one, other: 1.0  # noqa: E731
    for form in (page, print_view):
        with database.write() as session:
            filed = file_article(session, None, form, LATER, alike)
    assert filed == Filed(outcome=FilingOutcome.UNCHANGED, article_id=1)
    assert [row.text for row in rows(database)] == [CLEANED]


def test_two_forms_do_not_take_turns_when_cleaning_has_learned_a_line(
    database: Database, file: File, article: MakeArticle
) -> None:
    words = article("a").text

    def forms(text: str, *removed: Removed) -> list[Story]:
        canonical = "https://gazette.example/a"
        printed = f"{text}\nPrinted from the Gazette."
        return [
            article("a", text, url=canonical, removed=removed),
            article("a", printed, url=f"{canonical}?print", canonical_url=canonical, removed=removed),
        ]

    before = [file(form).outcome for form in forms(f"{words}\nShare this") * 2]
    after = [file(form).outcome for form in forms(words, SHARE) * 2]
    assert [outcomes.count(FilingOutcome.REVISED) for outcomes in (before, after)] == [1, 0]


def test_revisions_are_numbered_in_order(database: Database, file: File, article: MakeArticle) -> None:
    for number in range(4):
        file(article("a", f"State number {number} of the story."))
    with database.read() as session:
        kept = session.execute(select(Revision.number, Revision.text).order_by(Revision.number)).all()
    assert kept == [(n + 1, f"State number {n} of the story.") for n in range(3)]


def test_bands_follow_the_text(database: Database, file: File, article: MakeArticle) -> None:
    file(article("a"))
    after = article("a", article("b").text)
    file(after)
    with database.read() as session:
        assert set(session.scalars(select(Band.key))) == set(after.fingerprint.bands)


def test_two_addresses_of_one_canonical_are_one_article(
    database: Database, file: File, article: MakeArticle
) -> None:
    canonical = "https://gazette.example/a"
    first = file(article("a"))
    other = file(article("a", url="https://gazette.example/a?print=1", canonical_url=canonical))
    assert other == Filed(outcome=FilingOutcome.UNCHANGED, article_id=first.article_id)
    assert [row.url for row in rows(database)] == [canonical]


def test_two_forms_of_one_article_do_not_take_turns_in_revising_it(
    database: Database, file: File, article: MakeArticle
) -> None:
    text = article("a").text
    page = article("a", text)
    print_view = article(
        "a", text + " printed", url="https://gazette.example/print/a", canonical_url=page.canonical_url
    )
    outcomes = [file(form).outcome for form in (page, print_view, page, print_view, page)]
    assert outcomes.count(FilingOutcome.REVISED) == 1


def test_canonical_address_of_another_story_is_not_believed(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("a"))
    claim = article("b", canonical_url="https://gazette.example/a")
    assert file(claim).outcome is FilingOutcome.NEW
    assert file(claim).outcome is FilingOutcome.UNCHANGED
    assert [row.canonical_url for row in rows(database)] == [
        "https://gazette.example/a",
        "https://gazette.example/b",
    ]


def test_canonical_address_goes_to_its_owner_when_he_comes(
    database: Database, file: File, article: MakeArticle
) -> None:
    usurper = file(article("b", canonical_url="https://gazette.example/a"))
    owner = file(article("a"))
    assert owner.outcome is FilingOutcome.NEW
    assert {row.id: row.canonical_url for row in rows(database)} == {
        usurper.article_id: "https://gazette.example/b",
        owner.article_id: "https://gazette.example/a",
    }


def test_owner_takes_the_row_over_if_there_is_nowhere_to_give_way_to(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("c", url="https://gazette.example/b2", canonical_url="https://gazette.example/b"))
    usurper = file(article("b", canonical_url="https://gazette.example/a"))
    owner = file(article("a"))
    assert (owner.outcome, owner.article_id) == (FilingOutcome.REVISED, usurper.article_id)
    assert len(rows(database)) == 2


def test_article_moves_with_the_canonical_address_its_page_begins_to_name(
    database: Database, file: File, article: MakeArticle
) -> None:
    first = file(article("a"))
    again = file(article("a", canonical_url="https://gazette.example/story/a"))
    assert (again.outcome, again.article_id) == (FilingOutcome.UNCHANGED, first.article_id)
    assert [row.canonical_url for row in rows(database)] == ["https://gazette.example/story/a"]


def test_article_of_no_source_joins_the_one_that_finds_it(
    database: Database, file: File, article: MakeArticle, source_id: int
) -> None:
    file(article("a"))
    file(article("a"), source_id)
    assert [row.source_id for row in rows(database)] == [source_id]


def test_article_of_a_source_removed_meanwhile_is_filed_without_one(
    database: Database, file: File, article: MakeArticle, source_id: int, now: datetime
) -> None:
    with database.write() as session:
        remove_source(session, source_id, now)
    assert file(article("a"), source_id).outcome is FilingOutcome.NEW
    assert [row.source_id for row in rows(database)] == [None]


UNFIT = {
    "NUL in the text": ({"text": "nul\0 here"}, "articles.text holds a NUL character"),
    "NUL in a tag": ({"tags": ("fine", "nul\0")}, "articles.tags holds a NUL character"),
    "NUL in what was removed": (
        {"removed": (Removed(text="\0", rule="r", at=0),)},
        "articles.removed holds a NUL character",
    ),
    "half a surrogate pair": ({"title": "half \ud83d"}, "articles.title holds half a surrogate pair"),
    "surrogate in an author": ({"authors": ("\udcff",)}, "articles.authors holds half a surrogate pair"),
    "address too long": ({"url": "https://gazette.example/" + "a" * 2000}, "articles.url is 2024 long"),
    "address too long in bytes": (
        {"canonical_url": "https://gazette.example/" + "é" * 1000},
        "articles.canonical_url is 2024 long",
    ),
    "language too long": ({"language": "x" * 17}, "articles.language is 17 long, and may be 16"),
    "time without a zone": (
        {"published_at": LATER.replace(tzinfo=None)},
        "articles.published_at is a time without",
    ),
    "time out of range": (
        {"modified_at": datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))},
        "articles.modified_at is a time out of range",
    ),
}


@pytest.mark.parametrize(("values", "message"), UNFIT.values(), ids=UNFIT)
def test_what_no_engine_can_keep_costs_its_own_row_only(
    database: Database, article: MakeArticle, now: datetime, values: dict[str, object], message: str
) -> None:
    with database.write() as session:
        file_article(session, None, article("before"), now, resemblance)
        with pytest.raises(CannotStore, match=message), session.begin_nested():
            file_article(session, None, article("bad", **values), now, resemblance)
        file_article(session, None, article("after"), now, resemblance)
    assert [row.title for row in rows(database)] == ["Story before", "Story after"]


def test_rolled_back_savepoint_leaves_nothing_of_its_article(
    database: Database, article: MakeArticle, now: datetime
) -> None:
    def file_and_fail(session: Session) -> None:
        with session.begin_nested():
            file_article(session, None, article("b"), now, resemblance)
            session.execute(insert(Page).values(url=None, found_at=now))

    with database.write() as session:
        file_article(session, None, article("a"), now, resemblance)
        with pytest.raises(IntegrityError):
            file_and_fail(session)
    assert [row.title for row in rows(database)] == ["Story a"]
    assert count(database, Band) == KEYS


def test_filing_takes_few_statements(database: Database, article: MakeArticle, now: datetime) -> None:
    sent = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    with database.write() as session:
        file_article(session, None, article("a"), now, resemblance)
        begun = len(sent)
        file_article(session, None, article("b"), now, resemblance)
        new = len(sent)
        file_article(session, None, article("b"), now, resemblance)
    assert new - begun <= 7
    assert len(sent) - new <= 3


@pytest.mark.parametrize(
    ("rules", "text", "outcome"),
    [
        (2, UNCLEANED, FilingOutcome.UNCHANGED),
        (2, CLEANED, FilingOutcome.UNCHANGED),
        (1, CLEANED, FilingOutcome.REVISED),
        (2, CLEANED.replace("Two of", "Both of"), FilingOutcome.REVISED),
    ],
)
def test_another_title_is_no_edit_where_later_rules_read_the_same_lines(
    database: Database, file: File, article: MakeArticle, rules: int, text: str, outcome: FilingOutcome
) -> None:
    file(article("a", UNCLEANED, rules_version=1))
    removed = () if text == UNCLEANED else (SHARE,)
    read = article(
        "a", text, title="Without its site", standfirst="Said so.", removed=removed, rules_version=rules
    )
    assert file(read, now=LATER).outcome is outcome
    assert count(database, Revision) == (outcome is FilingOutcome.REVISED)
    (row,) = rows(database)
    assert (row.title, row.standfirst, row.text) == ("Without its site", "Said so.", text)
