"""The Harbour Gazette's pages, as its theme draws them."""

import zlib
from html import escape

from newsite.publisher import Newsroom
from newsite.story import TEXT_KINDS, Block, Story, as_text, block_html

NEWSLETTER = "Sign up for The Morning Tide, our free newsletter, every weekday at seven."
TIP = (
    "Do you have a story for us? Ring the newsroom on 01555 014 220 or write to desk@harbour-gazette.example."
)
SUPPORT = "The Gazette is owned by its readers. You can become a member from £3 a month."
FOLLOW = "Follow the Harbour Gazette on Facebook, Mastodon and Bluesky"
COPYRIGHT = "© 2026 Harbour Gazette Co-operative Ltd, 4 Ropewalk, Port Skerrow. All rights reserved."

BYLINES = {
    "Maeve Tolland": "Maeve Tolland has reported on the harbour and the council for the Gazette since 2014.",
    "Ravi Desmarais": "Ravi Desmarais covers courts, crime and anything that needs a long wait in a corridor.",
    "Isla Penhallow": "Isla Penhallow writes about schools, health and the people of Port Skerrow.",
    "Dougal Frith": "Dougal Frith is the sports editor. He has not missed a home match in twenty-two years.",
}

ABOUT = "<p>The Harbour Gazette has been printed in Port Skerrow since 1887 and owned by its readers since 2016.</p>"
CONTACT = "<p>Newsroom: 01555 014 220. Advertising: 01555 014 221. We are on the Ropewalk, above the chandler's.</p>"
LETTER = (
    "<p>Dear members, this letter is for you alone: thank you for another year in which nobody but you paid for "
    "the reporting you read.</p>"
)
NOT_FOUND = "<p>It seems we can&rsquo;t find what you&rsquo;re looking for. Perhaps searching can help.</p>"
GONE = "<p>This report has been withdrawn.</p>"


def post_id(story: Story) -> int:
    """The number that the system has for a post; the same in every edition."""
    return 10_000 + zlib.crc32(story.slug.encode()) % 90_000


def categories(room: Newsroom) -> dict[str, tuple[str, list[Story]]]:
    return {f"/category/{_slug(name)}/": (name, stories) for name, stories in room.sections().items()}


def tags(room: Newsroom) -> dict[str, tuple[str, list[Story]]]:
    names = dict.fromkeys(tag for story in room.articles for tag in story.tags)
    return {
        f"/tag/{_slug(name)}/": (f"Tag: {name}", [story for story in room.articles if name in story.tags])
        for name in names
    }


def authors(room: Newsroom) -> dict[str, tuple[str, list[Story]]]:
    return {
        f"/author/{_slug(name)}/": (f"Author: {name}", [s for s in room.articles if name in s.authors])
        for name in BYLINES
    }


def furniture(story: Story, room: Newsroom) -> tuple[str, ...]:
    """What the page shows around and between the paragraphs."""
    lines = [
        NEWSLETTER,
        TIP,
        SUPPORT,
        FOLLOW,
        COPYRIGHT,
        *(BYLINES[name] for name in story.authors if name in BYLINES),
    ]
    for block in story.blocks:
        match block.kind:
            case "related":
                lines.append(room.story(block.text).title)
            case "see-also" | "promo":
                lines.append(as_text(block.text))
            case "comment":
                lines.append(block.text.partition(" | ")[2])
    return tuple(lines)


def article_page(story: Story, room: Newsroom) -> str:
    body = "\n".join(_block(block, room) for block in story.blocks)
    modified = story.modified_at or story.published_at
    names = " and ".join(
        f'<a class="url fn n" href="{room.root}/author/{_slug(name)}/">{escape(name)}</a>'
        for name in story.authors
    )
    updated = (
        f' <time class="updated" datetime="{modified.isoformat()}">{modified:%B %-d, %Y}</time>'
        if story.modified_at
        else ""
    )
    tag_links = ", ".join(
        f'<a href="{room.root}/tag/{_slug(tag)}/" rel="tag">{escape(tag)}</a>' for tag in story.tags
    )
    main = f"""<article id="post-{post_id(story)}" class="post type-post status-publish format-standard hentry">
<header class="entry-header"><span class="cat-links"><a href="{room.root}/category/{_slug(story.section)}/"
 rel="category tag">{story.section}</a></span>
<h1 class="entry-title">{escape(story.title, quote=False)}</h1>
<div class="entry-meta"><span class="byline">By <span class="author vcard">{names}</span></span>
<span class="posted-on">Posted on <time class="entry-date published"
 datetime="{story.published_at.isoformat()}">{story.published_at:%B %-d, %Y}</time>{updated}</span></div></header>
{_sharing(room.url(story))}
<div class="entry-content">
{_standfirst(story)}
{body}
<p><em>{escape(TIP)}</em></p>
<p>{escape(SUPPORT)}</p>
{_sharing(room.url(story))}
</div>
<footer class="entry-footer"><span class="tags-links">Tagged {tag_links}</span></footer>
</article>
{_author_boxes(story)}
<div class="newsletter-signup widget"><h3>The Morning Tide</h3><p>{escape(NEWSLETTER)}</p>
<form action="/subscribe" method="post"><input type="email" placeholder="Your e-mail address">
<button>Sign up</button></form></div>
{_comments(story)}
{_jetpack_related(story, room)}"""
    return _frame(room, story.title, main, _head_of(story, room), "single single-post")


