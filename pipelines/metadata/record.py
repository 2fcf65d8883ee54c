"""What a page says of its article besides the text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines.article import Access, DateCandidate
from pipelines.document.escapes import unescaped
from pipelines.fingerprint import words_of
from pipelines.metadata.access import access_of
from pipelines.metadata.authors import Byline, choose_byline
from pipelines.metadata.canonical import path_of, registered_domain
from pipelines.metadata.dates import PageDate, candidates_of, judge_dates
from pipelines.metadata.head import DESCRIPTIONS, Head, plain, read_head
from pipelines.metadata.jsonld import text_of, types_of
from pipelines.metadata.pagedates import FoundDates, modified_dates, published_dates
from pipelines.metadata.places import Field, Places
from pipelines.metadata.titles import choose_headline
from pipelines.page import Page

_SECTIONS = (
    "article:section",
    "og:section",
    "section",
    "parsely-section",
    "cxenseparse:section",
    "dc.subject",
)
_TAGS = ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
_MOST_TAGS = 30
_NO_SECTIONS = frozenset(
    """home homepage startseite start inicio início accueil főoldal главная головна hjem hem etusivu beranda
    uncategorized uncategorised unkategorisiert allgemein default none null index root article articles story
    artikel page website 首页 首頁 ホーム 홈""".split()  # noqa: SIM905 - quoted, thrice as long
)
_ENDS = (".", "!", "?", "。", "！", "？", "؟", "।", "”", "“", "»", '"', "’", ")", "」", ":")
_ANY_TAG = re.compile(r"</?[a-z][a-z0-9]{0,10}\b[^<>]{0,300}>", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?<![a-z])(?:logos?|placeholder|blank|spacer|avatar|gravatar|favicon|touch-icon|fallback|no-?image"
    r"|default(?=[._-]|$)|og-?default)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's statements after choosing among them."""

    title: str
    kicker: str | None
    site_names: tuple[str, ...]
    standfirst: str | None
    authors: tuple[str, ...]
    credit: str | None
    """The agency among the authors."""
    published: PageDate | None
    modified_at: datetime | None
    dates: tuple[DateCandidate, ...]
    date_confidence: str | None
    date_flag: str | None
    image: str | None
    section: str | None
    tags: tuple[str, ...]
    access: Access
    canonicals: tuple[str, ...]
    """What the page says its address is, rel=canonical first."""
    found_in: Mapping[Field, HtmlElement | None] = field(default_factory=dict, compare=False)
    """The fields that the page has, each with the element of its body that has it; None if it is no such."""


def read_metadata(
    tree: HtmlElement, page: Page, head: Head | None = None, places: Places | None = None
) -> Metadata:
    """Choose the metadata of `page`, whose parsed document is `tree`; the tree is not changed.

    `places`: where the pages of its source have what their heads do not state, if that is known.
    """
    head = head or read_head(tree)
    site_names = tuple(_site_names(head, page.url))
    headline = choose_headline(head, tree, site_names, page.hint_title)
    byline = choose_byline(head, tree, site_names, places)
    published_all, modified_all = (
        published_dates(head, tree, page, places),
        modified_dates(head, tree, places),
    )
    verdict = judge_dates(published_all.dates, page.seen_at)
    modified = judge_dates(modified_all.dates, page.seen_at).date
    published = verdict.date
    later = modified is not None and (published is None or modified.when >= published.when)
    return Metadata(
        title=headline.title,
        kicker=headline.kicker,
        site_names=site_names,
        standfirst=_standfirst(head, tree, headline.title),
        authors=byline.authors,
        credit=byline.credit,
        published=published,
        modified_at=modified.when if modified and later else None,
        dates=candidates_of("published", published_all.dates) + candidates_of("modified", modified_all.dates),
        date_confidence=verdict.confidence,
        date_flag=verdict.flag,
        image=_image(head, page.url),
        section=_section(head, site_names, headline.title),
        tags=tuple(_tags(head, tree)),
        access=access_of(head),
        canonicals=tuple(_canonicals(head)),
        found_in=_found_in(byline, published_all, modified_all),
    )


def _found_in(byline: Byline, published: FoundDates, modified: FoundDates) -> dict[Field, HtmlElement | None]:
    found: dict[Field, HtmlElement | None] = {}
    if byline.authors:
        found[Field.AUTHORS] = byline.place
    if published.dates:
        found[Field.PUBLISHED] = published.place
    if any(date.has_time for date in published.dates):
        found[Field.TIME] = published.place
    if modified.dates:
        found[Field.MODIFIED] = modified.place
    return found


