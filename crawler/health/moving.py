"""Whether a source has moved: its articles, which stood on its own site, stand on another."""

from collections.abc import Sequence
from itertools import takewhile
from urllib.parse import urlsplit

from crawler.health.verdict import Health, Verdict, sight_of
from pipelines.metadata.canonical import registered_domain
from storage.facts import ArticleFact, Evidence, SourceFacts

IN_A_ROW = 8
"""Articles in a row that stand elsewhere, all on one site."""
EARLIER, AT_HOME = 5, 0.8
"""Articles that must be known from before, and the share of them that stood at home."""


def moved(facts: SourceFacts) -> Verdict | None:
    """The verdict where its last articles all stand on one other site, and those before did not."""
    home = registered_domain(facts.url)
    articles = [page.article for page in facts.pages if page.article]
    if not articles or (there := registered_domain(articles[0].url)) == home:
        return None
    row = list(takewhile(lambda article: registered_domain(article.url) == there, articles))
    earlier = [*articles[len(row) :], *facts.past]
    at_home = [article for article in earlier if registered_domain(article.url) == home]
    if len(row) < IN_A_ROW or len(earlier) < EARLIER or len(at_home) < AT_HOME * len(earlier):
        return None
    return _verdict(row, at_home, f"its last {len(row)} articles stand on {there}, and not on {home}")


def _verdict(row: Sequence[ArticleFact], at_home: Sequence[ArticleFact], reason: str) -> Verdict:
    address = urlsplit(row[0].url)
    host = address.netloc.rpartition("@")[2]  # its port is part of where it stands, a user's name is not
    return Verdict(
        state=Health.MOVED,
        since=row[-1].at,
        reason=reason,
        evidence=Evidence(
            first_bad=sight_of(row[-1]),
            last_good=sight_of(at_home[0]),
            leads_to=f"{address.scheme}://{host}/",
        ),
    )
