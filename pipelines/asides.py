"""What stands in an article and is no part of its text: embedded posts, fact boxes, tables of figures."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.boilerplate import ENDS_AS_SENTENCE, is_told_apart, names_of
from pipelines.document.layout import Layout, Place, block_of
from pipelines.document.makes import own_make
from pipelines.fingerprint import words_of
from pipelines.lines import Line, kept, line_at, tidy
from pipelines.live import live_posts
from pipelines.metadata.head import Head
from pipelines.metadata.jsonld import Node
from pipelines.see_also import see_also_links

EMBEDDED_POST = "embedded post"
FACT_BOX = "fact box"
TABLE = "table"
LIVE_POST = "live post"

STAYING = frozenset({EMBEDDED_POST})
"""Those that are part of the text unless it is asked otherwise: a post is quoted as a speech is."""

_MOST = 0.3
"""What holds more than this share of a page's unlinked text is the article itself."""
_EMBEDS = frozenset(
    """twitter-tweet twitter-video instagram-media tiktok-embed fb-post fb-video bluesky-embed mastodon-embed
    telegram-post reddit-card reddit-embed-bq text-post-media threads-embed""".split()  # noqa: SIM905 - quoted, thrice as long
)
"""Classes that a platform's own markup for embedding has."""
_POST = re.compile(
    r"/(?:status(?:es)?|statuses|posts?|p|reel|tv|video|videos|comments)/[\w-]|/@[\w.@-]+/\d|/[\w-]+/\d+$",
    re.IGNORECASE,
)
"""The path of a single post, on the platforms below."""
_PLATFORMS = (
    "twitter.com", "x.com", "instagram.com", "tiktok.com", "facebook.com", "bsky.app", "threads.net",
    "threads.com", "t.me", "reddit.com", "vk.com", "weibo.com", "truthsocial.com",
)  # fmt: skip
_LONGEST_POST = 1500
"""Characters of a post, with its signature."""
_BOXES = frozenset(
    """factbox factboxes factfile faktabox faktaboks faktaruta faktbox faktenbox infobox infoboks infobokse
    infokasten infokader boxinfo datenbox explainerbox""".split()  # noqa: SIM905 - quoted, thrice as long
)
_BOX = frozenset({"box", "boks", "kasten", "kader", "file", "sheet", "ruta"})
_FACTS = frozenset({"fact", "facts", "info", "fakta", "fakten", "faits", "datos", "dati", "explainer"})
_SET_IN = frozenset({"aside", "div", "section", "details", "figure"})
_SHORTEST_BOX = 60
_DEEPEST = 100
"""Elements around a box; an aside had 17 at most on 230 pages."""
_PROSE = 80
"""Characters of a paragraph."""
_SEVERAL = 2
_LONGEST_HEADING = 80
"""Characters of what stands over a fact box."""
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6", "dt", "summary", "caption"})
_FIGURE = re.compile(r"[\d\s.,:;%+/()€$£°*'’–—-]*")
_FEWEST_LINKS = 3
"""Links in a list that is set into a paragraph."""
_TITLE = 25
"""Characters of a link that is a title."""
_FEWEST_ROWS = 4
_MOST_WORDS_IN_CELL = 6


class Aside(NamedTuple):
    """A block that was recognised."""

    block: HtmlElement
    rule: str
    stays: bool = False
    """Whether it is only told of: it is the article itself."""


class Taken(NamedTuple):
    """The lines of a block that was taken out of the document."""

    aside: Aside
    parent: HtmlElement
    """What it stood in."""
    lines: tuple[Line, ...]


def asides_in(tree: HtmlElement, layout: Layout, head: Head) -> list[Aside]:
    """All that is known by its make in a document, or in a part of one, whose layout this is."""
    return [
        *asides_of(tree, layout, head.nodes),
        *lists_in_prose(tree),
        *(Aside(link, "see also") for link in see_also_links(tree)),
    ]


