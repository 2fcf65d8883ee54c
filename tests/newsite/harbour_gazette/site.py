"""The Harbour Gazette: a small town's paper on a WordPress-like system."""

from datetime import datetime
from pathlib import Path

from newsite.exchange import HTML, XML, Answer, html_answer, redirect
from newsite.feeds import FeedEntry, rss
from newsite.harbour_gazette import pages
from newsite.publisher import Newsroom, Publisher, Stray
from newsite.sitemaps import MapEntry, sitemap, sitemap_index
from newsite.story import Story, load_stories
from newsite.wire_service.stories import WIRE

MOVED = "/2026/11/03/lifeboat-crew-called-out-twice/"
MISSING = "/2026/10/30/arcade-fire-latest/"
WITHDRAWN = "/2026/10/29/correction-withdrawn-report/"
MEMBERS = "/members/letter-from-the-editor-november/"


def path_of(story: Story) -> str:
    return f"{story.published_at:/%Y/%m/%d}/{story.slug}/"


def draw(room: Newsroom) -> dict[str, Answer]:
    newest = max(story.modified_at or story.published_at for story in room.stories)
    site = {
        "/": _page(pages.front_page(room), newest),
        "/about/": _page(pages.plain_page(room, "About us", pages.ABOUT)),
        "/contact/": _page(pages.plain_page(room, "Contact", pages.CONTACT)),
        "/wp-login.php": html_answer(pages.login_page(room)),
        MEMBERS: html_answer(pages.plain_page(room, "Letter from the editor", pages.LETTER)),
        MOVED: redirect(301, room.root + path_of(room.story("lifeboat-called-out-twice-in-one-night"))),
        MISSING: html_answer(pages.plain_page(room, "Nothing found", pages.NOT_FOUND), status=404),
        WITHDRAWN: html_answer(pages.plain_page(room, "Gone", pages.GONE), status=410),
        "404": html_answer(pages.plain_page(room, "Nothing found", pages.NOT_FOUND), status=404),
        "/feed/": _feed(room, newest),
        "/feed": redirect(301, f"{room.root}/feed/"),
        "/comments/feed/": _comments(room),
        **_sitemaps(room),
    }
    for story in room.stories:
        modified = story.modified_at or story.published_at
        site[path_of(story)] = _page(pages.article_page(story, room), modified)
        site[path_of(story).rstrip("/")] = redirect(301, room.url(story))
    for lists in (pages.categories(room), pages.tags(room), pages.authors(room)):
        for path, (heading, stories) in lists.items():
            site[path] = _page(pages.list_page(room, heading, stories), newest)
    return site


def _page(html: str, modified: datetime | None = None) -> Answer:
    link = (("X-Powered-By", "PHP/8.3"),)
    return Answer(
        body=html.encode(), content_type=HTML, coding="gzip", etag=True, last_modified=modified, headers=link
    )


def _feed(room: Newsroom, newest: datetime) -> Answer:
    """The newest sixteen, and what a feed of a real paper carries along: moved, missing and members' pages."""
    entries = [
        FeedEntry(
            url=room.url(story),
            title=story.title,
            published=story.published_at,
            summary=f"<p>{story.standfirst} [&#8230;]</p>",
            authors=story.authors,
            tags=(story.section, *story.tags),
            guid=f"{room.root}/?p={pages.post_id(story)}",
        )
        for story in room.stories[:16]
    ]
    strays = (
        (MEMBERS, "Members only: Letter from the editor"),
        (MOVED, "Lifeboat crew called out twice"),
        (MISSING, "Arcade fire: the latest"),
        (WITHDRAWN, "Correction: a report we have withdrawn"),
    )
    entries[6:6] = [
        FeedEntry(url=room.root + path, title=title, published=entries[0].published) for path, title in strays
    ]
    lead = "<generator>https://wordpress.org/?v=6.8</generator>\n"
    body = rss("Harbour Gazette", room.root, entries, language="en-GB", lead=lead)
    return Answer(
        body=body,
        content_type="application/rss+xml; charset=UTF-8",
        etag=True,
        last_modified=newest,
        coding="gzip",
    )


def _comments(room: Newsroom) -> Answer:
    entries = [
        FeedEntry(
            url=f"{room.url(story)}#comment-{pages.post_id(story)}",
            title=f"Comment on {story.title}",
            published=story.published_at,
            summary=f"<p>{block.text.partition(' | ')[2]}</p>",
        )
        for story in room.stories
        for block in story.blocks
        if block.kind == "comment"
    ]
    return Answer(
        body=rss("Comments for Harbour Gazette", room.root, entries), content_type="application/rss+xml"
    )


def _sitemaps(room: Newsroom) -> dict[str, Answer]:
    posts = [
        MapEntry(url=room.url(story), modified=story.modified_at or story.published_at)
        for story in room.stories
    ]
    maps = {
        "/wp-sitemap-posts-post-1.xml": posts,
        "/wp-sitemap-posts-page-1.xml": [
            MapEntry(url=f"{room.root}{path}") for path in ("/about/", "/contact/")
        ],
        "/wp-sitemap-taxonomies-category-1.xml": [
            MapEntry(url=room.root + path) for path in pages.categories(room)
        ],
        "/wp-sitemap-taxonomies-post_tag-1.xml": [
            MapEntry(url=room.root + path) for path in pages.tags(room)
        ],
        "/wp-sitemap-users-1.xml": [MapEntry(url=room.root + path) for path in pages.authors(room)],
    }
    index = sitemap_index([MapEntry(url=room.root + path) for path in maps])
    drawn = {"/wp-sitemap.xml": index} | {path: sitemap(entries) for path, entries in maps.items()}
    return {
        path: Answer(body=body, content_type=XML, etag=True, coding="gzip") for path, body in drawn.items()
    }


HARBOUR_GAZETTE = Publisher(
    host="www.harbour-gazette.example",
    name="Harbour Gazette",
    language="en",
    stories=load_stories(Path(__file__).parent / "articles", WIRE),
    path_of=path_of,
    draw=draw,
    furniture=pages.furniture,
    robots=(
        "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nDisallow: /members/\n\n"
        "User-agent: HungryBot\nDisallow: /\n\nSitemap: {root}/wp-sitemap.xml\n"
    ),
    closed=("/wp-admin/", "/members/"),
    strays=(
        Stray(path=MEMBERS, expected="robots", listed="/feed/"),
        Stray(path=MOVED, expected="redirect", listed="/feed/"),
        Stray(path=MISSING, expected="404", listed="/feed/"),
        Stray(path=WITHDRAWN, expected="410", listed="/feed/"),
        Stray(
            path="/category/news/", expected="section page", listed="/wp-sitemap-taxonomies-category-1.xml"
        ),
        Stray(path="/tag/harbour/", expected="section page", listed="/wp-sitemap-taxonomies-post_tag-1.xml"),
        Stray(path="/author/maeve-tolland/", expected="section page", listed="/wp-sitemap-users-1.xml"),
    ),
)
