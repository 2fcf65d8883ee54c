"""The tables, as typed SQLAlchemy models: the one place where the archive's shape is written down.

    Source 1──* Seed      what we poll for news
       │
       ├────1 Learned             what its articles repeat
       ├────1 Templates           how its pages are made, and what use that was
       ├────* Sample              pages that is learned from
       ├────* Page 1──* Visit     the frontier: every URL we know, when it is due, what each fetch gave
       │        │
       │        └──── Article 1──* Revision     the clean text, and its earlier states
       │                 ├──* ArticleState       what its columns held before, for the archive as of a date
       │                 ├──* Change             what happened to it, in the order in which it was filed
       │                 ├──* Band               keys by which near-duplicates are found
       │                 ├──* duplicate_of ──▶ Article     the original of its story
       │                 ├──* Update ──▶ Article           the earlier version of a running story
       │                 └──* Apart ──▶ Article            what a person has taken it out of
       └────* Run         one crawl of one source
    Host                  what a host's robots.txt said
    Rest                  hosts that are left alone for a while
    Holder 1──* Lease     the processes that crawl, and what each of them has for itself

Every time is aware UTC (see `UtcDateTime`). Full-text search stands beside `articles`, kept in step by the
database's own triggers: see migrations/.
"""

import enum
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    and_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

URL_LENGTH = 2000
"""Longest URL kept, in characters; PostgreSQL cannot index a text of more than about 2,700 bytes."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored and returned as UTC on every engine. Naive datetimes raise ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SeedKind(enum.StrEnum):
    """What a seed is, which decides how candidates are read from it."""

    FEED = "feed"
    """RSS, Atom or JSON Feed."""
    SITEMAP = "sitemap"
    """A sitemap, or an index of sitemaps, plain or gzipped."""
    NEWS_SITEMAP = "news_sitemap"
    """A sitemap that carries Google's news namespace: titles and dates of the last days."""
    SECTION = "section"
    """A front or section page, read by its links."""
    ARCHIVE = "archive"
    """An old sitemap, or a page of an archive: only a backfill reads it."""


class PageState(enum.StrEnum):
    """What the last visit made of a page."""

    WAITING = "waiting"
    """Found, not fetched yet."""
    STORED = "stored"
    """An article was filed from it."""
    REJECTED = "rejected"
    """Fetched, and judged to be no article; `reason` says why."""
    FAILED = "failed"
    """The last fetch failed; it is tried again when due, or given up when `due_at` is null."""
    FORBIDDEN = "forbidden"
    """robots.txt forbids it."""
    GONE = "gone"
    """The site says it is not there (404, 410)."""


class RunState(enum.StrEnum):
    """How a run ended."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """Stopped by the user; the frontier keeps what was not fetched."""
    FAILED = "failed"
    """No seed could be read, or the run broke; `error` says why."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
        list[dict[str, Any]]: JSON().with_variant(JSONB(), "postgresql"),
        list[list[Any]]: JSON().with_variant(JSONB(), "postgresql"),
        enum.StrEnum: Enum(
            enum.StrEnum, native_enum=False, length=16, values_callable=lambda kind: [str(m) for m in kind]
        ),
    }


class Source(Base):
    """A publisher's site."""

    __tablename__ = "sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH), unique=True)
    schedule: Mapped[str] = mapped_column(String(200), default="auto")
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    poll_at: Mapped[datetime | None]
    """When news is looked for next, by its schedule; null: at once."""
    due_at: Mapped[datetime | None]
    """When its next run is due, for news or for a page; null: at once."""
    rhythm: Mapped[dict[str, Any] | None]
    """When it publishes, as learned; see crawler/schedule/rhythm.py."""
    failures: Mapped[int] = mapped_column(default=0)
    """Runs that failed since the last one that did not."""
    health: Mapped[str] = mapped_column(String(16), default="new")
    """How it is doing, by its last run; see crawler/health/judge.py."""
    health_since: Mapped[datetime | None]
    health_reason: Mapped[str | None] = mapped_column(Text)
    health_evidence: Mapped[dict[str, Any] | None]
    """What it was seen by, as storage/facts.py reads it: the first bad page, the last good one."""
    backfill_to: Mapped[datetime | None]
    """How far into the past a backfill is asked for; null: none is."""

    seeds: Mapped[list["Seed"]] = relationship(back_populates="source", passive_deletes=True)


