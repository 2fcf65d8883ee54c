"""The Meridian's pages: a body spread over sibling containers, with the house's own promotions between."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

from newsite.meridian.linked_data import linked_data
from newsite.publisher import Newsroom
from newsite.story import TEXT_KINDS, Block, Story, as_text, block_html
from newsite.theme import Html, Theme, joined

THEME = Theme(Path(__file__).parent / "theme.html")

BANNER = "Election guide: everything on the Aldermoor ballot, in one place."
NEWSLETTER = "Get Daybreak, our morning newsletter, in your inbox before the coffee is ready."
FOLLOW = "Follow The Meridian wherever you get your news."
TAGLINE = "The Meridian is a nonprofit newsroom. Support local journalism with a tax-deductible gift."
COPYRIGHT = "© 2026 Meridian Media Trust. Reproduction without permission is prohibited."

PER_SEGMENT = 3
"""Paragraphs in one container."""


def path_of(story: Story) -> str:
    return f"/{story.section.lower()}/{story.published_at:%Y/%m}/{story.slug}"


def amp_path_of(story: Story) -> str:
    return f"/amp{path_of(story)}"


def topic_path(tag: str) -> str:
    return f"/topics/{tag.lower().replace(' ', '-')}"


def furniture(story: Story, room: Newsroom) -> tuple[str, ...]:
    """What the page shows around and between the paragraphs."""
    if story.kind in ("bot-wall", "login"):
        return ()
    lines = [BANNER, NEWSLETTER, FOLLOW, TAGLINE, COPYRIGHT]
    lines += [as_text(block.text) for block in story.blocks if block.kind in ("see-also", "promo")]
    lines += [room.story(block.text).title for block in story.blocks if block.kind == "related"]
    return tuple(lines)


def story_page(story: Story, room: Newsroom) -> Html:
    """The page of any story, or the wall that stands there."""
    match story.kind:
        case "bot-wall":
            return THEME("bot-wall", host=room.root.partition("//")[2])
        case "login":
            return frame(room, "Sign in", THEME("sign-in"), kind="page-account")
        case _:
            main = _article(story, room)
            return frame(room, story.title, main, kind=f"page-{story.kind}", head=_head(story, room))


def _article(story: Story, room: Newsroom) -> Html:
    others = [other for other in room.articles if other.slug != story.slug]
    modified = story.modified_at
    return THEME(
        "article",
        title=story.title,
        standfirst=story.standfirst,
        section=story.section,
        section_url=f"{room.root}/{story.section.lower()}",
        byline=THEME("byline", names=_names(story)),
        published=story.published_at.isoformat(),
        day=_day(story.published_at),
        updated=THEME("updated", modified=modified.isoformat(), day=_day(modified)) if modified else "",
        minutes=max(1, len(" ".join(story.paragraphs).split()) // 200),
        body=_body(story, room),
        tagline=TAGLINE,
        topics=joined(THEME("link", url=room.root + topic_path(tag), title=tag) for tag in story.tags),
        more=joined(THEME("link", url=room.url(other), title=other.title) for other in others[3:7]),
        most_read=joined(THEME("link", url=room.url(other), title=other.title) for other in others[-4:]),
    )


def _head(story: Story, room: Newsroom) -> Html:
    return THEME(
        "head",
        root=room.root,
        url=room.url(story),
        amp_url=room.root + amp_path_of(story),
        slug=story.slug,
        title=story.title,
        standfirst=story.standfirst,
        linked_data=linked_data(story, room),
    )


def _body(story: Story, room: Newsroom) -> Html:
    if story.kind == "live":
        return joined(_live_posts(story, room))
    parts = list(_segments(story.blocks, room))
    if story.kind == "stub":
        parts.append(THEME("wall", root=room.root))
    return joined(parts)


def _segments(blocks: Iterable[Block], room: Newsroom) -> Iterator[Html]:
    """Runs of text in containers of their own, an advertisement between two, and what stands between runs."""
    for is_text, run in groupby(blocks, key=lambda block: block.kind in TEXT_KINDS):
        if not is_text:
            yield from (_between(block, room) for block in run)
            continue
        texts = list(run)
        for at in range(0, len(texts), PER_SEGMENT):
            if at:
                yield THEME("ad")
            shown = joined(Html(block_html(block)) for block in texts[at : at + PER_SEGMENT])
            yield THEME("segment", paragraphs=shown)


def _live_posts(story: Story, room: Newsroom) -> Iterator[Html]:
    """The lead in its container, then each post with what follows its headline."""
    runs: list[list[Block]] = [[]]
    for block in story.blocks:
        if block.kind == "post":
            runs.append([])
        runs[-1].append(block)
    yield from _segments(runs[0], room)
    for head, *rest in runs[1:]:
        clock, _, headline = head.text.partition(" ")
        parts = [THEME("post", clock=clock, headline=headline), *(Html(block_html(block)) for block in rest)]
        yield THEME("live-post", parts=joined(parts))


def _between(block: Block, room: Newsroom) -> Html:
    match block.kind:
        case "related":
            other = room.story(block.text)
            return THEME("related", url=room.url(other), title=other.title)
        case "image":
            caption, _, credit = block.text.partition(" | ")
            return THEME("image", caption=caption, credit=credit, number=zlib.crc32(caption.encode()))
        case kind:
            return THEME(kind, text=block.text, **({"root": room.root} if kind == "see-also" else {}))


def amp_page(story: Story, room: Newsroom) -> Html:
    """The same text once more, for telephones; its canonical link names the page proper."""
    texts = (Html(block_html(block)) for block in story.blocks if block.kind in TEXT_KINDS)
    return THEME(
        "amp",
        root=room.root,
        url=room.url(story),
        title=story.title,
        standfirst=story.standfirst,
        names=_names(story),
        body=joined(texts),
        tagline=TAGLINE,
        copyright=COPYRIGHT,
        linked_data=linked_data(story, room),
    )


def list_page(room: Newsroom, heading: str, stories: Iterable[Story]) -> Html:
    cards = (
        THEME("card", url=room.url(story), title=story.title, standfirst=story.standfirst or "")
        for story in stories
    )
    return frame(room, heading, THEME("list", heading=heading, cards=joined(cards)), kind="page-listing")


def plain_page(room: Newsroom, title: str, text: str) -> Html:
    return frame(room, title, THEME("plain", title=title, text=text), kind="page-static")


def frame(room: Newsroom, title: str, main: Html, *, kind: str, head: Html | None = None) -> Html:
    menu = (THEME("link", url=f"{room.root}/{name.lower()}", title=name) for name in sorted(room.sections()))
    return THEME(
        "frame",
        root=room.root,
        title=title,
        head=head or "",
        kind=kind,
        banner=BANNER,
        menu=joined(menu),
        main=main,
        newsletter=NEWSLETTER,
        follow=FOLLOW,
        copyright=COPYRIGHT,
    )


def _names(story: Story) -> str:
    return " and ".join(story.authors) or story.credit or "Meridian Staff"


def _day(when: datetime) -> str:
    return f"{when:%b. %-d, %Y, %-I:%M %p}"
