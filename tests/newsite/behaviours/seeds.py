"""Behaviours of feeds and sitemaps: broken, empty, endless, in a loop."""

import gzip
from functools import lru_cache

from newsite.behaviours.articles import NEWEST, published_of, title_of
from newsite.behaviours.call import Call
from newsite.exchange import XML, Answer, html_answer
from newsite.feeds import FeedEntry, rss
from newsite.sitemaps import MapEntry, sitemap, sitemap_index

RSS = "application/rss+xml; charset=utf-8"

TROUBLES = (
    "/status/404", "/status/410", "/status/403", "/status/500", "/empty", "/pdf", "/image", "/json", "/deep",
    "/cut", "/reset", "/redirect-loop", "/soft-404", "/broken-bytes", "/charset/missing-1251", "/gzip-not",
    "/huge", "/gzip-bomb", "/private/diary",
)  # fmt: skip
"""What stands between two good articles in /mixed-feed.xml."""

STRANGE = (
    "javascript:alert(1)",
    "mailto:desk@behaviours.example",
    "ftp://behaviours.example/a",
    "//[bad",
    "http://10.0.0.1/admin",
    "http://169.254.169.254/latest/meta-data/",
    "http://user:pw@news.example/",
)
"""What /strange-feed lists ahead of one good article."""


async def home(call: Call) -> Answer:
    """/: a front page that names the feed."""
    links = "".join(f'<li><a href="/article/{n}">{title_of(n)}</a></li>' for n in range(1, 11))
    return html_answer(
        '<!doctype html><html lang="en"><head><title>Behaviours</title>'
        '<link rel="alternate" type="application/rss+xml" title="Behaviours" href="/feed.xml"></head>'
        f"<body><h1>Behaviours</h1><ul>{links}</ul></body></html>"
    )


async def feed(call: Call) -> Answer:
    """/feed.xml?articles=10: so many good articles; with ETag and Last-Modified."""
    count, root = int(call.number("articles", 10)), call.request.root
    entries = [_entry(root, f"/article/{n}", n) for n in range(1, count + 1)]
    return Answer(body=rss("Behaviours", root, entries), content_type=RSS, etag=True, last_modified=NEWEST)


async def mixed_feed(call: Call) -> Answer:
    """/mixed-feed.xml: each of TROUBLES between two good articles."""
    entries = []
    for number, trouble in enumerate(TROUBLES, start=1):
        entries += [_entry(call.request.root, f"/article/{number}", number)]
        entries += [_entry(call.request.root, trouble, number)]
    return Answer(body=rss("Mixed", call.request.root, entries), content_type=RSS)


async def broken_feed(call: Call) -> Answer:
    """/broken-feed: three items, then an unescaped & and no end."""
    entries = [_entry(call.request.root, f"/article/{n}", n) for n in range(1, 5)]
    body = rss("Behaviours", call.request.root, entries)
    body = body.replace(b"Day 2 of", b"Fish & chips on day 2 of &nosuch; ")
    return Answer(body=body[: body.rindex(b"<item>") + 20], content_type=RSS)


async def empty_feed(call: Call) -> Answer:
    """/empty-feed: a feed without items; /empty-feed/bytes: not even that."""
    return Answer(body=b"" if call.rest else rss("Nothing new", call.request.root, []), content_type=RSS)


async def html_feed(call: Call) -> Answer:
    """/html-feed: says it is a feed, and is a page."""
    page = await home(call)
    return Answer(body=page.body, content_type=RSS)


async def feed_of_strangers(call: Call) -> Answer:
    """/strange-feed: items that point to other schemes, other hosts, and into private networks."""
    root = call.request.root
    entries = [FeedEntry(url=url, title=url, published=NEWEST) for url in STRANGE]
    return Answer(body=rss("Strange", root, [*entries, _entry(root, "/article/1", 1)]), content_type=RSS)


async def entity_feed(call: Call) -> Answer:
    """/entity-feed: entities within entities (the "billion laughs"), and one that names a local file."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    inside = f'<!DOCTYPE rss [<!ENTITY l0 "ha"><!ENTITY x SYSTEM "file:///etc/hostname">{laughs}]>'
    body = rss("Laughs", call.request.root, [_entry(call.request.root, "/article/1", 1)])
    body = body.replace(b"<rss", inside.encode() + b"<rss", 1).replace(b"Day 1 of", b"&l9; &x; Day 1 of", 1)
    return Answer(body=body, content_type=RSS)


async def vast_feed(call: Call) -> Answer:
    """/vast-feed.xml?entries=20000: so many stories, each at an address of its own."""
    items = "".join(
        f"<item><link>/article/{n}</link></item>" for n in range(1, int(call.number("entries", 20_000)) + 1)
    )
    return Answer(
        body=f'<rss version="2.0"><channel><title>Vast</title>{items}</channel></rss>'.encode(),
        content_type=RSS,
    )


async def deep_feed(call: Call) -> Answer:
    """/deep-feed.xml?levels=100000: elements within elements, which a feed's reader takes minutes for."""
    levels = int(call.number("levels", 100_000))
    return Answer(body=b'<rss version="2.0"><channel><title>Deep</title>' + b"<a>" * levels, content_type=RSS)


async def loop_sitemap(call: Call) -> Answer:
    """/loop-sitemap.xml: an index that contains itself, and one good sitemap."""
    names = ("/loop-sitemap.xml", "/loop-sitemap.xml?again=1", "/sitemap-10.xml")
    return _xml(sitemap_index([MapEntry(url=call.request.root + name) for name in names]))


async def endless_sitemap(call: Call) -> Answer:
    """/endless-sitemap.xml?page=1: each index names the next two."""
    page = int(call.number("page", 1))
    following = [f"{call.request.root}/endless-sitemap.xml?page={n}" for n in (2 * page, 2 * page + 1)]
    return _xml(sitemap_index([MapEntry(url=url) for url in following]))


async def numbered_sitemap(call: Call) -> Answer:
    """/sitemap-N.xml and .xml.gz: N articles with their dates; 50,000 is the most that a sitemap may hold."""
    number, dot, ending = call.rest.partition(".")
    body = _numbered(call.request.root, int(number))
    if dot + ending == ".xml.gz":
        return Answer(body=gzip.compress(body, 1, mtime=0), content_type="application/gzip")
    return _xml(body)


async def cut_sitemap(call: Call) -> Answer:
    """/cut-sitemap.xml: ends in the middle of an entry."""
    body = _numbered(call.request.root, 10)
    return _xml(body[: len(body) * 2 // 3])


@lru_cache(maxsize=4)
def _numbered(root: str, count: int) -> bytes:
    entries = (MapEntry(url=f"{root}/article/{n}", modified=published_of(n)) for n in range(1, count + 1))
    return sitemap(entries)


def _entry(root: str, path: str, number: int) -> FeedEntry:
    return FeedEntry(url=root + path, title=title_of(number), published=published_of(number))


def _xml(body: bytes) -> Answer:
    return Answer(body=body, content_type=XML, etag=True)
