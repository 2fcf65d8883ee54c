"""Who wrote an article, out of JSON-LD, meta tags and the byline."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipelines.fingerprint import words_of
from pipelines.metadata.agencies import agency_named
from pipelines.metadata.head import Head, plain
from pipelines.metadata.jsonld import Node, text_of, types_of
from pipelines.metadata.places import Field, Marks, Places

_METAS = (
    "author", "article:author", "article:author_name", "og:author", "parsely-author", "sailthru.author",
    "byl", "cxenseparse:author", "citation_author", "dc.creator", "dcterms.creator", "authors",
)  # fmt: skip
_BYLINES = Marks(
    """[contains(@class, 'uthor') or contains(@class, 'yline') or contains(@itemprop, 'author')
    or contains(@data-testid, 'yline') or contains(concat(' ', @rel, ' '), ' author ')]
    [not(self::meta or self::link or self::body or self::script or self::style or self::img or .//script)]"""
)
_BELOW = XPath("(//h1)[1]/following::text()[normalize-space()][position() <= 40]")
_TEXTS = XPath("//body//text()[normalize-space()]")
_SIGNED = XPath("//p[contains(@style, 'text-align') and contains(@style, 'right')][string-length() < 60]")
_NOT_HERE = re.compile(
    r"comment|related|teaser|recommend|sidebar|footer|caption|credit|popular|widget|quote|image|photo|bio\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"""(?:(?:(?:written|posted|published|reported|story|words|analysis|opinion|review)\ )?by | von
    | (?:ein\ \w+|erstellt)\ von | par | por | (?-i:(?:Texto\ )?(?:de|di)(?=\ [A-ZÀ-Ý]))
    | door | af | av | przez | od
    | yazan | autor(?:in|a|es)? | auteur | autore | text[oe]? | tekst | автор[ы]? | текст
    | 文 | 記者 | 作者 | 기자)
    (?:\s*[:：|]\s*|\s+)""",
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:(?<!\s)\s+)?(?:[,;|/·•&、，；]|\s(?:and|und|with|(?:im\sGespräch\s)?mit)\s)\s*|(?<!\s)\s+[-–—]\s+",
    re.IGNORECASE,
)
_JOINT = re.compile(r"^(?:and|und|et|y|e|og|och|en|&|,|i|и)\b|^[,&]|(?:\s(?:and|und|et|y|og|och|en|и)|[,&])$")
_BETWEEN_FULL_NAMES = re.compile(r"(?<!\s)\s+(?:et|y|e|og|och|en|i|и|та|ja|és|si|și|ve)\s+")
_ASIDE = re.compile(
    r"\([^)]{0,40}\)|\s(?:for|pour|für)\s+(?:the\s+)?[\w.]+\.\w+$|\sfor\sthe\s\w.*$|\sim\sgespräch$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"""\b(?:\w*editor|reporter|correspondent|journalist|columnist|contributor|writer|analyst|producer|chief
    | bureau | redakteur(?:in)?|korrespondent(?:in)?|redacteur|journaliste|correspondant\w*|chef\w*
    | periodista|redactor\w*|corresponsal|giornalista|inviato|redaktor\w*|редактор|корреспондент|news|updated?
    | min\ read|follow|e-?mail|published|senior|special)\b | \d""",
    re.VERBOSE | re.IGNORECASE,
)
# A newsroom, in many languages. A name of such words alone, or with the site's name, is nobody in particular.
_NEWSROOM = frozenset(
    """staff staffs desk team newsroom news newsdesk editor editors editorial editorials writer writers
    reporter reporters correspondent correspondents agency agencies bureau web online digital service services
    wire report reports content contributor contributors developer press the our own from with and of
    redaktion redaktionen redakteur onlineredaktion nachrichten agentur agenturen redaktionsteam mit der die
    rédaction redaction agences agence journal équipe avec la de redacción redaccion agencias equipo
    redazione agenzia agenzie redação redacao agência redactie toimitus redaksjonen redaksjon redaktionen
    redakcja redakce redakcia redakcija uredništvo redacția redactia szerkesztőség σύνταξη συντακτική ομάδα
    редакция редакція редакции редакцията агентство новости haber merkezi editör editörü redaksi tim
    tòa soạn 편집부 취재팀 뉴스팀 온라인뉴스팀 هيئة فريق التحرير המערכת מערכת""".split()  # noqa: SIM905
)
_NEWSROOM_ENDS = (
    "編集部",
    "編集局",
    "編輯部",
    "编辑部",
    "編輯",
    "编辑",
    "編集",
    "取材班",
    "通訊員",
    "通讯员",
)
"""In scripts without spaces, where each letter counts as a word."""
_COLLECTIVE = frozenset(
    """staff newsroom desk newsdesk redaktion onlineredaktion rédaction redacción redazione redação redactie
    redakcja redakce redakcia redaksi toimitus редакция редакція""".split()  # noqa: SIM905
)
_SURNAMES = frozenset({"desk"})
"""Collective words that people are called by, too."""
_DEPARTMENTS = frozenset(
    """foreign world international national metro city local state sport sports business money politics
    political culture arts entertainment lifestyle features health science tech technology opinion photo
    video data investigations breaking weekend night crime education""".split()  # noqa: SIM905
)
_LONGEST_INITIALS = 4
"""Letters: a word in small letters as short as that is how a desk signs, not a name."""
_TITLES = re.compile(
    r"^(?:(?:prof|dr|mag|dipl-ing|ing)\.(?:\s(?:med|phil|jur|rer|nat|h\.\s?c)\.)*\s+)+", re.IGNORECASE
)
_SMALL = frozenset("de da di do dos das del della la le el al bin van von der den ter ten zu y e".split())  # noqa: SIM905
_MAC = ("MC", "MAC")
_DOTTED = frozenset("İIŞĞ")
"""Turkish capitals, whose small letters other languages do not share."""
_LABEL = re.compile(  # the prepositions, too, where a link or a line break sets the name apart
    r"""(?:autor(?:in|a|es|en)?(?:/(?:autor(?:in|a)?|-?in|a))?|authors?|written\ by|words\ by|by|von|par|por
    | auteure?s?|autore|autori|автор|текст|yazar|penulis|作者|記者|tác\ giả|συντάκτης)\s*[:：]?""",
    re.VERBOSE | re.IGNORECASE,
)
_SHORT_LINE = 80
_PARAGRAPH = 120
"""Characters: a text node as long as this is the article's, and no line below the headline."""
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|md|phd|ph\.d|esq|mp|cfa)\.?", re.IGNORECASE)
_ABOUT = re.compile(r"(?:about|über|à propos|sobre|meet|view all|more|all posts|posts) ", re.IGNORECASE)
_NOBODY = frozenset(
    """admin administrator author editor guest unknown null undefined wordpress root user default web
    webmaster none n/a anonymous superuser test false true by""".split()  # noqa: SIM905 - quoted, thrice as long
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """Who wrote an article, and which agency sent it."""

    authors: tuple[str, ...] = ()
    credit: str | None = None
    """The agency, or another organisation that is not the site."""
    place: HtmlElement | None = field(default=None, compare=False)
    """The element that names the authors, where the head does not."""


def choose_byline(
    head: Head, tree: HtmlElement, site_names: Sequence[str], places: Places | None = None
) -> Byline:
    """The authors' names as the page writes them, in its order; empty if nobody is named.

    JSON-LD is believed first, then meta tags, then what is marked as a byline, then a "By Jane Doe" right
    under the headline. Newsrooms ("Staff", "Redaktion") are nobody. An organisation, which is the site, an
    agency, or what JSON-LD calls an organisation, is an author only where no person is named. Where the
    places of the source's bylines are known, it is there that one is looked for.
    """
    sites = [words for name in site_names if (words := words_of(name))]
    stated = [name for name in _names(_stated(head)) if not _is_newsroom(name, sites)]
    organisations = {name for name in stated if name in _organisations(head) or agency_named(name)}
    persons = [n for n in stated if not _is_site(n, sites) and n not in organisations]
    tags = [_unless_site(_names([tag]), sites) for tag in head.all_metas(*_METAS)]
    people = [[n for n in names if not agency_named(n) and not _is_newsroom(n, sites)] for names in tags]
    named = [*stated, *(name for names in tags for name in names)]
    foreign = (n for n in organisations if not _is_site(n, sites))
    credit = next((agency for name in named if (agency := agency_named(name))), None) or next(foreign, None)
    # JSON-LD often has only the first of several authors
    place = None
    if not (found := next((names for names in people if set(names) >= set(persons) and names), persons)):
        found, place = _searched(head, tree, sites, places)
    found = found or stated or [name for name in named if not _is_newsroom(name, sites)]
    return Byline(authors=tuple(dict.fromkeys(map(_readable, found))), credit=credit, place=place)


def _searched(
    head: Head, tree: HtmlElement, sites: Sequence[list[str]], places: Places | None
) -> tuple[list[str], HtmlElement | None]:
    """The persons that the body names, and the element in which, if it is marked as a byline."""
    if places is not None:
        found, place = _marked(_BYLINES.elements(tree, places.find(Field.AUTHORS)), sites)
        if found or Field.AUTHORS not in places.usual:
            return found, place
    found, place = _marked(_BYLINES.elements(tree), sites)
    return (found, place) if found else (_unmarked(head, tree, sites), None)


def _marked(
    bylines: Sequence[HtmlElement], sites: Sequence[list[str]]
) -> tuple[list[str], HtmlElement | None]:
    """The persons named by the first of these elements that names one, and the element."""
    for element, line in _lines_of(bylines):
        names = [name for name in _names([line]) if _is_person(name)]
        if found := _people(names, sites):
            return found, element
    return [], None


def _people(names: Iterable[str], sites: Sequence[list[str]]) -> list[str]:
    """The names of a byline that are neither the site's, an agency's nor a newsroom's."""
    return [
        name
        for name in names
        if not _is_site(name, sites) and not agency_named(name) and not _is_newsroom(name, sites)
    ]


def _organisations(head: Head) -> set[str]:
    """The authors that JSON-LD calls an organisation."""
    authors = head.article.get("author") if head.article else None
    nodes = [a for a in (authors if isinstance(authors, list) else [authors]) if isinstance(a, dict)]
    typed = (node for node in nodes if types_of(node) & {"Organization", "NewsMediaOrganization"})
    return {plain(name) for node in typed if (name := text_of(node.get("name")))}


def _is_newsroom(name: str, sites: Sequence[list[str]]) -> bool:
    """Whether a name is made of words for a newsroom, and maybe the site's name or an agency's."""
    words = words_of(name)
    rest = "".join(word for word in words if word not in _NEWSROOM)
    names = {"".join(site) for site in sites}
    if _is_collective(words, sites) or name.endswith(_NEWSROOM_ENDS):
        return True
    return not rest or (rest in names and "".join(words) not in names)


def _is_collective(words: Sequence[str], sites: Sequence[list[str]]) -> bool:
    """Whether one of several words is a newsroom's; one that is a surname too needs a second such word."""
    if len(words) < 2 or not (found := _COLLECTIVE.intersection((words[0], words[-1]))):
        return False
    others = [word for word in words if word not in found]
    known = _NEWSROOM | _DEPARTMENTS | {word for site in sites for word in site}
    return not found <= _SURNAMES or not others or not known.isdisjoint(others)


def _unmarked(head: Head, tree: HtmlElement, sites: Sequence[list[str]]) -> list[str]:
    """The persons of a byline that nothing marks as one; only what can hardly be anything else.

    "By Jane Doe" between the headline and the first paragraph; what follows a text that is only "Author:"; a
    name that fits the address j.doe@ in the author's meta tag; a name alone in a paragraph that is set to the
    right, as one signs a letter.
    """
    addresses = [name for name in head.all_metas(*_METAS) if "@" in name and " " not in name]
    for line in takewhile(lambda text: len(text) < _PARAGRAPH, _plain_texts(_BELOW, tree)):
        match = _PREFIX.match(line)
        behind = line[match.end() :] if match and len(line) < _SHORT_LINE else ""
        if found := _persons(behind, sites):
            return found
    texts = _plain_texts(_TEXTS, tree)
    labelled = (after for text, after in pairwise(texts) if len(text) < 24 and _LABEL.fullmatch(text))
    addressed = (text for text in texts if any(_fits_address(text, address) for address in addresses))
    signed = (text for text in _plain_texts(_SIGNED, tree) if len(text) < _SHORT_LINE)
    behind_labels = set(labelled)  # of several, most are menus and forms
    likely = (*(behind_labels if len(behind_labels) == 1 else ()), *addressed, *signed)
    return next((found for text in likely if (found := _persons(text, sites))), [])


def _plain_texts(where: XPath, tree: HtmlElement) -> list[str]:
    found = where(tree)
    texts = found if isinstance(found, list) else []
    return [plain(text if isinstance(text, str) else "".join(text.itertext())) for text in texts]


def _persons(text: str, sites: Sequence[list[str]]) -> list[str]:
    """The names in a text that is nothing but persons' full names."""
    names = _names([text]) if text else []
    return names if all(map(_is_full_name, names)) and _people(names, sites) == names else []


def _fits_address(name: str, address: str) -> bool:
    """Whether "Jane Doe" may have the address j.doe@ or jane.doe@."""
    parts = re.split(r"[._-]", address.partition("@")[0].casefold())
    words = name.casefold().split()
    return 1 < len(parts) <= len(words) <= 4 and words[-1] == parts[-1] and words[0].startswith(parts[0])


def _is_full_name(name: str) -> bool:
    """Whether every word of two to five begins with a capital, or is a particle; or a CJK name."""
    words = name.split()
    capital = all(word[:1].isupper() or word.casefold() in _SMALL for word in words)
    return _is_person(name) and capital and not any(c.isdigit() for c in name)


def _readable(name: str) -> str:
    """A name without academic title, and in small letters where it is all capitals and safe to be changed."""
    name = _TITLES.sub("", name)
    words = name.split()
    safe = all(len(word) > 2 and word.isalpha() and not word.startswith(_MAC) for word in words)
    if len(words) < 2 or not name.isupper() or not safe or _DOTTED.intersection(name) > {"I"}:
        return name
    if any(word.casefold() in _SMALL for word in words):
        return name
    return " ".join(word.capitalize() for word in words)


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


def _lines_of(found: Sequence[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """What is marked as a byline, with its text, innermost elements only."""
    outer = {parent for element in found for parent in element.iterancestors()}
    for element in found[:60]:
        if element in outer or any(_NOT_HERE.search(e.get("class") or "") for e in _with_parents(element)):
            continue
        lines = [line for text in element.itertext() if (line := plain(text))]
        if lines and sum(map(len, lines)) < 160:
            yield element, " ".join(_first_of(lines))


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
    if ";" in text:  # within its pieces a comma is that of "Last, First"
        for piece in filter(None, map(str.strip, text.split(";"))):
            yield from _split(piece)
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
    if name.islower() and name.isalpha() and len(name) <= _LONGEST_INITIALS and not agency_named(name):
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
