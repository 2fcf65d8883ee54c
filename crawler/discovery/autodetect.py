"""Which addresses may be a site's feeds and sitemaps, and what the body that answers there is."""

import re
from urllib.parse import urlsplit

from lxml import html

from crawler.discovery.bodies import BodyKind, glance
from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.discovery.links import links, parse_html
from crawler.discovery.sitemaps import NotASitemap, read_sitemap
from crawler.discovery.unpacking import unpacked_beginning
from pipelines.metadata.canonical import registered_domain
from storage.models import SeedKind

WELL_KNOWN_PATHS = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
)
"""Where a site that names nothing may have a feed or a sitemap all the same."""

# RSS 1.0 calls itself rdf; text/xml is old. application/json is none: WordPress names its API so.
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "text/xml",
        "application/xml",
    }
)
_FEED_PATH = re.compile(
    r"/(?:feeds?|rss|atom)(?:/|$)|(?:rss|atom|feed)2?\.(?:xml|rdf|php|json|aspx?)$|\.(?:rss|atom|rdf)$"
    r"|/index\.xml$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"/comments?(?:/|$)|comments?[-_.]?(?:feed|rss)|(?:feed|rss)[-_/]comments?", re.IGNORECASE
)


def seeds_in_page(body: bytes, url: str, content_type: str | None = None) -> tuple[str, ...]:
    """The feeds and sitemaps that an HTML page seems to name, those it declares first; none of comments.

    A declared one (rel=alternate, rel=sitemap) may stand anywhere, a linked one on the page's own registered
    domain. What they are has to be seen from what comes back: see `kind_of`.
    """
    tree = parse_html(body, content_type)
    if tree is None:
        return ()
    declared = [link.address for link in links(tree, url, "link") if _declares_seed(link.element)]
    own = registered_domain(url)
    linked = [
        link.address
        for link in links(tree, url, "a")
        if _FEED_PATH.search(urlsplit(link.address).path) and _domain(link.address) == own
    ]
    found = (address.partition("#")[0] for address in [*declared, *linked])
    return tuple(dict.fromkeys(address for address in found if not _COMMENTS.search(address)))


def _declares_seed(link: html.HtmlElement) -> bool:
    rel = (link.get("rel") or "").lower().split()
    media_type = (link.get("type") or "").partition(";")[0].strip().lower()
    return "sitemap" in rel or ("alternate" in rel and media_type in _FEED_TYPES)


def _domain(address: str) -> str | None:
    try:
        return registered_domain(address)
    except ValueError:
        return None


def kind_of(body: bytes, url: str, content_type: str | None = None) -> SeedKind | None:
    """What a body is, if it parses as a feed or a sitemap; None for all else.

    An HTML page is None even if it links to articles: a site that answers every address with its front page
    has no feed at /feed. Whether a page is to be polled as a section is for whoever asked for it to say.
    """
    kind = glance(unpacked_beginning(body))
    try:
        if kind in (BodyKind.FEED, BodyKind.JSON):
            read_feed(body, url, content_type)
            return SeedKind.FEED
        if kind in (BodyKind.SITEMAP, BodyKind.ADDRESSES):
            reading = read_sitemap(body, url, limit=1)
            return SeedKind.NEWS_SITEMAP if reading.is_news else SeedKind.SITEMAP
    except (NotAFeed, NotASitemap):
        pass
    return None
