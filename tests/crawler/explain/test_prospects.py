"""What a source would make of an address on its site, by discovery's own rules."""

import pytest

from crawler.explain.prospects import prospects
from storage.explain_sources import SourceNearby
from storage.models import SeedKind

HOME = "https://www.paper.example/"
FEED, SITEMAP, SECTION = (HOME + name for name in ("feed", "map.xml", ""))


def source(*seeds: tuple[str, SeedKind], url: str = HOME) -> SourceNearby:
    return SourceNearby(
        name="Paper",
        url=url,
        enabled=True,
        health="well",
        health_reason=None,
        failures=0,
        last_run_at=None,
        due_at=None,
        seeds=seeds,
    )


BY_FEED = source((FEED, SeedKind.FEED), (SITEMAP, SeedKind.SITEMAP))
BY_LINKS = source((SECTION, SeedKind.SECTION))
FOREIGN_FEED = source(("https://paper.example/f", SeedKind.FEED), url="https://other.example/")
FOREIGN_MAP = source(("https://maps.example/m", SeedKind.SITEMAP), url="https://other.example/")


@pytest.mark.parametrize(
    ("known", "path", "taken", "says"),
    [
        (
            BY_FEED,
            "2026/03/a-bridge-is-open",
            True,
            "as its feed names it or as soon as its sitemap names it",
        ),
        (BY_FEED, "x", True, "as soon as its feed names it"),
        (BY_FEED, "", False, "it is a front page"),
        (BY_FEED, "en/", False, "it is a front page"),
        (BY_LINKS, "2026/03/a-bridge-is-open", True, "once its section page links to it by a headline"),
        (BY_LINKS, "x", True, "and to 2 more in the same folder"),
        (BY_LINKS, "tag/sea/", False, "a file, a list, or no story"),
        (BY_LINKS, "photo.jpg", False, "a file, a list, or no story"),
        (FOREIGN_FEED, "2026/03/a-bridge-is-open", True, "as soon as its feed names it"),
        (source(), "2026/03/a-bridge-is-open", False, "its first run finds its feeds"),
    ],
)
def test_a_source_of_the_site_takes_it_or_says_why_not(
    known: SourceNearby, path: str, taken: bool, says: str
) -> None:
    [prospect] = prospects(HOME + path, [known])
    assert (prospect.source, prospect.taken) == ("Paper", taken)
    assert says in prospect.why


def test_sources_of_other_sites_have_nothing_to_say() -> None:
    assert prospects("https://newspaper.example/a", [BY_FEED, FOREIGN_MAP]) == []


def test_only_a_feed_may_name_what_is_on_another_site() -> None:
    mixed = source(
        ("https://paper.example/feed", SeedKind.FEED),
        ("https://o.example/m", SeedKind.SITEMAP),
        url="https://o.example/",
    )
    [prospect] = prospects(HOME + "a-b-c-d-e", [mixed])
    assert (prospect.taken, prospect.why) == (True, "as soon as its feed names it")
    [prospect] = prospects("https://o.example/a-b-c-d-e", [mixed])
    assert prospect.why.endswith("as soon as its sitemap names it")