def _site_names(head: Head, url: str) -> Iterator[str]:
    """The names the site goes by: its own statements, its host, and its domain's first label."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        domain = registered_domain(url)
    except ValueError:  # a page from a file has no address to speak of
        host = domain = ""
    names = [
        *head.all_metas("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher"),
        *head.all_metas("dc.publisher", "al:ios:app_name", "al:android:app_name"),
        text_of(head.article.get("publisher")) if head.article else None,
        *(text_of(node.get("name")) for node in head.nodes if types_of(node) & _SITE_TYPES),
        *(host, domain, domain.split(".")[0]),
    ]
    yield from dict.fromkeys(plain(name) for name in names if name and not name.startswith("http"))


_SITE_TYPES = frozenset({"WebSite", "NewsMediaOrganization", "Organization"})


def _standfirst(head: Head, tree: HtmlElement, title: str) -> str | None:
    """The description, unless it is cut off or only the title again; of several the first that is whole."""
    stated = (head.said("description"), *head.all_metas(*DESCRIPTIONS))
    texts = dict.fromkeys(plain(_ANY_TAG.sub(" ", unescaped(text))) for text in stated if text)
    words = words_of(title)
    for text in texts:
        if (
            len(text) > 20
            and words_of(text)[: len(words) + 4] != words
            and not _is_cut_off(text, texts, tree)
        ):
            return text
    return None


def _is_cut_off(text: str, others: Iterable[str], tree: HtmlElement) -> bool:
    """Whether a text ends in an ellipsis, or goes on in another description or in the page's own text."""
    if text.endswith(("…", "...", "[…]", "[...]")):
        return True
    if text.endswith(_ENDS):
        return False
    if any(other.startswith(text) and other != text for other in others):
        return True
    nodes = (plain(node) for node in tree.itertext() if len(node) > len(text))
    rests = (node.partition(text)[2].lstrip()[:1] for node in nodes)
    return any(rest.islower() or rest in (",", ";") for rest in rests if rest)


def _image(head: Head, url: str) -> str | None:
    """The picture that is to stand for the article elsewhere, unless it is the publisher's for all."""
    stated = [
        *head.all_metas("og:image:secure_url", "og:image", "og:image:url")[:3],
        text_of(head.article.get("image"), "url", "contentUrl", "@id") if head.article else None,
        *head.all_metas("twitter:image", "twitter:image:src")[:1],
    ]
    publisher = head.article.get("publisher") if head.article else None
    logo = text_of(publisher.get("logo"), "url", "@id") if isinstance(publisher, dict) else None
    for found in stated:
        try:
            address = urljoin(url, found.strip()) if found and found != logo else ""
        except ValueError:
            continue
        name = path_of(address).rstrip("/").rpartition("/")[2]
        if address.startswith(("http://", "https://")) and not _PLACEHOLDER.search(name):
            return address
    return None


def _section(head: Head, site_names: Sequence[str], title: str) -> str | None:
    known = {*(name.casefold() for name in site_names), title.casefold()}
    stated = (head.said("articleSection"), *head.all_metas(*_SECTIONS), _breadcrumb(head))
    for text in stated:
        for name in _split_section(plain(text)):
            if 1 < len(name) <= 60 and "://" not in name and not {name.casefold()} & (known | _NO_SECTIONS):
                return name
    return None


def _split_section(text: str) -> list[str]:
    """The sections of a list: three or more, or set without a space ("World,Europe")."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    is_list = len(parts) > 2 or ("," in text and ", " not in text) or text.endswith(",")
    return parts if is_list else [text]


def _breadcrumb(head: Head) -> str | None:
    """The crumb above the article's own: https://schema.org/BreadcrumbList."""
    for node in head.nodes:
        crumbs = node.get("itemListElement")
        if "BreadcrumbList" in types_of(node) and isinstance(crumbs, list) and len(crumbs) > 1:
            names = [
                text_of(crumb.get("name") or crumb.get("item")) for crumb in crumbs if isinstance(crumb, dict)
            ]
            own = plain(head.said("headline") or head.title)[:20].casefold()
            names = [
                name for name in names[1:] if name and not plain(name).casefold().startswith(own or "\0")
            ]
            return names[-1] if names else None
    return None


def _tags(head: Head, tree: HtmlElement) -> Iterator[str]:
    sources = [
        head.all_metas("article:tag", "og:article:tag"),
        list(_keywords(head)),
        *([head.metas[name][0]] for name in _TAGS[2:] if name in head.metas),
    ]
    links = (" ".join(link.itertext()) for link in tree.iterfind(".//a[@rel='tag']"))
    for source in (*sources, links):
        tags = [tag for text in source for tag in _split_tags(text)]
        if tags:
            yield from list({tag.casefold(): tag for tag in reversed(tags)}.values())[::-1][:_MOST_TAGS]
            return


def _keywords(head: Head) -> Iterator[str]:
    stated = head.article.get("keywords") if head.article else None
    for item in stated if isinstance(stated, list) else [stated]:
        if text := text_of(item):
            yield text


def _split_tags(text: str) -> Iterator[str]:
    separator = ";" if ";" in text and "," not in text else ","
    for part in text.replace("，", ",").replace("、", ",").split(separator):
        tag = plain(part).strip("#\"' ")
        # "Type:story" and "section=news" are a content system's notes to itself
        is_note = " " not in tag and any(c in tag for c in ":=|/{")
        if 1 < len(tag) <= 60 and not is_note:
            yield tag


def _canonicals(head: Head) -> Iterator[str]:
    for link in head.links.get("canonical", ()):
        if href := (link.get("href") or "").strip():
            yield href
    yield from head.all_metas("og:url")
