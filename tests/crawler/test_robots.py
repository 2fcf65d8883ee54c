"""What an answer to robots.txt allows (RFC 9309)."""

import pytest

from crawler.robots import MAX_BYTES, read_robots

RULES = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 3\nSitemap: https://example.org/s.xml\n"


def test_rules_are_obeyed() -> None:
    robots = read_robots(200, RULES)
    assert not robots.allows("https://example.org/private/a")
    assert robots.allows("https://example.org/a")
    assert robots.crawl_delay == 3
    assert robots.sitemaps == ["https://example.org/s.xml"]


def test_a_mark_of_the_byte_order_hides_no_rule() -> None:
    assert not read_robots(200, b"\xef\xbb\xbf" + RULES).allows("https://example.org/private/a")


def test_rules_for_us_by_name_win() -> None:
    robots = read_robots(200, b"User-agent: *\nDisallow:\n\nUser-agent: copydesk\nDisallow: /\n")
    assert not robots.allows("https://example.org/a")


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_missing_file_forbids_nothing(status: int) -> None:
    robots = read_robots(status, b"User-agent: *\nDisallow: /\n")
    assert robots.unreachable is None
    assert robots.allows("https://example.org/a")


@pytest.mark.parametrize("status", [None, 429, 500, 503])
def test_a_failing_file_means_not_now(status: int | None) -> None:
    assert read_robots(status, b"").unreachable


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00\x01", b"<html><body>Not found</body></html>", b"Disallow: /\n" * 10]
)
def test_a_file_that_is_none_forbids_nothing(body: bytes) -> None:
    assert read_robots(200, body).allows("https://example.org/a")


def test_only_the_beginning_of_an_endless_file_is_read() -> None:
    body = RULES + b"#" * MAX_BYTES + b"\nDisallow: /\n"
    assert read_robots(200, body).allows("https://example.org/a")
