"""The outline of a page: its blocks of text in page order, and the elements around them by their make."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from lxml.html import HtmlElement

from pipelines.document.layout import Layout, Place, block_of
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
    layout: Layout, skipped: frozenset[int] = frozenset(), *, keyed: bool = True
) -> tuple[Outline, list[Run]]:
    """The outline of a layout, and the text of each of its blocks.

    `skipped`: numbers of text nodes that are not looked at. `keyed`: whether the keys of the blocks will be
    asked for; they are 0 if not.
    """
    numbers: dict[HtmlElement, int] = {}
    nodes: list[Node] = []
    blocks: list[Block] = []
    runs: list[Run] = []
    for element, texts in _stretches(layout, skipped):
        text = _text_of(element, layout, texts)
        if not text:
            continue
        place = layout.place(texts[0], texts[-1])
        node = _number_of(element, numbers, nodes)
        linked = place.linked > _MOSTLY
        blocks.append(Block(node=node, key=key_of_line(text) if keyed else 0, size=len(text), linked=linked))
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
    """An element's id, digits as 0; "" where it has none, or one that is too long to be a name."""
    name = element.get("id")
    return _DIGITS.sub("0", name.strip()) if name and len(name) <= _LONGEST_NAME else ""


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


def _stretches(layout: Layout, skipped: frozenset[int]) -> Iterator[tuple[HtmlElement, list[int]]]:
    """Each run of text nodes in one block, parted by line breaks: the block, and their numbers."""
    current: HtmlElement | None = None
    run: list[int] = []
    for number, owner in enumerate(layout.owners):
        if number in skipped:
            continue
        block = block_of(owner)
        if run and (block is not current or _follows_break(layout.texts[number], block)):
            assert current is not None
            yield current, run
            run = []
        current = block
        run.append(number)
    if current is not None and run:
        yield current, run


def _follows_break(text: str, block: HtmlElement) -> bool:
    """Whether a line break stands before a text node, and nothing but space between."""
    node = text.getparent()  # type: ignore[attr-defined]
    if text.is_tail:  # type: ignore[attr-defined]
        return bool(node.tag == "br")
    while node is not None and node is not block:
        before = node.getprevious()
        if before is not None:
            return bool(before.tag == "br") and not (before.tail or "").strip()
        node = node.getparent()
        if node is None or (node.text or "").strip():
            return False
    return False


def _text_of(element: HtmlElement, layout: Layout, numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return tidy(layout.texts[numbers[0]])
    return tidy("".join(_spaced([layout.texts[number] for number in numbers])))


def _spaced(texts: Sequence[str]) -> Iterator[str]:
    """Texts of one block, with a space where the document has nothing but space between two elements."""
    for number, text in enumerate(texts):
        node = text.getparent()  # type: ignore[attr-defined]
        before = None if text.is_tail else node.getprevious()  # type: ignore[attr-defined]
        if number and before is not None and (before.tail or "").isspace():
            yield " "
        yield text
