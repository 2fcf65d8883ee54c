"""Вісник Заріччя: a Ukrainian town's paper, its addresses in Cyrillic, with Atom and a gzipped sitemap."""

import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from newsite.exchange import HTML, Answer
from newsite.feeds import FeedEntry, atom
from newsite.publisher import Newsroom, Publisher, Stray
from newsite.sitemaps import MapEntry, sitemap
from newsite.story import TEXT_KINDS, Block, Story, as_text, block_html, load_stories
from newsite.theme import Html, Theme, joined

THEME = Theme(Path(__file__).parent / "theme.html")

TELEGRAM = "Підписуйтесь на наш телеграм-канал, щоб не пропустити головного."
MISTAKE = "Помітили помилку? Виділіть її та натисніть Ctrl+Enter."
REPRINT = "Передрук матеріалів дозволено лише з посиланням на «Вісник Заріччя»."
COPYRIGHT = "© 2026 ТОВ «Редакція газети «Вісник Заріччя». Усі права захищено."
NOT_FOUND = "Сторінку не знайдено. Можливо, її перенесли або видалили."
EDITORS = "Головна редакторка Ірина Вдовиченко. Адреса: м. Заріччя, вулиця Млинна, 4."

MONTHS = ("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня",
          "листопада", "грудня")  # fmt: skip


def path_of(story: Story) -> str:
    return quote(f"/новини/{story.published_at:%Y/%m}/{story.facts['address']}/")


def section_path(name: str) -> str:
    return quote(f"/рубрика/{name.lower()}/")


def tag_path(tag: str) -> str:
    return quote(f"/тег/{tag.replace(' ', '-')}/")


def furniture(story: Story, room: Newsroom) -> tuple[str, ...]:
    lines = [TELEGRAM, MISTAKE, REPRINT, COPYRIGHT]
    lines += [as_text(block.text) for block in story.blocks if block.kind in ("see-also", "promo")]
    lines += [room.story(block.text).title for block in story.blocks if block.kind == "related"]
    return tuple(lines)


def draw(room: Newsroom) -> dict[str, Answer]:
    newest = max(story.modified_at or story.published_at for story in room.stories)
    editors = _frame(room, "Редакція", THEME("plain", title="Редакція", text=EDITORS))
    missing = _frame(room, "Не знайдено", THEME("plain", title="Помилка 404", text=NOT_FOUND))
    site = {
        "/": _page(_frame(room, "Новини міста", _list("Новини", room.stories, room)), newest),
        quote("/редакція/"): _page(editors),
        "404": Answer(status=404, body=missing.encode()),
        "/atom.xml": _feed(room, newest),
        "/sitemap.xml.gz": _sitemap(room, newest),
    }
    for section, stories in room.sections().items():
        site[section_path(section)] = _page(_frame(room, section, _list(section, stories, room)), newest)
    for tag in _tags(room):
        stories = [story for story in room.stories if tag in story.tags]
        site[tag_path(tag)] = _page(_frame(room, tag, _list(f"Тег: {tag}", stories, room)), newest)
    for story in room.stories:
        page = _frame(room, story.title, _article(story, room), head=_head(story, room))
        site[path_of(story)] = _page(page, story.modified_at or story.published_at)
    return site


def _tags(room: Newsroom) -> list[str]:
    return sorted({tag for story in room.stories for tag in story.tags})


def _page(html: str, modified: datetime | None = None) -> Answer:
    return Answer(body=html.encode(), content_type=HTML, last_modified=modified, etag=True, coding="zstd")


