"""What a page says of its article besides the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines.authors import choose_authors
from pipelines.canonical import registered_domain
from pipelines.dates import PageDate, choose_date
from pipelines.head import Head, plain, read_head
from pipelines.jsonld import text_of, types_of
from pipelines.page import Page
from pipelines.pagedates import modified_dates, published_dates
from pipelines.titles import choose_title

_DESCRIPTIONS = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's statements after choosing among them."""

    title: str
    site_names: tuple[str, ...]
    standfirst: str | None
    authors: tuple[str, ...]
    published: PageDate | None
    modified_at: datetime | None
    image: str | None
    section: str | None
    tags: tuple[str, ...]
    canonicals: tuple[str, ...]
    """What the page says its address is, rel=canonical first."""


def read_metadata(tree: HtmlElement, page: Page, head: Head | None = None) -> Metadata:
    """Choose the metadata of `page`, whose parsed document is `tree`; the tree is not changed."""
    head = head or read_head(tree)
    site_names = tuple(_site_names(head, page.url))
    title = choose_title(head, site_names, page.hint_title)
    published = choose_date(published_dates(head, tree, page))
    modified = choose_date(modified_dates(head, tree))
    later = modified is not None and (published is None or modified.when >= published.when)
    return Metadata(
        title=title,
        site_names=site_names,
        standfirst=_standfirst(head, title),
        authors=choose_authors(head, tree, site_names),
        published=published,
        modified_at=modified.when if modified and later else None,
        image=_image(head, page.url),
        section=_section(head, site_names),
        tags=tuple(_tags(head, tree)),
        canonicals=tuple(_canonicals(head)),
    )


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


def _standfirst(head: Head, title: str) -> str | None:
    """The description, unless it is cut off; of several the first that is whole."""
    texts = [plain(text) for text in (head.said("description"), *head.all_metas(*_DESCRIPTIONS)) if text]
    whole = [text for text in texts if text != title and not text.endswith(("…", "...", "[…]", "[...]"))]
    return next((text for text in whole if len(text) > 20), None)


def _image(head: Head, url: str) -> str | None:
    found = head.meta("og:image:secure_url", "og:image", "og:image:url")
    if not found and head.article:
        found = text_of(head.article.get("image"), "url", "contentUrl", "@id")
    found = found or head.meta("twitter:image", "twitter:image:src")
    try:
        address = urljoin(url, found) if found else ""
    except ValueError:
        return None
    return address if address.startswith(("http://", "https://")) else None


def _section(head: Head, site_names: Sequence[str]) -> str | None:
    sites = {name.casefold() for name in site_names}
    stated = (head.said("articleSection"), *head.all_metas(*_SECTIONS), _breadcrumb(head))
    names = (plain(name) for name in stated if name and "://" not in name)
    return next((name for name in names if name and len(name) <= 80 and name.casefold() not in sites), None)


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
        [" ".join(link.itertext()) for link in tree.iterfind(".//a[@rel='tag']")],
    ]
    for source in sources:
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
