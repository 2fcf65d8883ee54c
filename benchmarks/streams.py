"""Streams of pages by the site they are from: of a folder, of the sample press, of made-up sites."""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from madesites import made_sites

from pipelines.page import Page

_TESTS = Path(__file__).parent.parent / "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page, and the site whose pages it is read with."""

    site: str
    page: Page


def of_folder(pages: Path) -> list[SitePage]:
    """The pages of PAGES/manifest.jsonl that have an address; the publisher is the site."""
    found = []
    for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("url"):
            url = row["url"].strip()
            host = (urlsplit(url).hostname or "").removeprefix("www.")
            body = gzip.decompress((pages / row["file"]).read_bytes())
            found.append(SitePage(site=row.get("publisher") or host, page=_page(url, body)))
    return found


def of_press() -> list[SitePage]:
    """The articles of the sample press, as its first edition has them."""
    sys.path.insert(0, str(_TESTS))
    from newsite.publisher import draw
    from newsite.publishers import PUBLISHERS

    found = []
    for publisher in PUBLISHERS:
        answers = draw(publisher, 1, f"http://{publisher.host}")
        for article in publisher.articles(1):
            if article.rejection is None and article.path in answers:
                page = _page(article.url, answers[article.path].body)
                found.append(SitePage(site=publisher.host, page=page))
    return found


def made_up(seed: int = 1) -> list[SitePage]:
    """The pages of the made-up sites, of each site in the order in which they were published."""
    return [SitePage(site=site.name, page=made.page) for site in made_sites(seed) for made in site.pages]


STREAMS = {"press": of_press, "made": made_up}


def by_site(pages: Iterable[SitePage]) -> dict[str, list[SitePage]]:
    found: defaultdict[str, list[SitePage]] = defaultdict(list)
    for one in pages:
        found[one.site].append(one)
    return dict(found)


def _page(url: str, body: bytes) -> Page:
    return Page(url=url, body=body, content_type="text/html; charset=utf-8")
