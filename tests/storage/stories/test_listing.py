"""Stories: the original of one, its updates, what is taken out of it, and which are carried most."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pipelines.fingerprint import resemblance
from pipelines.likeness import compare
from storage.articles import Filed, FilingOutcome, file_article
from storage.filters import ArticleFilter
from storage.models import Article
from storage.session import Database
from storage.sources import SourceDraft, add_source
from storage.stories.listing import places_of, stories
from storage.stories.originals import MOST_MOVED
from storage.stories.splitting import split, unsplit
from storage.stories.updates import updates_of

on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"]

FileStory = Callable[..., Filed]


def prose(seed: int, sentences: int = 12) -> str:
    """A text of so many paragraphs, always the same for a seed."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randrange(1, 4))) for _ in range(4000)]
    return "\n".join(
        " ".join(draw.choices(words, k=14)).capitalize() + f" {draw.randrange(10, 999)} ba."
        for _ in range(sentences)
    )


TEXT = prose(1)
LINES = TEXT.split("\n")
HEAD, TAIL = "\n".join(LINES[:7]), "\n".join(LINES[5:])


@pytest.fixture
def file(database: Database, article: Callable[..., Any]) -> FileStory:
    """Files `name` with a text, as published so many hours after DAY, and first seen ten days after it."""

    def run(
        name: str, text: str, hours: float | None = None, source_id: int | None = None, **more: Any
    ) -> Filed:
        values: dict[str, Any] = {"url": f"https://{name}.example/story", "date_confidence": "high"}
        if hours is not None:
            values |= {"published_at": DAY + timedelta(hours=hours), "date_precision": "minute"}
        story = article(name, text, **(values | more))
        with database.write() as session:
            now = DAY + timedelta(days=10)
            return file_article(session, source_id, story, now, resemblance, compare=compare)

    return run


def roots(database: Database) -> dict[str, str | None]:
    """The original of each article, by their titles without "Story"."""
    with database.read() as session:
        rows = session.execute(select(Article.id, Article.title, Article.duplicate_of)).all()
    names = {row.id: row.title.removeprefix("Story ") for row in rows}
    return {names[row.id]: names.get(row.duplicate_of) for row in rows}


def test_the_earliest_published_is_the_original_whenever_it_is_filed(
    database: Database, file: FileStory
) -> None:
    file("b", HEAD, 5)
    file("c", TEXT, 8)
    first = file("a", TEXT, 2)
    assert (first.outcome, first.duplicate_of) == (FilingOutcome.DUPLICATE, None)
    assert roots(database) == {"a": None, "b": "a", "c": "a"}
    with database.read() as session:
        shares = session.execute(select(Article.similarity, Article.coverage).order_by(Article.id)).all()
    assert shares[0][0] == 1
    assert 0.5 < shares[0][1] < 0.65
    assert shares[1:] == [(1, 1), (None, None)]


@pytest.mark.parametrize(
    ("first", "second", "original"),
    [
        ({"hours": 3}, {"hours": 3}, "a"),
        ({"hours": 3, "credit": "dpa"}, {"hours": 3}, "b"),
        ({"hours": 3}, {"hours": 3, "credit": "dpa", "url": "https://www.dpa.example/1"}, "b"),
        ({"hours": 3}, {"hours": 1, "date_confidence": "low"}, "a"),
        ({"hours": 3}, {"hours": 1, "date_flag": "in the future"}, "a"),
        ({"hours": 3}, {"hours": 1, "date_precision": "day"}, "a"),
        ({"hours": 30}, {"hours": 1, "date_precision": "day"}, "b"),
        ({}, {"hours": 1}, "b"),
    ],
    ids=[
        "first filed",
        "no credit",
        "agency's own",
        "doubted",
        "flagged",
        "only a day",
        "a day before",
        "no date",
    ],
)
@on_one_engine
def test_ties_and_doubtful_dates(
    database: Database, file: FileStory, first: dict[str, Any], second: dict[str, Any], original: str
) -> None:
    file("a", TEXT, **first)
    file("b", TEXT, **second)
    assert [name for name, root in roots(database).items() if root is None] == [original]


