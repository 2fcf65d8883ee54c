"""Stored articles are cleaned anew: what is read for it, what it changes, and what it leaves as it was."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, func, select

from pipelines.article import Article as Story
from pipelines.article import Fingerprint, Removed
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import Filed, FilingOutcome
from storage.cleaned import (
    CleanedText,
    Rewritten,
    note_cleaned,
    restored_at,
    rewrite_text,
    set_restored,
    texts_of,
)
from storage.errors import CannotStore
from storage.models import Article, Band, Revision
from storage.revisions import content_hash
from storage.search.hits import search
from storage.session import Database
from storage.stored import RemovedPassage, RestoredLine, StoredArticle, find_article

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]
Prose = Callable[..., str]

LATER = datetime(2026, 3, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHARE = Removed(text="Share this", rule="named: share", at=1)
SHARE_BACK = RestoredLine(text="Share this", rule="named: share")
ALSO_BACK = RestoredLine(text="See also: Apples", rule="see also")


def rewritten(
    text: str, removed: Sequence[Removed] = (), rules: int = 2, learned: int | None = 1
) -> Rewritten:
    return Rewritten(
        text=text,
        removed=removed,
        fingerprint=fingerprint(text),
        rules_version=rules,
        learned_version=learned,
    )


def rewrite(database: Database, article_id: int, new: Rewritten) -> bool:
    with database.write() as session:
        return any(
            rewrite_text(session, read, new, resemblance, LATER)
            for read in texts_of(session, ids=[article_id])
        )


def stored(database: Database, article_id: int) -> StoredArticle:
    with database.read() as session:
        found = find_article(session, article_id)
        assert found is not None
        return found


def test_text_comes_with_what_cleaning_must_know(
    database: Database, file: File, article: MakeArticle, source_id: int, now: datetime
) -> None:
    published = datetime(2026, 3, 4, 1, tzinfo=timezone(timedelta(hours=3)))
    story = article(
        "a",
        "One.\nTwo.",
        published_at=published,
        removed=(SHARE,),
        makes=("p", "a:div.share", "p"),
        rules_version=4,
        learned_version=2,
    )
    first = file(story, source_id)
    copy = file(article("b", "One.\nTwo."), source_id)
    with database.write() as session:
        set_restored(session, copy.article_id, [ALSO_BACK, SHARE_BACK])
    with database.read() as session:
        second, found = texts_of(session, source_id=source_id)
    assert found == CleanedText(
        id=first.article_id,
        source_id=source_id,
        title="Story a",
        text="One.\nTwo.",
        removed=(RemovedPassage(text="Share this", rule="named: share", at=1),),
        makes=("p", "a:div.share", "p"),
        published_at=published,
        first_seen_at=now,
        duplicate_of=None,
        text_hash=story.fingerprint.text_hash,
        restored=(),
        rules_version=4,
        learned_version=2,
    )
    assert found.published_at is not None
    assert found.published_at.utcoffset() == published.utcoffset()
    assert (second.duplicate_of, second.restored) == (first.article_id, (ALSO_BACK, SHARE_BACK))


@pytest.fixture
def dozen(database: Database, file: File, article: MakeArticle, source_id: int, now: datetime) -> list[int]:
    """The ids of twelve articles, the newest first; the even ones are the Gazette's.

    They were first seen in another order than they were filed in.
    """
    hours = {5 * number % 12: number for number in range(12)}
    ids = [
        file(article(f"n{n}"), source_id if n % 2 == 0 else None, now + hours[n] * HOUR).article_id
        for n in range(12)
    ]
    return [ids[n] for n in sorted(range(12), key=lambda n: -hours[n])]


@pytest.mark.parametrize("batch", [3, 200])
def test_newest_come_first_and_as_many_as_are_wanted(
    database: Database, dozen: list[int], source_id: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.cleaned._BATCH", batch)
    monkeypatch.setattr("storage.cleaned._MOST_IDS", batch)
    gazette = [number for number in dozen if number % 2 == 1]
    with database.read() as session:

        def ids(**how: object) -> list[int]:
            return [text.id for text in texts_of(session, **how)]  # type: ignore[arg-type]

        assert ids() == dozen
        assert ids(newest=7) == dozen[:7]
        assert ids(source_id=source_id) == gazette
        assert ids(source_id=source_id, newest=4) == gazette[:4]
        assert ids(source_id=source_id, newest=0) == []
        assert ids(ids={1, 2, 3, 4, 5, 99}) == [number for number in dozen if number <= 5]
        assert ids(ids=range(1, 9), newest=5) == [number for number in dozen if number <= 8][:5]
        assert ids(ids=[1, 2], source_id=source_id) == [1]
        assert ids(ids=[]) == []
        assert ids(source_id=source_id + 1) == []


def test_ids_may_be_many(database: Database, dozen: list[int]) -> None:
    with database.read() as session:
        assert [text.id for text in texts_of(session, ids=range(100_000))] == dozen


def test_texts_may_be_rewritten_while_they_are_gone_through(
    database: Database, dozen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.cleaned._BATCH", 5)
    with database.write() as session:
        seen = []
        for text in texts_of(session):
            rewrite_text(session, text, rewritten(text.text), resemblance, LATER)
            seen.append(text.id)
    assert seen == dozen
    with database.read() as session:
        assert {text.rules_version for text in texts_of(session)} == {2}


def test_line_goes_and_comes_back(
    database: Database, file: File, article: MakeArticle, prose: Prose, now: datetime
) -> None:
    body = f"{prose(1)}\nShare this\n{prose(2)}"
    before = article("a", body, makes=("p", "div.share", "p"), rules_version=1)
    number = file(before, now=now).article_id
    after = f"{prose(1)}\n{prose(2)}"

    assert rewrite(database, number, rewritten(after, [SHARE]))
    article_now = stored(database, number)
    assert article_now.text == after
    assert article_now.removed == (RemovedPassage(text="Share this", rule="named: share", at=1),)
    assert article_now.makes == ("p", "div.share", "p")
    assert (article_now.rules_version, article_now.learned_version) == (2, 1)
    assert (article_now.changed_at, article_now.fetched_at) == (None, now)
    with database.read() as session:
        row = session.get_one(Article, number)
        assert row.text_hash == fingerprint(after).text_hash
        assert row.content_hash == content_hash("Story a", None, after)
        assert set(session.scalars(select(Band.key))) == set(fingerprint(after).bands)
        assert search(session, "share", now=now) == []

    assert rewrite(database, number, rewritten(body, rules=2, learned=None))
    assert stored(database, number).text == body
    with database.read() as session:
        assert [hit.id for hit in search(session, "share", now=now)] == [number]
        assert set(session.scalars(select(Band.key))) == set(before.fingerprint.bands)
        assert session.scalar(select(func.count()).select_from(Revision)) == 0


def test_cleaned_article_filed_again_as_cleaned_is_unchanged(
    database: Database, file: File, article: MakeArticle
) -> None:
    number = file(article("a", "One.\nShare this\nTwo.")).article_id
    rewrite(database, number, rewritten("One.\nTwo.", [SHARE]))
    again = file(article("a", "One.\nTwo.", removed=(SHARE,)), now=LATER)
    assert (again.outcome, again.article_id) == (FilingOutcome.UNCHANGED, number)


def test_texts_that_are_the_same_once_they_are_cleaned_become_one_story(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    first = file(article("a", prose(1))).article_id
    second = file(article("b", f"{prose(1)}\n{prose(2)}")).article_id
    assert stored(database, second).duplicate_of is None
    promotion = Removed(text=prose(2), rule="learned line", at=1)
    rewrite(database, second, rewritten(prose(1), [promotion]))
    assert (stored(database, second).duplicate_of, stored(database, second).similarity) == (first, 1.0)
    rewrite(database, second, rewritten(f"{prose(1)}\n{prose(2)}"))
    assert stored(database, second).duplicate_of is None


def test_copies_of_an_article_that_is_cleaned_are_settled_anew(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    body = f"{prose(1, words=40)}\n{prose(2)}"
    root = file(article("a", body)).article_id
    copy = file(article("b", body)).article_id
    removed = Removed(text=prose(2), rule="learned line", at=1)
    rewrite(database, root, rewritten(prose(1, words=40), [removed]))
    assert stored(database, copy).duplicate_of is None


def test_other_versions_alone_cost_one_small_statement(
    database: Database, file: File, article: MakeArticle
) -> None:
    story = article("a", removed=(SHARE,))
    number = file(story).article_id
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    assert rewrite(database, number, rewritten(story.text, [SHARE], rules=5, learned=3))
    [update] = [statement for statement in sent if statement.startswith("UPDATE")]
    assert "text" not in update
    assert "removed" not in update
    article_now = stored(database, number)
    assert (article_now.rules_version, article_now.learned_version) == (5, 3)


def test_versions_are_noted_of_all_articles_that_are_as_they_were_read(
    database: Database, dozen: list[int]
) -> None:
    with database.read() as session:
        read = list(texts_of(session, ids=dozen[:3]))
    rewrite(database, dozen[1], rewritten(read[1].text, rules=3, learned=5))
    changed = replace(read[2], text=f"{read[2].text} Once more.")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with database.write() as session:
        note_cleaned(session, [read[0], changed], rules_version=2, learned_version=7, now=LATER)
        note_cleaned(session, [], rules_version=2, learned_version=7, now=LATER)
    assert sum("UPDATE articles" in told for told in statements) == 1
    with database.read() as session:
        after = {
            text.id: (text.rules_version, text.learned_version) for text in texts_of(session, ids=dozen[:3])
        }
    assert [after[text.id] for text in read] == [
        (2, 7),
        (3, 5),
        (read[2].rules_version, read[2].learned_version),
    ]


def test_rule_of_a_removed_line_may_change_alone(
    database: Database, file: File, article: MakeArticle
) -> None:
    number = file(article("a", "One.\nTwo.", removed=(SHARE,))).article_id
    learned = Removed(text=SHARE.text, rule="learned line", at=1)
    new = replace(rewritten("One.\nTwo.", [learned]), fingerprint=None)
    assert rewrite(database, number, new)
    assert [passage.rule for passage in stored(database, number).removed] == ["learned line"]


UNTOUCHED = Rewritten(
    text="Two.",
    removed=[Removed(text="One.", rule="r", at=0)],
    fingerprint=None,
    rules_version=2,
    learned_version=None,
)


@pytest.mark.parametrize(
    "new",
    [rewritten("One."), rewritten("One.\nTwo.\nThree."), rewritten("One.", [SHARE]), UNTOUCHED],
    ids=["a line would be lost", "a line would be new", "another line", "another text was to stay"],
)
def test_article_that_was_filed_anew_meanwhile_is_left_alone(
    database: Database, file: File, article: MakeArticle, new: Rewritten
) -> None:
    number = file(article("a", "One.\nTwo.")).article_id
    before = stored(database, number)
    assert rewrite(database, number, new) is False
    assert stored(database, number) == before


def test_article_that_is_not_there_is_passed_over(database: Database) -> None:
    assert rewrite(database, 7, rewritten("One.")) is False


def test_fingerprint_may_have_no_bands(database: Database, file: File, article: MakeArticle) -> None:
    number = file(article("a", article("b").text + "\nTwo.")).article_id
    removed = Removed(text=article("b").text, rule="r", at=0)
    short = Rewritten(
        text="Two.",
        removed=[removed],
        fingerprint=Fingerprint(text_hash="0" * 64, bands=()),
        rules_version=1,
        learned_version=None,
    )
    assert rewrite(database, number, short)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Band)) == 0


def test_restored_rules_are_found_by_both_addresses_of_the_article(
    database: Database, file: File, article: MakeArticle
) -> None:
    def at(name: str) -> str:
        return f"https://gazette.example/{name}"

    ids = [
        file(article("a", url=at("a?p=1"), canonical_url=at("a"))).article_id,
        file(article("b")).article_id,
        file(article("c", url=at("a"), canonical_url=at("c"))).article_id,
        file(article("d")).article_id,
    ]
    with database.write() as session:
        set_restored(session, ids[0], [ALSO_BACK])
        set_restored(session, ids[2], [SHARE_BACK, ALSO_BACK])
        set_restored(session, ids[3], [SHARE_BACK])
        set_restored(session, ids[3], [])
    with database.read() as session:
        assert restored_at(session, [at("a?p=1")]) == {at("a?p=1"): (ALSO_BACK,), at("a"): (ALSO_BACK,)}
        assert restored_at(session, [at("c")])[at("c")] == (SHARE_BACK, ALSO_BACK)
        # at("a") is the first one's canonical address, and what the third was fetched from
        assert restored_at(session, {at("a"), at("b"), at("d")})[at("a")] == (ALSO_BACK,)
        assert restored_at(session, [at("b"), at("d"), at("nowhere"), "nul\0", ""]) == {}
        assert restored_at(session, []) == {}


def test_restored_rules_outlast_filing_again(database: Database, file: File, article: MakeArticle) -> None:
    number = file(article("a")).article_id
    with database.write() as session:
        set_restored(session, number, [ALSO_BACK])
    file(article("a", tags=("new",)), now=LATER)
    file(article("a", "Other words."), now=LATER)
    assert stored(database, number).restored == (ALSO_BACK,)


def test_rule_that_no_engine_can_keep_is_refused(
    database: Database, file: File, article: MakeArticle
) -> None:
    number = file(article("a")).article_id
    with database.write() as session, pytest.raises(CannotStore, match=r"articles\.restored holds a NUL"):
        set_restored(session, number, [RestoredLine(text="nul\0", rule="see also")])
