"""Pages to read, written for these tests."""

from collections.abc import Callable

import pytest
from lxml.html import HtmlElement

from pipelines.article import Reading
from pipelines.document.parse import parse
from pipelines.extract import read_page
from pipelines.page import Page

PARAGRAPHS = [
    "The harbour bridge will stay closed for at least three weeks, the port authority said on Monday.",
    "Engineers had noticed cracks in two piers during an inspection, said Ines Halloran, who heads it.",
    "Traffic is led over the old road until then. Shopkeepers in Marrow fear that it will last till summer.",
    "The council has set aside four million crowns, which will not do if the second pier must be rebuilt.",
]

Build = Callable[..., str]


def build(*middle: str, head: str = "", before: str = "", after: str = "", lang: str = "en") -> str:
    """A news page: the four paragraphs, with `middle` between the second and the third."""
    first, second, third, fourth = (f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>Harbour bridge closed for three weeks | The Marrow Post</title>{head}</head><body>"
        '<nav><a href="/">Home</a> <a href="/news">News</a></nav><main><article>'
        f"<h1>Harbour bridge closed for three weeks</h1>{before}"
        f'<div class="story">{first}{second}{"".join(middle)}{third}{fourth}{after}</div>'
        "</article></main><footer>The Marrow Post, 4 Quay Street</footer></body></html>"
    )


@pytest.fixture
def page() -> Build:
    return build


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Read a document given as text."""

    def reading(document: str, url: str = "https://post.example/2024/03/05/harbour-bridge") -> Reading:
        return read_page(Page(url=url, body=document.encode("utf-8", "surrogatepass")))

    return reading


@pytest.fixture
def tree() -> Callable[[str], HtmlElement]:
    """The parsed form of a document or of a piece of one."""

    def parsed(document: str) -> HtmlElement:
        root = parse(document if "<html" in document else f"<html><body>{document}</body></html>")
        assert root is not None
        return root

    return parsed


@pytest.fixture
def paragraphs() -> list[str]:
    return list(PARAGRAPHS)
