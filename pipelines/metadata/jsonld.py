"""What a page says of itself in JSON-LD, as schema.org's words."""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from pipelines.document.escapes import without_unfit_escapes

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    """Article NewsArticle AnalysisNewsArticle AskPublicNewsArticle BackgroundNewsArticle OpinionNewsArticle
    ReportageNewsArticle ReviewNewsArticle Report AdvertiserContentArticle SatiricalArticle ScholarlyArticle
    TechArticle BlogPosting LiveBlogPosting SocialMediaPosting DiscussionForumPosting Review Recipe
    ClaimReview""".split()  # noqa: SIM905 - a list of quoted names would be three times as long
)
"""The types whose nodes describe an article, https://schema.org/Article."""

LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage", "ItemList"})
"""The types of a page that lists other pages."""

_MAX_CHARACTERS = 2_000_000
_MAX_NODES = 2_000
# What stands around or within the JSON on real pages though it should not.
_OPENING = re.compile(r"\s*(?://\s*)?(?:<!\[CDATA\[|<!--)?")
_CLOSINGS = (";", "]]>", "-->", "//", ";")
_TRAILING_COMMA = re.compile(r",(?=\s*[\]}])")
_LINE_COMMENT = re.compile(r"^[ \t]*//[^\n]*$", re.MULTILINE)


def read_jsonld(tree: HtmlElement) -> list[Node]:
    """The objects of the page's JSON-LD that have a type, outer ones first; what is broken is passed over."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            for node in _walk(_loads(script.text), depth=0):
                nodes.append(node)
                if len(nodes) >= _MAX_NODES:
                    return nodes
    return nodes


def _loads(text: str) -> Any:
    if len(text) > _MAX_CHARACTERS:
        return None
    text = without_unfit_escapes(text)
    for repaired in (_as_it_is, _unwrapped, _without_commas):
        try:
            return json.loads(repaired(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _as_it_is(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    opening = _OPENING.match(text)
    text = text[opening.end() if opening else 0 :].rstrip()
    for closing in _CLOSINGS:
        text = text.removesuffix(closing).rstrip()
    return text


def _without_commas(text: str) -> str:
    return _TRAILING_COMMA.sub("", _without_block_comments(_LINE_COMMENT.sub("", _unwrapped(text))))


def _without_block_comments(text: str) -> str:
    pieces, at = [], 0
    while (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        pieces.append(text[at:start])
        at = end + 2
    return "".join((*pieces, text[at:]))


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > 12:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        # only these lead to what describes the page itself; lists and mentions lead to other articles
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _walk(value.get(key), depth + 1)


def types_of(node: Node) -> set[str]:
    """The node's types, without any prefix ("schema:NewsArticle", "http://schema.org/NewsArticle")."""
    found = node.get("@type")
    names = found if isinstance(found, list) else [found]
    return {re.split(r"[/:#]", name)[-1] for name in names if isinstance(name, str)}


def article_node(nodes: list[Node]) -> Node | None:
    """The node that describes this page's article: among those of an article type the one that says most."""
    articles = [node for node in nodes if types_of(node) & ARTICLE_TYPES]
    if not articles:
        return None
    return max(articles, key=_completeness)  # max takes the first of equals: the outermost


def _completeness(node: Node) -> int:
    wanted = ("headline", "datePublished", "author", "articleBody", "dateModified", "description")
    return sum(bool(node.get(key)) for key in wanted) + 2 * bool(node.get("headline"))


def text_of(value: Any, *keys: str) -> str | None:
    """The first text in a value that may be a text, an object with `keys` (or "name"), or a list of these."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item, *keys))), None)
    if isinstance(value, dict):
        return next((text for key in (*keys, "name", "@value") if (text := text_of(value.get(key)))), None)
    return None
