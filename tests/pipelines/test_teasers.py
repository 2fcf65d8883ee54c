"""Teasers behind an article, and an article that is made of such blocks."""

import pytest

from pipelines.document.layout import read_layout
from pipelines.document.parse import parse
from pipelines.lines import kept, lines_of
from pipelines.teasers import mark_teasers

LEAD = "The harbour bridge will stay closed for at least three weeks, the port authority said on Monday. " * 5


@pytest.mark.parametrize(
    ("count", "to", "taken"), [(3, "/", 3), (3, "https://shop.example/", 3), (12, "/", 12), (12, "#", 0)]
)
def test_teasers_go_unless_they_are_most_of_the_text_and_lead_elsewhere(
    paragraphs: list[str], count: int, to: str, taken: int
) -> None:
    told = [f"{paragraphs[n % 4]} It is number {n}." for n in range(count)]
    blocks = "".join(
        f'<div><h3><a href="{to}{n}">Goats {n}</a></h3><p>{text}</p></div>' for n, text in enumerate(told)
    )
    tree = parse(f"<html><body><div><p>{LEAD}</p></div><div>{blocks}</div></body></html>")
    assert tree is not None
    lines = lines_of("\n".join([LEAD, *told]), read_layout(tree))
    mark_teasers(lines, "https://post.example/2024/harbour")
    assert len(lines) - len(kept(lines)) == taken
