"""The way into a site's past: which sitemaps reach so far, and where a list of stories goes on."""

import time
from datetime import UTC, datetime

import pytest

from crawler.discovery.archives import (
    all_older,
    latest_date,
    older_feed,
    older_pages,
    reaching_back,
    worth_fetching,
)
from storage.candidates import Candidate

SITE = "https://paper.example"
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
BACK_TO = datetime(2024, 6, 15, tzinfo=UTC)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["map-2024-07.xml", "map-2024-06.xml", "map-2024-05.xml"], ["map-2024-07.xml", "map-2024-06.xml"]),
        (["m202407.xml", "m202405.xml"], ["m202407.xml"]),
        (["2024/06/15.xml", "2024/06/14.xml"], ["2024/06/15.xml"]),
        (["map-2025.xml", "map-2024.xml", "map-2023.xml"], ["map-2025.xml", "map-2024.xml"]),
        (["map?year=2024&month=07", "map?year=2023&month=12"], ["map?year=2024&month=07"]),
        # counted, not dated
        (["map-2001.xml", "map-2000.xml", "map-1.xml"], ["map-2001.xml", "map-2000.xml", "map-1.xml"]),
        (["map-2020-13.xml", "map-2020-12.xml"], ["map-2020-13.xml", "map-2020-12.xml"]),
        (["map-9999.xml", "map-2000.xml"], ["map-9999.xml", "map-2000.xml"]),
        (["posts.xml", "posts2.xml"], ["posts.xml", "posts2.xml"]),
        ([], []),
    ],
)
def test_sitemaps_whose_name_ended_before_are_left_out(names: list[str], expected: list[str]) -> None:
    urls = [f"{SITE}/{name}" for name in names]
    assert reaching_back(urls, {}, BACK_TO, NOW) == [f"{SITE}/{name}" for name in expected]


def test_sitemaps_changed_last_before_are_left_out() -> None:
    changed = {"a": day("2024-06-16"), "b": day("2024-06-14")}
    assert reaching_back(["a", "b", "c"], changed, BACK_TO, NOW) == ["a", "c"]


@pytest.mark.parametrize(
    ("url", "published", "modified", "expected"),
    [
        ("/a", None, None, None),
        ("/a", "2024-01-01", "2025-01-01", "2024-01-01"),
        ("/a", None, "2025-01-01", "2025-01-01"),
        ("/2024/05/06/a", None, "2025-01-01", "2024-05-07"),
        ("/2024/05/a", None, None, "2024-06-01"),
        ("/2024-05-06-a", None, None, "2024-05-07"),
        ("/20240506/a", None, None, "2024-05-07"),
        ("/2024/5/6/a", None, None, "2024-05-07"),
        ("/20241/a", None, None, None),
        ("/2024/13/a", None, None, None),
        ("/2024/02/31/a", None, None, None),
        ("/2024/12/31/a", None, None, "2025-01-01"),
        ("/story-2024", None, None, None),
    ],
)
def test_the_latest_that_a_story_may_be_of(
    url: str, published: str | None, modified: str | None, expected: str | None
) -> None:
    candidate = Candidate(
        url=SITE + url,
        published_at=day(published) if published else None,
        modified_at=day(modified) if modified else None,
    )
    assert latest_date(candidate) == (day(expected) if expected else None)


