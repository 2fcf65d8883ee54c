"""Search: the same articles on both engines, kept in step by the database, each story once."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from pipelines.article import Article as Story
from pipelines.article import ArticleKind
from storage.articles import Filed
from storage.errors import BadQuery
from storage.filters import EVERYTHING, ArticleFilter
from storage.models import Article
from storage.search import MATCH_END, MATCH_START, Hit, search
from storage.session import Database
from storage.sources import SourceDraft, add_source

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]

HARBOUR = "The harbour bridge in München was opened by the mayor, who said: “Ёлки-палки!” and/or cheered."
MARKET = "Prices at the fish market rose again. The bridge is closed to lorries of over 7.5 tonnes."
ELECTION = "昨日、東京で選挙が行われた。投票率はiPhone世代で上がった。"
DELHI = "यह समाचार हिन्दी में है। दिल्ली में वर्षा हुई।"
CAIRO = "أعلنت القاهرة عن افتتاح الجسر الجديد يوم الأحد."


@pytest.fixture
def stocked(database: Database, file: File, article: MakeArticle, now: datetime) -> Database:
    """An archive with five stories of two sources."""
    with database.write() as session:
        gazette = add_source(session, SourceDraft(name="Gazette", url="https://gazette.example/"), now).id
        herald = add_source(session, SourceDraft(name="Herald", url="https://herald.example/"), now).id
    day = timedelta(days=1)
    file(
        article(
            "harbour",
            HARBOUR,
            title="The opening",
            authors=("José Núñez Conde", "Ann Lee"),
            language="en-GB",
            published_at=datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1))),
        ),
        gazette,
    )
    file(
        article(
            "market",
            MARKET,
            title="Bridge toll",
            language="en",
            published_at=now - day,
            standfirst="Fishy",
            kind=ArticleKind.LIVE_BLOG,
        ),
        gazette,
    )
    file(article("election", ELECTION, title="選挙", language="ja", published_at=now), herald)
    file(article("delhi", DELHI, title="वर्षा", language="hi"), herald)
    file(article("cairo", CAIRO, title="القاهرة", authors=("Lee Ann",)), herald)
    return database


def titles(database: Database, query: str, wanted: ArticleFilter = EVERYTHING, **how: object) -> set[str]:
    return {hit.title for hit in hits(database, query, wanted, **how)}


def hits(database: Database, query: str, wanted: ArticleFilter = EVERYTHING, **how: object) -> list[Hit]:
    with database.read() as session:
        return search(session, query, wanted, **how)  # type: ignore[arg-type]


FOUND = {
    "a word": ("harbour", {"The opening"}),
    "a word of two articles": ("bridge", {"The opening", "Bridge toll"}),
    "every word must match": ("bridge fish", {"Bridge toll"}),
    "in title and text together": ("toll prices", {"Bridge toll"}),
    "in the standfirst": ("fishy", {"Bridge toll"}),
    "case does not count": ("HARBOUR", {"The opening"}),
    "accents of Latin letters do not count": ("munchen", {"The opening"}),
    "Cyrillic": ("ёлки", {"The opening"}),
    "Cyrillic, in capitals": ("ПАЛКИ", {"The opening"}),
    "Arabic": ("القاهرة", {"القاهرة"}),
    "Devanagari": ("दिल्ली", {"वर्षा"}),
    "no other word of Devanagari": ("दिल्लीवाला", set()),
    "a phrase": ('"harbour bridge"', {"The opening"}),
    "words that are no phrase": ('"bridge harbour"', set()),
    "no phrase from the title into the text": ('"opening the"', set()),
    "no phrase from the standfirst into the text": ('"fishy prices"', set()),
    "words joined by a stroke": ("and/or", {"The opening"}),
    "each word of such": ("or cheered", {"The opening"}),
    "a number": ("7.5", {"Bridge toll"}),
    "half a word": ("harb", set()),
    "operators are words": ("harbour OR fish", set()),
    "operators of engines are harmless": ("harbour & ! | ( ) : * ^ ~ - ' \\ ; --", {"The opening"}),
    "Japanese": ("選挙", {"選挙"}),
    "Japanese, within a run": ("投票率", {"選挙"}),
    "Japanese and Latin in one run": ("iphone世代", {"選挙"}),
    "Japanese that is not there": ("大阪", set()),
    "two scripts at once": ("bridge 選挙", set()),
    "percent and underscore are no wildcards": ("東%京", set()),
    "nothing": ("zebra", set()),
}


def test_what_is_found(stocked: Database) -> None:
    found = {case: titles(stocked, query) for case, (query, _) in FOUND.items()}
    assert found == {case: expected for case, (_, expected) in FOUND.items()}


def test_hit_tells_what_a_list_needs(stocked: Database) -> None:
    [hit] = hits(stocked, "harbour munchen")
    assert hit.url == hit.canonical_url == "https://gazette.example/harbour"
    assert (hit.source, hit.title, hit.authors) == ("Gazette", "The opening", ("José Núñez Conde", "Ann Lee"))
    assert hit.published_at is not None
    assert hit.published_at.isoformat() == "2026-03-01T12:00:00+01:00"
    assert (hit.language, hit.duplicate_of, hit.sightings) == ("en-GB", None, 0)
    assert hit.score > 0
    assert f"The {MATCH_START}harbour{MATCH_END} bridge in {MATCH_START}München{MATCH_END} was" in hit.passage


def test_passage_is_of_the_standfirst_if_only_that_matches(stocked: Database) -> None:
    [hit] = hits(stocked, "fishy")
    assert hit.passage == f"{MATCH_START}Fishy{MATCH_END}"


def test_match_in_the_title_counts_most(database: Database, file: File, article: MakeArticle) -> None:
    file(article("text", "zebra one two three", title="Story"))
    file(article("standfirst", "four five six seven", title="Story", standfirst="zebra"))
    file(article("title", "eight nine ten eleven", title="zebra"))
    found = [hit.url.rpartition("/")[2] for hit in hits(database, "zebra")]
    assert found == ["title", "standfirst", "text"]


@pytest.mark.parametrize(
    ("sort", "expected"), [("newest", ["market", "harbour"]), ("oldest", ["harbour", "market"])]
)
def test_order_by_time(stocked: Database, sort: str, expected: list[str]) -> None:
    found = [hit.url.rpartition("/")[2] for hit in hits(stocked, "bridge", sort=sort)]
    assert found == expected


def test_article_without_a_date_stands_where_it_was_first_seen(
    database: Database, file: File, article: MakeArticle, now: datetime
) -> None:
    for name, days in (("early", -2), ("late", 2)):
        file(article(name, f"zebra {name}", published_at=now + timedelta(days=days)))
    file(article("undated", "zebra undated"))
    found = [hit.url.rpartition("/")[2] for hit in hits(database, "zebra", sort="newest")]
    assert found == ["late", "undated", "early"]


def test_limit(stocked: Database) -> None:
    assert len(hits(stocked, "bridge", limit=1)) == 1


def test_query_for_nothing_is_refused(stocked: Database) -> None:
    with pytest.raises(BadQuery):
        hits(stocked, " ... ")


def test_unknown_order_is_refused(stocked: Database) -> None:
    with pytest.raises(BadQuery, match="choose from relevance, newest, oldest"):
        hits(stocked, "bridge", sort="best")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=40) | st.text(alphabet="\"'*:^-+()&|!<>\\%_{}[] abNEAROT", max_size=30))
def test_no_query_breaks_the_search(stocked: Database, query: str) -> None:
    with contextlib.suppress(BadQuery):
        hits(stocked, query)


# The index is kept in step by the database itself, however a row is changed.


def test_index_follows_an_update(stocked: Database) -> None:
    with stocked.write() as session:
        session.execute(
            update(Article).where(Article.title == "The opening").values(text="A zebra crossing.")
        )
    assert titles(stocked, "harbour") == set()
    assert titles(stocked, "zebra") == {"The opening"}
    assert titles(stocked, "opening") == {"The opening"}


def test_index_follows_a_deletion(stocked: Database) -> None:
    with stocked.write() as session:
        session.execute(delete(Article).where(Article.title == "The opening"))
    assert titles(stocked, "bridge") == {"Bridge toll"}


def test_index_follows_a_revision(stocked: Database, file: File, article: MakeArticle) -> None:
    file(article("market", "Prices fell.", title="Cheaper fish"))
    assert titles(stocked, "bridge") == {"The opening"}
    assert titles(stocked, "fell cheaper") == {"Cheaper fish"}


def test_index_forgets_what_was_rolled_back(stocked: Database, article: MakeArticle) -> None:
    def change_and_fail() -> None:
        with stocked.write() as session:
            session.execute(update(Article).values(text="zebra"))
            raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert titles(stocked, "zebra") == set()
    assert titles(stocked, "harbour") == {"The opening"}


# A story comes once.


@pytest.fixture
def copied(stocked: Database, file: File, article: MakeArticle, prose: Callable[..., str]) -> Database:
    """A story that stands in three places, once with a sentence more."""
    text = prose(7) + " zebra"
    file(article("first", text, title="First"))
    file(article("second", text, title="Second", language="en"))
    file(article("third", text + " giraffe", title="Third", language="de"))
    return stocked


def test_story_in_several_places_comes_once(copied: Database) -> None:
    [hit] = hits(copied, "zebra")
    assert (hit.title, hit.sightings) == ("First", 2)


def test_every_place_comes_if_asked_for(copied: Database) -> None:
    assert titles(copied, "zebra", duplicates=True) == {"First", "Second", "Third"}


def test_copy_comes_where_the_first_does_not_match_the_query(copied: Database) -> None:
    [hit] = hits(copied, "zebra giraffe")
    assert (hit.title, hit.duplicate_of is None, hit.sightings) == ("Third", False, 2)


def test_copy_comes_where_the_first_does_not_match_the_filter(copied: Database) -> None:
    assert titles(copied, "zebra", ArticleFilter(language="de")) == {"Third"}


# Filters.

FILTERS = {
    "nothing": (ArticleFilter(), {"harbour", "market"}),
    "a source by name": (ArticleFilter(source="Gazette"), {"harbour", "market"}),
    "a source by name, in any case": (ArticleFilter(source="gazette"), {"harbour", "market"}),
    "a source by address": (ArticleFilter(source="gazette.example"), {"harbour", "market"}),
    "another source": (ArticleFilter(source="Herald"), set()),
    "a source we do not have": (ArticleFilter(source="Courier"), set()),
    "since": (ArticleFilter(since=datetime(2026, 3, 1, 11, 1, tzinfo=UTC)), {"market"}),
    "since, at the moment itself": (
        ArticleFilter(since=datetime(2026, 3, 1, 11, tzinfo=UTC)),
        {"harbour", "market"},
    ),
    "until, which is not included": (ArticleFilter(until=datetime(2026, 3, 1, 11, tzinfo=UTC)), set()),
    "until": (
        ArticleFilter(until=datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))),
        {"harbour"},
    ),
    "a language and its variants": (ArticleFilter(language="EN"), {"harbour", "market"}),
    "a variant": (ArticleFilter(language="en-gb"), {"harbour"}),
    "no language that only begins so": (ArticleFilter(language="e"), set()),
    "an author": (ArticleFilter(author="José Núñez Conde"), {"harbour"}),
    "part of a name, plainly": (ArticleFilter(author="nunez"), {"harbour"}),
    "a kind": (ArticleFilter(kind="live blog"), {"market"}),
    "another kind": (ArticleFilter(kind="gallery"), set()),
    "the second author": (ArticleFilter(author="ann lee"), {"harbour"}),
    "words of two authors": (ArticleFilter(author="Conde Ann"), set()),
    "half a word of a name": (ArticleFilter(author="nun"), set()),
    "several": (ArticleFilter(source="Gazette", language="en", author="lee"), {"harbour"}),
}


def test_filters(stocked: Database) -> None:
    found = {
        case: {hit.url.rpartition("/")[2] for hit in hits(stocked, "bridge", wanted)}
        for case, (wanted, _) in FILTERS.items()
    }
    assert found == {case: expected for case, (_, expected) in FILTERS.items()}


def test_article_without_a_date_is_filtered_by_when_it_was_first_seen(
    stocked: Database, now: datetime
) -> None:
    assert titles(stocked, "القاهرة", ArticleFilter(since=now)) == {"القاهرة"}
    assert titles(stocked, "القاهرة", ArticleFilter(until=now)) == set()


def test_author_without_a_letter_is_refused(stocked: Database) -> None:
    with pytest.raises(BadQuery, match="no name in '%'"):
        hits(stocked, "bridge", ArticleFilter(author="%"))


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        ArticleFilter(since=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))