@on_one_engine
def test_a_date_that_is_put_right_later_makes_another_original(database: Database, file: FileStory) -> None:
    file("a", TEXT, 3)
    file("b", HEAD, 4)
    file("b", HEAD, 1)
    assert roots(database) == {"a": "b", "b": None}


@on_one_engine
@pytest.mark.parametrize(
    "edited",
    [
        {"text": f"{TEXT} Ba.", "hours": 9},
        {"text": TEXT, "hours": 1, "date_flag": "in the future"},
        {"text": TEXT, "hours": 3, "credit": "dpa"},
    ],
    ids=["with the text", "doubted", "credited"],
)
def test_whatever_the_claim_rests_on_may_make_another_original(
    database: Database, file: FileStory, edited: dict[str, Any]
) -> None:
    file("a", TEXT, 3 if "credit" in edited else 1)
    file("b", TEXT, 3)
    filed = file("a", **edited)
    assert roots(database) == {"a": "b", "b": None}
    assert filed.duplicate_of == 2


@on_one_engine
def test_the_last_day_of_all_is_a_date_too(database: Database, file: FileStory) -> None:
    file("a", TEXT, published_at=datetime(9999, 12, 31, tzinfo=UTC), date_precision="day")
    file("b", TEXT, 1)
    assert roots(database) == {"a": "b", "b": None}


def test_an_update_is_an_article_of_its_own_and_known_both_ways(database: Database, file: FileStory) -> None:
    changed = TEXT.replace(LINES[3].split()[-2], "1001").replace(LINES[7].split()[-2], "1002")
    newer = f"{prose(7, 2)}\n{changed}\n{prose(8, 3)}"
    first = file("a", TEXT, 1)
    second = file("b", newer, 9)
    copy = file("c", newer, 12)
    assert (second.outcome, second.duplicate_of) == (FilingOutcome.NEW, None)
    assert copy.duplicate_of == second.article_id
    with database.read() as session:
        assert [(one.id, one.is_later) for one in updates_of(session, first.article_id)] == [
            (second.article_id, True)
        ]
        assert [(one.id, one.is_later) for one in updates_of(session, copy.article_id)] == [
            (first.article_id, False)
        ]


@on_one_engine
def test_what_becomes_a_copy_of_its_update_has_none(database: Database, file: FileStory) -> None:
    changed = TEXT.replace(LINES[3].split()[-2], "1001").replace(LINES[7].split()[-2], "1002")
    newer = f"{prose(7, 2)}\n{changed}\n{prose(8, 3)}"
    file("a", TEXT, 1)
    file("b", newer, 9)
    file("a", newer, 12)
    assert roots(database) == {"a": "b", "b": None}
    with database.read() as session:
        assert updates_of(session, 1) == updates_of(session, 2) == []


@on_one_engine
def test_a_longer_text_of_the_same_source_under_another_lead_is_its_update(
    database: Database, file: FileStory
) -> None:
    with database.write() as session:
        one, other = (
            add_source(session, SourceDraft(name=name, url=f"https://{name}.example/"), DAY).id
            for name in "xy"
        )
    newer = "\n".join([prose(7, 4), *LINES[1:]])
    file("a", TEXT, 1, one)
    assert file("b", newer, 2, one).outcome is FilingOutcome.NEW
    with database.read() as session:
        assert [each.id for each in updates_of(session, 2)] == [1]
    assert file("c", newer, 3, other).duplicate_of == 2
    assert file("d", TEXT, 3, other).duplicate_of == 1


