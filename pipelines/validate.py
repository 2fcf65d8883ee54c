"""Whether what was read from a page is an article, or a front page, a list, a stub."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipelines.article import Reading, Rejection
from pipelines.document.layout import Layout
from pipelines.fingerprint import count_words, words_of
from pipelines.impostors import phrases_of, rejected
from pipelines.lines import Line, kept, text_of_lines
from pipelines.metadata.canonical import canonical_url, is_front_page
from pipelines.metadata.head import Head
from pipelines.metadata.jsonld import LIST_TYPES, types_of
from pipelines.page import Page
from pipelines.teasers import teaser_share

_FEWEST_WORDS = 20
_FEWEST_WORDS_UNCLAIMED = 30
"""Of a page that nowhere says it is an article, and has no date."""
_FEWEST_WORDS_BEFORE_PAYWALL = 80
_MANY_WORDS = 100
"""Of an article, whatever its address says."""
_LONGEST_SECTION_NAME = 3
"""Words of a heading such as "World news", under which two teasers make a list."""
_LISTING_PATH = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies|ia|ie|ias)|sections?|authors?|archives?(?!/\d+/?$)|search|suche|rubrik|themen?"
    r"|schlagwort|etiqueta|temas?|auteurs?|autor(?:es|en)?|keyword|label)/[^/]+(?:/(?:page/)?\d+)?/?$"
    r"|/page/\d+/?$|/archives?/(?:19|20)\d\d/?$",  # any other number is an article's
    re.IGNORECASE,
)


def verdict_on_text(
    page: Page, head: Head, layout: Layout, lines: Sequence[Line], *, dated: bool
) -> Reading | None:
    """The verdict on what was extracted and cleaned: a front page, a list, a stub. None for an article."""
    words = count_words(text_of_lines(lines), _MANY_WORDS)
    address = canonical_url(page.url)
    at_root = address is not None and is_front_page(address, page.site_url) and not (head.article and dated)
    if at_root and (words < _FEWEST_WORDS_UNCLAIMED or _is_list(layout, lines)):
        return rejected(Rejection.FRONT_PAGE, "it is the site's root, and made of links to other pages")
    if not head.claims_article:
        fewest = 2 if len(words_of("".join(head.headings[:1]))) <= _LONGEST_SECTION_NAME else 3
        teasers = teaser_share(kept(lines), fewest)
        if teasers > 0.6:
            return rejected(Rejection.SECTION_PAGE, f"{teasers:.0%} of it are teasers under linked headings")
        told = _told_to_be_list(address, head)
        if told and (words < _MANY_WORDS or _is_listing(kept(lines))):
            return rejected(Rejection.SECTION_PAGE, told)
    return _verdict_on_length(head, layout, words, claimed=head.claims_article or dated)


def _is_list(layout: Layout, lines: Sequence[Line]) -> bool:
    return layout.linked_share() > 0.5 or teaser_share(kept(lines)) > 0.3


def _is_listing(lines: Sequence[Line]) -> bool:
    """Whether the text itself is one, whatever navigation stands around it."""
    linked = sum(line.linked * len(line.text) for line in lines)
    return teaser_share(lines) > 0.3 or linked > 0.5 * sum(len(line.text) for line in lines)


def _told_to_be_list(address: str | None, head: Head) -> str | None:
    """What tells that the page is a list: its address, or JSON-LD."""
    if address is not None and _LISTING_PATH.search(urlsplit(address).path):
        return "its address is that of a list"
    types = {name for node in head.nodes for name in types_of(node) & LIST_TYPES}
    return f"it says it is a {min(types)}" if types else None


def _verdict_on_length(head: Head, layout: Layout, words: int, *, claimed: bool) -> Reading | None:
    if words < (_FEWEST_WORDS if claimed else _FEWEST_WORDS_UNCLAIMED):
        if not head.claims_article and len(layout.letters) > 1000 and layout.linked_share() > 0.5:
            return rejected(Rejection.SECTION_PAGE, f"links, and {words} words of text")
        if not words:
            return rejected(Rejection.NO_TEXT, "no main text could be told apart")
        return rejected(Rejection.STUB, f"{words} words of text")
    if words < _FEWEST_WORDS_BEFORE_PAYWALL:
        if _is_closed(head):
            return rejected(Rejection.STUB, f"{words} words of text, of an article that it says is not free")
        said = phrases_of("paywall")[1].search("".join(layout.texts).casefold())
        if said and words < _FEWEST_WORDS_BEFORE_PAYWALL / 2:
            return rejected(Rejection.STUB, f'{words} words of text, then "{said[0]}"')
    return None


def _is_closed(head: Head) -> bool:
    """Whether JSON-LD says the article is not free, https://schema.org/isAccessibleForFree."""
    return any(str(node.get("isAccessibleForFree")).lower() == "false" for node in head.nodes)
