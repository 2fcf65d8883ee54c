"""The links of an HTML page."""

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree, html

from crawler.discovery.candidates import absolute
from pipelines.document.decode import decode

MAX_LINKS = 5000
"""Links read of a page; no front page has as many."""


class Link(NamedTuple):
    """A link and where it stands."""

    address: str
    """Absolute, http(s); not canonical."""
    element: html.HtmlElement


def parse_html(body: bytes, content_type: str | None) -> html.HtmlElement | None:
    """The document in a body of any encoding; None where there is nothing to read."""
    text = decode(body, content_type)
    # Bytes again, with the encoding told: lxml takes no text that declares one itself.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # "Document is empty"
        return None


def links(tree: html.HtmlElement, url: str, *tags: str) -> Iterator[Link]:
    """The links of the page at `url` that stand in `tags` ("a", "link"), in page order."""
    base = next((absolute(e.get("href", ""), url) for e in tree.iter("base") if e.get("href")), None) or url
    count = 0
    for element in tree.iter(*tags):
        if (href := element.get("href")) and (address := absolute(href, base)):
            yield Link(address, element)
            count += 1
            if count == MAX_LINKS:
                return
