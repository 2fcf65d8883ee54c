"""Tells tables that lay out a page from tables of data, and makes plain blocks of the former."""

from lxml.html import HtmlElement

_LONGEST_CELL = 400
"""Letters of text in one cell above which a table is no table of data."""
_PARAGRAPHS = 2
"""Paragraphs in one cell from which on it is none either."""


def unwrap_layout_tables(tree: HtmlElement) -> None:
    """Turn tables that hold the page together into blocks, in place.

    Pages of an older make stand in tables within tables; an extractor reads them as one row of data, and
    writes the navigation, the article and the advertisement into one line.
    """
    layouts = [table for table in tree.iter("table") if _lays_out(table)]
    for part in [part for table in layouts for part in (table, *_parts(table))]:
        part.tag = "div"


def _lays_out(table: HtmlElement) -> bool:
    """Whether a table says so, is nested around another, has one column, or a cell that holds prose."""
    if (table.get("role") or "").lower() in ("presentation", "none") or table.find(".//table") is not None:
        return True
    if not any(len(row.findall("td")) + len(row.findall("th")) > 1 for row in table.iter("tr")):
        return True
    return any(
        sum(1 for _ in cell.iter("p")) >= _PARAGRAPHS or len("".join(cell.itertext())) > _LONGEST_CELL
        for cell in table.iter("td")
    )


def _parts(table: HtmlElement) -> list[HtmlElement]:
    """The rows and cells of a table, without those of tables within it."""
    return [
        part
        for part in table.iter("tbody", "thead", "tfoot", "tr", "td", "th")
        if next(part.iterancestors("table"), None) is table
    ]