def asides_of(tree: HtmlElement, layout: Layout, nodes: Sequence[Node]) -> list[Aside]:
    """The blocks of a document that are known by their make, in page order, none within another.

    What is told by one rule must not be most of the page, not even taken together.
    """
    most = _MOST * len(layout.letters) * (1 - layout.linked_share())
    found: list[Aside] = []
    inside: set[HtmlElement] = set()
    blog = live_posts(tree, layout, nodes)
    posts = set() if blog.are_most else set(blog.elements)
    for element in tree.iter(*_SET_IN, "blockquote", "table", "article", "li"):
        if element in inside:
            continue
        rule = LIVE_POST if element in posts else _rule_of(element, most)
        if rule is not None:
            found.append(Aside(element, rule))
            inside.update(element.iter())
    held = Counter[str]()
    for aside in found:
        if aside.rule in (FACT_BOX, TABLE):
            held[aside.rule] += _size(aside.block)
    told = [Aside(post, LIVE_POST, stays=True) for post in blog.elements[:1] if blog.are_most]
    return told + [aside for aside in found if held[aside.rule] <= most]


def lists_in_prose(tree: HtmlElement) -> list[Aside]:
    """Lists of titles that are set into a paragraph, and shown when the reader points at a name there."""
    found = []
    for paragraph in tree.iter("p"):
        links = list(islice(paragraph.iter("a"), _FEWEST_LINKS))
        if len(links) < _FEWEST_LINKS:
            continue
        wrappers = [e for e in islice(paragraph.iter("span", "div", "small"), 50) if _titles_in(e)]
        # the name itself is a link too, and stands in the outermost
        innermost = [e for e in wrappers if _titles_in(e) == _titles_in(wrappers[0])][-1:]
        if innermost and _size(innermost[0]) < 0.9 * _size(paragraph):
            found.append(Aside(innermost[0], "list of links"))
    return found


def _titles_in(element: HtmlElement) -> int:
    """The number of titles that an element lists; 0 if it has anything but links in it."""
    links = [tidy("".join(link.itertext())) for link in element.iter("a")]
    titles = sum(len(link) >= _TITLE for link in links)
    listed = sum(map(len, links)) >= 0.85 * len(tidy("".join(element.itertext())))
    return titles if listed and titles >= _FEWEST_LINKS - 1 else 0


def _rule_of(element: HtmlElement, most: float) -> str | None:
    if element.tag == "table":
        return TABLE if _size(element) <= most and _is_of_figures(element) else None
    if element.tag in ("article", "li"):
        return None
    if _is_embedded_post(element):
        return EMBEDDED_POST if _size(element) <= most else None
    if element.tag in _SET_IN and _is_fact_box(element):
        return FACT_BOX if _size(element) <= most else None
    return None


def _size(element: HtmlElement) -> int:
    return len("".join("".join(element.itertext()).split()))


def _is_embedded_post(element: HtmlElement) -> bool:
    """Whether a platform's own class says so; or it is a quotation that ends in the address of a post."""
    if element.tag not in ("blockquote", "div", "figure"):
        return False
    if not _EMBEDS.isdisjoint((element.get("class") or "").lower().split()):
        return True
    if element.tag != "blockquote":
        return False
    links = list(element.iter("a"))
    return bool(links) and _is_post(links[-1].get("href") or "") and _size(element) <= _LONGEST_POST