@on_one_engine
def test_a_longer_text_of_another_source_is_a_copy_unless_more_is_new_than_its_lead(
    database: Database, file: FileStory
) -> None:
    newer = "\n".join([prose(7, 4), *LINES[1:]])
    file("a", TEXT, 1)
    assert file("b", newer, 2).duplicate_of == 1
    assert file("c", "\n".join([prose(9, 2), *LINES[1:], prose(8, 3)]), 2).duplicate_of is None
    assert file("d", "\n".join([TEXT, prose(8, 5)]), 2).duplicate_of == 1


@on_one_engine
def test_two_cuts_that_share_little_become_one_story_through_the_whole(
    database: Database, file: FileStory
) -> None:
    middle = "\n".join(LINES[4:11])
    file("a", "\n".join(LINES[:6]), 1)
    file("b", middle, 2)
    assert roots(database)["b"] is None
    file("c", TEXT, 3)
    assert roots(database) == {"a": None, "b": "a", "c": "a"}
    assert file("d", TAIL, 4).duplicate_of == 1  # by the whole text, which is no original


def test_what_is_split_stays_apart_until_it_is_undone(database: Database, file: FileStory) -> None:
    for name, hours in (("a", 1), ("b", 2), ("c", 3)):
        file(name, TEXT, hours)
    with database.write() as session:
        parted = split(session, 2, DAY, compare)
    assert parted is not None
    assert (parted.original, list(parted.others)) == (1, [1, 3])
    assert roots(database) == {"a": None, "b": None, "c": "a"}
    file("b", TEXT.replace("ba.", "ce."), 2)
    file("b", TEXT, 2)
    file("d", TEXT, 4)
    assert roots(database) == {"a": None, "b": None, "c": "a", "d": "a"}
    with database.write() as session:
        assert unsplit(session, 2, DAY, compare) == 1
        assert unsplit(session, 2, DAY, compare) is None
    assert roots(database) == {"a": None, "b": "a", "c": "a", "d": "a"}


@on_one_engine
@pytest.mark.parametrize("hours", [3, 5], ids=["joins it", "leads it"])
def test_what_is_split_is_not_brought_back_by_what_has_it_as_a_copy(
    database: Database, file: FileStory, hours: int
) -> None:
    drifted = "\n".join([*LINES[:10], prose(2, 2)])
    file("a", TEXT, hours)
    file("b", drifted, 6)
    with database.write() as session:
        split(session, 2, DAY, compare)
    file("c", drifted, 4)
    assert roots(database) == {"a": None, "b": "c", "c": None}
    file("c", TEXT, 4)
    assert roots(database) == {"b": None} | ({"a": None, "c": "a"} if hours == 3 else {"a": "c", "c": None})


@on_one_engine
def test_what_is_put_back_goes_where_most_of_the_others_are(database: Database, file: FileStory) -> None:
    for hours, name in enumerate("abcd"):
        file(name, TEXT, hours)
    with database.write() as session:
        split(session, 3, DAY, compare)
        split(session, 1, DAY, compare)
        assert unsplit(session, 3, DAY, compare) == 2
    assert roots(database) == {"a": None, "b": None, "c": "b", "d": "b"}


@on_one_engine
def test_what_is_put_back_joins_nothing_that_was_taken_from_it(database: Database, file: FileStory) -> None:
    for hours, name in enumerate("ab"):
        file(name, TEXT, hours)
    with database.write() as session:
        split(session, 1, DAY, compare)
    file("c", TEXT, 3)
    with database.write() as session:
        split(session, 3, DAY, compare)
    file("c", f"{TEXT} Ba.", 3)
    assert roots(database) == {"a": None, "b": None, "c": "b"}
    with database.write() as session:
        assert unsplit(session, 1, DAY, compare) is None