def _head_of(story: Story, room: Newsroom) -> str:
    modified = story.modified_at or story.published_at
    url = room.url(story)
    return f"""<link rel="canonical" href="{url}">
<link rel="shortlink" href="{room.root}/?p={post_id(story)}">
<meta name="description" content="{escape(story.standfirst or "")}">
<meta property="og:type" content="article"><meta property="og:site_name" content="Harbour Gazette">
<meta property="og:title" content="{escape(story.title)} - Harbour Gazette"><meta property="og:url" content="{url}">
<meta property="og:image" content="{room.root}/wp-content/uploads/{story.published_at:%Y/%m}/{story.slug}.jpg">
<meta property="article:published_time" content="{story.published_at.isoformat()}">
<meta property="article:modified_time" content="{modified.isoformat()}">
<meta property="article:section" content="{story.section}">"""


def _block(block: Block, room: Newsroom) -> str:
    if block.kind in TEXT_KINDS:
        return block_html(block)
    match block.kind:
        case "related":
            story = room.story(block.text)
            return (
                f'<div class="irp-wrap"><a href="{room.url(story)}" class="ua1b2c3" target="_self">'
                '<div style="padding-left:1em; padding-right:1em;"><span class="ctaText">See also</span>&nbsp; '
                f'<span class="postTitle">{escape(story.title, quote=False)}</span></div></a></div>'
            )
        case "see-also":
            return f"<p><strong>{escape(block.text, quote=False)}</strong></p>"
        case "promo":
            return f'<div class="wp-block-group house-ad"><p>{escape(block.text, quote=False)}</p></div>'
        case "image":
            caption, _, credit = block.text.partition(" | ")
            return (
                f'<figure class="wp-block-image size-large"><img src="/wp-content/uploads/{zlib.crc32(caption.encode())}'
                f'.jpg" alt=""><figcaption class="wp-element-caption">{escape(caption)} Photograph: {escape(credit)}'
                "</figcaption></figure>"
            )
        case _:
            return ""  # comments stand below the article


def _standfirst(story: Story) -> str:
    return (
        f'<p class="standfirst"><strong>{escape(story.standfirst, quote=False)}</strong></p>'
        if story.standfirst
        else ""
    )


def _sharing(url: str) -> str:
    places = ("Facebook", "Bluesky", "WhatsApp", "Email", "Print")
    links = "".join(
        f'<li class="share-{place.lower()}"><a rel="nofollow" href="{url}?share={place.lower()}">'
        f"<span>Click to share on {place}</span> {place}</a></li>"
        for place in places
    )
    return f'<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul>{links}</ul></div>'


def _author_boxes(story: Story) -> str:
    return "".join(
        f'<div class="author-box"><h4>{escape(name)}</h4><p class="author-bio">{escape(BYLINES[name])}</p></div>'
        for name in story.authors
        if name in BYLINES
    )


def _comments(story: Story) -> str:
    found = [block.text.partition(" | ") for block in story.blocks if block.kind == "comment"]
    rows = "".join(
        f'<li class="comment"><article class="comment-body"><b class="fn">{escape(who)}</b> <span class="says">says:</span>'
        f'<div class="comment-content"><p>{escape(words, quote=False)}</p></div></article></li>'
        for who, _, words in found
    )
    title = f"{len(found)} thoughts on &ldquo;{escape(story.title)}&rdquo;" if found else "Leave a reply"
    return (
        f'<div id="comments" class="comments-area"><h2 class="comments-title">{title}</h2>'
        f'<ol class="comment-list">{rows}</ol><p class="comment-notes">Your email address will not be published. '
        "Required fields are marked *</p></div>"
    )


