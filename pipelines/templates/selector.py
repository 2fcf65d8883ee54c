"""Where on the pages of a source the article stands: an element told by its tag and one of its names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipelines.templates.outline import Node, Outline, make_of_node, name_of

_PLAIN_TAG = re.compile("[a-z][a-z0-9]*")
_NEXT_TO_NONE = 0.2
_TELLING = frozenset({"article", "main"})
"""Tags that say what an element holds, as those do that a site has made: "story-body"."""
_FAR_MORE = 2
MOST_CONTAINERS = 100
"""Of a page, that are counted."""
_NAMES = 12
"""Classes of an element that it is looked for by."""


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """An element by its tag and a class or an id, digits as 0."""

    tag: str
    name: str = ""
    """".body", "#content"; "" for an element without any."""

    def __str__(self) -> str:
        return self.tag + self.name


@dataclass(frozen=True, slots=True)
class Selector:
    """An element that holds articles, as CSS would name it: "div.body", "main#content > div"."""

    step: Step
    parent: Step | None = None
    """The element around it, where it has no name of its own."""

    def __str__(self) -> str:
        return f"{self.parent} > {self.step}" if self.parent else str(self.step)

    def __lt__(self, other: "Selector") -> bool:
        return str(self) < str(other)

    @classmethod
    def read(cls, text: str) -> "Selector":
        """The selector that is written so."""
        *parent, own = (_step(part) for part in text.split(" > "))
        return cls(own, parent[0] if parent else None)

    def places_in(self, outline: Outline) -> list[int]:
        """The outermost elements of an outline that it finds, by their numbers."""
        found = set(outline.told.get((self.step.tag, self.step.name), ()))
        if self.parent is not None:
            found = {number for number in found if self._is_in_its_parent(outline, number)}
        return sorted(n for n in found if found.isdisjoint(outline.above(outline.nodes[n].parent)))

    def _is_in_its_parent(self, outline: Outline, number: int) -> bool:
        if self.parent is None:
            return True
        parent = outline.nodes[number].parent
        return parent >= 0 and _fits(self.parent, outline.nodes[parent].make, outline.nodes[parent].name)

    def elements_in(self, tree: HtmlElement) -> list[HtmlElement]:
        """The outermost elements of a document that it finds, in page order."""
        found: dict[HtmlElement, None] = {}
        for element in _likely(self.step, tree):
            if self._finds(element) and not any(e in found for e in element.iterancestors(self.step.tag)):
                found[element] = None
        return list(found)

    def _finds(self, element: HtmlElement) -> bool:
        if not _fits(self.step, make_of_node(element), name_of(element)):
            return False
        if self.parent is None:
            return True
        around = element.getparent()
        return around is not None and _fits(self.parent, make_of_node(around), name_of(around))


def _likely(step: Step, tree: HtmlElement) -> Iterable[HtmlElement]:
    """The elements that a step may mean, and some others, in page order."""
    piece = max(step.name[1:].split("0"), key=len)  # a 0 stands for any digits
    if not piece:
        return tree.iter(step.tag)
    found = _search(step.tag, "id" if step.name.startswith("#") else "class")(tree, piece=piece)
    return (e for e in found if e.tag == step.tag) if isinstance(found, list) else ()


@lru_cache(maxsize=256)
def _search(tag: str, attribute: str) -> XPath:
    """Finds elements whose attribute has a text in it; of one tag, if XPath takes it for a name."""
    return XPath(
        f"descendant-or-self::{tag if _PLAIN_TAG.fullmatch(tag) else '*'}[contains(@{attribute}, $piece)]"
    )


def _step(text: str) -> Step:
    end = min((at for mark in "#." if (at := text.find(mark)) >= 0), default=len(text))
    return Step(text[:end], text[end:])  # a class may have a "#" in it, an id a "."


def _fits(step: Step, make: str, name: str) -> bool:
    tag, _, classes = make.partition(".")
    if tag != step.tag:
        return False
    if step.name.startswith("#"):
        return step.name[1:] == name
    return step.name[1:] in classes.split(".") if step.name else not classes and not name


def selectors_of(outline: Outline, number: int) -> Iterator[Selector]:
    """The selectors that find an element of an outline."""
    node = outline.nodes[number]
    steps = list(steps_of(node))
    if steps != [Step(tag_of(node))]:
        yield from map(Selector, steps)
        return
    if tag_of(node) in _TELLING or "-" in tag_of(node):
        yield Selector(steps[0])
    if node.parent >= 0:
        yield from (
            Selector(steps[0], parent) for parent in steps_of(outline.nodes[node.parent]) if parent.name
        )


def selectors_at(element: HtmlElement) -> Iterator[Selector]:
    """The selectors that find an element of a document."""
    around = element.getparent()
    outer = Node(-1, "", "") if around is None else Node(-1, make_of_node(around), name_of(around))
    inner = Node(0, make_of_node(element), name_of(element))
    return selectors_of(Outline(nodes=(outer, inner), blocks=()), 1)


def tag_of(node: Node) -> str:
    return node.make.partition(".")[0]


def steps_of(node: Node) -> Iterator[Step]:
    """The ways to tell an element: by its id, by each of its classes; by its tag if it has neither."""
    tag, _, classes = node.make.partition(".")
    if node.name:
        yield Step(tag, f"#{node.name}")
    names = [part for part in classes.split(".") if part]
    yield from (Step(tag, f".{part}") for part in islice(dict.fromkeys(names), _NAMES))
    if not node.name and not classes:
        yield Step(tag)


def main_ones(sizes: Sequence[int], count: int) -> list[int]:
    """The numbers of the first `count` of several containers, by the sizes of their texts.

    Those with next to no text are passed over: a class may be given to other things too. More than there were
    on the pages of the source are not looked at: what follows may be another article. Where one of those has
    far more text, it may be the article itself: then there are none.
    """
    least = _NEXT_TO_NONE * max(sizes, default=0)
    found = [number for number, size in enumerate(sizes) if size and size >= least]
    first = sum(sizes[number] for number in found[:count])
    rest = max((sizes[number] for number in found[count:]), default=0)
    return found[:count] if rest <= _FAR_MORE * first else []
