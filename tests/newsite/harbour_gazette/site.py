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

RSS = "application/rss+xml; charset=UTF-8"

MOVED = "/2026/11/03/lifeboat-crew-called-out-twice/"
MISSING = "/2026/10/30/arcade-fire-latest/"
WITHDRAWN = "/2026/10/29/correction-withdrawn-report/"
MEMBERS = "/members/letter-from-the-editor-november/"

ABOUT = "The Harbour Gazette has been printed in Port Skerrow since 1887 and owned by its readers since 2016."
CONTACT = "Newsroom: 01555 014 220. Advertising: 01555 014 221. We are on the Ropewalk, above the chandler's."
LETTER = (
    "Dear members, thank you for another year in which nobody but you paid for the reporting that you read."
)
NOT_FOUND = "It seems we can’t find what you’re looking for. Perhaps searching can help."
GONE = "This report has been withdrawn."


def path_of(story: Story) -> str:
    return f"{story.published_at:/%Y/%m/%d}/{story.slug}/"


def draw(room: Newsroom) -> dict[str, Answer]:
    newest = _newest(room)
    site = {
        "/": _page(pages.front_page(room), newest),
        "/about/": _page(pages.plain_page(room, "About us", ABOUT)),
        "/contact/": _page(pages.plain_page(room, "Contact", CONTACT)),
        "/wp-login.php": html_answer(pages.THEME("login")),
        MEMBERS: html_answer(pages.plain_page(room, "Letter from the editor", LETTER)),
        MOVED: redirect(301, room.url(room.story("lifeboat-called-out-twice-in-one-night"))),
        WITHDRAWN: html_answer(pages.plain_page(room, "Gone", GONE), status=410),
        "404": html_answer(pages.plain_page(room, "Nothing found", NOT_FOUND), status=404),
        "/feed/": _feed(room),
        "/feed": redirect(301, f"{room.root}/feed/"),
        "/comments/feed/": _comments(room),
        **_sitemaps(room),
    }
    for story in room.stories:
        site[path_of(story)] = _page(pages.article_page(story, room), story.modified_at or story.published_at)
        site[path_of(story).rstrip("/")] = redirect(301, room.url(story))
    for path, (heading, stories) in pages.lists(room).items():
        site[path] = _page(pages.list_page(room, heading, stories), newest)
    return site


def _newest(room: Newsroom) -> datetime:
    return max(story.modified_at or story.published_at for story in room.stories)


def _page(html: str, modified: datetime | None = None) -> Answer:
    return Answer(
        body=html.encode(),
        content_type=HTML,
        coding="gzip",
        etag=True,
        last_modified=modified,
        headers=(("X-Powered-By", "PHP/8.3"),),
    )


def _feed(room: Newsroom) -> Answer:
    """The newest sixteen, and what a real paper's feed carries along: moved, missing, members' pages."""
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
    strays = {
        MEMBERS: "Members only: Letter from the editor",
        MOVED: "Lifeboat crew called out twice",
        MISSING: "Arcade fire: the latest",
        WITHDRAWN: "Correction: a report we have withdrawn",
    }
    entries[6:6] = [
        FeedEntry(url=room.root + path, title=title, published=room.stories[0].published_at)
        for path, title in strays.items()
    ]
    lead = "<generator>https://wordpress.org/?v=6.8</generator>\n"
    body = rss("Harbour Gazette", room.root, entries, language="en-GB", lead=lead)
    return Answer(body=body, content_type=RSS, etag=True, last_modified=_newest(room), coding="gzip")


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
    return Answer(body=rss("Comments for Harbour Gazette", room.root, entries), content_type=RSS, etag=True)


def _sitemaps(room: Newsroom) -> dict[str, Answer]:
    """The index, and its sitemaps: posts with their dates, and what a CMS lists besides."""
    posts = [MapEntry(url=room.url(s), modified=s.modified_at or s.published_at) for s in room.stories]
    lists = {"category": "/category/", "post_tag": "/tag/", "users": "/author/"}
    maps = {
        "/wp-sitemap-posts-post-1.xml": posts,
        "/wp-sitemap-posts-page-1.xml": [MapEntry(url=room.root + path) for path in ("/about/", "/contact/")],
    }
    for name, prefix in lists.items():
        path = f"/wp-sitemap-{name if name == 'users' else f'taxonomies-{name}'}-1.xml"
        maps[path] = [MapEntry(url=room.root + at) for at in pages.lists(room) if at.startswith(prefix)]
    drawn = {path: sitemap(entries) for path, entries in maps.items()}
    drawn["/wp-sitemap.xml"] = sitemap_index([MapEntry(url=room.root + path) for path in maps])
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
