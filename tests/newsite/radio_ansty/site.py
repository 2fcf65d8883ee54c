"""Radio Ansty: a small station whose site is one script with numbered stories, its text parted by <br>."""

from collections.abc import Iterable
from pathlib import Path

from newsite.exchange import HTML, Answer
from newsite.feeds import FeedEntry, rss
from newsite.publisher import Newsroom, Publisher, Stray
from newsite.story import TEXT_KINDS, Block, Story, as_html, load_stories
from newsite.theme import Html, Theme, joined
from newsite.wire_service.stories import WIRE

THEME = Theme(Path(__file__).parent / "theme.html")

ON_AIR = "On air: The Breakfast Boat with Kit Marlow"
SIGN_OFF = "You can hear the news on Radio Ansty every hour, on the hour."
TIP = "Got a story? Text NEWS and your message to 84 984."
COPYRIGHT = "Copyright Radio Ansty Community Broadcasting CIC. Part of nothing bigger."
SCHEDULE = (
    "6.00 The Breakfast Boat. 10.00 Requests. 13.00 The Long Lunch. 17.00 Home and Dry. 22.00 Night Watch."
)


def path_of(story: Story) -> str:
    return f"/news.php?id={story.facts['id']}"


def furniture(story: Story, room: Newsroom) -> tuple[str, ...]:
    lines = [SIGN_OFF, TIP, COPYRIGHT]
    lines += [block.text for block in story.blocks if block.kind == "see-also"]
    lines += [room.story(block.text).title for block in story.blocks if block.kind == "related"]
    return tuple(lines)


def draw(room: Newsroom) -> dict[str, Answer]:
    site = {
        "/": _list(room, "Latest news", room.stories[:6]),
        "/schedule.php": _page("Schedule", THEME("plain", title="Schedule", text=SCHEDULE)),
        "/requests.php": _page("Requests", THEME("plain", title="Requests", text="Call 01555 014 984.")),
        "/rss.xml": _feed(room),
    }
    for section, stories in room.sections().items():
        site[f"/news.php?cat={section.lower()}"] = _list(room, section, stories)
    for story in room.stories:
        site[path_of(story)] = _page(story.title, _article(story, room))
    return site


def _article(story: Story, room: Newsroom) -> Html:
    others = [other for other in room.stories if other.slug != story.slug][:4]
    return THEME(
        "article",
        title=story.title,
        date=f"{story.published_at:%d/%m/%Y %H:%M}",
        byline=" and ".join(story.authors) or story.credit or "Radio Ansty newsroom",
        text=_text(story.blocks, room),
        sign_off=SIGN_OFF,
        tip=TIP,
        more=joined(THEME("link", url=path_of(other), title=other.title) for other in others),
    )


def _text(blocks: Iterable[Block], room: Newsroom) -> Html:
    """Paragraphs that are none in the markup: a run of text with two <br> between."""
    parts: list[str] = []
    for block in blocks:
        if block.kind in TEXT_KINDS:
            parts.append(f"<br><br>{as_html(block.text, strong='b', em='i')}")
        elif block.kind == "related":
            other = room.story(block.text)
            parts.append(THEME("related", url=path_of(other), title=other.title))
        else:
            parts.append(THEME(block.kind, text=block.text))
    return Html("\n".join(parts).removeprefix("<br><br>"))


def _list(room: Newsroom, heading: str, stories: Iterable[Story]) -> Answer:
    headlines = (
        THEME("headline", url=path_of(story), title=story.title, date=f"{story.published_at:%d/%m/%Y %H:%M}")
        for story in stories
    )
    return _page("Radio Ansty", THEME("list", heading=heading, headlines=joined(headlines)))


def _page(title: str, main: Html) -> Answer:
    html = THEME("frame", title=title, main=main, on_air=ON_AIR, copyright=COPYRIGHT)
    return Answer(body=html.encode(), content_type=HTML)  # no validators: every visit is a full one


def _feed(room: Newsroom) -> Answer:
    entries = [
        FeedEntry(
            url=f"{room.url(story)}&at_medium=RSS",
            title=story.title,
            published=story.published_at,
            summary=story.paragraphs[0],
        )
        for story in room.stories
    ]
    return Answer(body=rss("Radio Ansty News", room.root, entries), content_type="text/xml", etag=True)


RADIO_ANSTY = Publisher(
    host="radio-ansty.example",
    name="Radio Ansty",
    language="en",
    stories=load_stories(Path(__file__).parent / "articles", WIRE),
    path_of=path_of,
    draw=draw,
    furniture=furniture,
    robots="User-agent: *\nDisallow: /studio/\n",
    closed=("/studio/",),
    strays=(Stray(path="/news.php?cat=local", expected="section page", listed="/"),),
)
