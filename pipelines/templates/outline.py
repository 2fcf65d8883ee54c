"""The outline of a page: its blocks of text in page order, and the elements around them by their make."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from pipelines.document.layout import INLINE, UNSEEN, Layout, Place, block_of, is_hidden
from pipelines.document.makes import LINKED
from pipelines.learned import line_key
from pipelines.lines import tidy

INSIDE = "^"
"""Stands in a make for the element that holds the article, and all around it."""
_MOSTLY = 0.5
_LEVELS = 3
_LONGEST_NAME = 40
_LONGEST = 200
"""Characters of a class attribute that are looked at; utility classes run to thousands."""
_DIGITS = re.compile(r"\d+")


class Node(NamedTuple):  # a page has some hundred: a tuple is made in half of the time
    """An element around blocks."""

    parent: int
    """The number of the nearest element around it that is in the outline; -1 for the outermost."""
    make: str
    """Its tag and classes; see `make_of_node`."""
    name: str
    """Its id, digits as 0; "" if it has none."""


class Block(NamedTuple):
    """A run of text in the smallest element around it that is set as a block."""

    node: int
    """The number of that element."""
    key: int
    """A hash of its letters, case folded, digits masked: the same line has the same; 0 for few letters."""
    size: int
    """Characters."""
    linked: bool
    """Whether it is mostly link text."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A page, or a part of it, as templates see it. Holds no text and no element: it can be kept."""

    nodes: tuple[Node, ...]
    blocks: tuple[Block, ...]

    @cached_property
    def told(self) -> Mapping[tuple[str, str], Sequence[int]]:
        """The numbers of its elements by what these are told by, in order.

        That is a tag, and a class (".body") or an id ("#content"); "" for an element that has none.
        """
        alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number, node in enumerate(self.nodes):
            alike[node.make, node.name].append(number)
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for (make, name), numbers in alike.items():
            tag, *classes = make.split(".")
            names = [f".{one}" for one in dict.fromkeys(classes)] + ([f"#{name}"] if name else [])
            for one in names or [""]:
                found[tag, one] += numbers
        return {key: sorted(numbers) for key, numbers in found.items()}

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
            if len(parts) == _LEVELS:
                break
            parts.append(self.nodes[number].make)
        return (LINKED if block.linked else "") + "<".join(parts)

    def make_outside(self, block: Block) -> str:
        """How a block is made that stands in no holder; `make_of_outside` tells it without an outline."""
        return self.make_within(block, frozenset())


class Run(NamedTuple):
    """A block's text and where it stands, as long as the page is at hand."""

    text: str
    first: int
    """The number of its first text node."""
    last: int
    layout: Layout

    @property
    def numbers(self) -> range:
        """Of all its text nodes."""
        return range(self.first, self.last + 1)

    @property
    def place(self) -> Place:
        return self.layout.place(self.first, self.last)


def outline_of(
    layout: Layout, skipped: frozenset[int] = frozenset(), *, keyed: bool = True
) -> tuple[Outline, list[Run]]:
    """The outline of the elements that were laid out, and the text of each of its blocks.

    `skipped`: numbers of text nodes that are not looked at. `keyed`: whether the keys of the blocks will be
    asked for; they are 0 if not.
    """
    numbers: dict[HtmlElement, int] = {}
    nodes: list[Node] = []
    blocks: list[Block] = []
    runs: list[Run] = []
    for element, first, last, said in _stretches(layout, skipped):
        if text := tidy("".join(said)):
            node = _number_of(element, numbers, nodes)
            linked = layout.linked_between(first, last) > _MOSTLY
            blocks.append(Block(node, key_of_line(text) if keyed else 0, len(text), linked))
            runs.append(Run(text, first, last, layout))
    return Outline(nodes=tuple(nodes), blocks=tuple(blocks)), runs


def key_of_line(text: str) -> int:
    """A hash of what makes two lines the same; 0 for a line of too few letters to be told by them."""
    key = line_key(text)
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).digest()) if key else 0


def make_of_node(element: HtmlElement) -> str:
    """An element's tag and classes, as "p.lead.wide": digits as 0, the classes by their letters."""
    return _make(str(element.tag), (element.get("class") or "")[:_LONGEST])


def make_of_outside(element: HtmlElement) -> str:
    """`Outline.make_outside` of a block, by its element in the document; never marked as LINKED."""
    above = (element, *islice(element.iterancestors(), _LEVELS - 1))
    return "<".join(make_of_node(e) for e in above if e.tag not in ("body", "html"))


def make_around(make: str) -> str:
    """The make of what is around a block, of its own."""
    return make.partition("<")[2]


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


def _stretches(layout: Layout, skipped: frozenset[int]) -> Iterator[tuple[HtmlElement, int, int, list[str]]]:
    """Each run of text in one block, parted by line breaks.

    The block, the numbers of the run's first text node and its last, and what it says. A layout has the text
    nodes with letters alone; here the others are wanted too: a full stop, a space.
    """
    texts = layout.texts
    number = 0
    for root in layout.roots:
        current: HtmlElement | None = None
        first = last = -1
        said: list[str] = []
        ahead: list[str] = []
        parted = False
        for block, text, hidden in _texts_of(root):
            if text is None:
                parted = block is current
            elif number < len(texts) and text == texts[number]:
                if current is not block or parted:
                    if current is not None and first >= 0:
                        yield current, first, last, said
                    current, first, said, parted = block, -1, ahead, False
                if not hidden and number not in skipped:
                    first, last = number if first < 0 else first, number
                    said.append(text)
                ahead = []
                number += 1
            elif block is current and not parted:
                said.append(text)
            else:
                ahead = [text]
        if current is not None and first >= 0:
            yield current, first, last, said


def _texts_of(root: HtmlElement) -> Iterator[tuple[HtmlElement, str | None, bool]]:
    """The text nodes in an element: its block, itself (None: a line break), whether it is hidden."""
    blocks = [block_of(root)]
    hidden = 0
    """How many elements around are, the outermost hidden one counted."""
    for event, element in iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if hidden or is_hidden(element):
                hidden += 1
            if tag == "br":
                yield blocks[-1], None, False
            elif tag not in INLINE and element is not root:
                blocks.append(element)
            text = element.text
            if text and tag not in UNSEEN:
                yield blocks[-1], text, hidden > 0
        else:
            if hidden:
                hidden -= 1
            if element is root:
                return
            if tag not in INLINE and tag != "br":
                blocks.pop()
            text, around = element.tail, element.getparent() if element.tail else None
            if text and around is not None and around.tag not in UNSEEN:
                yield blocks[-1], text, hidden > 0
