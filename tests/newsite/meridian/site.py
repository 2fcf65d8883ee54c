"""The Meridian: a city newsroom on a modern system, with JSON-LD, AMP, a news sitemap and two feeds."""

from datetime import datetime
from pathlib import Path

from newsite.exchange import HTML, XML, Answer, html_answer
from newsite.feeds import FeedEntry, atom, json_feed
from newsite.meridian import pages
from newsite.publisher import Newsroom, Publisher, Stray
from newsite.sitemaps import MapEntry, news_sitemap, sitemap, sitemap_index
from newsite.story import load_stories
from newsite.wire_service.stories import WIRE

NOT_FOUND = "We looked everywhere. The page you requested may have moved, or never was."
ABOUT = "The Meridian has covered Aldermoor and the lakes since 2011. It has eleven reporters and no owner."


def draw(room: Newsroom) -> dict[str, Answer]:
    site = {
        "/": _page(pages.list_page(room, "The Meridian", room.stories)),
        "/about": _page(pages.plain_page(room, "About us", ABOUT)),
        "/account/sign-in": _page(pages.frame(room, "Sign in", pages.THEME("sign-in"), kind="page-account")),
        "404": html_answer(pages.plain_page(room, "Page not found", NOT_FOUND), status=404),
        "/feeds/latest.json": _json_feed(room),
        "/feeds/atom.xml": _atom_feed(room),
        **_sitemaps(room),
    }
    for story in room.stories:
        site[pages.path_of(story)] = _page(pages.story_page(story, room), story.modified_at)
    for story in room.articles:
        site[pages.amp_path_of(story)] = _page(pages.amp_page(story, room), story.modified_at)
    for section, stories in room.sections().items():
        site[f"/{section.lower()}"] = _page(pages.list_page(room, section, stories))
    for tag in _topics(room):
        stories = [story for story in room.articles if tag in story.tags]
        site[pages.topic_path(tag)] = _page(pages.list_page(room, tag.title(), stories))
    return site


def _topics(room: Newsroom) -> list[str]:
    return sorted({tag for story in room.articles for tag in story.tags})


def _page(html: str, modified: datetime | None = None) -> Answer:
    return Answer(
        body=html.encode(),
        content_type=HTML,
        coding="br",
        etag=True,
        last_modified=modified,
        headers=(("TDM-Reservation", "1"), ("X-Robots-Tag", "noarchive, max-snippet:200")),
    )


def _entries(room: Newsroom, source: str) -> list[FeedEntry]:
    """Every address carries its click counter, as feeds do."""
    counter = f"?utm_source={source}&utm_medium=feed&utm_campaign=all"
    return [
        FeedEntry(
            url=room.url(story) + counter,
            title=story.title,
            published=story.published_at,
            updated=story.modified_at,
            summary=f"<p>{story.standfirst}</p>",
            authors=story.authors,
            tags=story.tags,
            guid=f"tag:themeridian.example,2026:{story.slug}",
        )
        for story in room.stories
    ]


def _json_feed(room: Newsroom) -> Answer:
    url = f"{room.root}/feeds/latest.json"
    body = json_feed("The Meridian", room.root, url, _entries(room, "json")[:8], language="en-US")
    return Answer(body=body, content_type="application/feed+json", etag=True, coding="br")


def _atom_feed(room: Newsroom) -> Answer:
    url = f"{room.root}/feeds/atom.xml"
    body = atom("The Meridian", room.root, url, _entries(room, "atom"), language="en-US")
    return Answer(body=body, content_type="application/atom+xml; charset=utf-8", etag=True, coding="gzip")


def _sitemaps(room: Newsroom) -> dict[str, Answer]:
    news = [
        MapEntry(
            url=room.url(story),
            title=story.title,
            published=story.published_at,
            modified=story.modified_at or story.published_at,
        )
        for story in room.stories
    ]
    lists = [f"/{name.lower()}" for name in room.sections()] + [
        pages.topic_path(tag) for tag in _topics(room)
    ]
    drawn = {
        "/sitemaps/news.xml": news_sitemap("The Meridian", "en", news),
        "/sitemaps/pages.xml": sitemap([MapEntry(url=room.root + path) for path in ["/", "/about", *lists]]),
    }
    drawn["/sitemap.xml"] = sitemap_index([MapEntry(url=room.root + path) for path in drawn])
    return {
        path: Answer(body=body, content_type=XML, etag=True, coding="gzip") for path, body in drawn.items()
    }


MERIDIAN = Publisher(
    host="themeridian.example",
    name="The Meridian",
    language="en",
    stories=load_stories(Path(__file__).parent / "articles", WIRE),
    path_of=pages.path_of,
    draw=draw,
    furniture=pages.furniture,
    robots="User-agent: *\nContent-Signal: search=yes, ai-train=no\nDisallow: /search\nDisallow: /print/\n\n"
    "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nSitemap: {root}/sitemap.xml\n",
    closed=("/search", "/print/"),
    strays=(
        Stray(path="/city", expected="section page", listed="/sitemaps/pages.xml"),
        Stray(path="/topics/transit", expected="section page", listed="/sitemaps/pages.xml"),
        Stray(path="/account/sign-in", expected="login", listed="/"),
    ),
)