def _is_post(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.")
    except ValueError:
        return False
    return any(host == name or host.endswith("." + name) for name in _PLATFORMS) and bool(
        _POST.search(parts.path)
    )


def _is_fact_box(element: HtmlElement) -> bool:
    """Whether it is named so, or tagged as an aside, and sets prose of its own under a heading of its own."""
    if element.tag != "aside" and not _is_named_box(element):
        return False
    # a page may nest boxes a thousand deep, and each would be read anew
    if next(islice(element.iterancestors(), _DEEPEST, None), None) is not None:
        return False
    if next(element.iter("form", "blockquote", "iframe", "article", "button"), None) is not None:
        return False
    if is_told_apart(element) or (not _is_named_box(element) and _is_made_like_text(element)):
        return False
    texts = [text for text in (tidy(text) for text in element.itertext()) if text]
    if len(texts) < 2 or sum(map(len, texts)) < _SHORTEST_BOX:
        return False
    linked = sum(len(tidy("".join(link.itertext()))) for link in element.iter("a"))
    return linked < 0.3 * sum(map(len, texts)) and _has_heading(element, texts)


def _is_made_like_text(element: HtmlElement) -> bool:
    """Whether it has several paragraphs that are made like the one before it: a part of the article."""
    before = next(element.itersiblings("p", preceding=True), None)
    if before is None:
        return False
    make = own_make(before)
    alike = (tidy("".join(p.itertext())) for p in element.iter("p") if own_make(p) == make)
    prose = (text for text in alike if len(text) >= _PROSE and ENDS_AS_SENTENCE.search(text))
    return len(list(islice(prose, _SEVERAL))) == _SEVERAL


def _is_named_box(element: HtmlElement) -> bool:
    names = names_of(element)
    return not names.isdisjoint(_BOXES) or bool(names & _FACTS and names & _BOX)


def _has_heading(element: HtmlElement, texts: Sequence[str]) -> bool:
    """Whether it begins with a heading, and a sentence follows."""
    first = texts[0]
    headed = len(first) <= _LONGEST_HEADING and not ENDS_AS_SENTENCE.search(first)
    return headed and any(ENDS_AS_SENTENCE.search(text) for text in texts[1:])


def _is_of_figures(table: HtmlElement) -> bool:
    """Whether most cells of a table are figures, and none holds a sentence: results, prices, standings."""
    rows = [[tidy("".join(cell.itertext())) for cell in row.iter("td", "th")] for row in table.iter("tr")]
    cells = [cell for row in rows for cell in row if cell]
    if len(rows) < _FEWEST_ROWS or any(len(words_of(cell)) > _MOST_WORDS_IN_CELL for cell in cells):
        return False
    return sum(bool(_FIGURE.fullmatch(cell)) for cell in cells) > 0.5 * len(cells)


def take_out(asides: Sequence[Aside], layout: Layout, *, drop: bool = True) -> list[Taken]:
    """Take blocks out of their document before extraction, which keeps some, drops some, and glues others.

    Without `drop` they stay in the document, and only their lines are told.
    """
    taken: list[Taken] = []
    gone: set[HtmlElement] = set()
    for aside in asides:
        parent = aside.block.getparent()
        # the text of a pointer in a fact box was taken with the box
        if parent is None or aside.block in gone:
            continue
        lines = () if aside.stays else tuple(_lines_in(aside.block, layout, _between(aside)))
        if aside.stays:
            taken.append(Taken(aside, parent, lines))
        elif lines:
            gone.update(aside.block.iter())
            for line in lines:
                line.rule = aside.rule
            taken.append(Taken(aside, parent, lines))
            if drop:
                aside.block.drop_tree()
    return taken


def _between(aside: Aside) -> str:
    """What stands between the texts of a block: a label and a title are parted by style, not by a space."""
    return " " if aside.rule == "see also" else ""


def _lines_in(element: HtmlElement, layout: Layout, between: str = "") -> Iterator[Line]:
    """The text of an element, a line a block; of a table, a line a row."""
    place = layout.place_of(element)
    if place is None:
        return
    if element.tag == "table":
        for row in element.iter("tr"):
            if part := layout.place_of(row):
                cells = (tidy("".join(cell.itertext())) for cell in row.iter("td", "th"))
                yield line_at(f"| {' | '.join(cells)} |", part)
        return
    first = place.first
    for number in range(place.first, place.last + 1):
        ends = number == place.last or block_of(layout.owners[number]) is not block_of(
            layout.owners[number + 1]
        )
        if ends:
            yield _line(layout, layout.place(first, number), between)
            first = number + 1


def _line(layout: Layout, place: Place, between: str = "") -> Line:
    return line_at(tidy(between.join(layout.texts[place.first : place.last + 1])), place)


def within(taken: Sequence[Taken], lines: Sequence[Line], container: HtmlElement | None) -> list[Line]:
    """Of what was taken out the lines of the article: in its container, or between two lines of it."""
    places = [line.place.first for line in kept(lines) if line.place]
    if not places:
        return []
    found: list[Line] = []
    for aside, parent, block in taken:
        inside = container is not None and (parent is container or container in parent.iterancestors())
        # without them, the container of a live blog is that of its lead
        last = math.inf if inside or aside.rule == LIVE_POST else max(places)
        found += [line for line in block if line.place and places[0] < line.place.first < last]
    return found
