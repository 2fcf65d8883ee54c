"""The outline of a page: its blocks of text in page order, and the elements around them by their make."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from pipelines.document.layout import INLINE, UNSEEN, Layout, Place, block_of, is_hidden
from pipelines.document.makes import LINKED
from pipelines.learned import line_key
from pipelines.lines import tidy

INSIDE = "^"
"""Stands in a make for the element that holds the article, and all around it."""
_MOSTLY = 0.5
LEVELS = 3
_LONGEST_NAME = 40
_LONGEST = 200
"""Characters of a class attribute that are looked at; utility classes run to thousands."""
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Node:
    """An element around blocks."""

    parent: int
    """The number of the nearest element around it that is in the outline; -1 for the outermost."""
    make: str
    """Its tag and classes; see `make_of_node`."""
    name: str
    """Its id, digits as 0; "" if it has none."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text in the smallest element around it that is set as a block."""

    node: int
    """The number of that element."""
    key: int
    """A hash of its letters, case folded, digits masked: the same line has the same; 0 for few letters."""
    size: int
    """Characters."""
    linked: bool
    """Whether it is mostly link text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A page, or a part of it, as templates see it. Holds no text and no element: it can be kept."""

    nodes: tuple[Node, ...]
    blocks: tuple[Block, ...]

    def above(self, node: int) -> Iterator[int]:
        """An element and those around it, by their numbers."""
        while node >= 0:
            yield node
            node = self.nodes[node].parent

    def sizes(self, blocks: Iterable[Block]) -> list[int]:
        """The characters of these blocks that stand in each element, by its number."""
        found = [0] * len(self.nodes)
        for block in blocks:
            found[block.node] += block.size
        for number in range(len(self.nodes) - 1, 0, -1):  # those within come behind those around
            if (parent := self.nodes[number].parent) >= 0:
                found[parent] += found[number]
        return found

    def make_within(self, block: Block, holders: frozenset[int]) -> str:
        """How a block is made as seen from the element that holds the article, one of `holders`.

        Its own make and those of the two elements around it, ending in INSIDE where the holder is reached:
        what classes that one and those around it have differs from article to article.
        """
        parts = []
        for number in self.above(block.node):
            if number in holders:
                parts.append(INSIDE)
                break
            if len(parts) == LEVELS:
                break
            parts.append(self.nodes[number].make)
        return (LINKED if block.linked else "") + "<".join(parts)


@dataclass(frozen=True, slots=True)
class Run:
    """A block's text and where it stands, as long as the page is at hand."""

    text: str
    place: Place


def outline_of(
    layout: Layout,
    roots: Iterable[HtmlElement],
    skipped: frozenset[int] = frozenset(),
    *,
    keyed: bool = True,
) -> tuple[Outline, list[Run]]:
    """The outline of what stands in these elements, whose layout this is, and the text of each of its blocks.

    `skipped`: numbers of text nodes that are not looked at. `keyed`: whether the keys of the blocks will be
    asked for; they are 0 if not.
    """
    numbers: dict[HtmlElement, int] = {}
    nodes: list[Node] = []
    blocks: list[Block] = []
    runs: list[Run] = []
    for element, texts, said in _stretches(layout, roots, skipped):
        if text := tidy("".join(said)):
            place = layout.place(texts[0], texts[-1])
            node = _number_of(element, numbers, nodes)
            key = key_of_line(text) if keyed else 0
            blocks.append(Block(node=node, key=key, size=len(text), linked=place.linked > _MOSTLY))
            runs.append(Run(text, place))
    return Outline(nodes=tuple(nodes), blocks=tuple(blocks)), runs


def key_of_line(text: str) -> int:
    """A hash of what makes two lines the same; 0 for a line of too few letters to be told by them."""
    key = line_key(text)
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).digest()) if key else 0


def make_of_node(element: HtmlElement) -> str:
    """An element's tag and classes, as "p.lead.wide": digits as 0, the classes by their letters."""
    return _make(str(element.tag), (element.get("class") or "")[:_LONGEST])


@lru_cache(maxsize=8192)
def _make(tag: str, classes: str) -> str:
    return ".".join([tag, *sorted(set(_DIGITS.sub("0", classes).replace("<", "").split()))])


def name_of(element: HtmlElement) -> str:
    """An element's id, digits as 0; "" where it has none, or one that is too long, or several words."""
    name = element.get("id")
    if not name or len(name) > _LONGEST_NAME or len(name.split()) != 1:
        return ""
    return _DIGITS.sub("0", name.strip())


def _number_of(element: HtmlElement, numbers: dict[HtmlElement, int], nodes: list[Node]) -> int:
    known = numbers.get(element)
    if known is not None:
        return known
    path = []
    above: HtmlElement | None = element
    while above is not None and above not in numbers and above.tag not in ("body", "html"):
        path.append(above)
        above = above.getparent()
    number = numbers.get(above, -1) if above is not None else -1
    for inner in reversed(path):
        nodes.append(Node(parent=number, make=make_of_node(inner), name=name_of(inner)))
        number = numbers[inner] = len(nodes) - 1
    return number


def _stretches(
    layout: Layout, roots: Iterable[HtmlElement], skipped: frozenset[int]
) -> Iterator[tuple[HtmlElement, list[int], list[str]]]:
    """Each run of text in one block, parted by line breaks: the block, its text nodes' numbers, its text.

    A layout has the text nodes with letters alone; here the others are wanted too: a full stop, a space.
    """
    number = 0
    for root in roots:
        current: HtmlElement | None = None
        numbers: list[int] = []
        said: list[str] = []
        ahead: list[str] = []
        parted = False
        for block, text, hidden in _texts_of(root):
            if text is None:
                parted = block is current
            elif own := list(_numbers_in(text, layout, number)):
                if current is not block or parted:
                    if current is not None and numbers:
                        yield current, numbers, said
                    current, numbers, said, parted = block, [], ahead, False
                if not hidden and (seen := [one for one in own if one not in skipped]):
                    numbers += seen
                    said.append(text)
                ahead = []
                number += len(own)
            elif block is current and not parted:
                said.append(text)
            else:
                ahead = [text]
        if current is not None and numbers:
            yield current, numbers, said


def _numbers_in(text: str, layout: Layout, number: int) -> Iterator[int]:
    """The layout's text nodes that a text is made of, the first of which would be `number`.

    Several, where something between them was taken out of the document.
    """
    end = 0
    while number < len(layout.texts):
        begin = text.find(layout.texts[number], end)
        if begin < 0 or not (begin == end or text[end:begin].isspace()):
            return
        yield number
        end = begin + len(layout.texts[number])
        number += 1


def _texts_of(root: HtmlElement) -> Iterator[tuple[HtmlElement, str | None, bool]]:
    """The text nodes in an element: its block, itself (None: a line break), whether it is hidden."""
    blocks = [block_of(root)]
    hidden = [False]
    """Of the elements around, whether one is hidden."""
    for event, element in iterwalk(root, events=("start", "end")):
        is_block = element.tag not in INLINE and element.tag != "br" and element is not root
        if event == "start":
            hidden.append(hidden[-1] or is_hidden(element))
            if element.tag == "br":
                yield blocks[-1], None, False
            elif is_block:
                blocks.append(element)
            text, owner = element.text, element
        else:
            hidden.pop()
            if element is root:
                return
            if is_block:
                blocks.pop()
            around = element.getparent()
            text, owner = element.tail, element if around is None else around
        if text and owner.tag not in UNSEEN:
            yield blocks[-1], text, hidden[-1]
