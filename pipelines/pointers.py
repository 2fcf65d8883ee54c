"""Pointers to other stories that are known by how they are made, in any language.

A content system or an editor sets a label of a few words and behind it a link, which is the other story's
title; a heading over a list of links; a box of both. That there is no sentence in it tells it from the text.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import takewhile

from lxml.html import HtmlElement

from pipelines.boilerplate import is_notice
from pipelines.document.layout import Layout, block_of, key_of
from pipelines.document.makes import HEADINGS
from pipelines.fingerprint import is_undivided, words_of
from pipelines.lines import Line, kept
from pipelines.see_also import begins_as_title, ends_sentence, is_pointer_heading

LABELLED, LABEL, SPACED, LISTED = "pointer: link", "pointer: label", "pointer: spaced", "pointer: list"

_LABEL_WORDS = 5
_LABEL_LETTERS = 40
_LONGEST_LABEL = 200
"""Characters: one of so many has no few letters."""
_TITLE_WORDS = 3
_TITLE_LETTERS = 15
"""Letters of the shortest title: of another story, and not a name or an address."""
_TITLE = 200
"""Characters of the longest title."""
_MOST_POINTERS = 0.2
"""Where pointers are more of the text than this, it is a list of links."""
_MOST_SPACED = 3
_MOST_LISTED = 0.25
_UNDIVIDED = 3
"""Letters of a script without spaces that say as much as a word."""
_PROSE = 80
_MARKED = re.compile(r"[:：|»>›→▶►–—-]\s*$")
_SPACED = re.compile(
    r"^\s*(?P<label>[^\W\d_][^\d:：.。?!,;|\"“”„«»()\[\]–—\xa0\n]{1,38})(?=\s*\xa0)\s{2,}(?P<title>\S.*)$",
    re.DOTALL,
)
"""A hard space among others: set by the content system, not by whoever wrote the text."""
_WHOLE = frozenset({"body", "article", "main", "html"})


def mark_pointers(lines: Sequence[Line], layout: Layout) -> None:
    """Take out labelled links, and labels of what is nothing but links."""
    remaining = kept(lines)
    _mark_few([line for line in remaining if _is_labelled(line, layout)], LABELLED, remaining)
    spaced = [line for number, line in enumerate(remaining) if _is_spaced(remaining, number, layout)]
    if len(spaced) <= _MOST_SPACED:
        _mark_few(spaced, SPACED, remaining)
    staying = kept(remaining)
    firsts = sorted(line.place.first for line in staying if line.place)
    headings = Counter(line.make for line in staying if _is_heading(line))
    for line in staying:
        if _is_label_of_links(line, firsts, headings, layout):
            line.rule = LABEL


def mark_listed_titles(lines: Sequence[Line]) -> None:
    """Take out the titles under a see-also heading at the end of a text, where nothing else follows."""
    staying = kept(lines)
    after = list(takewhile(lambda line: is_notice(line.text) or _is_listed(line.text), reversed(staying)))
    behind = {id(line) for line in after}
    first = next((n for n, line in enumerate(lines) if id(line) in behind), len(lines))
    # the heading itself was taken out: it is the line above, whatever was taken out between
    above = next((n for n in range(first - 1, -1, -1) if lines[n].rule is None), -1)
    heading = [line for line in lines[above + 1 : first] if is_pointer_heading(line.text)]
    if heading and len(after) < len(staying):
        _mark_few(after, LISTED, staying, _MOST_LISTED)


def _mark_few(found: Iterable[Line], rule: str, among: Sequence[Line], most: float = _MOST_POINTERS) -> None:
    lines = list(found)
    if sum(len(line.text) for line in lines) <= most * sum(len(line.text) for line in among):
        for line in lines:
            line.rule = rule


def _is_labelled(line: Line, layout: Layout) -> bool:
    """Whether a line is a label, and a link that is the rest of it: a title, and no sentence."""
    place = line.place
    if place is None or not 0 < place.linked < 1 or ends_sentence(line.text):
        return False
    owners = layout.owners[place.first : place.last + 1]
    texts = layout.texts[place.first : place.last + 1]
    linked = [layout.in_link(owner) for owner in owners]
    begin = linked.index(True) if True in linked else 0
    label, title = "".join(texts[:begin]), "".join(texts[begin:])
    if not begin or not all(linked[begin:]) or not _is_label(label) or not _is_title(title):
        return False
    # a mark parts them, or the label is an element of its own
    return bool(_MARKED.search(label)) or owners[begin - 1] not in set(owners[begin].iterancestors())


def _is_spaced(lines: Sequence[Line], number: int, layout: Layout) -> bool:
    """Whether a line between paragraphs is a label, a gap and a title, whose link is lost."""
    place = lines[number].place
    if place is None or place.last - place.first > 3 or lines[number].tag in HEADINGS:
        return False
    found = _SPACED.match("".join(layout.texts[place.first : place.last + 1])[:300])
    if not found or not _is_label(found["label"]) or not _is_title(found["title"]):
        return False
    beside = [*lines[max(number - 1, 0) : number], *lines[number + 1 : number + 2]]
    return any(len(line.text) >= _PROSE for line in beside)


def _is_label(text: str) -> bool:
    text = text.strip()
    if len(text) > _LONGEST_LABEL:
        return False
    short = len(key_of(text)) <= _LABEL_LETTERS and 0 < _words(text) <= _LABEL_WORDS
    return short and not ends_sentence(text)


def _is_title(text: str) -> bool:
    text = " ".join(text.split())
    if "://" in text or _words(text) < _TITLE_WORDS or not _is_long(text) or len(text) > _TITLE:
        return False
    return begins_as_title(text) and not ends_sentence(text)


def _is_listed(text: str) -> bool:
    """Whether a line may be a title in a list, however short."""
    text = text.strip(" -–•*·\t\r")
    return len(text) <= _TITLE and begins_as_title(text) and not ends_sentence(text)


def _is_long(text: str) -> bool:
    return len(key_of(text)) >= (_TITLE_LETTERS // 2 if is_undivided(text) else _TITLE_LETTERS)


def _words(text: str) -> int:
    words = words_of(text)
    return -(-len(words) // _UNDIVIDED) if is_undivided(text) else len(words)


def _is_label_of_links(line: Line, firsts: Sequence[int], headings: Counter[str], layout: Layout) -> bool:
    """Whether a line stands over links that are all there is of their blocks, and not in the text."""
    place = line.place
    if place is None or place.linked > 0.5 or not _is_label(line.text):
        return False
    begin = place.last + 1
    end = _end_of_links(begin, layout)
    if not _is_long("".join(layout.texts[begin:end])):
        return False
    if bisect_left(firsts, begin) != bisect_left(firsts, end):
        return False
    if _is_box(place.first, begin, end, layout):
        return True
    blocks = {block_of(owner) for owner in layout.owners[begin:end]}
    several = len(blocks) > 1 or any(block.tag == "li" for block in blocks)
    says_more_follows = line.text.rstrip().endswith((":", "："))
    if several or not _is_heading(line):
        return several and (says_more_follows or _is_heading(line))
    # a heading of the article's own may stand over a pointer
    return says_more_follows or headings[line.make] == 1


def _end_of_links(begin: int, layout: Layout) -> int:
    """The number of the first text node from `begin` on that stands in a block with text that is no link."""
    end = begin
    while end < len(layout.owners) and layout.in_link(layout.owners[end]):
        end += 1
    if end < len(layout.owners):
        block = block_of(layout.owners[end])
        while end > begin and block_of(layout.owners[end - 1]) is block:
            end -= 1
    return end


def _is_box(first: int, begin: int, end: int, layout: Layout) -> bool:
    """Whether the smallest element around a label and something behind it holds nothing but links else."""
    if begin == end:
        return False
    owners = layout.owners
    behind = {owners[begin], *owners[begin].iterancestors()}
    box = next((e for e in (owners[first], *owners[first].iterancestors()) if e in behind), None)
    if box is None or box.tag in _WHOLE:
        return False
    outside = [owners[number] for number in (first - 1, end) if 0 <= number < len(owners)]
    return not any(box is owner or box in owner.iterancestors() for owner in outside)


def _is_heading(line: Line) -> bool:
    return line.tag in HEADINGS or (line.place is not None and _is_bold(line.place.elements[0]))


def _is_bold(element: HtmlElement) -> bool:
    for parent in (element, *element.iterancestors()):
        if parent.tag in ("b", "strong"):
            return True
        if block_of(parent) is parent:
            return False
    return False
