"""What else than a page may be served in its place: a file, a challenge, an error, a login form."""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from lxml.html import HtmlElement
from w3lib.encoding import http_content_type_encoding, read_bom

from pipelines.article import Reading, Rejection
from pipelines.document.layout import Layout
from pipelines.metadata.head import Head
from pipelines.page import Page

_LITTLE_TEXT = 2500
"""Letters on a page below which what it says of robots, errors or passwords may be what it is about."""
_VERY_LITTLE = 600
_CHALLENGES = (
    b"/cdn-cgi/challenge-platform", b"_cf_chl_opt", b"_Incapsula_Resource", b"captcha-delivery.com",
    b"px-captcha", b"awsWafCookieDomainList", b"challenge-form", b"ddos-guard",
)  # fmt: skip
_BINARY = {
    b"%PDF": "a PDF", b"\x89PNG": "an image", b"\xff\xd8\xff": "an image", b"GIF8": "an image",
    b"RIFF": "media", b"PK\x03\x04": "a zip file", b"\x1f\x8b": "a gzip file", b"ID3": "audio",
    b"\x00\x00\x00": "media", b"OggS": "media", b"\x1aE\xdf\xa3": "media",
}  # fmt: skip
_CONTROL_BYTES = frozenset({*range(0x20), 0x7F} - set(b"\t\n\r\f\x1b"))
"""Those that no text has; the escape is part of Japanese encodings."""
_MOST_CONTROLS = 0.02
"""Of the first bytes; noise has a tenth, a broken template one or two."""
_FEWEST_CONTROLS = 4
_WIDE = ("utf-16", "utf-32")
"""Encodings in which every other byte is a zero."""
_XML_ROOT = re.compile(rb"<(rss|feed|urlset|sitemapindex|rdf:RDF|svg|opml)\b", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|h1)\b", re.IGNORECASE)
_KINDS = {
    "bot_wall": Rejection.BOT_WALL,
    "error_page": Rejection.ERROR_PAGE,
    "login": Rejection.LOGIN,
}


def verdict_on_bytes(page: Page) -> Reading | None:
    """The verdict that needs no parsing: nothing there, or not HTML. None if the page is to be parsed."""
    start = page.body[:2048].lstrip()
    if not start:
        return rejected(Rejection.EMPTY, "the body is empty")
    kind = (page.content_type or "").partition(";")[0].strip().lower()
    if found := next((name for magic, name in _BINARY.items() if start.startswith(magic)), None):
        return rejected(Rejection.NOT_HTML, f"the body is {found}")
    if kind.startswith(("image/", "video/", "audio/", "font/")) or kind == "application/pdf":
        return rejected(Rejection.NOT_HTML, f"the content type is {kind}")
    if _is_binary(page):
        return rejected(Rejection.NOT_HTML, "the body is binary")
    if b"<" not in page.body or start[:1] in (b"{", b"["):
        return rejected(Rejection.NOT_HTML, f"there is no document in it{kind and f', and it is {kind}'}")
    if not _HTML.search(page.body[:8192]) and (root := _XML_ROOT.search(start)):
        return rejected(Rejection.NOT_HTML, f"the body is XML: {root[1].decode('ascii')}")
    return None


def _is_binary(page: Page) -> bool:
    """Whether the first bytes are none of a text: control characters that no encoding explains."""
    start = page.body[:1024]
    if start.lstrip().startswith(b"<"):  # a document with NULs in it is a broken document
        return False
    declared = http_content_type_encoding(page.content_type)
    encoding, _ = read_bom(start)
    if encoding or (declared and declared.startswith(_WIDE)):
        return False
    controls = sum(byte in _CONTROL_BYTES for byte in start)
    return controls >= max(_FEWEST_CONTROLS, _MOST_CONTROLS * len(start))


def verdict_on_document(page: Page, tree: HtmlElement, head: Head, layout: Layout) -> Reading | None:
    """The verdict that needs no main text: empty, bot wall, error page, login. None if none is clear."""
    letters = len(layout.letters)
    if not letters and not head.claims_article:  # an article's text may stand in its script data
        return rejected(Rejection.EMPTY, "there is not a word in the document")
    # an error page may have the whole site's navigation around it
    unlinked = letters * (1 - layout.linked_share())
    if unlinked > _LITTLE_TEXT or head.claims_article:
        return None
    challenge = next((mark for mark in _CHALLENGES if mark in page.body), None)
    if challenge and unlinked < _VERY_LITTLE:
        return rejected(Rejection.BOT_WALL, f"a challenge stands in the page: {challenge.decode('ascii')}")
    titles = [title.casefold().strip(" .!") for title in (head.title, *head.headings[:2]) if title]
    text = " ".join("".join(layout.texts).casefold().split())
    for title in titles:
        text = text.replace(title, " ")
    for kind, rejection in _KINDS.items():
        if detail := _gives_away(kind, titles, text, short=unlinked < _VERY_LITTLE):
            return rejected(rejection, detail)
    body = tree.find("body")
    if body is not None and "error404" in (body.get("class") or "").split():
        return rejected(Rejection.ERROR_PAGE, "the body's class is error404")
    if tree.find(".//input[@type='password']") is not None and letters < _LITTLE_TEXT / 2:
        return rejected(Rejection.LOGIN, "a password is asked for, and there is little else")
    return None


def _gives_away(kind: str, titles: Sequence[str], text: str, *, short: bool) -> str | None:
    """What in the title and the text says so: both must, unless the page is very short."""
    in_title, in_text = phrases_of(kind)
    found = [(title, match) for title in titles if (match := in_title.search(title))]
    said = in_text.search(text)
    # a real title may begin so, "500 homes without power", and a brief is short
    title = next((title for title, match in found if said or (short and not match["more"])), None)
    if title:
        return f'the title is "{title[:80]}"' + (f', and it says "{said[0]}"' if said else "")
    return f'it says "{said[0]}", and little else' if said and short and kind == "bot_wall" else None


@lru_cache(maxsize=8)
def phrases_of(kind: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What gives away such a page (a table of words/verdicts.toml) in its title, and in its text."""
    table = tomllib.loads(files("pipelines").joinpath("words/verdicts.toml").read_text("utf-8"))[kind]
    title = "|".join(re.escape(phrase) for phrase in sorted(table["title"], key=len, reverse=True))
    text = "|".join(re.escape(phrase) for phrase in table["text"])
    # at the title's beginning or after the site's name, and hardly anything behind it but the site's name
    around = rf"(?:^|[|–—:·!.-]\s*)(?:{title or '$^'})(?!\w)(?P<more>(?:\W+\w+){{0,3}}?)\W*(?:$|\s[|–—·-]\s)"
    return re.compile(around), re.compile(text)


def rejected(rejection: Rejection, detail: str) -> Reading:
    """A reading that is none, and why."""
    return Reading(rejection=rejection, detail=detail)
