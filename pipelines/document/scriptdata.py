"""The text of an article that stands in a page's script data, where the document itself has none."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

from lxml.html import HtmlElement

from pipelines.document.decode import decode
from pipelines.document.escapes import unescaped, without_unfit_escapes
from pipelines.document.layout import block_of, key_of, read_layout
from pipelines.document.parse import TooDeep, parse
from pipelines.fingerprint import words_of
from pipelines.lines import tidy
from pipelines.metadata.head import Head
from pipelines.page import Page

_STUB = 600
"""Letters of text in the document from which on script data are not asked."""
_FAR_LESS = 2.5
"""How many times longer a stated articleBody must be to be asked all the same."""
_LEAST = 400
"""Letters that they must have more than the document."""
_PARAGRAPH = 40
"""Characters of a string that may be a paragraph."""
_FEWEST = 3
"""Paragraphs."""
_SHORTEST_SCRIPT = 600
_MOST_SCRIPT = 6_000_000
"""Characters of all scripts of a page that are read."""
_MOST_DECODED = 3
"""Times the characters of a page that are decoded as JSON: what is broken is tried again further on."""
_MOST_VALUES = 200_000
"""Values of one page's script data that are looked at."""
_MOST_STARTS = 6
"""Places in a script at which data may begin."""
_MOST_ROWS = 2_000
"""Values of a stream that are decoded."""
_MOST_CANDIDATES = 400
_TAG = re.compile(r"<(?:p|div|br|h[2-6]|ul|blockquote)\b[^<>]{0,500}/?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,500}>")
_START = re.compile(r"""(?:=|\(|,)\s*(?P<parse>JSON\.parse\(\s*)?(?=[{\["'])""")
_UNDEFINED = re.compile(r"(?<=[:,\[])\s*(?:undefined|NaN|new Date\([^()]{0,40}\))(?=\s*[,}\]])")
_FLIGHT = re.compile(r"^[0-9a-f]{1,4}:(?=[{\[])", re.MULTILINE)
"""Begins a value in the stream of a React server, https://nextjs.org/docs."""
_SENTENCE = re.compile(r"[.!?。！？؟।…][\"'”’»)\]]*\s*(?:$|\s)")
_DECODER = json.JSONDecoder(strict=False)


def is_stub(text: str, head: Head) -> bool:
    """Whether a text is so short, by itself or beside what JSON-LD has, that there may be more of it."""
    stated = len(head.said("articleBody") or "")
    if not stated and len(key_of(text[: 2 * _STUB])) >= _STUB:  # as with most pages
        return False
    letters = len(key_of(text))
    return letters < _STUB or stated > _FAR_LESS * letters


def script_text(page: Page, head: Head, title: str, stub: str) -> list[str]:
    """The paragraphs of the article as the page's script data have them; none if none fit the page.

    `stub` is what the document has. The text must be a good deal longer, and have the stub in it; or half the
    words of the title, where the document has nothing and calls itself an article. What the publisher says is
    not free is not looked for.
    """
    if any(str(node.get("isAccessibleForFree")).lower() == "false" for node in head.nodes):
        return []
    letters = len(key_of(stub))
    least = letters + _LEAST if letters < _STUB else _FAR_LESS * letters
    best: list[str] = []
    for paragraphs in islice(_candidates(page, head), _MOST_CANDIDATES):
        size = sum(map(len, paragraphs))
        longer = size > sum(map(len, best)) and size >= least
        if longer and _is_prose(paragraphs) and _fits(paragraphs, title, stub, claimed=head.claims_article):
            best = paragraphs
    return best


def _candidates(page: Page, head: Head) -> Iterator[list[str]]:
    if body := head.said("articleBody"):
        yield _paragraphs_of(body)
    values = islice(_walk(list(_data_in(page))), _MOST_VALUES)
    for value in values:
        if isinstance(value, str):
            if len(value) >= _LEAST and len(_TAG.findall(value, 0, 20_000)) >= _FEWEST:
                yield _paragraphs_of(value)
        elif len(value) >= _FEWEST:
            texts = [_text_in(item) for item in (value.values() if isinstance(value, dict) else value)]
            if sum(map(bool, texts)) >= _FEWEST:
                yield [text for text in texts if text]


