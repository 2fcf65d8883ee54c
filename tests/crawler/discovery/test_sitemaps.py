"""Sitemaps of every kind, in good order, broken and hostile."""

import gzip
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pytest

from crawler.discovery.sitemaps import MAX_ADDRESSES, NotASitemap, read_sitemap

URL = "https://paper.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def entry(loc: str, more: str = "") -> str:
    return f"<url><loc>{loc}</loc>{more}</url>"


def urlset(*entries: str, attributes: str = NS) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {attributes}>{"".join(entries)}</urlset>'


def index(*children: str) -> str:
    return f"<sitemapindex {NS}>{''.join(f'<sitemap>{child}</sitemap>' for child in children)}</sitemapindex>"


def urls(body: str | bytes) -> list[str]:
    data = body.encode() if isinstance(body, str) else body
    return [found.url.removeprefix("https://paper.example") for found in read_sitemap(data, URL).candidates]


NEWS_ENTRY = (
    "<news:news><news:publication><news:name>Paper</news:name></news:publication>"
    "<news:publication_date>2024-05-06T10:00+02:00</news:publication_date>"
    "<news:title>Fish &amp;amp; chips</news:title></news:news>"
)


@pytest.mark.parametrize("attributes", [f"{NS} {NEWS}", NEWS, "", NS, NEWS.replace("news/0.9", "news/0.84")])
def test_a_news_sitemap_gives_titles_and_dates_even_where_its_namespaces_are_wrong(attributes: str) -> None:
    reading = read_sitemap(urlset(entry("/one", NEWS_ENTRY), attributes=attributes).encode(), URL)
    (found,) = reading.candidates
    assert reading.is_news
    assert (found.url, found.title) == ("https://paper.example/one", "Fish & chips")
    assert found.published_at == datetime(2024, 5, 6, 8, 0, tzinfo=UTC)


def test_a_sitemap_gives_addresses_newest_first_and_no_pictures() -> None:
    picture = (
        '<image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        "<image:loc>https://paper.example/p.jpg</image:loc></image:image>"
    )
    body = urlset(
        entry("https://paper.example/", "<lastmod>2024-05-09</lastmod>"),
        entry("/old", f"<lastmod>2023</lastmod>{picture}"),
        entry("/none"),
        entry(" /new?a=1&amp;b=2\n", "<lastmod>2024-05-06T10:00:00Z</lastmod>"),
    )
    reading = read_sitemap(body.encode(), URL)
    assert not reading.is_news
    assert [(c.url.removeprefix("https://paper.example"), c.modified_at) for c in reading.candidates] == [
        ("/new?a=1&b=2", datetime(2024, 5, 6, 10, tzinfo=UTC)),
        ("/old", datetime(2023, 1, 1, tzinfo=UTC)),
        ("/none", None),
    ]


def test_a_date_that_all_addresses_share_is_the_sitemaps_own_and_says_nothing() -> None:
    body = urlset(*(entry(f"/{n}", "<lastmod>2024-05-06T10:00:00Z</lastmod>") for n in range(5)))
    assert {found.modified_at for found in read_sitemap(body.encode(), URL).candidates} == {None}


def test_an_index_names_its_sitemaps_news_first_then_the_newest() -> None:
    reading = read_sitemap(
        index(
            "<loc>https://paper.example/sitemap.xml</loc>",
            "<loc>/sitemap-2023-9.xml</loc>",
            "<loc>/sitemap.xml?month=2023-10&amp;page=2</loc>",
            "<loc>/plain.xml</loc><lastmod>2024-05-06</lastmod>",
            "<loc>/news-sitemap.xml</loc>",
            "<loc>/page-sitemap.xml</loc>",
            "<loc>/category-sitemap.xml</loc>",
            "<loc>/post_tag-sitemap2.xml</loc>",
            "<loc>/wp-sitemap-users-1.xml</loc>",
            "<loc>ftp://paper.example/x.xml</loc>",
        ).encode(),
        URL,
    )
    assert reading.candidates == []
    assert [child.removeprefix("https://paper.example") for child in reading.children] == [
        "/news-sitemap.xml",
        "/plain.xml",
        "/sitemap.xml?month=2023-10&page=2",
        "/sitemap-2023-9.xml",
        "/page-sitemap.xml",
    ]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(urlset(entry("/one"), entry("/two")).encode()),
        gzip.compress(urlset(entry("/one"), entry("/two")).encode())[:-9],
        gzip.compress(urlset(entry("/one")).encode()[:-9]) + gzip.compress(entry("/two").encode()),
        b"https://paper.example/one\r\n\r\nnonsense\r\nhttps://paper.example/two",
        urlset(entry("/one"), entry("/two"), attributes="").encode(),
        urlset(entry("/one"), entry("/two")).encode("utf-8-sig"),
        b"\n\n" + urlset(entry("/one"), entry("/two")).encode(),
        urlset(entry("/one"), entry("/two")).replace("UTF-8", "utf-16").encode("utf-16"),
        urlset(entry("/one", "<x:y>&nbsp;</z>"), entry("<![CDATA[/two]]>")).encode(),
        urlset(entry("/one"), entry("/two"), "<url><loc>/").removesuffix("</urlset>").encode(),
        urlset(entry("/one"), entry("/two"), "<a>" * 50_000).encode(),
    ],
    ids=[
        "gzip",
        "cut-gzip",
        "members",
        "text",
        "bare",
        "bom",
        "blanks",
        "utf-16",
        "broken-xml",
        "cut",
        "deep",
    ],
)
def test_every_make_of_sitemap_is_read_and_a_broken_one_gives_what_came(body: bytes) -> None:
    assert urls(body) == ["/one", "/two"]