def _article(story: Story, room: Newsroom) -> Html:
    updated: Html | str = ""
    if modified := story.modified_at:
        updated = THEME("updated", modified=modified.isoformat(), date=_date(modified))
    return THEME(
        "article",
        root=room.root,
        section=story.section,
        section_url=room.root + section_path(story.section),
        title=story.title,
        byline=", ".join(story.authors) or "Вісник Заріччя",
        published=story.published_at.isoformat(),
        date=_date(story.published_at),
        updated=updated,
        views=zlib.crc32(story.slug.encode()) % 4000,
        standfirst=story.standfirst,
        body=joined(_block(block, room) for block in story.blocks),
        telegram=TELEGRAM,
        mistake=MISTAKE,
        tags=joined(THEME("link", url=room.root + tag_path(tag), title=tag) for tag in story.tags),
    )


def _head(story: Story, room: Newsroom) -> Html:
    return THEME("head", url=room.url(story), title=story.title, standfirst=story.standfirst)


def _block(block: Block, room: Newsroom) -> Html:
    match block.kind:
        case kind if kind in TEXT_KINDS:
            return Html(block_html(block))
        case "related":
            other = room.story(block.text)
            return THEME("related", url=room.url(other), title=other.title)
        case "image":
            caption, _, credit = block.text.partition(" | ")
            number = zlib.crc32(caption.encode())
            return THEME("image", root=room.root, caption=caption, credit=credit, number=number)
        case "see-also":
            return THEME("see-also", root=room.root, text=block.text)
        case kind:
            return THEME(kind, text=block.text)


def _list(heading: str, stories: Iterable[Story], room: Newsroom) -> Html:
    cards = (
        THEME(
            "card",
            url=room.url(story),
            title=story.title,
            date=_date(story.published_at),
            standfirst=story.standfirst,
        )
        for story in stories
    )
    return THEME("list", heading=heading, cards=joined(cards))


def _frame(room: Newsroom, title: str, main: Html, *, head: Html | None = None) -> Html:
    menu = (THEME("link", url=room.root + section_path(name), title=name) for name in sorted(room.sections()))
    latest = (THEME("link", url=room.url(story), title=story.title) for story in room.stories[:4])
    return THEME(
        "frame",
        root=room.root,
        title=title,
        head=head or "",
        menu=joined(menu),
        main=main,
        latest=joined(latest),
        reprint=REPRINT,
        copyright=COPYRIGHT,
    )


def _feed(room: Newsroom, newest: datetime) -> Answer:
    entries = [
        FeedEntry(
            url=room.url(story),
            title=story.title,
            published=story.published_at,
            updated=story.modified_at,
            summary=story.standfirst or "",
            authors=story.authors,
            tags=story.tags,
        )
        for story in room.stories
    ]
    body = atom("Вісник Заріччя", room.root, f"{room.root}/atom.xml", entries, language="uk")
    return Answer(body=body, content_type="application/atom+xml", etag=True, last_modified=newest)


def _sitemap(room: Newsroom, newest: datetime) -> Answer:
    entries = [MapEntry(url=room.url(s), modified=s.modified_at or s.published_at) for s in room.stories]
    lists = [section_path(name) for name in room.sections()] + [tag_path(tag) for tag in _tags(room)]
    entries += [MapEntry(url=room.root + path) for path in ("/", *lists)]
    body = gzip.compress(sitemap(entries), mtime=0)
    return Answer(body=body, content_type="application/x-gzip", etag=True, last_modified=newest)


def _date(when: datetime) -> str:
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {when:%H:%M}"


VISNYK_ZARICHCHIA = Publisher(
    host="visnyk-zarichchia.example",
    name="Вісник Заріччя",
    language="uk",
    stories=load_stories(Path(__file__).parent / "articles"),
    path_of=path_of,
    draw=draw,
    furniture=furniture,
    robots="User-agent: *\nCrawl-delay: 0.1\nDisallow: /admin/\nSitemap: {root}/sitemap.xml.gz\n",
    closed=("/admin/",),
    strays=(
        Stray(path=section_path("Місто"), expected="section page", listed="/sitemap.xml.gz"),
        Stray(path=tag_path("транспорт"), expected="section page", listed="/sitemap.xml.gz"),
    ),
)
