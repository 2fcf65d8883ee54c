"""The pictures of an article with what is written under them, apart from its text."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipelines.article import Image
from pipelines.boilerplate import names_of
from pipelines.document.layout import key_of
from pipelines.lines import Line, kept, tidy

_MOST = 200
"""Pictures of one page."""
_LONGEST_CAPTION = 1_000
"""Characters."""
_MOST_REMOVED = 0.3
"""Captions that are more than this share of the text are what the page is about."""
_CREDITS = frozenset(
    {"credit", "credits", "copyright", "photographer", "attribution", "agency", "rights", "fotograf"}
)
_CAPTIONS = frozenset(
    {"caption", "captions", "figcaption", "legend", "legende", "bildunterschrift", "bildtext"}
)
_CREDIT = re.compile(
    r"(?:(?<!\s)\s+)?(?:[\[(|–—-]\s*)?(?P<credit>(?:©|\(c\)|(?:photo|foto|image|bild|picture|credit|photograph|fotografie|fotó"
    r"|фото|crédit|crédito|圖|図|写真|사진)s?(?:\s(?:by|credits?|de|von|di|av))?\s?[:：=/]|photo by\b)"
    r".{1,120}?)[\])]?\s*$",
    re.IGNORECASE,
)
"""What a caption ends in: "… in May. Photo: Ines Halloran / Post"."""
_LABEL = re.compile(r"(?:image|photo|picture|foto|bild)s?:?", re.IGNORECASE)
_SOURCES = ("data-src", "data-original", "data-lazy-src", "src", "data-srcset", "srcset")
"""In this order: where a picture is loaded late, src is a blank one."""
_SHORTEST_LINE = 10
"""Letters of a line that is compared with captions; a name alone may be a part of the text."""
_MOST_TEXTS = 2
"""Captions in a figure; one with more holds several pictures."""


def images_of(tree: HtmlElement, container: HtmlElement | None, url: str) -> tuple[Image, ...]:
    """The pictures with a caption or a credit that stand in the article, in page order.

    The article is what `container` is in: the nearest article element or main element around it, else itself.
    """
    if container is None:
        return ()
    around = next(
        (e for e in (container, *container.iterancestors()) if e.tag in ("article", "main")), container
    )
    found: dict[Image, None] = {}
    for figure in islice(_figures(around), _MOST):
        if image := _image_of(figure, url):
            found.setdefault(image)
    return tuple(found)


def _figures(around: HtmlElement) -> Iterator[HtmlElement]:
    """Figures, and what else holds a picture and one element that is named as its caption."""
    for element in around.iter("figure", "div", "p", "span", "dd", "small"):
        if element.tag == "figure":
            yield element
        elif element.get("class") and not _CAPTIONS.isdisjoint(names_of(element)):
            parent = element.getparent()
            in_figure = next(element.iterancestors("figure"), None) is not None
            if parent is not None and not in_figure and _picture(parent) is not None:
                yield parent


def _picture(figure: HtmlElement) -> HtmlElement | None:
    return next(figure.iter("img", "amp-img", "video", "source"), None)


def _image_of(figure: HtmlElement, url: str) -> Image | None:
    captions = list(dict.fromkeys(_texts_of(figure, _is_caption)))
    caption = " ".join(captions)
    credit = " ".join(dict.fromkeys(_texts_of(figure, _is_credit))) or None
    if len(captions) > _MOST_TEXTS or figure.find(".//figure") is not None:
        return None
    if credit:
        caption = tidy(caption.replace(credit, " "))
        caption = "" if _LABEL.fullmatch(caption) else caption
    elif matched := _CREDIT.search(caption[-160:]):
        credit = matched["credit"].strip()
        caption = caption[: max(0, len(caption) - 160) + matched.start()].strip()
    if not (caption or credit) or len(caption) > _LONGEST_CAPTION:
        return None
    return Image(url=_address(figure, url), caption=caption or None, credit=credit)


def _is_caption(element: HtmlElement) -> bool:
    return element.tag == "figcaption" or not _CAPTIONS.isdisjoint(names_of(element))


def _is_credit(element: HtmlElement) -> bool:
    return element.tag in ("cite", "small") or not _CREDITS.isdisjoint(names_of(element))


def _texts_of(figure: HtmlElement, wanted: Callable[[HtmlElement], bool]) -> Iterator[str]:
    """The texts of the outermost elements of a figure that are what is wanted."""
    seen: set[HtmlElement] = set()
    for element in islice(figure.iterdescendants(), 300):
        if element not in seen and wanted(element):
            seen.update(element.iter())
            if text := tidy(" ".join(element.itertext())):
                yield text


def _address(figure: HtmlElement, url: str) -> str | None:
    picture = _picture(figure)
    sources = (picture.get(name) for name in _SOURCES) if picture is not None else ()
    for source in sources:
        # of several sizes the first; an address itself may have spaces in it
        address: str = re.split(r"(?<!\s)\s+\d+(?:\.\d+)?[wx]\b", (source or "").strip())[0].replace(
            " ", "%20"
        )
        if address and not address.startswith(("data:", "blob:", "about:")):
            try:
                joined = urljoin(url, address)
            except ValueError:
                continue
            if joined.startswith(("http://", "https://")):
                return joined
    return None


def mark_captions(lines: Sequence[Line], images: Sequence[Image]) -> None:
    """Take out lines that are a picture's caption or credit, unless they are what the text is made of."""
    if not images:
        return
    keys: set[str] = set()
    for image in images:
        texts = (image.caption or "", image.credit or "")
        keys.update(key_of(text) for text in (*texts, "".join(texts), "".join(reversed(texts))))
    remaining = kept(lines)
    keyed = ((line, key_of(line.text)) for line in remaining)
    captions = [line for line, key in keyed if key in keys and len(key) >= _SHORTEST_LINE]
    if sum(len(line.text) for line in captions) <= _MOST_REMOVED * sum(len(line.text) for line in remaining):
        for line in captions:
            line.rule = "caption"
