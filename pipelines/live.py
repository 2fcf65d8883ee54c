"""The posts of a live blog: blocks made alike, one after the other, each with a time of its own."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from lxml.html import HtmlElement

from pipelines.boilerplate import names_of
from pipelines.document.layout import Layout, block_of, key_of
from pipelines.metadata.jsonld import Node, types_of

_FEWEST = 3
"""Posts."""
_SHORTEST_LEAD = 300
"""Characters of the article above the posts; with fewer, the posts are the article."""
_SHORTEST_PARAGRAPH = 40
"""Letters."""
_HIGHEST = 8
"""Elements between a time and the block of its post."""
_MOST_MARKS = 2_000
_CLOCK = re.compile(
    r"(?:\D{0,15}\b\d{1,4}[./-]\s?\w{1,9}[./-]?\s?(?:\d{2,4})?\D{0,6})?\b[0-2]?\d\s?[:.h]\s?[0-5]\d\b\D{0,12}"
)
"""A time of day, alone or behind a date: "14:32", "2.45pm", "09h15", "5 March, 14:32 CET"."""
_LIVE = frozenset(
    {"live", "liveblog", "livecenter", "livefeed", "liveticker", "ticker", "liveupdates", "livepost"}
)
_REMARKS = frozenset({"comment", "comments", "kommentare", "commentaires", "comentarios", "disqus"})


def is_live_blog(nodes: Sequence[Node]) -> bool:
    """Whether the page's own data call it one, https://schema.org/LiveBlogPosting."""
    return any("LiveBlogPosting" in types_of(node) for node in nodes)


class Posts(NamedTuple):
    """The posts below the article of a live blog."""

    elements: list[HtmlElement]
    """In page order."""
    are_most: bool
    """Whether there is more text in them than above them: then they are the article."""


def live_posts(tree: HtmlElement, layout: Layout, nodes: Sequence[Node]) -> Posts:
    """The posts of a live blog; none where no article is above them."""
    for parent, posts in _series(tree, layout, nodes):
        told = is_live_blog(nodes) or any(_is_named_live(element) for element in (*posts[:2], parent))
        if told and (lead := _lead(layout, posts[0], parent)) >= _SHORTEST_LEAD:
            return Posts(posts, sum(_unlinked(post) for post in posts) > lead)
    return Posts([], False)


def _is_named_live(element: HtmlElement) -> bool:
    return any(
        not _LIVE.isdisjoint(names_of(parent)) for parent in (element, *islice(element.iterancestors(), 3))
    )


def _series(
    tree: HtmlElement, layout: Layout, nodes: Sequence[Node]
) -> Iterator[tuple[HtmlElement, list[HtmlElement]]]:
    """Elements with three or more children made alike that each hold the mark of a post, innermost first."""
    held: dict[HtmlElement, dict[HtmlElement, int]] = {}
    marks = islice(_marks(tree, layout, nodes), _MOST_MARKS)
    for mark in marks:
        child = mark
        for height, parent in enumerate(islice(mark.iterancestors(), _HIGHEST)):
            held.setdefault(parent, {}).setdefault(child, height)
            child = parent
    found = [(max(children.values()), parent, children) for parent, children in held.items()]
    for _, parent, children in sorted(found, key=lambda item: item[0]):
        alike = [child for child in children if child.tag == next(iter(children)).tag]
        among = set(alike)
        posts = [child for child in parent if child in among] if len(alike) >= _FEWEST else []
        told = len(posts) >= _FEWEST and sum(_has_prose(post) for post in posts) >= 0.6 * len(posts)
        if told and _REMARKS.isdisjoint(names_of(parent) | names_of(posts[0])):
            yield parent, posts


def _marks(tree: HtmlElement, layout: Layout, nodes: Sequence[Node]) -> Iterator[HtmlElement]:
    """What gives a post away: a time element, a time of day, or a text that the page's data call a post."""
    yield from tree.iter("time")
    for owner, text in zip(layout.owners, layout.texts, strict=True):
        if len(text) <= 40 and _CLOCK.fullmatch(text.strip()) and owner.tag != "time":
            yield owner
    for update in _updates(nodes):
        key = key_of(str(update.get("articleBody") or ""))[:60]
        position = layout.letters.find(key) if len(key) >= 30 else -1
        if position >= 0:
            yield layout.between(position, position + len(key)).elements[0]


def _updates(nodes: Sequence[Node]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        updates = node.get("liveBlogUpdate")
        for update in updates if isinstance(updates, list) else [updates]:
            if isinstance(update, dict):
                yield update


def _has_prose(element: HtmlElement) -> bool:
    return _unlinked(element) >= 1.5 * _SHORTEST_PARAGRAPH


def _unlinked(element: HtmlElement) -> int:
    """The letters of an element that are no link text."""
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    return len("".join(element.itertext()).strip()) - linked


def _lead(layout: Layout, post: HtmlElement, parent: HtmlElement) -> int:
    """The letters of prose above the first post, within the element that holds both."""
    place = layout.place_of(post)
    around = next((e for e in parent.iterancestors("article", "main")), None)
    if place is None:
        return 0
    if around is None:
        around = [parent, *islice(parent.iterancestors(), 4)][-1]
    numbers = [number for number in range(place.first) if not layout.in_link(layout.owners[number])]
    inside = set(around.iter()) if numbers else set()
    sizes: dict[HtmlElement, int] = {}
    for number in numbers:
        if layout.owners[number] in inside:
            block = block_of(layout.owners[number])
            sizes[block] = sizes.get(block, 0) + len(layout.texts[number].strip())
    return sum(size for size in sizes.values() if size >= _SHORTEST_PARAGRAPH)