@on_one_engine
def test_the_original_that_is_split_leaves_the_others_to_the_next(
    database: Database, file: FileStory
) -> None:
    for name, hours in (("a", 1), ("b", 3), ("c", 2)):
        file(name, TEXT, hours)
    with database.write() as session:
        assert split(session, 1, DAY, compare) is not None
        assert split(session, 1, DAY, compare) is None
    assert roots(database) == {"a": None, "b": "c", "c": None}
    with database.write() as session:
        assert unsplit(session, 1, DAY, compare) == 1
    assert roots(database) == {"a": None, "b": "a", "c": "a"}


@pytest.fixture
def carry_widely(database: Database) -> Callable[[int], None]:
    """Gives an original more copies than are moved for the sake of an earlier one."""

    def run(original: int) -> None:
        with database.write() as session:
            found = session.execute(select(*Article.__table__.c).where(Article.id == original))
            row = dict(found.one()._mapping) | {"duplicate_of": original, "similarity": 1.0}
            del row["id"]
            rows = [
                row | {"url": f"https://many.example/{n}", "canonical_url": f"https://many.example/{n}"}
                for n in range(MOST_MOVED + 1)
            ]
            session.execute(Article.__table__.insert(), rows)

    return run


@on_one_engine
def test_a_widely_carried_story_keeps_its_original(
    database: Database, file: FileStory, carry_widely: Callable[[int], None]
) -> None:
    file("a", TEXT, 5)
    carry_widely(1)
    assert file("b", TEXT, 1).duplicate_of == 1


@on_one_engine
def test_who_joins_a_widely_carried_story_brings_no_copies_that_are_none_of_it(
    database: Database, file: FileStory, carry_widely: Callable[[int], None]
) -> None:
    own = prose(2, 14)
    file("a", TEXT, 5)
    carry_widely(1)
    file("b", own, 1)
    file("c", own, 2)
    assert file("b", f"{TEXT}\n{own}", 1).duplicate_of == 1
    assert {name: root for name, root in roots(database).items() if name in "bc"} == {"b": "a", "c": None}


@on_one_engine
def test_of_two_stories_the_one_that_is_not_widely_carried_is_moved(
    database: Database, file: FileStory, carry_widely: Callable[[int], None]
) -> None:
    file("a", "\n".join(LINES[:6]), 3)
    file("b", "\n".join(LINES[4:11]), 1)
    assert roots(database) == {"a": None, "b": None}
    carry_widely(1)
    file("c", TEXT, 4)
    assert {root for name, root in roots(database).items() if name in "bc"} == {"a"}


def test_the_most_widely_carried_come_first(database: Database, file: FileStory) -> None:
    with database.write() as session:
        paper = add_source(session, SourceDraft(name="Paper", url="https://paper.example/"), DAY).id
    for number in range(3):
        file(
            f"a{number}",
            TEXT,
            number,
            paper if number else None,
            credit="dpa" if number else None,
            language="en",
        )
    for number in range(2):
        file(f"b{number}", prose(2), number, language="de")
    file("c", prose(3), 1)
    with database.read() as session:
        found = stories(session)
        german = stories(session, ArticleFilter(language="de"))
        carried = stories(session, ArticleFilter(source="Paper"))
        places = places_of(session, 3)
    assert [(one.title, one.places, one.sources, one.agency) for one in found] == [
        ("Story a0", 3, 1, "dpa"),
        ("Story b0", 2, 0, None),
    ]
    assert [one.title for one in german] == ["Story b0"]
    assert [one.title for one in carried] == ["Story a0"]
    assert [(one.title, one.is_original, one.similarity) for one in places] == [
        ("Story a0", True, None),
        ("Story a1", False, 1.0),
        ("Story a2", False, 1.0),
    ]


@on_one_engine
def test_a_notice_that_all_carry_hides_no_copy(database: Database, file: FileStory) -> None:
    notice = prose(99, 4)
    for number in range(60):
        file(f"n{number}", f"{prose(200 + number, 6)}\n{notice}")
    first = file("a", f"{TEXT}\n{notice}")
    assert first.duplicate_of is None
    assert file("b", f"{HEAD}\n{notice}").duplicate_of == first.article_id