class Seed(Base):
    """An address we poll for news. A sitemap index's children are seeds of their own, with `parent_id`."""

    __tablename__ = "seeds"
    __table_args__ = (Index("uq_seeds_source_id_url", "source_id", "url", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("seeds.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    kind: Mapped[SeedKind]
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    body_hash: Mapped[str | None] = mapped_column(String(64))
    visited_at: Mapped[datetime | None]
    full_fetch_at: Mapped[datetime | None]
    """When the body was last fetched whole; a 304 is only trusted for some hours after it."""
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)
    """Visits that failed since the last one that did not."""
    due_at: Mapped[datetime | None]
    """A scheduled run does not poll it before; null: at every run."""
    idle: Mapped[int] = mapped_column(default=0)
    """Visits since the last one that named a page we did not know, or one that changed."""
    habits: Mapped[dict[str, Any] | None]
    """What its last body said of when it is written anew; see crawler/seeds/freshness.py."""
    moved_to: Mapped[str | None] = mapped_column(Text)
    """Where it has moved to for good, by its last visit (301, 308); null if it has not."""
    moved_since: Mapped[datetime | None]
    """Since when it says so at every visit."""
    backfilled_to: Mapped[datetime | None]
    """A backfill has taken in what it names, back to this day."""

    source: Mapped[Source] = relationship(back_populates="seeds")


class Page(Base):
    """A URL the frontier knows, its state, and when it is due."""

    __tablename__ = "pages"
    __table_args__ = (Index("ix_pages_source_id_due_at", "source_id", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id", ondelete="SET NULL"))
    seed_id: Mapped[int | None] = mapped_column(ForeignKey("seeds.id", ondelete="SET NULL"), index=True)
    """Where it was first found; null for an address given by hand."""
    url: Mapped[str] = mapped_column(String(URL_LENGTH), unique=True)
    """Its canonical form, by which it is known."""
    asked_url: Mapped[str | None] = mapped_column(Text)
    """The address to fetch it by, as the seed gave it, where that differs: a parameter that looks like a
    click counter may be what the server chooses the article by."""
    state: Mapped[PageState] = mapped_column(default=PageState.WAITING)
    reason: Mapped[str | None] = mapped_column(Text)
    found_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When to fetch it next; null: not again by itself."""
    visited_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """Fetches that failed since the last one that did not."""
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    body_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256, hexadecimal, of the body that was last read whole."""
    full_fetch_at: Mapped[datetime | None]
    """When the body last came whole; a 304 is only trusted for some days after it."""
    priority: Mapped[int] = mapped_column(default=0)
    """What is fetched first where much is due: 0 news, 1 what a backfill found."""
    hint_title: Mapped[str | None] = mapped_column(Text)
    hint_published_at: Mapped[datetime | None]
    hint_modified_at: Mapped[datetime | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"), index=True)
    """The article that stands there; several pages may lead to one (redirects, AMP, tracking)."""


class Visit(Base):
    """One fetch of a page and its outcome."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    status: Mapped[int | None]
    """HTTP status; null where no answer came."""
    size: Mapped[int | None]
    """Bytes of the decoded body."""
    milliseconds: Mapped[int | None]
    final_url: Mapped[str | None] = mapped_column(Text)
    """Where redirects led, if elsewhere."""
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)


class Article(Base):
    """The clean text of a page and its metadata."""

    __tablename__ = "articles"
    __table_args__ = (Index("ix_articles_source_id_first_seen_at", "source_id", "first_seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id", ondelete="SET NULL"))
    url: Mapped[str] = mapped_column(String(URL_LENGTH), index=True)
    """The address it was fetched from, after redirects."""
    canonical_url: Mapped[str] = mapped_column(String(URL_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="article")
    """"article", "live blog", "gallery", "video"."""
    title: Mapped[str] = mapped_column(Text)
    kicker: Mapped[str | None] = mapped_column(Text)
    """The line above the headline."""
    standfirst: Mapped[str | None] = mapped_column(Text)
    authors: Mapped[list[str]]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_offset: Mapped[int | None]
    """The publisher's own offset from UTC, in minutes, where the page said one."""
    modified_at: Mapped[datetime | None]
    modified_offset: Mapped[int | None]
    date_precision: Mapped[str | None] = mapped_column(String(8))
    """"minute" or "day": how exactly the page says `published_at`."""
    date_from: Mapped[str | None] = mapped_column(String(32))
    """Which of the page's dates was believed: "json-ld", "meta", "time", "feed", "url", …"""
    date_confidence: Mapped[str | None] = mapped_column(String(8))
    """"high", "medium" or "low"."""
    date_flag: Mapped[str | None] = mapped_column(String(32))
    """Why the date is doubtful; null if it is not."""
    dates: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Every date found, the most trusted first: [{"event", "when", "precision", "origin"}]; "when" is ISO
    8601, in the publisher's offset."""
    language: Mapped[str | None] = mapped_column(String(16), index=True)
    text: Mapped[str] = mapped_column(Text)
    """Paragraphs separated by a line feed."""
    image: Mapped[str | None] = mapped_column(Text)
    images: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The pictures that stand in the article: [{"url", "caption", "credit"}], each null if unknown."""
    section: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]]
    credit: Mapped[str | None] = mapped_column(Text)
    """The news agency the text is credited to."""
    access: Mapped[str] = mapped_column(String(8), default="unknown")
    """Whether everybody may read it: "free", "paid" or "unknown"."""
    removed: Mapped[list[dict[str, Any]]] = mapped_column(deferred=True)
    """What cleaning took out, in page order: [{"text", "rule", "at"}]; "at" is its number among all lines."""
    makes: Mapped[list[list[Any]]] = mapped_column(deferred=True, default=list)
    """How the block of each line is made, kept and removed, in page order; see storage/runlengths.py."""
    rules_version: Mapped[int] = mapped_column(default=0)
    """The version of the rules that cleaned it; 0 where it was not kept yet."""
    learned_version: Mapped[int | None]
    """The version of what was learned of its source; null if nothing was known."""
    read_by: Mapped[str | None] = mapped_column(String(16))
    """"extractor" or "template": what told which blocks are its text; null where it was not kept yet.

    With a template beside it null means that the extractor is to read it again."""
    template: Mapped[int | None]
    """The template that read it, or corrected what the extractor gave: its number within the source."""
    template_version: Mapped[int | None]
    refused: Mapped[str | None] = mapped_column(String(32))
    """Why the source's templates did not read it; null where they did, or where there are none."""
    restored: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Lines that a person has put back: [{"text", "rule"}]. The next cleaning leaves them in too."""
    text_hash: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256, hexadecimal, of the text's words: equal where only spacing, case and punctuation differ."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256, hexadecimal, of what a reader sees (title, standfirst, text): a change makes a revision."""
    fetched_at: Mapped[datetime]
    """When this state of it was fetched."""
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    """When it was first filed."""
    changed_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    """Since when its page is not there any more; null while it is."""
    gone_how: Mapped[str | None] = mapped_column(String(32))
    """How the site says so: "http 404", "http 410", "front page" or "section page" (it leads there now)."""
    duplicate_of: Mapped[int | None] = mapped_column(
        ForeignKey("articles.id", ondelete="SET NULL"), index=True
    )
    """The original of its story, the earliest published; never itself a duplicate."""
    similarity: Mapped[float | None]
    """Share of its words that stand in the original, 0 to 1; null where it is no duplicate."""
    coverage: Mapped[float | None]
    """Share of the original's words that stand in it, 0 to 1; null where it is no duplicate."""
    reservations: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
    """Rights that its publisher reserves, as "place: what"; see docs/rights.md. Null where nobody looked."""
    recorded_at: Mapped[datetime | None]
    """When the row was last written, by its writer's time; null if it was not since it was filed."""
    recordings: Mapped[int] = mapped_column(default=0)
    """How often it was: see storage/recorded.py."""

    source: Mapped[Source | None] = relationship()
    revisions: Mapped[list["Revision"]] = relationship(order_by="Revision.number", passive_deletes=True)

    @hybrid_property
    def read_again(self) -> bool:
        """Whether the extractor is to read it again: see storage/rereading.py."""
        return self.read_by is None and self.template is not None

    @read_again.inplace.expression
    @classmethod
    def _read_again(cls) -> ColumnElement[bool]:
        return and_(cls.read_by.is_(None), cls.template.is_not(None))


class Revision(Base):
    """An earlier state of an article: what stood there until `replaced_at`."""

    __tablename__ = "revisions"
    __table_args__ = (Index("uq_revisions_article_id_number", "article_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1 is the oldest."""
    title: Mapped[str] = mapped_column(Text)
    standfirst: Mapped[str | None] = mapped_column(Text)
    authors: Mapped[list[str]]
    modified_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(Text)
    removed: Mapped[list[dict[str, Any]]] = mapped_column(deferred=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    fetched_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class ArticleState(Base):
    """What exported columns of an article held until they were written anew; triggers fill it."""

    __tablename__ = "article_states"
    __table_args__ = (Index("ix_article_states_article_id_id", "article_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    until: Mapped[datetime]
    """When they were written anew; of an article's states, none has an earlier one than those before it."""
    earlier: Mapped[dict[str, Any]]
    """{column: its value then}, of those that changed; "source" is the source's name. Times as the engine
    writes them."""
    revision: Mapped[int | None]
    """The number of the revision that has the text of then, where it changed and `earlier` has it not."""


class Change(Base):
    """What happened to an article, in the order in which it was filed: a cursor over ids misses none.

    Ids are given under the lock that filings take, so none becomes visible behind a later one.
    """

    __tablename__ = "changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """"new", "headline", "text", "correction", "gone", "back"; see storage/changes.py."""
    revision: Mapped[int | None]
    """The number of the revision that keeps what stood there before; null where no word changed."""


class Learned(Base):
    """What the articles of a source were found to repeat."""

    __tablename__ = "learned"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    """Raised by each change of `lines` or `makes`; from 1."""
    learned_at: Mapped[datetime]
    articles: Mapped[int]
    """How many articles were looked at."""
    lines: Mapped[list[str]]
    makes: Mapped[list[str]]


class Templates(Base):
    """How the pages of a source are made; see pipelines/templates/."""

    __tablename__ = "templates"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    """Raised whenever anything of them changes."""
    known: Mapped[dict[str, Any]]
    """As `Templates.to_json` gives it; another code_version in it means that all is to be learned anew."""
    learned_at: Mapped[datetime]
    use: Mapped[dict[str, Any]]
    """How many pages they read and refused, and the last audits; see pipelines/templates/drift.py."""
    suspended_at: Mapped[datetime | None]
    """Since when they read no page, until they have been learned anew; null if they do."""
    suspended_why: Mapped[str | None] = mapped_column(Text)
    off: Mapped[bool] = mapped_column(default=False)
    """Whether a person has switched them off."""


class Sample(Base):
    """What became of each block of a page that was read without a template: it teaches templates."""

    __tablename__ = "template_samples"
    __table_args__ = (Index("uq_template_samples_source_id_story", "source_id", "story", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    story: Mapped[str] = mapped_column(String(64))
    """Equal for copies of one article."""
    kind: Mapped[str] = mapped_column(String(16))
    """As of an article."""
    taken_at: Mapped[datetime]
    labels: Mapped[bytes] = mapped_column(LargeBinary)
    """As `Labels.to_bytes` gives them."""


class Band(Base):
    """One key of an article's text; two articles that share one may be near-duplicates."""

    __tablename__ = "bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """One of the smallest 64-bit signed hashes of the text's runs of words: a MinHash band of one row."""
    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class Update(Base):
    """An article that tells a running story anew: another article than the earlier one, and no duplicate."""

    __tablename__ = "updates"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    """The later one."""
    earlier_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)


class Apart(Base):
    """Two articles that a person has said are not one story; they are never put into one again."""

    __tablename__ = "apart"
    __table_args__ = ({"sqlite_with_rowid": False},)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    """The one that was taken out of the story."""
    other_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    """One of those that stayed."""
    at: Mapped[datetime]


class Run(Base):
    """One crawl of one source."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_source_id_id", "source_id", "id"),)  # the last ones of a source

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    """Null for addresses fetched alone."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    state: Mapped[RunState] = mapped_column(default=RunState.RUNNING)
    error: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[dict[str, Any]]
    """As `RunCounts.as_dict` in crawler/report.py gives them: numbers, and reasons with theirs."""
    holder_id: Mapped[int | None]
    """The process that runs it. No foreign key: its row goes with it, and its number never comes again."""


class Host(Base):
    """What a host's robots.txt said, kept a day as RFC 9309 (2.4) allows."""

    __tablename__ = "hosts"

    host: Mapped[str] = mapped_column(String(300), primary_key=True)
    """Name and, where it is not the scheme's own, port; before it http:// where it is not asked by https."""
    robots_status: Mapped[int | None]
    """HTTP status of robots.txt; null where it could not be reached."""
    robots: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Its body, at most 512 kB."""
    robots_at: Mapped[datetime]
    robots_failing_since: Mapped[datetime | None]
    """Since when robots.txt could not be had, each time it was asked for; null while it can."""
    robots_failed_at: Mapped[datetime | None]
    """When it was last asked for in vain."""
    robots_failed_status: Mapped[int | None]
    """HTTP status of that answer; null where none came."""
    robots_failed_why: Mapped[str | None] = mapped_column(String(64))
    """Why none came: "connection refused", "timeout"…; null where one did, or it was not kept yet."""


class Rest(Base):
    """A host that is left alone for a while, because it refused requests or asks for long pauses."""

    __tablename__ = "rests"

    host: Mapped[str] = mapped_column(String(320), primary_key=True)
    """The name of its lease."""
    level: Mapped[int]
    """Refusals that count against it; see crawler/strain.py."""
    seconds: Mapped[float]
    """How long it is left alone from `at` on."""
    at: Mapped[datetime]


class Holder(Base):
    """A process that crawls. Its row is gone with it, or is removed by whoever finds that it is dead."""

    __tablename__ = "holders"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an id of a dead one never means another

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(String(300))
    """Where its number means something: the host's name and what else tells machines apart."""
    pid: Mapped[int]
    started_at: Mapped[datetime]
    beats: Mapped[int] = mapped_column(default=0)
    """Goes on while it lives; who watches it stand still knows that it does not."""
    seen_at: Mapped[datetime]
    """When it last beat, by its own clock: for people to read."""


class Lease(Base):
    """What one process has for itself: a host to fetch from, or the schedule."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(320), primary_key=True)
    """"scheduler", or "host example.org"."""
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime]
