"""The publishers: what they print is what the truth beside it says, and every list leads somewhere."""

import gzip
import json
import re
from collections import Counter, defaultdict

import pytest
from lxml import etree

from newsite.conftest import Get
from newsite.press import Press
from newsite.publisher import Publisher
from newsite.publishers import PUBLISHERS
from newsite.story import TEXT_KINDS

EDITIONS = (1, 2)

HOSTS = [publisher.host for publisher in PUBLISHERS]

LISTS = {
    "www.harbour-gazette.example": ("/feed/", "/wp-sitemap-posts-post-1.xml"),
    "themeridian.example": (
        "/feeds/atom.xml",
        "/feeds/latest.json",
        "/sitemaps/news.xml",
        "/sitemaps/pages.xml",
    ),
    "radio-ansty.example": ("/rss.xml",),
    "visnyk-zarichchia.example": ("/atom.xml", "/sitemap.xml.gz"),
}


def addresses(path: str, body: bytes) -> list[str]:
    """The addresses that a feed or sitemap lists."""
    if path.endswith(".json"):
        return [item["url"] for item in json.loads(body)["items"]]
    tree = etree.fromstring(gzip.decompress(body) if path.endswith(".gz") else body)
    found = tree.xpath("//item/link/text() | //*[local-name()='loc']/text()")
    found += tree.xpath("//*[local-name()='entry']/*[local-name()='link']/@href")
    return [str(url) for url in found]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("host", HOSTS)
async def test_a_page_shows_its_title_its_paragraphs_and_what_does_not_belong(
    press: Press, get: Get, host: str, edition: int
) -> None:
    press.publish(edition)
    articles = [article for article in press.articles if article.host == host and article.rejection is None]
    assert articles
    for article in articles:
        page = await get(article.url)
        assert page.status == 200, article.url
        for line in (article.title, *article.paragraphs, *article.forbidden):
            assert " ".join(line.split()) in page.words, (article.url, line)


def test_there_are_enough_pages_of_enough_makes() -> None:
    for edition in EDITIONS:
        counts = Counter(
            article.host
            for publisher in PUBLISHERS
            for article in publisher.articles(edition)
            if not article.rejection
        )
        assert len(counts) >= 4
        assert sum(counts.values()) >= 60


def test_an_article_is_as_long_as_articles_are() -> None:
    for publisher in PUBLISHERS:
        for article in publisher.articles(2):
            words = sum(len(paragraph.split()) for paragraph in article.paragraphs)
            limits = {"article": range(130, 501), "live": range(130, 501), "gallery": range(60, 200)}
            limits |= {"stub": range(10, 60), "login": range(1), "bot-wall": range(1)}
            assert words in limits[article.kind], (article.url, words)


def test_the_agency_is_carried_under_other_headlines_with_a_lead_of_ones_own() -> None:
    groups = defaultdict(list)
    for publisher in PUBLISHERS:
        for article in publisher.articles(1):
            if article.group:
                groups[article.group].append(article)
    assert max(len(carriers) for carriers in groups.values()) >= 3
    for carriers in groups.values():
        assert len({article.title for article in carriers}) == len(carriers) > 1
        assert len({article.paragraphs[0] for article in carriers}) == len(carriers)
        assert len({article.paragraphs[1:] for article in carriers}) == 1
        assert {article.credit for article in carriers} == {"Continental Dispatch"}


def test_no_other_two_articles_share_a_paragraph() -> None:
    texts = [
        (a.group or a.url, p) for publisher in PUBLISHERS for a in publisher.articles(2) for p in a.paragraphs
    ]
    owners = defaultdict(set)
    for owner, paragraph in texts:
        owners[paragraph].add(owner)
    assert [paragraph for paragraph, names in owners.items() if len(names) > 1] == []


@pytest.mark.parametrize(("host", "path"), [(host, path) for host, paths in LISTS.items() for path in paths])
async def test_a_list_names_addresses_that_answer(press: Press, get: Get, host: str, path: str) -> None:
    found = addresses(path, (await get(f"http://{host}{path}")).body)
    expected = {stray.path: stray.expected for publisher in press.publishers for stray in publisher.strays}
    assert len(found) >= 6
    for url in found:
        page = await get(url)
        stray = expected.get(re.sub(r"^http://[^/]+", "", url), "")
        assert page.status == {"404": 404, "410": 410, "redirect": 301}.get(stray, 200), url


