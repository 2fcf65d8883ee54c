"""An article as it is read from a page: what the pipelines give back."""

import enum
from dataclasses import dataclass
from datetime import datetime


class Rejection(enum.StrEnum):
    """Why a page is no article. The value is what users see and what the database keeps."""

    NOT_HTML = "not html"
    """A PDF, an image, JSON: by its type or its first bytes."""
    EMPTY = "empty"
    """No body, or a document without a word in it."""
    FRONT_PAGE = "front page"
    SECTION_PAGE = "section page"
    """A list of stories: a section, a tag, an author, an archive, search results."""
    LOGIN = "login"
    """A form to sign in or to subscribe stands where the text should."""
    BOT_WALL = "bot wall"
    """A challenge ("checking your browser", a captcha) served instead of the page."""
    ERROR_PAGE = "error page"
    """"Not found" or "something went wrong", served as 200."""
    STUB = "stub"
    """A few words: too little to be an article (a teaser before a paywall, a video's caption)."""
    NO_TEXT = "no text"
    """A document with words, but no main text that could be told apart."""
    TOO_DEEP = "too deep"
    """A document too deeply nested or too large to be a page anybody reads."""
    UNREADABLE = "unreadable"
    """The parser or the extractor gave up on it."""
    RIGHTS_RESERVED = "rights reserved"
    """An article, with a reservation that the settings respect: see docs/rights.md."""
    TIMEOUT = "timeout"
    """Reading it took over the time set for a page."""
    OUT_OF_MEMORY = "out of memory"
    """Reading it took more memory than a worker has."""
    WORKER_DIED = "worker died"
    """The process that read it crashed."""


class ArticleKind(enum.StrEnum):
    """What sort of page an article stands on."""

    ARTICLE = "article"
    LIVE_BLOG = "live blog"
    """A story told in posts, the newest first as a rule."""
    GALLERY = "gallery"
    """Pictures, whose captions are the text."""
    VIDEO = "video"
    """A film or a broadcast, and what is said of it."""


class Access(enum.StrEnum):
    """Whether everybody may read the whole article."""

    FREE = "free"
    PAID = "paid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A line that cleaning took out, the rule that did, and where it stood."""

    text: str
    rule: str
    at: int
    """Its number among all lines, kept and removed, in page order; from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the article."""

    url: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCandidate:
    """A date that the page, its feed or its address names, and where."""

    event: str
    """"published" or "modified"."""
    when: datetime
    precision: str
    """"minute" or "day"."""
    origin: str
    """"json-ld", "meta", "time", "feed", "url", "text"…"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What tells whether two texts are the same, exactly or nearly."""

    text_hash: str
    """SHA-256, hexadecimal, of the text's words (case folded, no punctuation)."""
    bands: tuple[int, ...]
    """The MinHash signature's bands, each hashed to a signed 64-bit integer; empty for a very short text."""


EXTRACTOR = "extractor"
TEMPLATE = "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The clean text of a page and its metadata."""

    url: str
    canonical_url: str
    title: str
    text: str
    """Paragraphs separated by a line feed."""
    kind: ArticleKind = ArticleKind.ARTICLE
    kicker: str | None = None
    """The line above the headline: "Opinion", "Floods in the north"."""
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """Aware, in the publisher's own offset where the page says one, else UTC."""
    modified_at: datetime | None = None
    date_precision: str | None = None
    """"minute" or "day"."""
    date_from: str | None = None
    """Which of the page's dates was believed."""
    date_confidence: str | None = None
    """"high", "medium" or "low"; see pipelines/metadata/dates.py."""
    date_flag: str | None = None
    """Why the date is doubtful: "after it was seen", "before the web"; None if it is not."""
    dates: tuple[DateCandidate, ...] = ()
    """Every date found, the most trusted first."""
    language: str | None = None
    """BCP 47, mostly the two letters of ISO 639-1."""
    image: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    credit: str | None = None
    """The news agency the text is credited to."""
    access: Access = Access.UNKNOWN
    images: tuple[Image, ...] = ()
    """The pictures that stand in the article, with what is written under them."""
    reservations: tuple[str, ...] = ()
    """Rights that its publisher reserves, as "place: what"; see pipelines/metadata/rights.py."""
    removed: tuple[Removed, ...] = ()
    """What cleaning took out, in page order."""
    corrections: tuple[str, ...] = ()
    """The lines, kept or taken out, by which it owns to a mistake; see pipelines/corrections.py."""
    makes: tuple[str, ...] = ()
    """How the block of each line is made, kept and removed, in page order; see document/makes.py."""
    rules_version: int = 0
    """The version of the rules that cleaned it."""
    learned_version: int | None = None
    """The version of what was learned of its source; None if nothing was known."""
    read_by: str = EXTRACTOR
    """EXTRACTOR, or TEMPLATE where a template of its source told which blocks are its text."""
    template: int | None = None
    """The template that read it, or corrected what the extractor gave, by its number within the source."""
    template_version: int | None = None
    refused: str | None = None
    """Why the templates of its source did not read it, see pipelines/templates/refusals.py; None where they
    did, or where there are none."""
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page turned out to be: an article, or the reason why it is none."""

    article: Article | None = None
    rejection: Rejection | None = None
    detail: str | None = None
    """What exactly gave the page away, for a person to read."""
    reservations: tuple[str, ...] | None = None
    """All that are known of an article that is rejected for some of them; None for what else is rejected."""
    labels: bytes | None = None
    """What an article that the extractor read teaches, where that was asked for: see templates/labels.py."""
    audit: float | None = None
    """The share of words on which template and extractor agree, 0 to 1, of a page read both ways."""
