"""Paragraphs of the article that extraction missed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from pipelines.boilerplate import ENDS_AS_SENTENCE, ancestors_of, is_call, is_named, names_of
from pipelines.document.layout import INLINE, Layout, Place, block_of, is_hidden, key_of
from pipelines.document.makes import is_telling, make_of
from pipelines.lines import Line, insert, kept, line_at, tidy

_SHORTEST = 40
"""Characters of the shortest paragraph that is taken in."""
_SHORTEST_TOLD = 60
_LONGEST_TOLD = 600
"""Characters of a standfirst that only its place tells."""
PARAGRAPHS = INLINE | {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
_CLOCK = re.compile(r"\d[:.h]\d\d|\b(?:19|20)\d\d.?$")
_GLUED = re.compile(r"[.!?]$")
_STANDFIRST = frozenset(
    """standfirst subtitle subheadline subhead subheading dek deck lede intro excerpt epigraph vorspann chapo
    sottotitolo occhiello bajada subtitulo entradilla ingress manchet perex""".split()  # noqa: SIM905 - quoted, thrice as long
)


def container_of(lines: Sequence[Line]) -> HtmlElement | None:
    """The smallest element that holds 70 % of the text."""
    held = Counter[HtmlElement]()
    depth: dict[HtmlElement, int] = {}
    for line in lines:
        if line.place:
            above = [line.place.elements[0], *line.place.elements[0].iterancestors()]
            for level, element in enumerate(reversed(above)):
                held[element] += len(line.text)
                depth[element] = level
    total = sum(len(line.text) for line in lines if line.place)
    large = [element for element, size in held.items() if size >= 0.7 * total]
    smallest = max(large, key=depth.__getitem__, default=None)
    # a paragraph that is most of a short text is one of several
    while smallest is not None and smallest.tag in PARAGRAPHS and smallest.getparent() is not None:
        smallest = smallest.getparent()
    return smallest


def add_missed_paragraphs(
    lines: list[Line], layout: Layout, container: HtmlElement | None, taken: Sequence[Line] = ()
) -> None:
    """Take in paragraphs that are made like the accepted ones: same tag, class, parent and grandparent.

    An article that is split over several containers is often extracted from one of them.
    """
    found = kept(lines)
    accepted = Counter[str]()
    sizes = _sizes(found)
    for block, size in sizes.items():
        accepted[make_of(block)] += size
    total = sum(len(line.text) for line in found)
    alike = {made for made, size in accepted.items() if size >= 0.25 * total and is_telling(made)}
    whole = {block for block, size in sizes.items() if size >= 0.25 * total}
    if alike or whole:
        for line in list(_missed([*lines, *taken], layout, alike, whole, ancestors_of(container))):
            insert(lines, line)


def _missed(
    lines: Sequence[Line],
    layout: Layout,
    alike: set[str],
    whole: set[HtmlElement],
    around: frozenset[HtmlElement],
) -> Iterator[Line]:
    """Lines for blocks that are made alike and lack altogether, and for what lacks of the blocks in `whole`.

    The latter are containers in which paragraphs are only set apart by line breaks.
    """
    known = "".join(key_of(line.text) for line in lines if line.place is None)
    taken = bytearray(len(layout.texts))
    for line in lines:
        if line.place:
            taken[line.place.first : line.place.last + 1] = b"\1" * (line.place.last + 1 - line.place.first)
    number = 0
    while number < len(taken):
        first = number
        block = block_of(layout.owners[first])
        while number < len(taken) and not taken[number] and block_of(layout.owners[number]) is block:
            number += 1
        if number == first:
            number += 1
            continue
        text = tidy("".join(layout.texts[first:number]))
        if len(text) < _SHORTEST or is_named(block, around) or (known and key_of(text) in known):
            continue
        place = layout.place(first, number - 1)
        complete = make_of(block) in alike and len(text) > 0.9 * len(tidy("".join(block.itertext())))
        missed = place.linked < 0.4 and (complete or (block in whole and ENDS_AS_SENTENCE.search(text)))
        if missed and not _is_unseen(place.elements[0]):
            yield line_at(text, place)


def _is_unseen(element: HtmlElement) -> bool:
    """Whether an element stands in one that nobody sees."""
    around = (element, *element.iterancestors())
    return any(is_hidden(one) or one.get("hidden") is not None for one in around)


def _sizes(lines: Sequence[Line]) -> dict[HtmlElement, int]:
    """The accepted text of each block, in characters."""
    sizes = Counter[HtmlElement]()
    for line in lines:
        if line.place:
            sizes[block_of(line.place.elements[0])] += len(line.text)
    return sizes


def add_standfirst(
    lines: list[Line], layout: Layout, standfirst: str | None, around: frozenset[HtmlElement]
) -> None:
    """Take in the standfirst where the page shows it above the text but extraction left it out.

    It is the description that the page gives of itself, or a block under the headline that is named so, or
    the only sentences between the headline and the text.
    """
    placed = [line.place.first for line in kept(lines) if line.place]
    if not placed:
        return
    known = "".join(key_of(line.text) for line in lines)
    for text, place in _standfirsts(layout, standfirst, min(placed)):
        block = block_of(place.elements[0])
        if key_of(text)[:200] not in known and place.linked < 0.5 and not is_named(block, around):
            insert(lines, line_at(text, place))
            return


def _standfirsts(layout: Layout, description: str | None, end: int) -> Iterator[tuple[str, Place]]:
    key = key_of(description or "")
    position = layout.letters.find(key) if len(key) >= 25 else -1
    if 0 <= position < layout.starts[end]:
        yield description or "", layout.between(position, position + len(key))
    blocks = list(_blocks_before(layout, end))
    for block, text, place in blocks:
        above = (block, *islice(block.iterancestors(), 1))
        if any(_STANDFIRST & names_of(element) for element in above) and len(text) >= _SHORTEST:
            yield text, place
    headline = max((number for number, (block, *_) in enumerate(blocks) if _in_headline(block)), default=None)
    if headline is not None:
        told = [(text, place) for block, text, place in blocks[headline + 1 :] if _is_told(block, text)]
        if len(told) == 1:
            yield told[0]


def _blocks_before(layout: Layout, end: int) -> Iterator[tuple[HtmlElement, str, Place]]:
    """The blocks of text before a text node, in page order."""
    first = 0
    for number in range(end):
        block = block_of(layout.owners[number])
        if number + 1 == end or block_of(layout.owners[number + 1]) is not block:
            yield block, _joined(layout.texts[first : number + 1]), layout.place(first, number)
            first = number + 1


def _joined(texts: Sequence[str]) -> str:
    """The text of a block; a sentence that ends with its element is followed by a space."""
    parts = [*texts[:1]]
    for text in texts[1:]:
        parts.append(f" {text}" if _GLUED.search(parts[-1]) and text[:1].isupper() else text)
    return tidy("".join(parts))


def _in_headline(block: HtmlElement) -> bool:
    return block.tag == "h1" or next(block.iterancestors("h1"), None) is not None


def _is_told(block: HtmlElement, text: str) -> bool:
    """Whether a block is a sentence or two, no date and no call, and not written under a picture."""
    if not _SHORTEST_TOLD <= len(text) <= _LONGEST_TOLD or not ENDS_AS_SENTENCE.search(text):
        return False
    if _CLOCK.search(text) or is_call(text):
        return False
    if next(block.iterancestors("figure", "form", "dialog", "ul", "ol"), None) is not None:
        return False
    return not any(_is_under_picture(parent, text) for parent in (block, *islice(block.iterancestors(), 2)))


def _is_under_picture(element: HtmlElement, text: str) -> bool:
    """Whether an element holds a picture, and little text but this."""
    if next(element.iter("img", "picture", "video"), None) is None:
        return False
    return len(tidy("".join(element.itertext()))) < 1.5 * len(text)
