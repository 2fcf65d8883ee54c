"""Where each stretch of a page's text stands in its document."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

UNSEEN = ("script", "style", "noscript", "textarea", "template", "option")
"""Elements whose own text nobody sees."""
_SEEN = f"text()[normalize-space() and not({' or '.join(f'parent::{tag}' for tag in UNSEEN)})]"
_TEXTS = XPath(f"//body//{_SEEN}")
_TEXTS_WITHIN = XPath(f"descendant::{_SEEN}")
_SHORT = 24
_KEY = re.compile(r"[\W_]+")
INLINE = frozenset(
    """a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark nobr q s samp small
    span strike strong sub sup time tt u var wbr""".split()  # noqa: SIM905 - quoted, thrice as long
)


def key_of(text: str) -> str:
    """The letters and digits of `text`, case folded: what is compared, since extraction changes the rest."""
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
    """The text nodes of a document's body in page order, and their letters in one string."""

    owners: list[HtmlElement] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    letters: str = ""
    _in_link: dict[HtmlElement, bool] = field(default_factory=dict)
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
        owners = self.owners[first : last + 1]
        ends = [*self.starts[first + 1 : last + 1], self._end_of(last)]
        lengths = [end - start for start, end in zip(self.starts[first : last + 1], ends, strict=True)]
        linked = sum(n for n, owner in zip(lengths, owners, strict=True) if self.in_link(owner))
        return Place(first, last, tuple(dict.fromkeys(owners)), linked / (sum(lengths) or 1))

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
            ends = [*self.starts[1:], len(self.letters)] if self.starts else []
            spans = zip(self.owners, self.starts, ends, strict=True)
            linked = sum(end - start for owner, start, end in spans if self.in_link(owner))
            self._linked = linked / (len(self.letters) or 1)
        return self._linked

    def in_link(self, element: HtmlElement) -> bool:
        """Whether an element is a link, or stands within one."""
        known = self._in_link.get(element)
        above: HtmlElement | None = element
        path = []
        while known is None and above is not None:
            # an anchor without an address is a target; old pages leave those open around all that follows
            if above.tag == "a" and above.get("href") is not None:
                known = True
            path.append(above)
            above = above.getparent()
            known = known if known is not None or above is None else self._in_link.get(above)
        if path:
            self._in_link.update(dict.fromkeys(path, bool(known)))
        return bool(known)


def read_layout(tree: HtmlElement) -> Layout:
    """The layout of a document, which must not change as long as it is used."""
    return _layout_of(_TEXTS(tree))


def read_layout_within(elements: Iterable[HtmlElement]) -> Layout:
    """The layout of these elements alone, none of which stands in another."""
    return _layout_of(text for element in elements for text in _TEXTS_WITHIN(element))


def _layout_of(found: Iterable[Any]) -> Layout:
    layout = Layout()
    keys: list[str] = []
    position = 0
    for text in found:
        owner = text.getparent()
        if text.is_tail:
            owner = owner.getparent()
        key = key_of(text)
        if key:
            layout.owners.append(owner)
            layout.texts.append(text)
            layout.starts.append(position)
            keys.append(key)
            position += len(key)
    layout.letters = "".join(keys)
    return layout


def block_of(element: HtmlElement) -> HtmlElement:
    """The nearest element around `element` that is set as a block."""
    while element.tag in INLINE:
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return element