def _data_in(page: Page) -> Iterator[Any]:
    """The values that a page's scripts hold as JSON, or assign to something."""
    document = decode(page.body, page.content_type)
    try:
        tree = parse(document)
    except TooDeep:
        return
    left, flight, loader = _MOST_SCRIPT, [], _Loader(_MOST_DECODED * len(document))
    for script in tree.iter("script") if tree is not None else ():
        text = without_unfit_escapes(script.text or "")
        if not _SHORTEST_SCRIPT <= len(text) <= left or "ld+json" in (script.get("type") or ""):
            continue
        left -= len(text)
        if "json" in (script.get("type") or ""):
            yield loader.load(text, 0)
            continue
        for start in islice(_START.finditer(text), _MOST_STARTS):
            value = loader.load(text, start.end())
            if start["parse"] and isinstance(value, str):
                value = loader.load(without_unfit_escapes(value), 0)
            if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
                flight.append(value[1])
            elif isinstance(value, dict | list):
                yield value
                if len(value) > 1:
                    break
    stream = without_unfit_escapes("".join(flight))
    places = [(match.start(), match.end()) for match in islice(_FLIGHT.finditer(stream), _MOST_ROWS)]
    for (_, begin), (end, _) in pairwise([*places, (len(stream), len(stream))]):
        yield loader.load(stream[begin:end], 0)


class _Loader:
    """Decodes JSON until it has read so many characters of a page that the rest is not worth the time."""

    def __init__(self, budget: int) -> None:
        self._left = budget

    def load(self, text: str, start: int) -> Any:
        """The JSON value that begins there; None if there is none, or no budget left."""
        start += len(text[start : start + 100]) - len(text[start : start + 100].lstrip())
        if self._left <= 0:
            return None
        found, value = self._decoded(text, start)
        if not found and self._left > 0 and ("undefined" in text or "new Date" in text):
            self._left -= len(text) - start
            value = self._decoded(_UNDEFINED.sub("null", text[start:]), 0)[1]
        return value

    def _decoded(self, text: str, start: int) -> tuple[bool, Any]:
        """Whether there is a value, and the value."""
        try:
            value, end = _DECODER.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # what is not closed is told by where it begins, and read to its end
            self._left -= (len(text) if error.msg.startswith("Unterminated") else error.pos) - start
            return False, None
        except (ValueError, RecursionError):
            self._left -= len(text) - start
            return False, None
        self._left -= end - start
        return True, value


def _walk(root: Any) -> Iterator[str | dict[str, Any] | list[Any]]:
    """Every text, list and object within a value, level by level."""
    level = [root]
    while level:
        following: list[Any] = []
        for value in level:
            if isinstance(value, str | dict | list):
                yield value
            if isinstance(value, dict):
                following.extend(value.values())
            elif isinstance(value, list):
                following.extend(value)
        level = following


def _text_in(item: Any) -> str | None:
    """The paragraph that an item of a list is: a text, or an object with a single long text in it."""
    if isinstance(item, dict):
        texts = [value for value in item.values() if isinstance(value, str) and _may_be_paragraph(value)]
        item = texts[0] if len(texts) == 1 else None
    if not isinstance(item, str) or not _may_be_paragraph(item):
        return None
    return " ".join(_paragraphs_of(item)) or None


def _may_be_paragraph(text: str) -> bool:
    return (
        len(text) >= _PARAGRAPH and (" " in text or not text.isascii()) and not text.startswith(("http", "{"))
    )


def _paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text that may be HTML, once or twice escaped."""
    if "&lt;p" in text:
        text = unescaped(text)
    if _ANY_TAG.search(text):
        tree = _parsed(text)
        if tree is not None:
            return _blocks_of(tree)
    return [line for line in map(tidy, unescaped(text).split("\n")) if line]


def _parsed(text: str) -> HtmlElement | None:
    try:
        return parse(f"<html><body>{text}</body></html>")
    except TooDeep:
        return None


def _blocks_of(tree: HtmlElement) -> list[str]:
    layout, paragraphs = read_layout(tree), list[str]()
    last: HtmlElement | None = None
    for owner, text in zip(layout.owners, layout.texts, strict=True):
        block = block_of(owner)
        if block is last and owner.tag != "br":
            paragraphs[-1] += text
        else:
            paragraphs.append(text)
        last = block
    return [line for line in map(tidy, paragraphs) if line]


def _is_prose(paragraphs: Sequence[str]) -> bool:
    """Whether most of a text is sentences."""
    sentences = [text for text in paragraphs if _SENTENCE.search(text)]
    return sum(map(len, sentences)) >= 0.7 * sum(map(len, paragraphs))


def _fits(paragraphs: Sequence[str], title: str, stub: str, *, claimed: bool) -> bool:
    """Whether a text is that of the page: it has what the document shows of it, or is about its title."""
    letters = key_of("".join(paragraphs))
    shown = max(stub.split("\n"), key=len)
    if len(key_of(shown)) >= _PARAGRAPH:
        return key_of(shown)[: 2 * _PARAGRAPH] in letters
    words = {word for word in words_of(title) if len(word) >= 4 or not word.isascii()}
    found = words.intersection(words_of(" ".join(paragraphs)))
    return claimed and bool(words) and len(found) >= 0.5 * len(words)
