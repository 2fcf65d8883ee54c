"""What a kept robots.txt means for an address, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.addresses import guard_of
from crawler.explain.obstacles import obstacles
from crawler.explain.robots import robots_verdict
from storage.hosts import Robots

NOW = datetime(2026, 3, 4, tzinfo=UTC)
URL = "https://paper.example:8443/news/1"
SLOW = b"User-agent: *\nDisallow: /news/\nCrawl-delay: 7\n"


@pytest.mark.parametrize(
    ("status", "body", "allowed", "says"),
    [
        (200, SLOW, False, 'forbidden by "Disallow: /news/" (line 2, for *)'),
        (200, b"User-agent: *\nDisallow: /x\n", True, "allowed: no line in it speaks of this address"),
        (404, b"", True, "allowed: there is none (http 404)"),
        (503, b"", None, "could not be read (http 503), and nothing is fetched"),
        (None, None, None, "could not be read (no answer)"),
    ],
)
def test_an_answer_is_judged(status: int | None, body: bytes | None, allowed: bool | None, says: str) -> None:
    verdict = robots_verdict(URL, Robots(status=status, body=body, at=NOW), NOW, obeyed=True)
    assert (verdict.allowed, verdict.status, verdict.read_at) == (allowed, status, NOW)
    assert says in verdict.why
    assert verdict.robots_txt == "https://paper.example:8443/robots.txt"
    assert verdict.crawl_delay == (7 if body == SLOW else 0)
    assert len(obstacles(URL, verdict, guard_of([8443], []))) == (allowed is not True)


@pytest.mark.parametrize(
    ("why", "says"), [("connection refused", "(connection refused)"), (None, "(no answer)")]
)
def test_why_no_answer_came_is_told(why: str | None, says: str) -> None:
    kept = Robots(status=None, body=None, at=NOW, failing_since=NOW, failed_at=NOW, failed_why=why)
    verdict = robots_verdict(URL, kept, NOW, obeyed=True)
    assert verdict.allowed is None
    assert f"{says}, and nothing is fetched" in verdict.why


def test_what_is_older_than_a_day_is_read_anew() -> None:
    kept = Robots(status=200, body=SLOW, at=NOW - timedelta(days=2))
    assert robots_verdict(URL, kept, NOW, obeyed=True).why.endswith("it is read anew before the next fetch")


def test_before_it_was_read_nothing_is_known() -> None:
    verdict = robots_verdict(URL, None, NOW, obeyed=True)
    assert (verdict.allowed, verdict.read_at) == (None, None)
    assert obstacles(URL, verdict, guard_of([8443], [])) == []


@pytest.mark.parametrize("kept", [None, Robots(status=200, body=SLOW, at=NOW)])
def test_who_does_not_obey_is_told_so(kept: Robots | None) -> None:
    verdict = robots_verdict(URL, kept, NOW, obeyed=False)
    assert (verdict.allowed, verdict.crawl_delay, verdict.why[:9]) == (True, 0, "not asked")


@pytest.mark.parametrize(
    ("url", "hurdles"),
    [
        ("http://127.0.0.1/a", 1),
        ("http://10.0.0.7/a", 0),
        ("http://localhost/a", 1),
        ("http://paper.example/", 0),
        ("http://paper.example:8443/", 1),
    ],
)
def test_what_the_guard_refuses_is_an_obstacle(url: str, hurdles: int) -> None:
    verdict = robots_verdict(url, None, NOW, obeyed=True)
    assert len(obstacles(url, verdict, guard_of([80], ["10.0.0.7"]))) == hurdles
