"""The Obertal-Anzeiger: a valley's paper on pages of 1999, without feed, sitemap or robots.txt.

Its bytes are windows-1252, its meta tag says iso-8859-1 and its server says nothing, as was usual.
"""

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from newsite.exchange import Answer
from newsite.publisher import Newsroom, Publisher, Stray
from newsite.story import TEXT_KINDS, Block, Story, as_html, as_text, load_stories
from newsite.theme import Html, Theme, joined

THEME = Theme(Path(__file__).parent / "theme.html")

SUBSCRIBE = "Der Obertal-Anzeiger erscheint dienstags und freitags. Probeabo unter Telefon 20 10."
COPYRIGHT = "© 1999–2026 Verlag Obertal-Anzeiger, Wiesenbrück. Alle Rechte vorbehalten."

MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
          "November", "Dezember")  # fmt: skip
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")

STATIC = {
    "kleinanzeigen": (
        "Kleinanzeigen",
        "Verkaufe Küchenuhr, geht vor. Suche Stellplatz für Anhänger, trocken.",
    ),
    "wetter": ("Wetter", "Morgens Nebel, mittags Sonne, abends beides. Höchstwerte um 9 Grad."),
    "leserbriefe": ("Leserbriefe", "Leserbriefe geben nicht die Meinung der Redaktion wieder, leider."),
    "kontakt": ("Kontakt", "Redaktion: Mühlgasse 8, Wiesenbrück, Telefon 20 10, Fax 20 11."),
    "impressum": ("Impressum", "Verantwortlich im Sinne des Presserechts: Hedwig Ammer, Mühlgasse 8."),
}


def path_of(story: Story) -> str:
    return f"/{story.published_at:%Y/%m%d}/{story.slug}.htm"


def section_path(name: str) -> str:
    return f"/{name.lower()}.htm"


def furniture(story: Story, room: Newsroom) -> tuple[str, ...]:
    lines = [SUBSCRIBE, COPYRIGHT]
    lines += [as_text(block.text) for block in story.blocks if block.kind in ("see-also", "promo")]
    lines += [room.story(block.text).title for block in story.blocks if block.kind == "related"]
    return tuple(lines)


def draw(room: Newsroom) -> dict[str, Answer]:
    site = {"/": _page(room, "Obertal-Anzeiger", _front_page(room))}
    for name, (heading, text) in STATIC.items():
        site[f"/{name}.htm"] = _page(room, heading, THEME("plain", heading=heading, text=text))
    for section, stories in room.sections().items():
        site[section_path(section)] = _page(room, section, _list(section, stories))
    for story in room.stories:
        title = f"Obertal-Anzeiger - {story.section} - {story.title}"
        modified = story.modified_at or story.published_at
        site[path_of(story)] = _page(room, title, _article(story, room), modified)
    return site


def _page(room: Newsroom, title: str, main: Html, modified: datetime | None = None) -> Answer:
    menu = joined(THEME("menu", url=section_path(name), name=name) for name in sorted(room.sections()))
    html = THEME("frame", title=title, main=main, menu=menu, copyright=COPYRIGHT)
    return Answer(
        body=html.encode("windows-1252", "xmlcharrefreplace"),
        content_type="text/html",
        last_modified=modified.astimezone(UTC) if modified else None,
    )


def _article(story: Story, room: Newsroom) -> Html:
    when = story.published_at
    others = [other for other in room.stories if other.slug != story.slug][:4]
    return THEME(
        "article",
        section=story.section,
        title=story.title,
        standfirst=story.standfirst,
        day=f"{WEEKDAYS[when.weekday()]}, {when.day}. {MONTHS[when.month - 1]} {when.year}",
        byline=f"Von {' und '.join(story.authors)}" if story.authors else "(oa)",
        body=joined(_block(block, room) for block in story.blocks),
        subscribe=SUBSCRIBE,
        more=joined(THEME("link", url=path_of(other), title=other.title) for other in others),
    )


def _block(block: Block, room: Newsroom) -> Html:
    match block.kind:
        case "related":
            other = room.story(block.text)
            return THEME("related", url=path_of(other), title=other.title)
        case "image":
            caption, _, credit = block.text.partition(" | ")
            return THEME("image", caption=caption, credit=credit, number=zlib.crc32(caption.encode()))
        case kind if kind in TEXT_KINDS:
            piece = "heading" if kind == "heading" else "paragraph"
            lines = block.text.split("\n")
            return joined(THEME(piece, text=Html(as_html(line, strong="B", em="I"))) for line in lines)
        case kind:
            return THEME(kind, text=block.text)


def _front_page(room: Newsroom) -> Html:
    """The newest with their standfirsts, older ones by their headlines alone."""
    older = joined(THEME("link", url=path_of(story), title=story.title) for story in room.stories[7:])
    return joined([_list("Aktuelles", room.stories[:7]), THEME("older", links=older)])


def _list(heading: str, stories: Iterable[Story]) -> Html:
    teasers = (
        THEME("teaser", url=path_of(story), title=story.title, standfirst=story.standfirst)
        for story in stories
    )
    return THEME("list", heading=heading, teasers=joined(teasers))


OBERTAL_ANZEIGER = Publisher(
    host="www.obertal-anzeiger.example",
    name="Obertal-Anzeiger",
    language="de",
    stories=load_stories(Path(__file__).parent / "articles"),
    path_of=path_of,
    draw=draw,
    furniture=furniture,
    robots=None,
    precision="day",
    strays=(
        Stray(path="/impressum.htm", expected="stub", listed="/"),
        Stray(path="/lokales.htm", expected="section page", listed="/"),
    ),
)
