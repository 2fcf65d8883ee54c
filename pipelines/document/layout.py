"""Where each stretch of a page's text stands in its document."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice

from lxml.etree import iterwalk
from lxml.html import HtmlElement

UNSEEN = frozenset({"script", "style", "noscript", "textarea", "template", "option"})
"""Elements whose own text nobody sees."""
_SHORT = 24
_KEY = re.compile(r"[\W_]+")
# The same for ASCII: four times as fast, and most stretches of text are.
_SMALL = bytes(range(128)).lower() + bytes(range(128, 256))
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
INLINE = frozenset(
    """a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark nobr q s samp small
    span strike strong sub sup time tt u var wbr""".split()  # noqa: SIM905 - quoted, thrice as long
)


def key_of(text: str) -> str:
    """The letters and digits of `text`, case folded: what is compared, since extraction changes the rest."""
    if text.isascii():
        return text.encode().translate(_SMALL, _NO_LETTERS).decode()
    return _KEY.sub("", text).casefold()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch of text stands."""

    first: int
    """Number of its first text node, in page order."""
    last: int
    elements: tuple[HtmlElement, ...]
    """The elements its text nodes stand in."""
    linked: float
    """The share of its letters that are link text."""


@dataclass(slots=True)
class Layout:
    """The text nodes of a document's body or of parts of it, in page order, and their letters."""

    roots: list[HtmlElement] = field(default_factory=list)
    """The elements that were laid out."""
    owners: list[HtmlElement] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    letters: str = ""
    links: set[HtmlElement] = field(default_factory=set)
    """The elements that are a link, or stand within one."""
    _spans: dict[HtmlElement, tuple[int, int]] = field(default_factory=dict)
    """Of each element with text of its own, the numbers of its first text node and its last."""
    _linked: float | None = None
    _cursor: int = 0

    def find(self, line: str) -> Place | None:
        """The place of a line of extracted text, sought from the line found before on, then from the top."""
        key = key_of(line)
        if not key:
            return None
        start = self._position(key, self._cursor)
        if start < 0 and (start := self._position(key, 0)) < 0:
            return None
        self._cursor = start + len(key)
        return self.between(start, self._cursor)

    def between(self, start: int, end: int) -> Place:
        """The place of the letters from `start` to before `end`."""
        return self.place(bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1)

    def _position(self, key: str, cursor: int) -> int:
        start = self.letters.find(key, cursor)
        # a few letters turn up anywhere: they must at least begin a text node
        while len(key) < _SHORT and start >= 0 and self.starts[bisect_right(self.starts, start) - 1] != start:
            start = self.letters.find(key, start + 1)
        return start

    def place(self, first: int, last: int) -> Place:
        """The place of the text nodes from `first` to `last`."""
        owners = tuple(dict.fromkeys(self.owners[first : last + 1]))
        return Place(first, last, owners, self.linked_between(first, last))

    def linked_between(self, first: int, last: int) -> float:
        """The share of the letters of the text nodes from `first` to `last` that are link text."""
        if first == last:
            return float(self.in_link(self.owners[first]))
        starts = [*self.starts[first : last + 1], self._end_of(last)]
        owners = self.owners[first : last + 1]
        linked = sum(
            end - start
            for start, end, owner in zip(starts, starts[1:], owners, strict=False)
            if self.in_link(owner)
        )
        return linked / (starts[-1] - starts[0])

    def _end_of(self, number: int) -> int:
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.letters)

    def place_of(self, element: HtmlElement) -> Place | None:
        """The place of all text in an element; None if there is none."""
        if len(self._spans) == 0:
            for number, owner in enumerate(self.owners):
                first, _ = self._spans.get(owner, (number, number))
                self._spans[owner] = (first, number)
        spans = [self._spans[inner] for inner in element.iter() if inner in self._spans]
        if not spans:
            return None
        return self.place(min(first for first, _ in spans), max(last for _, last in spans))

    def linked_share(self) -> float:
        """The share of all letters that are link text."""
        if self._linked is None:
            self._linked = self.linked_between(0, len(self.owners) - 1) if self.owners else 0.0
        return self._linked

    def in_link(self, element: HtmlElement) -> bool:
        """Whether an element is a link, or stands within one."""
        return element in self.links


def read_layout(tree: HtmlElement) -> Layout:
    """The layout of a document, which must not change as long as it is used."""
    return read_layout_within(islice(tree.iter("body"), 1))


def read_layout_within(elements: Iterable[HtmlElement]) -> Layout:
    """The layout of these elements alone, none of which stands in another."""
    layout = Layout()
    keys: list[str] = []
    for element in elements:
        layout.roots.append(element)
        for owner, text in _texts_in(element, layout.links):
            if key := key_of(text):
                layout.owners.append(owner)
                layout.texts.append(text)
                keys.append(key)
    layout.starts = list(accumulate(map(len, keys[:-1]), initial=0)) if keys else []
    layout.letters = "".join(keys)
    return layout


def _texts_in(root: HtmlElement, links: set[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """The texts that are shown, each with the element it stands in; `links` is given what is in a link."""
    around: list[HtmlElement] = []
    if any(map(_is_link, root.iterancestors("a"))):
        links.add(root)
    for event, element in iterwalk(root, events=("start", "end")):
        if event == "start":
            if (around and around[-1] in links) or _is_link(element):
                links.add(element)
            around.append(element)
            text, owner = element.text, element
        else:
            around.pop()
            if not around:
                return
            text, owner = element.tail, around[-1]
        if text and not text.isspace() and owner.tag not in UNSEEN:
            yield owner, text


def _is_link(element: HtmlElement) -> bool:
    # an anchor without an address is a target; old pages leave those open around all that follows
    return element.tag == "a" and element.get("href") is not None


def is_hidden(element: HtmlElement) -> bool:
    """Whether nobody sees an element, nor what stands in it: the extractor passes it over, too."""
    style = element.get("style")
    return element.get("aria-hidden") == "true" or (
        style is not None and "display:none" in style.replace(" ", "").lower()
    )


def block_of(element: HtmlElement) -> HtmlElement:
    """The nearest element around `element` that is set as a block."""
    while element.tag in INLINE:
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return element
