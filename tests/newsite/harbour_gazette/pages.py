"""The Harbour Gazette's pages, as its theme draws them."""

import zlib
from collections.abc import Iterable
from pathlib import Path

from newsite.publisher import Newsroom
from newsite.story import TEXT_KINDS, Block, Story, as_text, block_html
from newsite.theme import Html, Theme, joined

THEME = Theme(Path(__file__).parent / "theme.html")

NEWSLETTER = "Sign up for The Morning Tide, our free newsletter, every weekday at seven."
TIP = "Do you have a story? Ring 01555 014 220 or write to desk@harbour-gazette.example."
SUPPORT = "The Gazette is owned by its readers. You can become a member from £3 a month."
FOLLOW = "Follow the Harbour Gazette on Facebook, Mastodon and Bluesky"
COPYRIGHT = "© 2026 Harbour Gazette Co-operative Ltd, 4 Ropewalk, Port Skerrow. All rights reserved."

BYLINES = {
    "Maeve Tolland": "Maeve Tolland has reported on the harbour and the council for the Gazette since 2014.",
    "Ravi Desmarais": "Ravi Desmarais covers courts, crime and anything with a long wait in a corridor.",
    "Isla Penhallow": "Isla Penhallow writes about schools, health and the people of Port Skerrow.",
    "Dougal Frith": "Dougal Frith is the sports editor. He has not missed a home match in twenty-two years.",
}


def post_id(story: Story) -> int:
    """The number that the system has for a post; the same in every edition."""
    return 10_000 + zlib.crc32(story.slug.encode()) % 90_000


def section_path(name: str) -> str:
    return f"/category/{_slug(name)}/"


def lists(room: Newsroom) -> dict[str, tuple[str, list[Story]]]:
    """Every page that lists stories, by path: its heading, and what it lists."""
    tags = dict.fromkeys(tag for story in room.articles for tag in story.tags)
    return {
        **{section_path(name): (name, stories) for name, stories in room.sections().items()},
        **{_tag_path(tag): (f"Tag: {tag}", [s for s in room.articles if tag in s.tags]) for tag in tags},
        **{
            _author_path(name): (f"Author: {name}", [s for s in room.articles if name in _signed(s)])
            for name in dict.fromkeys(name for story in room.articles for name in _signed(story))
        },
    }


def furniture(story: Story, room: Newsroom) -> tuple[str, ...]:
    """What the page shows around and between the paragraphs."""
    lines = [NEWSLETTER, TIP, SUPPORT, FOLLOW, COPYRIGHT]
    lines += [BYLINES[name] for name in story.authors if name in BYLINES]
    for block in story.blocks:
        match block.kind:
            case "related":
                lines.append(room.story(block.text).title)
            case "see-also" | "promo":
                lines.append(as_text(block.text))
            case "comment":
                lines.append(block.text.partition(" | ")[2])
    return tuple(lines)


def article_page(story: Story, room: Newsroom) -> Html:
    modified = story.modified_at or story.published_at
    url, number, standfirst = room.url(story), post_id(story), story.standfirst or ""
    comments = [_comment(block) for block in story.blocks if block.kind == "comment"]
    body = joined(_block(block, room) for block in story.blocks if block.kind != "comment")
    updated = THEME("updated", modified=modified.isoformat(), day=_day(modified)) if story.modified_at else ""
    main = THEME(
        "article",
        number=number,
        title=story.title,
        section=story.section,
        section_url=room.root + section_path(story.section),
        authors=joined((_author(name, room) for name in _signed(story)), " and "),
        published=story.published_at.isoformat(),
        day=_day(story.published_at),
        updated=updated,
        sharing=THEME("sharing", url=url),
        standfirst=standfirst,
        body=body,
        tip=TIP,
        support=SUPPORT,
        newsletter=NEWSLETTER,
        tags=joined((THEME("tag", url=room.root + _tag_path(tag), name=tag) for tag in story.tags), ", "),
        author_boxes=joined(
            THEME("author-box", name=name, bio=BYLINES[name]) for name in story.authors if name in BYLINES
        ),
        thoughts=f"{len(comments)} thoughts on “{story.title}”" if comments else "Leave a reply",
        comments=joined(comments),
        related=joined(_related_posts(story, room)),
    )
    head = THEME(
        "head",
        root=room.root,
        url=url,
        number=number,
        title=story.title,
        standfirst=standfirst,
        published=story.published_at.isoformat(),
        modified=modified.isoformat(),
        section=story.section,
    )
    return _frame(room, story.title, main, head=head, kind="single single-post")


def front_page(room: Newsroom) -> Html:
    head = Html('<meta property="og:type" content="website">')
    return _frame(
        room, "News from Port Skerrow and the bay", _cards(room, room.stories), head=head, kind="home"
    )


def list_page(room: Newsroom, heading: str, stories: Iterable[Story]) -> Html:
    main = THEME("list", heading=heading, cards=_cards(room, stories))
    return _frame(room, heading, main, kind="archive")


def plain_page(room: Newsroom, title: str, text: str) -> Html:
    return _frame(room, title, THEME("plain", title=title, text=text), kind="page")


def _frame(room: Newsroom, title: str, main: Html, *, kind: str, head: Html | None = None) -> Html:
    menu = (THEME("link", url=room.root + section_path(name), title=name) for name in sorted(room.sections()))
    latest = (THEME("link", url=room.url(story), title=story.title) for story in room.articles[:5])
    return THEME(
        "frame",
        root=room.root,
        title=title,
        head=head or "",
        kind=kind,
        menu=joined(menu),
        main=main,
        latest=joined(latest),
        follow=FOLLOW,
        copyright=COPYRIGHT,
    )


def _block(block: Block, room: Newsroom) -> Html:
    match block.kind:
        case kind if kind in TEXT_KINDS:
            return Html(block_html(block))
        case "related":
            story = room.story(block.text)
            return THEME("related", url=room.url(story), title=story.title)
        case "image":
            caption, _, credit = block.text.partition(" | ")
            return THEME("image", caption=caption, credit=credit, number=zlib.crc32(caption.encode()))
        case kind:
            return THEME(kind, text=block.text)


def _signed(story: Story) -> tuple[str, ...]:
    """Who the page says it is by."""
    return story.authors or (story.credit or "Harbour Gazette",)


def _author(name: str, room: Newsroom) -> Html:
    return THEME("author", url=room.root + _author_path(name), name=name)


def _comment(block: Block) -> Html:
    who, _, words = block.text.partition(" | ")
    return THEME("comment", who=who, words=words)


def _related_posts(story: Story, room: Newsroom) -> Iterable[Html]:
    others = [other for other in room.sections().get(story.section, ()) if other.slug != story.slug]
    for other in others[:3]:
        yield THEME("related-post", url=room.url(other), title=other.title, standfirst=other.standfirst)


def _cards(room: Newsroom, stories: Iterable[Story]) -> Html:
    return joined(
        THEME("card", url=room.url(story), title=story.title, standfirst=story.standfirst or "")
        for story in stories
    )


def _day(when: object) -> str:
    return f"{when:%B %-d, %Y}"


def _tag_path(name: str) -> str:
    return f"/tag/{_slug(name)}/"


def _author_path(name: str) -> str:
    return f"/author/{_slug(name)}/"


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-").replace("'", "")
