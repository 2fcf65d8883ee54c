"""Tables that lay out a page, and tables of data."""

from collections.abc import Callable

import pytest
from lxml.html import HtmlElement

from pipelines.document.tables import unwrap_layout_tables

PROSE = "The port authority said on Monday that the bridge would stay closed for three weeks. " * 6
DATA = "<table><tr><th>Pier</th><th>Cracks</th></tr><tr><td>First</td><td>3</td></tr></table>"


@pytest.mark.parametrize(
    ("document", "tables"),
    [
        (DATA, 1),
        (f"<table><tr><td>{PROSE}</td></tr></table>", 0),
        ("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>", 0),
        ('<table role="presentation"><tr><td>Menu</td></tr></table>', 0),
        # the outer one goes, the data within it stays
        (f"<table><tr><td>Menu</td><td>{DATA}</td></tr></table>", 1),
    ],
)
def test_only_tables_of_data_stay_tables(
    tree: Callable[[str], HtmlElement], document: str, tables: int
) -> None:
    root = tree(document)
    words = root.text_content().split()
    unwrap_layout_tables(root)
    assert len(list(root.iter("table"))) == tables
    assert len(list(root.iter("td", "th"))) == 4 * tables
    assert root.text_content().split() == words