@pytest.mark.parametrize(
    "body",
    [
        urlset(
            entry("https://paper.example/1"), attributes='xmlns="http://www.sitemaps<script>.org/schemas"'
        ).encode(),
        urlset(
            entry("https://paper.example/1"), attributes='xmlns="http://www.sitemaps\ufffe.org/schemas"'
        ).encode(),
        urlset(entry("https://paper.example/1", "<lastmod>2024-05-10T07:08:09+00:9999</lastmod>")).encode(),
        urlset(entry("https://paper.example/\ud800"), entry("https://paper.example/1")).encode(
            "utf-8", "surrogatepass"
        ),
        urlset(entry("https://paper.example/1", "<news:title>&#57343;</news:title>")).encode(),
    ],
)
def test_what_is_no_text_costs_the_entry_at_most(body: bytes) -> None:
    assert "https://paper.example/1" in [found.url for found in read_sitemap(body, URL).candidates]


def test_one_bare_ampersand_spoils_no_address() -> None:
    assert urls(urlset(entry("/a?x=1&y=2"), entry("/b?x=1&amp;y=2"), entry("/c?x=1&copy=2"))) == [
        "/a?x=1&y=2",
        "/b?x=1&y=2",
        "/c?x=1&copy=2",
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "an empty body"),
        (gzip.compress(b"", mtime=0), "an empty body"),
        (b"<html><body>Not found</body></html>", "an HTML page"),
        (b"<rss/>", "a feed"),
        (b"\x1f\x8bnot gzip", "an empty body"),
        (b"<urlset>" + b"<a>" * 50_000, "nothing can be read"),
        (b"%PDF-1.7", "not a sitemap"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, says: str) -> None:
    with pytest.raises(NotASitemap, match=says):
        read_sitemap(body, URL)


@pytest.mark.parametrize("body", [urlset(), index(), index("<lastmod>2024-05-06</lastmod>")])
def test_a_sitemap_that_names_nothing_is_a_sitemap(body: str) -> None:
    reading = read_sitemap(body.encode(), URL)
    assert (reading.candidates, reading.children) == ([], ())


def test_no_more_addresses_are_read_than_the_protocol_allows_and_no_more_given_than_asked_for() -> None:
    body = urlset(*(entry(f"/{n}", f"<lastmod>20{n % 24:02d}</lastmod>") for n in range(MAX_ADDRESSES + 10)))
    reading = read_sitemap(body.encode(), URL, limit=3)
    assert [c.url.removeprefix("https://paper.example/") for c in reading.candidates] == ["23", "47", "71"]
    assert len(read_sitemap(body.encode(), URL).candidates) == MAX_ADDRESSES


def test_a_gzip_bomb_costs_neither_memory_nor_time() -> None:
    script = """
        import gzip, io, resource, sys, time
        from crawler.discovery.sitemaps import NotASitemap, read_sitemap
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for start in (b"<urlset>", b"<urlset><url><loc>", b""):
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode="wb") as file:
                file.write(start)
                for _ in range(200):
                    file.write(b" " * 1_000_000)
            began = time.process_time()
            try:
                read_sitemap(packed.getvalue(), "https://paper.example/s.xml.gz")
            except NotASitemap:
                pass
            assert time.process_time() - began < 5
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kB"
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


def test_entities_of_its_own_open_no_file() -> None:
    body = (
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname"><!ENTITY own "/own">]>'
        f"<urlset {NS}>{entry('/one?a=&file;')}{entry('/two/&own;')}</urlset>"
    )
    assert urls(body) == ["/one?a=&file;", "/two/&own"]
