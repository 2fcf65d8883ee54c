"""Blocks that announce other stories: a linked heading, a picture, a few lines."""

from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines.lines import Line, kept

_LONGEST = 700
"""Characters of the longest teaser."""
_FEWEST = 3
_MOST = 0.5
"""Where teasers are more of the text than this, they are the article: a list of linked things."""
_ENOUGH = 250
"""Characters of an article beside which teasers are no part of it."""


def teasers_among(lines: Sequence[Line]) -> dict[HtmlElement, list[Line]]:
    """The lines that stand in a small block under a heading that is a link, by block."""
    blocks: dict[HtmlElement, list[Line]] = {}
    small: dict[HtmlElement, bool] = {}
    for line in lines:
        block = _teaser_around(line.place.elements[0], small) if line.place else None
        if block is not None:
            blocks.setdefault(block, []).append(line)
    return blocks


def teaser_share(lines: Sequence[Line], fewest: int = _FEWEST) -> float:
    """The share of the text that stands in teasers; 0 for too few of them."""
    total = sum(len(line.text) for line in lines)
    blocks = teasers_among(lines)
    if len(blocks) < fewest:
        return 0.0
    return sum(len(line.text) for block in blocks.values() for line in block) / total


def mark_teasers(lines: Sequence[Line], url: str) -> None:
    """Take out the teasers that follow the article at `url`.

    Where they are most of the text, they must lead to pages of the same host: the items of a list ("90
    costumes") have linked headings too, which lead elsewhere or nowhere.
    """
    remaining = kept(lines)
    if not remaining or not teasers_among(remaining[-1:]):
        return
    teasers = {id(line) for block in teasers_among(remaining).values() for line in block}
    article = [number for number, line in enumerate(remaining) if id(line) not in teasers]
    behind = remaining[article[-1] + 1 :] if article else []
    enough = sum(len(remaining[number].text) for number in article) >= _ENOUGH
    total = sum(len(line.text) for line in remaining)
    few = sum(len(line.text) for line in behind) <= _MOST * total
    if enough and len(teasers_among(behind)) >= _FEWEST and (few or _lead_home(teasers_among(behind), url)):
        for line in behind:
            line.rule = "teaser"


def _teaser_around(element: HtmlElement, small: dict[HtmlElement, bool]) -> HtmlElement | None:
    """`small`: of which elements that is known; lines share most of those around them."""
    for parent, _ in zip((element, *element.iterancestors()), range(5), strict=False):
        if parent.tag in ("body", "main"):
            return None
        # first, because a large element may have thousands of headings
        if parent not in small:
            small[parent] = _is_small(parent)
        if not small[parent]:
            return None
        linked = (h for h in parent.iter("h1", "h2", "h3", "h4") if _is_linked(h))
        if next(linked, None) is not None:
            return parent if next(linked, None) is None else None
    return None


def _is_small(element: HtmlElement) -> bool:
    size = 0
    for text in element.itertext():
        size += len(text.strip())
        if size > _LONGEST:
            return False
    return True


def _lead_home(teasers: Iterable[HtmlElement], url: str) -> bool:
    links = [link for block in teasers for link in block.iter("a")]
    return bool(links) and all(_is_of_host(link.get("href") or "#", url) for link in links)


def _is_of_host(href: str, url: str) -> bool:
    try:
        host = urlsplit(urljoin(url, href)).hostname
    except ValueError:
        return False
    return not href.startswith("#") and host == urlsplit(url).hostname


def _is_linked(heading: HtmlElement) -> bool:
    return heading.find(".//a") is not None or next(heading.iterancestors("a"), None) is not None