def _jetpack_related(story: Story, room: Newsroom) -> str:
    others = [
        other for other in room.articles if other.section == story.section and other.slug != story.slug
    ][:3]
    rows = "".join(
        f'<div class="jp-relatedposts-post"><h4><a href="{room.url(other)}">{escape(other.title)}</a></h4>'
        f"<p>{escape(other.standfirst or '')}</p></div>"
        for other in others
    )
    return f'<div id="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Related</em></h3>{rows}</div>'


def front_page(room: Newsroom) -> str:
    return _frame(
        room,
        "Harbour Gazette – news from Port Skerrow and the bay",
        _cards(room, list(room.stories)),
        _FRONT,
        "home",
    )


def list_page(room: Newsroom, heading: str, stories: list[Story]) -> str:
    main = f'<header class="page-header"><h1 class="page-title">{escape(heading)}</h1></header>{_cards(room, stories)}'
    return _frame(room, f"{heading} - Harbour Gazette", main, "", "archive")


def plain_page(room: Newsroom, title: str, body: str) -> str:
    return _frame(room, f"{title} - Harbour Gazette", f"<h1>{title}</h1>{body}", "", "page")


def login_page(room: Newsroom) -> str:
    form = (
        '<form name="loginform" id="loginform" action="/wp-login.php" method="post"><p><label>Username or Email Address'
        '<input type="text" name="log"></label></p><p><label>Password <input type="password" name="pwd"></label></p>'
        '<p class="submit"><input type="submit" value="Log In"></p></form><p><a href="/wp-login.php?action=lostpassword">'
        "Lost your password?</a></p>"
    )
    return f"<!DOCTYPE html><html lang='en-GB'><head><title>Log In &lsaquo; Harbour Gazette</title></head><body class='login'>{form}</body></html>"


_FRONT = '<meta property="og:type" content="website">'


def _cards(room: Newsroom, stories: list[Story]) -> str:
    return "".join(
        f'<article class="post-card"><h2 class="entry-title"><a href="{room.url(story)}" rel="bookmark">'
        f"{escape(story.title, quote=False)}</a></h2><div class='entry-summary'><p>{escape(story.standfirst or '')}</p>"
        f'<a class="more-link" href="{room.url(story)}">Continue reading</a></div></article>\n'
        for story in stories
    )


def _frame(room: Newsroom, title: str, main: str, head: str, kind: str) -> str:
    menu = "".join(
        f'<li><a href="{room.root}{path}">{name}</a></li>' for path, (name, _) in categories(room).items()
    )
    latest = "".join(
        f'<li><a href="{room.url(story)}">{escape(story.title, quote=False)}</a></li>'
        for story in room.articles[:5]
    )
    shown = title if "Harbour Gazette" in title else f"{title} - Harbour Gazette"
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(shown, quote=False)}</title>
{head}
<link rel="alternate" type="application/rss+xml" title="Harbour Gazette &raquo; Feed" href="{room.root}/feed/">
<link rel="alternate" type="application/rss+xml" title="Harbour Gazette &raquo; Comments Feed" href="{room.root}/comments/feed/">
<meta name="generator" content="WordPress 6.8">
</head>
<body class="{kind} wp-custom-logo">
<a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<header id="masthead" class="site-header"><p class="site-title"><a href="{room.root}/" rel="home">Harbour Gazette</a></p>
<p class="site-description">News from Port Skerrow and the bay since 1887</p>
<nav class="main-navigation"><ul>{menu}<li><a href="{room.root}/about/">About us</a></li></ul></nav></header>
<div id="cookie-notice" role="dialog">We use cookies to remember that you have seen this notice. <button>OK</button></div>
<div id="content" class="site-content"><main id="main" class="site-main">
{main}
</main>
<aside id="secondary" class="widget-area"><section class="widget widget_recent_entries"><h2>Latest</h2><ul>{latest}</ul></section>
<section class="widget"><h2>High water</h2><table><tr><td>Skerrow</td><td>06:12</td><td>18:41</td></tr>
<tr><td>Ansty Head</td><td>06:25</td><td>18:55</td></tr></table></section></aside></div>
<footer id="colophon" class="site-footer"><p>{FOLLOW}</p><p>{COPYRIGHT}</p>
<p><a href="{room.root}/wp-login.php">Log in</a> &middot; <a href="{room.root}/contact/">Contact</a> &middot;
 <a href="https://wordpress.org/">Proudly powered by WordPress</a></p></footer>
</body>
</html>
"""


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-").replace("'", "")
