"""Stored articles: found by id or by any address that led to them, with their revisions and sightings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipelines.article import Access, ArticleKind, DateCandidate, Image, Removed
from pipelines.article import Article as Story
from storage.articles import Filed
from storage.filters import ArticleFilter
from storage.frontier import VisitRecord, ask_for_page, record_visits
from storage.models import PageState
from storage.session import Database
from storage.stored import (
    RemovedPassage,
    StoredArticle,
    StoredDate,
    StoredImage,
    StoredRevision,
    articles,
    find_article,
    revisions_of,
    sightings_of,
)

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]

LATER = datetime(2026, 3, 5, tzinfo=UTC)
KOLKATA = timezone(timedelta(hours=5, minutes=30))


@pytest.fixture
def bridge(file: File, article: MakeArticle, source_id: int) -> StoredArticle:
    """What is expected back of the one article there is."""
    story = article(
        "bridge",
        "The bridge.\nIs open.",
        url="https://gazette.example/bridge?page=1",
        canonical_url="https://gazette.example/bridge",
        kind=ArticleKind.GALLERY,
        kicker="Traffic",
        standfirst="At last",
        authors=("Ann", "Bob"),
        published_at=datetime(2026, 3, 1, 9, 30, tzinfo=KOLKATA),
        modified_at=datetime(2026, 3, 1, tzinfo=UTC),
        date_precision="minute",
        date_from="json-ld",
        date_confidence="low",
        date_flag="after it was seen",
        dates=(
            DateCandidate(
                event="published",
                when=datetime(2026, 3, 1, 9, 30, tzinfo=KOLKATA),
                precision="minute",
                origin="json-ld",
            ),
        ),
        language="en",
        image="https://gazette.example/bridge.jpg",
        images=(Image(url="https://gazette.example/2.jpg", caption="The bridge"), Image(credit="Ann")),
        section="City",
        tags=("bridges",),
        credit="Agency",
        access=Access.PAID,
        reservations=("meta: noai",),
        removed=(Removed(text="See also: tunnels", rule="see-also", at=0),),
        makes=("p.also<article", "p<article", "p<article"),
        rules_version=7,
        learned_version=3,
        read_by="extractor",
        template=2,
        template_version=4,
        refused="too short",
    )
    filed = file(story, source_id)
    return StoredArticle(
        id=filed.article_id,
        url=story.url,
        canonical_url=story.canonical_url,
        source="Gazette",
        kind="gallery",
        title=story.title,
        kicker="Traffic",
        standfirst="At last",
        authors=("Ann", "Bob"),
        published_at=story.published_at,
        modified_at=story.modified_at,
        date_precision="minute",
        date_from="json-ld",
        date_confidence="low",
        date_flag="after it was seen",
        dates=(
            StoredDate(
                event="published",
                when=datetime(2026, 3, 1, 9, 30, tzinfo=KOLKATA),
                precision="minute",
                origin="json-ld",
            ),
        ),
        language="en",
        text="The bridge.\nIs open.",
        image="https://gazette.example/bridge.jpg",
        images=(
            StoredImage(url="https://gazette.example/2.jpg", caption="The bridge", credit=None),
            StoredImage(url=None, caption=None, credit="Ann"),
        ),
        section="City",
        tags=("bridges",),
        credit="Agency",
        access="paid",
        reservations=("meta: noai",),
        removed=(RemovedPassage(text="See also: tunnels", rule="see-also", at=0),),
        makes=("p.also<article", "p<article", "p<article"),
        rules_version=7,
        learned_version=3,
        read_by="extractor",
        template=2,
        template_version=4,
        refused="too short",
        restored=(),
        fetched_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        first_seen_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        changed_at=None,
        gone_at=None,
        gone_how=None,
        duplicate_of=None,
        similarity=None,
    )


def test_article_comes_back_as_it_was_filed(database: Database, bridge: StoredArticle) -> None:
    with database.read() as session:
        found = find_article(session, bridge.id)
    assert found == bridge
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-03-01T09:30:00+05:30"


def test_article_is_found_by_any_address_that_led_to_it(
    database: Database, bridge: StoredArticle, now: datetime
) -> None:
    with database.write() as session:
        page_id = ask_for_page(session, "https://gazette.example/amp/bridge", None, now)
        ask_for_page(session, "https://gazette.example/elsewhere", None, now)
        visit = VisitRecord(
            page_id=page_id,
            run_id=None,
            at=now,
            outcome="new",
            state=PageState.STORED,
            due_at=None,
            article_id=bridge.id,
        )
        record_visits(session, [visit])
    asked: dict[int | str, bool] = {
        bridge.id: True,
        str(bridge.id): True,
        bridge.url: True,
        bridge.canonical_url: True,
        "https://gazette.example/amp/bridge": True,
        "https://gazette.example/elsewhere": False,
        "https://gazette.example/": False,
        bridge.id + 1: False,
        10**30: False,
        "٣": False,
        "²": False,
        "": False,
        "nul\0": False,
        -1: False,
    }
    with database.read() as session:
        assert {key: find_article(session, key) == bridge for key in asked} == asked


def test_canonical_address_goes_before_the_one_fetched_from(
    database: Database, file: File, article: MakeArticle
) -> None:
    file(article("one", url="https://gazette.example/x", canonical_url="https://gazette.example/one"))
    file(article("two", url="https://gazette.example/two", canonical_url="https://gazette.example/x"))
    with database.read() as session:
        found = find_article(session, "https://gazette.example/x")
    assert found is not None
    assert found.title == "Story two"


def test_articles_are_streamed_in_the_order_of_their_ids(
    database: Database, file: File, article: MakeArticle
) -> None:
    for number in range(5):
        file(article(f"n{number}", language="en" if number % 2 else "de"))
    with database.read() as session:
        assert [one.id for one in articles(session)] == [1, 2, 3, 4, 5]
        assert [one.id for one in articles(session, ArticleFilter(language="en"))] == [2, 4]


def test_revisions_oldest_first(database: Database, file: File, article: MakeArticle, now: datetime) -> None:
    file(article("a", "One.", authors=("Ann",), removed=(Removed(text="x", rule="r", at=0),)))
    file(article("a", "Two."), now=LATER)
    file(article("a", "Three."), now=LATER + timedelta(hours=1))
    with database.read() as session:
        first, second = revisions_of(session, 1)
    assert first == StoredRevision(
        number=1,
        title="Story a",
        standfirst=None,
        authors=("Ann",),
        modified_at=None,
        text="One.",
        removed=(RemovedPassage(text="x", rule="r", at=0),),
        fetched_at=now,
        replaced_at=LATER,
    )
    assert (second.number, second.text, second.fetched_at) == (2, "Two.", LATER)


def test_sightings_are_the_other_places(
    database: Database, file: File, article: MakeArticle, prose: Callable[..., str]
) -> None:
    for name in "abc":
        file(article(name, prose(1)))
    file(article("d", prose(2)))
    with database.read() as session:
        places = {number: [one.id for one in sightings_of(session, number)] for number in range(1, 6)}
    assert places == {1: [2, 3], 2: [1, 3], 3: [1, 2], 4: [], 5: []}
