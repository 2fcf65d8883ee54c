"""Paragraphs that the extractor missed are taken in, but for those that nobody sees."""

import pytest

from pipelines.completion import add_missed_paragraphs, container_of
from pipelines.document.layout import read_layout
from pipelines.document.parse import parse
from pipelines.extract import read_page
from pipelines.lines import lines_of
from pipelines.page import Page

SHOWN = [
    f"Paragraph {number} of the harbour wall, which was mended by {number + 3} volunteers of the town"
    f" on the {number + 10}th of March, before the gales of the spring came in from the west."
    for number in range(6)
]
MISSED = "The mayor thanked all of them on Monday, and promised a new crane for the quay by the next autumn."


def read(attributes: str) -> list[str]:
    """What is read of a page one of whose paragraphs, made as the others, has these attributes."""
    body = "".join(f'<p class="par">{text}</p>' for text in SHOWN[:3])
    body += f'<p class="par" {attributes}>{MISSED}</p>'
    body += "".join(f'<p class="par">{text}</p>' for text in SHOWN[3:])
    html = f"<article><h1>Wall</h1><div class=main>{body}</div></article>"
    page = f"<html><head><title>Wall</title></head><body>{html}</body></html>"
    article = read_page(Page(url="https://paper.example/wall", body=page.encode())).article
    assert article is not None
    return article.text.split("\n")


def test_it_is_taken_in_where_it_is_seen() -> None:
    assert read("data-seen") == [*SHOWN[:3], MISSED, *SHOWN[3:]]


@pytest.mark.parametrize("attributes", ['style="display: none"', 'aria-hidden="true"'])
def test_it_is_not_where_nobody_sees_it(attributes: str) -> None:
    assert read(attributes) == SHOWN


@pytest.mark.parametrize(
    ("around", "is_added"),
    [("", True), ("hidden", False), ("style='color:red;display:none'", False), ("aria-hidden=true", False)],
)
def test_what_stands_around_it_tells_too(around: str, is_added: bool) -> None:
    shown = "".join(f'<p class="par">{text}</p>' for text in SHOWN)
    tree = parse(
        f"<article><section><div class=main>{shown}</div></section><section {around}><div class=main>"
        f'<p class="par">{MISSED}</p></div></section></article>'
    )
    assert tree is not None
    layout = read_layout(tree)
    lines = lines_of("\n".join(SHOWN), layout)
    add_missed_paragraphs(lines, layout, container_of(lines))
    assert (MISSED in [line.text for line in lines]) == is_added