def test_what_is_older_is_left_out_and_what_is_undated_is_taken() -> None:
    new, old, undated = (
        Candidate(url="n", published_at=NOW),
        Candidate(url="https://a.example/2023/01/01/x"),
        Candidate(url="u"),
    )
    assert worth_fetching([new, old, undated], BACK_TO) == [new, undated]
    assert [all_older(each, BACK_TO) for each in ([old], [old, undated], [old, new], [])] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("page", "markup", "expected"),
    [
        ("/", '<link rel="next" href="/older/2">', ["/older/2"]),
        ("/", '<a rel="nofollow next" href="?seite=2">Weiter</a>', ["/?seite=2"]),
        ("/", '<a href="/page/2/">Older</a>', ["/page/2/"]),
        ("/page/2/", '<a href="/page/1/">Newer</a><a href="/page/3">Older</a>', ["/page/3"]),
        ("/page/2/", '<a href="/page/9/">Last</a>', []),
        ("/news?page=4", '<a href="/news?page=3">3</a><a href="/news?page=5">5</a>', ["/news?page=5"]),
        ("/news", '<a href="/news?page=2&amp;sort=new">2</a>', []),
        ("/news", '<a href="/sport?page=2">2</a>', []),
        ("/", '<a href="https://elsewhere.example/page/2/">2</a>', []),
        ("/", '<a href="/page/2/?utm=1#top">2</a>', []),
        ("/", '<a href="/2026/10/">October</a><a href="/2026/11/">November</a>', ["/2026/11/", "/2026/10/"]),
        ("/", '<a href="/2024/06/">June</a><a href="/2024/05/">May</a>', ["/2024/06/"]),
        ("/", '<a href="/2026/12/">to come</a><a href="/2026/11/05/">a day</a>', []),
        ("/", '<a href="/2026/">a year</a>', []),
        ("/", '<a href="/2026/10/a-story">A story</a><a href="/2026/13/">none</a>', []),
        ("/", f'<select><option value="">Month</option><option value="{SITE}/2026/10/">10</select>',
         ["/2026/10/"]),
        ("/2026/10/", '<a href="/2026/10/">here</a><a href="/2026/10/page/2/">2</a>', ["/2026/10/page/2/"]),
        ("/", '<a href="/calendar?month=1">next month</a>', []),
    ],
)  # fmt: skip
def test_a_list_goes_on_at_its_months_and_its_next_page(page: str, markup: str, expected: list[str]) -> None:
    body = f"<html><body>{markup}</body></html>".encode()
    found = older_pages(body, SITE + page, "text/html", BACK_TO, NOW)
    assert found == [SITE + path for path in expected]


def test_an_empty_page_leads_nowhere() -> None:
    assert older_pages(b"", SITE, None, BACK_TO, NOW) == []


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        ("/feed", '<rss><channel><atom:link rel="next" href="/feed?p=2"/></channel></rss>', ["/feed?p=2"]),
        ("/atom", "<feed><link href='/atom/2024' rel='prev-archive'/></feed>", ["/atom/2024"]),
        ("/feed", '<rss><channel><atom:link rel="self" href="/feed"/><link>/</link></channel></rss>', []),
        ("/json", '{"version": "x", "next_url": "https:\\/\\/paper.example\\/json?2"}', ["/json?2"]),
        ("/feed/", "<rss><generator>https://wordpress.org/?v=6.8</generator></rss>", ["/feed/?paged=2"]),
        ("/feed/?paged=2", "<generator>https://wordpress.org/?v=6.8</generator>", ["/feed/?paged=3"]),
        (
            "/feed/?paged=" + "9" * 5000,
            "<generator>https://wordpress.org/</generator>",
            ["/feed/?paged=1000000"],
        ),
        ("/feed/?paged=²", "<generator>https://wordpress.org/</generator>", ["/feed/?paged=2"]),
        ("/feed/", "<rss><generator>Hugo</generator></rss>", []),
    ],
)
def test_a_feed_goes_on_by_its_own_word(url: str, body: str, expected: list[str]) -> None:
    assert older_feed(body.encode(), SITE + url) == [SITE + path for path in expected]


@pytest.mark.parametrize(
    "filler", [" ", "<", "</", "9", "a", "a.", '"', " rel=", "/2024", "2024-", '"next_url" ']
)
@pytest.mark.parametrize(
    "head",
    ["", "<generator>", "<generator>https://", "<link ", "<link rel", "<a:", '"next_url":', '"next_url":"'],
)
def test_what_is_made_to_be_slow_is_read_at_once(head: str, filler: str) -> None:
    text = filler * (300_000 // len(filler))
    started = time.process_time()
    older_feed((head + text).encode(), SITE)
    latest_date(Candidate(url=f"{SITE}/{text}"))
    assert time.process_time() - started < 2
