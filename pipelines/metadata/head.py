"""What a page says of itself in its markup: meta tags, links, headings and JSON-LD."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipelines.document.escapes import unescaped
from pipelines.metadata.jsonld import Node, article_node, read_jsonld, text_of

DESCRIPTIONS = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
"""The meta tags that describe a page, the most trusted first."""
_SPACES = re.compile(r"[\s\u200b\u200e\u200f\u2028\u2029\u2060\ufeff]+")
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8});", re.IGNORECASE)
_TAG = re.compile(r"</?(?:[biu]|em|strong|span|p|br|a|i|sup|sub|font|div)\b[^<>]{0,200}>", re.IGNORECASE)
_MAX_HEADINGS = 40
_ARTICLE_KINDS = frozenset({"article", "news", "news.article", "newsarticle", "blog", "blogpost"})


@dataclass(frozen=True, slots=True)
class Head:
    """A page's own statements, unjudged. Texts are as the page has them; use `plain` on what is kept."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    """By name, property or itemprop in lower case; contents in page order, none empty."""
    links: dict[str, list[HtmlElement]] = field(default_factory=dict)
    """link elements by each of their rel values, in lower case."""
    title: str = ""
    headings: tuple[str, ...] = ()
    """The texts of the h1 elements."""
    nodes: tuple[Node, ...] = ()
    article: Node | None = None

    @property
    def claims_article(self) -> bool:
        """Whether the page's own statements call it an article."""
        return self.article is not None or (self.meta("og:type") or "").lower() in _ARTICLE_KINDS

    def meta(self, *names: str) -> str | None:
        """The first content of the first of `names` that the page has."""
        return next((self.metas[name][0] for name in names if name in self.metas), None)

    def all_metas(self, *names: str) -> list[str]:
        """Every content of all of `names`, in their order."""
        return [content for name in names for content in self.metas.get(name, ())]

    def said(self, key: str) -> str | None:
        """A text of the article's JSON-LD node."""
        return text_of(self.article.get(key)) if self.article else None


def read_head(tree: HtmlElement) -> Head:
    """Collect what `tree` says of itself; the tree is not changed."""
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        if content:
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                if name := element.get(attribute):
                    metas.setdefault(name.strip().lower(), []).append(content)
    links: dict[str, list[HtmlElement]] = {}
    for element in tree.iter("link"):
        for rel in (element.get("rel") or "").lower().split():
            links.setdefault(rel, []).append(element)
    nodes = read_jsonld(tree)
    return Head(
        metas=metas,
        links=links,
        title=plain(_first_title(tree)),
        headings=tuple(_headings(tree)),
        nodes=tuple(nodes),
        article=article_node(nodes),
    )


def _first_title(tree: HtmlElement) -> str:
    # an svg may have titles too: those stand in the body
    return next((e.text for e in tree.iter("title") if e.text and not _inside_svg(e)), "")


def _inside_svg(element: HtmlElement) -> bool:
    return next(element.iterancestors("svg"), None) is not None


def _headings(tree: HtmlElement) -> Iterable[str]:
    for count, heading in enumerate(tree.iter("h1")):
        if count >= _MAX_HEADINGS:
            return
        if text := plain(" ".join(heading.itertext())):
            yield text


def plain(text: str | None) -> str:
    """A short text without markup, escaped entities, soft hyphens and runs of space."""
    if not text:
        return ""
    if "&" in text and _ENTITY.search(text):
        text = unescaped(text)
    if "<" in text:
        text = _TAG.sub("", text)
    return _SPACES.sub(" ", text.replace("\xad", "")).strip()
