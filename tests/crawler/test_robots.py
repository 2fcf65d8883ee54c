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


@pytest.mark.parametrize(
    ("delay", "kept"),
    [("2.5", 2.5), ("0", 0), ("-3", 0), ("nan", 0), ("1e9", 1e9), ("soon", 0), ("", 0), ("5 # seconds", 5)],
)
def test_a_crawl_delay_is_a_span_of_time_or_none(delay: str, kept: float) -> None:
    assert read_robots(200, f"User-agent: *\nCrawl-delay: {delay}\n".encode()).crawl_delay == kept


def test_a_crawl_delay_is_that_of_our_group() -> None:
    text = b"User-agent: *\nCrawl-delay: 60\n\nUser-agent: CopyDesk\nCrawl-delay: 2\n"
    assert read_robots(200, text).crawl_delay == 2
    assert read_robots(200, b"User-agent: other\nCrawl-delay: 60\n").crawl_delay == 0


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /news", "/newsroom", False),
        ("Disallow: /news$", "/news", False),
        ("Disallow: /news$", "/news/1", True),
        ("Disallow: /*.pdf$", "/a/b.pdf", False),
        ("Disallow: /*.pdf$", "/a/b.pdf?x=1", True),
        ("Disallow: /\nAllow: /news", "/news/1", True),
        ("Allow: /\nDisallow: /", "/news/1", True),
        ("Disallow: /caf%C3%A9", "/caf\u00e9", False),
        ("Disallow: /caf\u00e9", "/caf%c3%a9", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("DISALLOW: /x", "/x", False),
        ("Disallow: /X", "/x", True),
        ("Disallow:", "/x", True),
        ("Crawl-delay: 1\n\nUser-agent: copydesk\nDisallow: /x", "/x", False),
    ],
)
def test_rules_are_read_as_rfc_9309_says(rules: str, path: str, allowed: bool) -> None:
    body = f"User-agent: CopyDesk\n{rules}\n".encode()
    assert read_robots(200, body).allows(f"https://example.org{path}") is allowed


def test_groups_for_us_are_one() -> None:
    text = "User-agent: copydesk\nDisallow: /a\n\nUser-agent: x\nUser-agent: COPYDESK\nDisallow: /b\n"
    robots = read_robots(200, text.encode())
    assert [robots.allows(f"https://example.org/{path}") for path in "abc"] == [False, False, True]
