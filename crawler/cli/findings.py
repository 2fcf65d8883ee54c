"""How discovery and readings are shown: what a site offers, and what its pages turn out to be."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from crawler.cli.articles import as_lines, published, show_fields, show_text
from crawler.cli.terminal import counted, note, say, show_table
from crawler.cli.times import shown_time
from crawler.discover import Discovery
from pipelines.article import Article, Reading

_WORDS = 600
"""Characters of a text that a preview shows."""


def show_discovery(discovery: Discovery, name: str | None) -> None:
    """What a site offers to poll; `name`: of the source it has become, None if it is only looked at."""
    kinds = Counter(str(seed.kind).replace("_", " ") for seed in discovery.seeds)
    found = ", ".join(counted(count, kind) for kind, count in kinds.items())
    say(f"{name!r} added: {discovery.url}, {found}" if name else f"{discovery.url}: {found}")
    show_table(["kind", "address"], [(str(seed.kind), seed.url) for seed in discovery.seeds])
    for problem in discovery.problems:
        note(f"not used: {problem}")


def show_reading(reading: Reading) -> None:
    """A page as it would be stored, its text cut short; or why it would not be."""
    say()
    if reading.article is None:
        say(f"rejected: {reading.rejection} ({reading.detail or 'no more is known'})")
        return
    article = reading.article
    show_fields(
        article.title,
        [
            ("url", article.canonical_url),
            ("authors", ", ".join(article.authors)),
            ("published", published(article)),
            ("modified", shown_time(article.modified_at) if article.modified_at else None),
            ("language", article.language),
            ("section", article.section),
            ("reserved", "; ".join(article.reservations)),
            ("removed", counted(len(article.removed), "passage") if article.removed else None),
        ],
    )
    cut = article.text if len(article.text) <= _WORDS else article.text[:_WORDS].rsplit(" ", 1)[0] + " …"
    show_text(article.standfirst, as_lines(cut))


def discovery_as_json(discovery: Discovery, name: str | None) -> dict[str, Any]:
    """What a site offers, for a program."""
    return {
        "name": name or discovery.name,
        "url": discovery.url,
        "seeds": [{"kind": str(seed.kind), "url": seed.url} for seed in discovery.seeds],
        "problems": list(discovery.problems),
    }


def reading_as_json(reading: Reading) -> dict[str, Any]:
    """A page's text and metadata, for a program; of a rejected page what there is, and the reason."""
    rejected = {"rejected": str(reading.rejection) if reading.rejection else None, "detail": reading.detail}
    return {**(_NO_ARTICLE if reading.article is None else _fields(reading.article)), **rejected}


def _fields(article: Article) -> dict[str, Any]:
    return {
        "text": article.text,
        "title": article.title,
        "kind": str(article.kind),
        "kicker": article.kicker,
        "standfirst": article.standfirst,
        "authors": list(article.authors),
        "date": article.published_at.isoformat() if article.published_at else None,
        "date_confidence": article.date_confidence,
        "date_flag": article.date_flag,
        "dates": [{**asdict(date), "when": date.when.isoformat()} for date in article.dates],
        "modified": article.modified_at.isoformat() if article.modified_at else None,
        "language": article.language,
        "image": article.image,
        "images": [asdict(image) for image in article.images],
        "section": article.section,
        "tags": list(article.tags),
        "credit": article.credit,
        "access": str(article.access),
        "reservations": list(article.reservations),
        "removed": [asdict(passage) for passage in article.removed],
    }


_NO_ARTICLE: dict[str, Any] = {
    "text": "",
    "title": None,
    "kind": None,
    "kicker": None,
    "standfirst": None,
    "authors": [],
    "date": None,
    "date_confidence": None,
    "date_flag": None,
    "dates": [],
    "modified": None,
    "language": None,
    "image": None,
    "images": [],
    "section": None,
    "tags": [],
    "credit": None,
    "access": None,
    "reservations": [],
    "removed": [],
}
"""What is told of a page that is none: the same keys."""
