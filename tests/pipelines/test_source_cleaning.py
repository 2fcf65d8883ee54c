"""What a source repeats is learned from what is stored, taken out of it, and put back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.article import Article, Reading, Removed
from pipelines.cleaning import RULES_VERSION
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.learned import line_key
from pipelines.source_cleaning import clean_stored, known_of, learn_source, parts_of, restore
from pipelines.store import Visited, file_visits
from storage.articles import FilingOutcome, file_article
from storage.cleaned import texts_of
from storage.learned import keep_learned
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.stored import RestoredLine, StoredArticle, articles, find_article, revisions_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)
OWNER = "The Gazette is owned by its readers and printed in Marrow by the Quayside Press."
SECOND = [
    "The port authority will decide in May whether ships may moor there again, its head said on Tuesday.",
    "Cider makers fear for their trees, since rain has not fallen in the valley for eleven long weeks.",
    "Tickets for the first night were gone within the hour, the box office told those who stood in line.",
    "Commuters were handed coffee on the platforms, while buses took the place of every other train.",
]
STORIES = [
    "The harbour wall was repaired after the storm, and every crane on the harbour was measured twice.",
    "Apples in the orchard ripened early, so pickers came from the valley to clear the whole orchard.",
    "The old theatre opens its curtain again, and actors rehearse below the painted theatre ceiling.",
    "Trains on the coastal railway run slower, because sleepers below the railway are rotten through.",
]
File = Callable[..., int]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url, wait=0.5) as database:
        yield database


@pytest.fixture
def source_id(database: Database) -> int:
    with database.write() as session:
        return add_source(session, SourceDraft(name="Gazette", url="https://gazette.example/"), NOW).id


def drawn(number: int, *more: str, removed: tuple[Removed, ...] = ()) -> Article:
    text = "\n".join([STORIES[number], SECOND[number], *more])
    return Article(
        url=f"https://gazette.example/{number}",
        canonical_url=f"https://gazette.example/{number}",
        title=STORIES[number][:20],
        text=text,
        removed=removed,
        makes=("p<div.story<article",) * (2 + len(more) + len(removed)),
        rules_version=RULES_VERSION,
        fingerprint=fingerprint(text),
    )


@pytest.fixture
def file(database: Database, source_id: int) -> File:
    def run(article: Article, expected: FilingOutcome = FilingOutcome.NEW, day: int = 0) -> int:
        with database.write() as session:
            filed = file_article(session, source_id, article, NOW + timedelta(days=day), resemblance)
        assert filed.outcome is expected
        return filed.article_id

    return run


@pytest.fixture
def cleaned(database: Database, source_id: int, file: File) -> list[int]:
    """Four articles, of which three end with the notice, learned from and cleaned."""
    ids = [file(drawn(n, *([OWNER] if n else [])), day=n) for n in range(4)]
    with database.write() as session:
        learn_source(session, source_id, NOW)
        clean_stored(session, NOW, source_id=source_id)
    return ids


def stored(database: Database, article_id: int) -> StoredArticle:
    with database.read() as session:
        found = find_article(session, article_id)
    assert found is not None
    return found


def test_what_is_learned_is_taken_out_of_what_was_stored_before(
    database: Database, cleaned: list[int]
) -> None:
    article = stored(database, cleaned[2])
    assert OWNER not in article.text
    assert [(out.text, out.rule, out.at) for out in article.removed] == [(OWNER, "learned line", 2)]
    assert (article.rules_version, article.learned_version) == (RULES_VERSION, 1)
    with database.read() as session:
        assert revisions_of(session, cleaned[2]) == []


def test_nothing_is_known_of_a_source_before_it_is_learned(database: Database, source_id: int) -> None:
    with database.read() as session:
        assert known_of(session, source_id) is None


def test_learning_again_from_cleaned_articles_finds_the_same(
    database: Database, source_id: int, cleaned: list[int]
) -> None:
    with database.write() as session:
        before = known_of(session, source_id)
        assert learn_source(session, source_id, NOW) == before
        assert clean_stored(session, NOW, source_id=source_id) == []


def test_a_dry_run_tells_what_would_go_and_changes_nothing(
    database: Database, source_id: int, file: File
) -> None:
    ids = [file(drawn(n, OWNER), day=n) for n in range(3)]
    with database.write() as session:
        learn_source(session, source_id, NOW)
        changes = clean_stored(session, NOW, source_id=source_id, dry_run=True)
    assert [(change.article_id, [out.text for out in change.removed]) for change in changes] == [
        (number, [OWNER]) for number in reversed(ids)
    ]
    assert OWNER in stored(database, ids[0]).text


def test_what_is_put_back_stays_until_it_is_asked_to_go(
    database: Database, source_id: int, cleaned: list[int]
) -> None:
    with database.write() as session:
        assert [out.text for out in restore(session, cleaned[1], NOW, "learned line")] == [OWNER]
        assert clean_stored(session, NOW, source_id=source_id) == []
    article = stored(database, cleaned[1])
    assert article.text.endswith(OWNER)
    assert article.restored == (RestoredLine(text=OWNER, rule="learned line"),)
    with database.write() as session:
        (change,) = clean_stored(session, NOW, ids=[cleaned[1]], again=True)
    assert [out.text for out in change.removed] == [OWNER]
    assert stored(database, cleaned[1]).restored == ()


def test_every_line_comes_back_to_its_place(database: Database, file: File) -> None:
    share = Removed(text="Share this", rule="named: share", at=0)
    also = Removed(text="See also: Apples", rule="see also", at=2)
    number = file(drawn(0, removed=(share, also)))
    with database.write() as session:
        assert restore(session, number, NOW) == (share, also)
    lines = ["Share this", STORIES[0], "See also: Apples", SECOND[0]]
    assert stored(database, number).text.split("\n") == lines


@pytest.mark.parametrize("rule", ["byline", "learned"])
def test_a_rule_that_took_nothing_out_puts_nothing_back(
    database: Database, cleaned: list[int], rule: str
) -> None:
    with database.write() as session:
        assert restore(session, cleaned[1], NOW, rule) == ()
        assert restore(session, 4711, NOW) == ()
    assert stored(database, cleaned[1]).restored == ()


def test_an_article_of_older_rules_is_cleaned_by_those_that_read_no_page(
    database: Database, source_id: int, file: File
) -> None:
    old = drawn(0, "Read more: Apples ripen early in the valley")

    number = file(replace(old, rules_version=0))
    with database.write() as session:
        (change,) = clean_stored(session, NOW, source_id=source_id)
    assert [(out.text, out.rule) for out in change.removed] == [
        ("Read more: Apples ripen early in the valley", "see also")
    ]
    assert stored(database, number).rules_version == RULES_VERSION


def test_a_page_fetched_again_and_cleaned_otherwise_is_no_revision(
    database: Database, cleaned: list[int], file: File
) -> None:
    assert file(drawn(2, OWNER), FilingOutcome.UNCHANGED, day=9) == cleaned[2]
    with database.read() as session:
        assert len(list(articles(session))) == 4
        assert revisions_of(session, cleaned[2]) == []


def test_rules_that_the_settings_keep_take_nothing_out(
    database: Database, source_id: int, file: File
) -> None:
    for number in range(4):
        file(drawn(number, OWNER), day=number)
    with database.write() as session:
        learn_source(session, source_id, NOW)
        assert clean_stored(session, NOW, source_id=source_id, keep=["learned line"]) == []


ALSO = "Read more: Apples ripen early in the valley"
BYLINE = "Reporting by Ada Quill"


def rules_of(article: StoredArticle) -> list[tuple[str, str]]:
    return [(out.text, out.rule) for out in article.removed]


def test_what_was_put_back_goes_again_by_its_own_rules_whoever_finds_them(
    database: Database, file: File
) -> None:
    taken = (Removed(text=ALSO, rule="see also", at=1), Removed(text=BYLINE, rule="byline", at=3))
    number = file(drawn(0, removed=taken))
    with database.write() as session:
        assert restore(session, number, NOW, "byline") == taken[1:]
        assert restore(session, number, NOW) == taken[:1]
    assert rules_of(stored(database, number)) == []
    with database.write() as session:
        (change,) = clean_stored(session, NOW, ids=[number], again=True)
    assert change.removed == taken
    article = stored(database, number)
    assert (rules_of(article), article.restored) == ([(ALSO, "see also"), (BYLINE, "byline")], ())


def test_a_line_that_was_put_back_stays_whatever_rule_would_take_it_now(
    database: Database, source_id: int, file: File
) -> None:
    ids = [
        file(drawn(n, removed=(Removed(text=OWNER, rule="byline", at=2),) if n == 1 else ()), day=n)
        for n in range(2)
    ]
    with database.write() as session:
        restore(session, ids[1], NOW, "byline")
        keep_learned(session, source_id, lines=[line_key(OWNER)], makes=[], articles=3, now=NOW)
        assert clean_stored(session, NOW, source_id=source_id) == []
    again = drawn(1, removed=(Removed(text=OWNER, rule="learned line", at=2),))
    with database.write() as session:
        visited = Visited(page_id=0, source_id=source_id, run_id=None, at=NOW, reading=Reading(article=again))
        (filed,) = file_visits(session, [visited])
    assert filed.outcome == "unchanged"
    assert stored(database, ids[1]).text.endswith(OWNER)


@pytest.mark.parametrize("rules_version", [0, RULES_VERSION])
def test_what_a_kept_rule_would_take_is_no_learned_line(
    database: Database, source_id: int, file: File, rules_version: int
) -> None:
    file(replace(drawn(0, ALSO, OWNER), rules_version=rules_version))
    with database.write() as session:
        keys = [line_key(ALSO), line_key(OWNER)]
        keep_learned(session, source_id, lines=keys, makes=[], articles=3, now=NOW)
        (change,) = clean_stored(session, NOW, source_id=source_id, keep=["see also"])
        assert [(out.text, out.rule) for out in change.removed] == [(OWNER, "learned line")]
        assert clean_stored(session, NOW, source_id=source_id, keep=["see also"]) == []


def test_a_cleaning_that_another_one_overtakes_is_neither_written_nor_told(
    database: Database, source_id: int, cleaned: list[int]
) -> None:
    with database.write() as session:
        (read,) = texts_of(session, ids=[cleaned[1]])
        restore(session, cleaned[1], NOW)  # after it was read, before it is written
        keep_learned(session, source_id, lines=[line_key(SECOND[1])], makes=[], articles=3, now=NOW)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.source_cleaning.texts_of", lambda *_, **__: iter([read]))
            assert clean_stored(session, NOW, ids=[cleaned[1]]) == []
            assert clean_stored(session, NOW, ids=[cleaned[1]], again=True) == []
            assert restore(session, cleaned[1], NOW) == ()
    article = stored(database, cleaned[1])
    assert article.text.split("\n") == [STORIES[1], SECOND[1], OWNER]
    assert article.restored == (RestoredLine(text=OWNER, rule="learned line"),)


def test_a_source_is_cleaned_part_by_part_and_the_newest_are_relearned(
    database: Database, source_id: int, cleaned: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.source_cleaning.PART", 2)
    monkeypatch.setattr("pipelines.source_cleaning.WINDOW", 2)
    with database.read() as session:
        newest = list(reversed(cleaned))
        assert [(list(part.ids), part.newest) for part in parts_of(session, source_id)] == [
            (newest[:2], True),
            (newest[2:], False),
        ]
        assert [list(part.ids) for part in parts_of(session, source_id, 3)] == [newest[:2], newest[2:3]]


def test_what_was_cleaned_by_what_is_known_is_no_part(
    database: Database, source_id: int, cleaned: list[int]
) -> None:
    with database.write() as session:
        learned = known_of(session, source_id)
        assert learned is not None
        assert parts_of(session, source_id, learned=learned) == []
        assert restore(session, cleaned[1], NOW)
        assert parts_of(session, source_id, learned=learned) == []
        other = replace(learned, version=learned.version + 1)
        assert [list(part.ids) for part in parts_of(session, source_id, learned=other)] == [cleaned[::-1]]
