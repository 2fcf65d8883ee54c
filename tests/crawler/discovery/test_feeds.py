"""RSS, Atom and JSON Feed, in good order and broken."""

import json
import time
from datetime import UTC, datetime

import pytest

from crawler.discovery.feeds import NotAFeed, read_feed

URL = "https://paper.example/feed"


def rss(*items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>Paper</title>{"".join(items)}</channel></rss>'


def item(link: str, title: str = "Story", date: str = "Mon, 06 May 2024 10:00:00 +0200") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate></item>"


def urls(body: str | bytes, content_type: str | None = None) -> list[str]:
    data = body.encode() if isinstance(body, str) else body
    return [found.url.removeprefix("https://paper.example") for found in read_feed(data, URL, content_type)]


def test_rss_gives_address_title_and_date() -> None:
    (found,) = read_feed(rss(item("https://paper.example/one", "Fish &amp;amp; chips")).encode(), URL)
    assert (found.url, found.title) == ("https://paper.example/one", "Fish & chips")
    assert found.published_at == datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
    assert found.modified_at is None


def test_atom_gives_the_page_not_the_entry_and_its_last_change() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://paper.example/news/"><title>P</title>
      <entry><title type="html">&lt;i&gt;One&lt;/i&gt;</title>
        <link rel="self" href="one.atom"/><link href="one"/>
        <published>2024-05-06T10:00:00Z</published><updated>2024-05-07T10:00:00Z</updated></entry>
      <entry><title>Two</title><link rel="alternate" href="two"/>
        <updated>2024-05-08T10:00:00Z</updated></entry>
    </feed>"""
    two, one = read_feed(body.encode(), URL, "application/atom+xml")
    assert (one.url, one.title) == ("https://paper.example/news/one", "One")
    assert (one.published_at, one.modified_at) == (
        datetime(2024, 5, 6, 10, tzinfo=UTC),
        datetime(2024, 5, 7, 10, tzinfo=UTC),
    )
    assert two.published_at == two.modified_at == datetime(2024, 5, 8, 10, tzinfo=UTC)


def test_rss_1_gives_its_dublin_core_date() -> None:
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://paper.example/one"><title>One</title>
      <link>https://paper.example/one</link><dc:date>2024-05-06</dc:date></item></rdf:RDF>"""
    (found,) = read_feed(body.encode(), URL)
    assert found.published_at == datetime(2024, 5, 6, tzinfo=UTC)


def test_json_feed_gives_what_can_be_used_of_it() -> None:
    items = [
        {"id": "1", "url": "/one", "title": "One", "date_published": "2024-05-06T10:00:00+02:00"},
        {"id": "https://paper.example/two", "date_modified": "2024-05-07T10:00:00Z"},
        {"id": "3", "external_url": "https://other.example/three"},
        {"id": "4"},
        {"url": 5},
        "six",
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    found = read_feed(b"\xef\xbb\xbf" + body, URL, "application/feed+json")
    assert [c.url for c in found] == [
        "https://paper.example/two",
        "https://paper.example/one",
        "https://other.example/three",
    ]
    assert found[1].published_at == datetime(2024, 5, 6, 8, tzinfo=UTC)


def test_the_newest_come_first() -> None:
    old, new = "Sun, 05 May 2024 10:00:00 GMT", "Tue, 07 May 2024 10:00:00 GMT"
    assert urls(rss(item("/old", date=old), item("/none", date=""), item("/new", date=new))) == [
        "/new",
        "/old",
        "/none",
    ]


def test_an_entry_without_a_link_is_known_by_its_guid_and_one_behind_a_counter_by_its_own() -> None:
    counted = (
        '<item><link>https://count.example/1</link><origLink xmlns="http://rssnamespace.org/feedburner/ext/1.0">'
        "https://paper.example/own</origLink></item>"
    )
    guid = '<item><guid isPermaLink="true">https://paper.example/guid</guid></item>'
    nothing = '<item><title>No link</title><guid isPermaLink="false">tag:1</guid></item>'
    assert urls(rss(counted, guid, nothing)) == ["/own", "/guid"]


@pytest.mark.parametrize(
    "address",
    [
        "/s?a=1&amp;copy=2",
        "/s?a=1&amp;amp;copy=2",
        "/s?a=1&copy=2",
        "/s?a=1&#038;copy=2",
        "<![CDATA[/s?a=1&copy=2]]>",
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_an_address_survives_any_escaping_also_in_a_feed_that_breaks_off(address: str, cut: bool) -> None:
    body = rss(item(address))
    assert urls(body.partition("<pubDate>")[0] if cut else body) == ["/s?a=1&copy=2"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            rss(item("/one", "Café"), head='<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1"),
            "text/xml",
        ),
        (rss(item("/one", "Café"), head="").encode("latin-1"), "application/rss+xml; charset=ISO-8859-1"),
        (rss(item("/one", "Café"), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"), None),
        (rss(item("/one", "Café")).encode("utf-8-sig"), "text/html"),
        (rss(item("/one", "Caf&eacute;")).encode(), None),
        (
            rss(item("/one", "Café"), head="\n\n <br/><b>Warning</b>: disk <?xml version='1.0'?>").encode(),
            None,
        ),
        (rss(item("/one", "Café"), head="<!-- licence: <html> -->").encode(), None),
        (rss(item("/one", "Café").replace("<link>", "<media:x/><link>")).encode(), None),
        (rss(item("/one", "Café\x0b")).encode(), None),
    ],
)
def test_a_feed_is_read_whatever_its_encoding_and_its_faults(body: bytes, content_type: str | None) -> None:
    (found,) = read_feed(body, URL, content_type)
    assert (found.url, found.title) == ("https://paper.example/one", "Café")


@pytest.mark.parametrize("number", ["57343", "9999999", "0", "xD800", "xFFFFFF", "9" * 5000])
def test_a_number_that_is_no_character_costs_no_story(number: str) -> None:
    body = rss(item("/one", f"Bridge &amp;#{number}; &#{number}; closed"), item("/two"), item("/three"))
    assert urls(body)[:2] == urls(body[: body.index("/three")] + "<oops")[:2] == ["/one", "/two"]


def test_a_feed_that_breaks_off_gives_what_came() -> None:
    whole = rss(*(item(f"/{n}") for n in range(9)))
    assert len(urls(whole[: whole.index("/6<")])) >= 6


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "an empty body"),
        (b" \n", "an empty body"),
        (b"<!doctype html><html><body><p>Not here</p></body></html>", "an HTML page"),
        (b"<urlset/>", "a sitemap"),
        (b'{"items": []}', "not a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "not a JSON Feed"),
        (b'{"version": ', "cannot be read"),
        (b"{" * 200_000, "cannot be read"),
        (b"<rss><channel><title>Cut", "broken"),
        (
            rss(item("/one"), head='<?xml version="1.0" encoding="utf-8"?>')
            .encode()
            .replace(b"utf", b"u\xb8f"),
            "broken",
        ),
        (b"%PDF-1.7", "not a feed"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match=says):
        read_feed(body, URL, "application/rss+xml")


@pytest.mark.parametrize(
    "body",
    [
        rss(),
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '{"version":"https://jsonfeed.org/version/1","items":[]}',
    ],
)
def test_a_feed_that_names_nothing_is_a_feed(body: str) -> None:
    assert urls(body) == []


def test_entities_of_its_own_open_no_file_and_are_no_bomb() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY l0 "ha">{laughs}]>'
    began = time.monotonic()
    (found,) = read_feed(rss(item("/one", "&file;&l9;"), head=head).encode(), URL)
    assert found.title == "&file;&l9;"
    assert time.monotonic() - began < 1
