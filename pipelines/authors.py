"""Who wrote an article, out of JSON-LD, meta tags and the byline."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipelines.agencies import agency_named
from pipelines.fingerprint import words_of
from pipelines.head import Head, plain
from pipelines.jsonld import Node, text_of, types_of

_METAS = (
    "author", "article:author", "article:author_name", "og:author", "parsely-author", "sailthru.author",
    "byl", "cxenseparse:author", "citation_author", "dc.creator", "dcterms.creator", "authors",
)  # fmt: skip
_BYLINES = XPath(
    """//*[contains(@class, 'uthor') or contains(@class, 'yline') or contains(@itemprop, 'author')
    or contains(@data-testid, 'yline') or contains(concat(' ', @rel, ' '), ' author ')]
    [not(self::meta or self::link or self::body or self::script or self::style or self::img or .//script)]"""
)
_NOT_HERE = re.compile(
    r"comment|related|teaser|recommend|sidebar|footer|caption|credit|popular|widget|quote|image|photo|bio\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"""(?:(?:(?:written|posted|published|reported|story|words|analysis|opinion|review)\ )?by | von
    | ein\ \w+\ von | par | por | (?-i:(?:Texto\ )?(?:de|di)(?=\ [A-ZÀ-Ý])) | door | af | av | przez | od
    | yazan | autor(?:in|a|es)? | auteur | autore | text[oe]? | tekst | автор[ы]? | текст
    | 文 | 記者 | 作者 | 기자)
    (?:\s*[:：|]\s*|\s+)""",
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[,;|/·•&、，；]|\s(?:and|und|with|mit)\s)\s*|\s+[-–—]\s+", re.IGNORECASE)
_JOINT = re.compile(r"^(?:and|und|et|y|e|og|och|en|&|,|i|и)\b|^[,&]|(?:\s(?:and|und|et|y|og|och|en|и)|[,&])$")
_BETWEEN_FULL_NAMES = re.compile(r"\s+(?:et|y|e|og|och|en|i|и|та|ja|és|si|și|ve)\s+")
_ASIDE = re.compile(r"\([^)]{0,40}\)|\s(?:for|pour|für)\s+(?:the\s+)?[\w.]+\.\w+$", re.IGNORECASE)
_ROLE = re.compile(
    r"""\b(?:\w*editor|reporter|correspondent|journalist|columnist|contributor|writer|analyst|producer|chief
    | bureau | desk | redakteur(?:in)?|korrespondent(?:in)?|redacteur|journaliste|correspondant\w*|chef\w*
    | periodista|redactor\w*|corresponsal|giornalista|inviato|redaktor\w*|редактор|корреспондент|news|updated?
    | min\ read|follow|e-?mail|published|senior|special)\b | \d""",
    re.VERBOSE | re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|md|phd|ph\.d|esq|mp|cfa)\.?", re.IGNORECASE)
_ABOUT = re.compile(r"(?:about|über|à propos|sobre|meet|view all|more|all posts|posts) ", re.IGNORECASE)
_NOBODY = frozenset(
    """admin administrator author editor guest unknown null undefined wordpress root user default web
    webmaster none n/a anonymous superuser test false true by""".split()  # noqa: SIM905 - quoted, thrice as long
)


def choose_authors(head: Head, tree: HtmlElement, site_names: Sequence[str]) -> tuple[str, ...]:
    """The authors' names as the page writes them, in its order; empty if nobody is named.

    JSON-LD is believed first, then meta tags, then the byline. A source that names only the site itself is
    passed over for one that names a person; if there is none, the site stands, where JSON-LD says so.
    """
    stated = _names(_stated(head))
    sites = [words for name in site_names if (words := words_of(name))]
    persons = [name for name in stated if not _is_site(name, sites)]
    tags = [_unless_site(_names([tag]), sites) for tag in head.all_metas(*_METAS)]
    # JSON-LD often has only the first of several authors
    if found := next((names for names in tags if set(names) >= set(persons) and names), persons or None):
        return tuple(found)
    lines = ([name for name in _names([line]) if _is_person(name)] for line in _bylines(tree))
    if found := next(
        (names for line in lines if (names := [n for n in line if not _is_site(n, sites)])), None
    ):
        return tuple(found)
    return tuple(stated)


def _stated(head: Head) -> Iterator[str]:
    if head.article is None:
        return
    authors = head.article.get("author") or head.article.get("creator")
    for author in authors if isinstance(authors, list) else [authors]:
        if name := _name_of(author, head.nodes):
            yield name


def _name_of(author: Any, nodes: Sequence[Node]) -> str | None:
    if isinstance(author, dict) and not author.get("name"):
        parts = [text_of(author.get(key)) for key in ("givenName", "familyName")]
        if whole := " ".join(part for part in parts if part):
            return whole
        same = (node for node in nodes if author.get("@id") and node.get("@id") == author["@id"])
        return next((text_of(node.get("name")) for node in same if "Person" in types_of(node)), None)
    return text_of(author)


def _bylines(tree: HtmlElement) -> Iterator[str]:
    """The texts of what is marked as a byline, innermost elements only."""
    found = _BYLINES(tree)
    assert isinstance(found, list)
    outer = {parent for element in found for parent in element.iterancestors()}
    for element in found[:60]:
        if element in outer or any(_NOT_HERE.search(e.get("class") or "") for e in _with_parents(element)):
            continue
        lines = [line for text in element.itertext() if (line := plain(text))]
        if lines and sum(map(len, lines)) < 160:
            yield " ".join(_first_of(lines))


def _first_of(lines: list[str]) -> Iterator[str]:
    """The first piece of a byline, and those that a "by" before them or an "and" between them joins to it."""
    for piece, following in zip(lines, [*lines[1:], ""], strict=True):
        yield piece
        if not (_PREFIX.fullmatch(f"{piece} ") or _JOINT.search(piece) or _JOINT.match(following)):
            return


def _with_parents(element: HtmlElement) -> Iterable[HtmlElement]:
    yield element
    for count, parent in enumerate(element.iterancestors()):
        if count > 5 or parent.tag in ("body", "main", "article"):
            return
        yield parent


def _names(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for text in texts for name in _split(plain(text))))


def _split(text: str) -> Iterator[str]:
    if "://" in text or "@" in text or "{" in text:
        return
    text = _ASIDE.sub(" ", text).strip() if not text.endswith(")") or " (" in text else text
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) == 2 and "," in text and not any(" " in part or agency_named(part) for part in parts):
        parts = [text]  # Last, First
    for part in parts:
        pair = _BETWEEN_FULL_NAMES.split(part)
        for name in pair if all(len(half.split()) > 1 for half in pair) else [part]:
            if _is_name(name, alone=len(parts) == 1):
                yield name.strip(" .:|-–—*•")


def _is_name(name: str, *, alone: bool) -> bool:
    if not 2 <= len(name) <= 70 or len(name.split()) > 7 or not any(c.isalpha() for c in name):
        return False
    if name.casefold() in _NOBODY or _SUFFIX.fullmatch(name) or "www." in name or _ABOUT.match(name):
        return False
    return not _ROLE.search(name) or (alone and not any(c.isdigit() for c in name))


def _is_person(name: str) -> bool:
    """Whether part of a byline looks like a person: two to five words in capitals, or a CJK name."""
    words = name.split()
    if len(words) == 1:
        return len(name) <= 5 and all(ord(c) > 0x2E80 for c in name)
    return len(words) <= 5 and ":" not in name and words[0][:1].isupper() and words[-1][:1].isupper()


def _unless_site(names: list[str], sites: Sequence[list[str]]) -> list[str]:
    """The names without the site's; nothing of "The Site, London, UK", where the rest is its seat."""
    others = [name for name in names if not _is_site(name, sites)]
    return others if len(others) == len(names) else [name for name in others if " " in name]


def _is_site(name: str, sites: Sequence[list[str]]) -> bool:
    words = words_of(name)
    return any(
        "".join(words) == "".join(site)
        or (len(site) > 1 and site in (words[: len(site)], words[-len(site) :]))
        or (len(words) > 1 and site[: len(words)] == words)
        for site in sites
    )
