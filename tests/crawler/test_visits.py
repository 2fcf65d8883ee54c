"""What an answer says of a page that has an article: that it is unchanged, or that it leads away."""

import hashlib
from datetime import UTC, datetime

import pytest
from scrapy.http import TextResponse

from crawler.visits import is_unchanged, led_away
from pipelines.article import Reading, Rejection
from storage.frontier import DuePage

NOW = datetime(2026, 3, 4, tzinfo=UTC)
BODY = b"<p>The harbour wall</p>"
HOME = "https://www.gazette.example/"
STORY = "https://www.gazette.example/2026/03/wall"


def page(url: str = STORY, article_id: int | None = 1, body: bytes | None = BODY) -> DuePage:
    return DuePage(
        id=1,
        source_id=1,
        url=url,
        asked_url=None,
        etag=None,
        last_modified=None,
        attempts=0,
        body_hash=hashlib.sha256(body).hexdigest() if body else None,
        full_fetch_at=NOW,
        article_id=article_id,
        hint_title=None,
        hint_published_at=None,
        found_at=NOW,
    )


@pytest.mark.parametrize(
    ("known", "status", "unchanged"),
    [
        (page(), 200, True),
        (page(body=b"other"), 200, False),
        (page(body=None), 200, False),
        (page(article_id=None), 200, False),  # it was no article, and may be one to a newer copydesk
        (page(body=b"other"), 304, True),
    ],
)
def test_unchanged(known: DuePage, status: int, unchanged: bool) -> None:
    assert is_unchanged(known, TextResponse(STORY, status=status, body=BODY)) is unchanged


def rejected(rejection: Rejection) -> Reading:
    return Reading(rejection=rejection)


AWAY = {
    "the front page": (page(), "https://www.gazette.example/", None, "front page"),
    "without www": (page(), "https://gazette.example/", None, "front page"),
    "of a language": (page(), "https://www.gazette.example/en/", None, "front page"),
    "a section page": (
        page(),
        "https://www.gazette.example/news/",
        rejected(Rejection.SECTION_PAGE),
        "section page",
    ),
    "the same story": (page(), STORY, None, None),
    "another story": (page(), "https://www.gazette.example/2026/04/wall", None, None),
    "a story that is a stub": (page(), "https://www.gazette.example/b", rejected(Rejection.STUB), None),
    "a login at another host's root": (page(), "https://login.example/", None, None),
    "a consent form": (page(), "https://consent.gazette.example/", None, None),
    "a section that it always was": (page(), STORY, rejected(Rejection.SECTION_PAGE), None),
    "from a front page": (
        page(url="https://www.gazette.example/"),
        "https://www.gazette.example/en/",
        None,
        None,
    ),
    "of a page without an article": (page(article_id=None), "https://www.gazette.example/", None, None),
}


@pytest.mark.parametrize(("known", "url", "reading", "reason"), AWAY.values(), ids=AWAY)
def test_where_an_address_leads(
    known: DuePage, url: str, reading: Reading | None, reason: str | None
) -> None:
    failure = led_away(known, url, HOME, reading)
    assert (failure.reason if failure else None) == reason
    assert failure is None or failure.gone
