"""Teasers behind an article, and an article that is made of such blocks."""

import pytest

from pipelines.document.layout import read_layout
from pipelines.document.parse import parse
from pipelines.lines import kept, lines_of
from pipelines.teasers import mark_teasers

LEAD = "The harbour bridge will stay closed for at least three weeks, the port authority said on Monday. " * 5


@pytest.mark.parametrize(("count", "taken"), [(3, 3), (12, 0)])
def test_teasers_are_taken_out_where_they_are_the_lesser_part(
    paragraphs: list[str], count: int, taken: int
) -> None:
    told = [f"{paragraphs[n % 4]} It is number {n}." for n in range(count)]
    blocks = "".join(
        f'<div><h3><a href="/{n}">Goats {n}</a></h3><p>{text}</p></div>' for n, text in enumerate(told)
    )
    tree = parse(f"<html><body><div><p>{LEAD}</p></div><div>{blocks}</div></body></html>")
    assert tree is not None
    lines = lines_of("\n".join([LEAD, *told]), read_layout(tree))
    mark_teasers(lines)
    assert len(lines) - len(kept(lines)) == taken
