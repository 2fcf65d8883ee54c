"""Duplicates: exact and near, across sources; one root a group, also after one of its texts changes."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from pipelines.article import Article as Story
from pipelines.fingerprint import resemblance
from storage.articles import Filed, FilingOutcome, file_article
from storage.models import Article
from storage.session import Database
from storage.stories.likeness import ALIKE

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]
Prose = Callable[..., str]


def groups(database: Database) -> dict[str, str | None]:
    """The root of each article, by their titles."""
    with database.read() as session:
        rows = session.execute(select(Article.id, Article.title, Article.duplicate_of)).all()
    titles = {row.id: row.title for row in rows}
    return {row.title: titles.get(row.duplicate_of) for row in rows}


def near(text: str, mark: str = "cut") -> str:
    """A text that is nine tenths the same."""
    words = text.split()
    return " ".join([*words[: len(words) * 95 // 100], mark])


def test_same_text_elsewhere_is_a_duplicate_of_the_first(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    first = file(article("a", prose(1)))
    second = file(article("b", prose(1), url="https://herald.example/b"))
    third = file(article("c", prose(1), url="https://courier.example/c"))
    assert (second.outcome, second.duplicate_of, second.similarity) == (
        FilingOutcome.DUPLICATE,
        first.article_id,
        1.0,
    )
    assert third.duplicate_of == first.article_id
    assert groups(database) == {"Story a": None, "Story b": "Story a", "Story c": "Story a"}


def test_near_duplicate_is_found_and_its_share_kept(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    first = file(article("a", prose(1)))
    second = file(article("b", near(prose(1))))
    assert second.outcome is FilingOutcome.DUPLICATE
    assert second.duplicate_of == first.article_id
    assert second.similarity == pytest.approx(resemblance(prose(1), near(prose(1))))


def test_two_in_one_transaction_see_each_other(
    database: Database, article: MakeArticle, prose: Prose, now: object
) -> None:
    stories = [article("a", prose(1)), article("b", prose(1)), article("c", near(prose(1)))]
    with database.write() as session:
        for story in stories:
            file_article(session, None, story, now, resemblance)  # type: ignore[arg-type]
    assert groups(database) == {"Story a": None, "Story b": "Story a", "Story c": "Story a"}


def test_likeness_to_a_duplicate_leads_to_its_root_and_is_measured_against_that(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    text = prose(1, words=200)
    second, third = near(text, "one"), near(near(text, "one"), "two")
    root = file(article("a", text))
    file(article("b", second))
    filed = file(article("c", third))
    assert filed.duplicate_of == root.article_id
    assert filed.similarity == pytest.approx(resemblance(text, third))


def test_likeness_below_the_threshold_is_no_duplicate(file: File, article: MakeArticle, prose: Prose) -> None:
    file(article("a", prose(1)))
    half = " ".join(prose(1).split()[:60]) + " " + " ".join(prose(2).split()[:60])
    assert file(article("b", half)).outcome is FilingOutcome.NEW


def test_short_texts_have_exact_duplicates_only(file: File, article: MakeArticle) -> None:
    short = article("a", "Bridge closed until Monday")
    assert short.fingerprint.bands == ()
    first = file(short)
    assert file(article("b", "Bridge closed until Tuesday")).outcome is FilingOutcome.NEW
    assert file(article("c", "bridge closed, until Monday!")).duplicate_of == first.article_id


def test_what_the_bands_propose_is_verified(
    database: Database, file: File, article: MakeArticle, now: object
) -> None:
    file(article("a"))
    asked = []

    def never(one: str, other: str) -> float:
        asked.append((one, other))
        return 0.79

    with database.write() as session:
        filed = file_article(session, None, article("b", near(article("a").text)), now, never)  # type: ignore[arg-type]
    assert asked
    assert filed.outcome is FilingOutcome.NEW


def test_duplicate_that_is_rewritten_leaves_its_group(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    file(article("a", prose(1)))
    file(article("b", prose(1)))
    rewritten = file(article("b", prose(2)))
    assert (rewritten.outcome, rewritten.duplicate_of) == (FilingOutcome.REVISED, None)
    assert groups(database) == {"Story a": None, "Story b": None}


def test_article_rewritten_into_a_copy_joins_the_group(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    first = file(article("a", prose(1)))
    file(article("b", prose(2)))
    rewritten = file(article("b", prose(1)))
    assert (rewritten.outcome, rewritten.duplicate_of) == (FilingOutcome.REVISED, first.article_id)
    assert groups(database) == {"Story a": None, "Story b": "Story a"}


def test_root_that_is_rewritten_leaves_its_copies_to_the_first_of_them(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    for name in "abcd":
        file(article(name, prose(1)))
    file(article("a", prose(2)))
    assert groups(database) == {"Story a": None, "Story b": None, "Story c": "Story b", "Story d": "Story b"}
    assert file(article("e", near(prose(1)))).duplicate_of == 2


def test_root_that_is_edited_a_little_keeps_its_copies(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    file(article("a", prose(1)))
    file(article("b", prose(1)))
    assert file(article("a", near(prose(1)))).duplicate_of is None
    assert groups(database) == {"Story a": None, "Story b": "Story a"}
    with database.read() as session:
        share = session.scalar(select(Article.similarity).where(Article.id == 2))
    assert share == pytest.approx(resemblance(prose(1), near(prose(1))))


def test_root_that_becomes_a_copy_takes_its_like_along_and_leaves_the_others(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    file(article("x", prose(2)))
    for name in "ab":
        file(article(name, prose(1)))
    file(article("a", prose(2)))
    assert groups(database) == {"Story x": None, "Story a": "Story x", "Story b": None}


def test_duplicates_are_never_chained(
    database: Database, file: File, article: MakeArticle, prose: Prose
) -> None:
    texts = [prose(1), near(prose(1)), prose(2), near(prose(2))]
    for step in range(24):
        file(article("abcde"[step % 5], texts[(step * 7 + step // 5) % 4]))
        roots = groups(database)
        assert all(roots[root] is None for root in roots.values() if root)


def test_a_text_that_drifts_from_day_to_day_is_no_copy_of_the_first(file: File, article: MakeArticle) -> None:
    words = [f"word{number}" for number in range(400)]
    filed = []
    for day in range(12):
        drifted = [*(f"day{day}n{number}" for number in range(15 * day)), *words[15 * day :]]
        filed.append(file(article(f"day{day}", " ".join(drifted))))
    assert filed[1].duplicate_of == filed[0].article_id
    assert all(one.similarity is None or one.similarity >= ALIKE for one in filed)
    assert filed[-1].duplicate_of != filed[0].article_id
