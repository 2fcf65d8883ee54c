"""A page's text as an element tree, guarded against documents that nobody reads."""

import re

from lxml import html
from lxml.etree import ElementDefaultClassLookup, ErrorTypes, LxmlError, XPath, strip_elements
from lxml.html import HtmlElement

MOST_CHARACTERS = 12_000_000
MOST_LETTERS = 2_000_000
MOST_ELEMENTS = 60_000
"""The largest of 700 news pages had 7,000; work on a document grows faster than its size."""

MOST_NAMES = 2_000
"""Characters of an element's class or id that are kept: rules look for names in them, one after the other."""

_UNSEEN = ("script", "style", "svg")
_over_long = XPath(
    f"//@class[string-length() > {MOST_NAMES}]/.. | //@id[string-length() > {MOST_NAMES}]/.."
)  # of all elements, half the time is gone with asking for what they do not have
_count = XPath("count(//*)")
_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>|^\s*<!doctype[^>]*>", re.IGNORECASE)
_SELF_CLOSED = re.compile(r"(<html\b[^<>]*?)\s*/>", re.IGNORECASE)


class TooDeep(Exception):
    """The document is too large or too deeply nested to be a page; says which."""


def parse(text: str) -> HtmlElement | None:
    """The root element of a document; None if it has no element. Raises TooDeep."""
    if len(text) > MOST_CHARACTERS:
        raise TooDeep(f"too large: {len(text):,} characters")
    text = _SELF_CLOSED.sub(r"\1>", _PROLOGUE.sub("", text[:4096]), count=1) + text[4096:]
    if not text.strip():
        return None
    root, deep = _parsed(text, huge=False)
    if deep:  # old pages that never close their <font> nest some hundred deep
        root, deep = _parsed(text, huge=True)
    if deep:
        raise TooDeep("nested more than 2,000 deep")
    if root is not None and _has_too_many(root, text):
        raise TooDeep(f"too large: more than {MOST_ELEMENTS:,} elements")
    return root


def strip_unseen(root: HtmlElement) -> None:
    """Drop scripts other than JSON-LD, styles and drawings: most of a page's bytes, nothing to read."""
    for element in _over_long(root):
        for name in ("class", "id"):
            if name in element.attrib:
                element.set(name, element.get(name, "")[:MOST_NAMES])
    data = [script for script in root.iter("script") if "ld+json" in (script.get("type") or "").lower()]
    for script in data:
        script.tag = "data-script"
    strip_elements(root, *_UNSEEN, with_tail=False)
    for script in data:
        script.tag = "script"


def _has_too_many(root: HtmlElement, text: str) -> bool:
    # counted where it may matter only: a parser puts in no more elements than there are tags
    return 2 * text.count("<") > MOST_ELEMENTS and float(str(_count(root))) > MOST_ELEMENTS


def _parsed(text: str, *, huge: bool) -> tuple[HtmlElement | None, bool]:
    """The root, and whether the parser stopped at its limit of depth."""
    # one class for all elements: lxml.html would ask a Python function for the class of each, each time it is
    # touched, which is a tenth of the time a page takes
    lookup = ElementDefaultClassLookup(element=HtmlElement)
    # comments go at once: trafilatura loses what follows a comment that it finds in a tree
    parser = html.HTMLParser(
        huge_tree=huge,
        collect_ids=False,
        default_doctype=False,
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
    )
    parser.set_element_class_lookup(lookup)
    try:
        root = html.document_fromstring(
            text.encode("utf-8", "replace"), parser=parser, ensure_head_body=False
        )
    except (LxmlError, ValueError):
        root = None
    return root, any(error.type == ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)
