"""The line of a robots.txt that decides, as Protego does."""

import pytest

from crawler.explain.rule import deciding_rule
from crawler.robots import read_robots

LONGEST = b"User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c # not this\n"
OURS = (
    b"User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: Copydesk\nDisallow: /x\nCrawl-delay: 3\n"
)
TWICE = (
    b"User-agent: copydesk\nDisallow: /x\n\n"
    b"User-agent: *\nDisallow: /\n\n"
    b"User-agent: copydesk\nDisallow: /y\n"
)
EMPTY = b"User-agent: copydesk\nDisallow:\n\nUser-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("body", "path", "rule"),
    [
        (LONGEST, "/a/x", ("Disallow", "/a", 2)),
        (LONGEST, "/a/b/x", ("Allow", "/a/b", 3)),
        (LONGEST, "/a/b/c", ("Disallow", "/a/b/c", 4)),
        (LONGEST, "/other", None),
        (OURS, "/x/1", ("Disallow", "/x", 6)),
        (OURS, "/y", None),
        (TWICE, "/y", ("Disallow", "/y", 8)),
        (TWICE, "/z", None),
        (EMPTY, "/z", None),
        (b"User-agent: *\nDisallow: /p\nAllow: /p\n", "/p", ("Allow", "/p", 3)),
        (b"User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf", ("Disallow", "/*.pdf$", 2)),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /p\r\n", "/p", ("Disallow", "/p", 2)),
        (b"Disallow: /p\n", "/p", None),
        (b"", "/p", None),
    ],
)
def test_the_deciding_line_is_found(body: bytes, path: str, rule: tuple[str, str, int] | None) -> None:
    url = f"https://example.org{path}"
    robots = read_robots(200, body)
    found = deciding_rule(robots, body, url)
    told = found and ("Allow" if found.allows else "Disallow", found.path, found.line)
    assert told == rule
    assert robots.allows(url) == (rule is None or rule[0] == "Allow")


def test_whom_the_rule_is_for_is_told() -> None:
    found = deciding_rule(read_robots(200, OURS), OURS, "https://example.org/x")
    assert found is not None
    assert found.agents == ("other", "Copydesk")