@pytest.mark.parametrize("publisher", PUBLISHERS, ids=HOSTS)
async def test_strays_stand_where_they_are_said_to(press: Press, get: Get, publisher: Publisher) -> None:
    for stray in publisher.strays:
        listing = await get(f"http://{publisher.host}{stray.listed}")
        body = gzip.decompress(listing.body) if stray.listed.endswith(".gz") else listing.body
        assert stray.path.encode() in body
        assert publisher.forbids(stray.path) == (stray.expected == "robots")


@pytest.mark.parametrize("host", HOSTS)
async def test_every_article_is_reached_from_a_list(press: Press, get: Get, host: str) -> None:
    press.publish(2)
    sections = [f"/{name}.htm" for name in ("lokales", "kultur", "sport")]
    reached = ""
    for path in ("/", *LISTS.get(host, sections)):
        body = (await get(f"http://{host}{path}")).body
        reached += (gzip.decompress(body) if path.endswith(".gz") else body).decode("windows-1252", "replace")
    missing = [
        article.url for article in press.articles if article.host == host and article.path not in reached
    ]
    assert missing == []


async def test_the_second_edition_tells_of_itself(press: Press, get: Get) -> None:
    """By a new entry, a later date, another title: each in the list that a crawler reads."""
    urls = {host: f"http://{host}{paths[0]}" for host, paths in LISTS.items()}
    before = {host: (await get(url)).body for host, url in urls.items()}
    first = {article.url: article for article in press.articles}
    press.publish(2)
    second = {article.url: article for article in press.articles}
    assert set(first) < set(second)
    revised = [second[url] for url, article in first.items() if article.paragraphs != second[url].paragraphs]
    assert {article.host for article in revised} >= {*HOSTS} - {"radio-ansty.example"}
    assert any(first[article.url].title != article.title for article in revised)
    for host, url in urls.items():
        assert (await get(url)).body != before[host]
    for article in revised:
        assert article.modified_at
        assert article.modified_at > article.published_at


async def test_walls_are_served_as_200(press: Press, get: Get) -> None:
    walls = {article.rejection: article for article in press.articles if article.rejection}
    assert {"stub", "bot wall", "login"} == set(walls)
    for article in walls.values():
        assert (await get(article.url)).status == 200
    assert "Enable JavaScript and cookies" in (await get(walls["bot wall"].url)).words
    assert "Keep reading with a subscription" in (await get(walls["stub"].url)).words
    assert 'type="password"' in (await get(walls["login"].url)).body.decode()


async def test_the_old_paper_declares_its_charset_in_the_page_alone(press: Press, get: Get) -> None:
    page = await get("http://www.obertal-anzeiger.example/")
    assert page.headers["Content-Type"] == "text/html"
    assert b"charset=iso-8859-1" in page.body
    assert "Mühlbrücke" in page.body.decode("windows-1252")
    assert (await get("http://www.obertal-anzeiger.example/robots.txt")).status == 404


async def test_click_counters_lead_to_the_same_page(press: Press, get: Get) -> None:
    article = next(article for article in press.articles if article.host == "themeridian.example")
    assert (await get(f"{article.url}?utm_source=x&fbclid=y")).body == (await get(article.url)).body


async def test_the_amp_twin_names_the_page_proper(press: Press, get: Get) -> None:
    article = next(a for a in press.articles if a.host == "themeridian.example" and a.kind == "article")
    twin = await get(article.url.replace(".example/", ".example/amp/"))
    assert f'<link rel="canonical" href="{article.url}">'.encode() in twin.body
    assert article.paragraphs[0] in twin.words


async def test_a_host_asked_directly_links_to_itself(press: Press, get: Get) -> None:
    for host in HOSTS:
        direct = press.direct_urls[host]
        page = await get(f"{direct}/", proxied=False)
        assert page.status == 200
        assert f"//{host}".encode() not in page.body


def test_every_kind_of_block_is_used() -> None:
    kinds = {block.kind for publisher in PUBLISHERS for story in publisher.stories for block in story.blocks}
    assert kinds >= TEXT_KINDS - {"quote"} | {"see-also", "related", "promo", "image", "comment", "post"}
