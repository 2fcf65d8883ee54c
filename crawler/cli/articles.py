"""How articles are shown: hits of a search, one whole, one as it would be stored."""

import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from crawler.cli.passages import GONE, lines_in_place
from crawler.cli.terminal import console, counted, styled
from crawler.cli.times import shown_time
from storage.search.hits import Hit
from storage.search.passage import MATCH_END, MATCH_START
from storage.stored import StoredArticle, StoredDate, StoredPage, StoredRevision
from storage.stories.listing import Sighting
from storage.stories.updates import StoredUpdate

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_MATCH = re.compile(f"{MATCH_START}([^{MATCH_START}{MATCH_END}]*){MATCH_END}")
_COLUMNS = 100
"""Longest line of a text on a terminal; longer ones are hard to read."""


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """A hit for a program.

    `matches` tells where each match begins and ends in the passage, `title_matches` where in the title.
    """
    passage, matches = _unmarked(hit.passage)
    _, in_title = _unmarked(hit.title_marked)
    told = {key: value for key, value in asdict(hit).items() if key != "title_marked"}
    return {**told, "title_matches": in_title, "passage": passage, "matches": matches}


def _unmarked(text: str) -> tuple[str, list[list[int]]]:
    """A text without its marks, and where each match begins and ends in it."""
    plain, matches, place = "", [], 0
    for match in _MATCH.finditer(text):
        plain += text[place : match.start()]
        matches.append([len(plain), len(plain) + len(match[1])])
        plain += match[1]
        place = match.end()
    return plain + text[place:], matches


def show_hits(hits: Iterable[Hit]) -> None:
    """Each hit: title, where and when, and the passage with its matches set off."""
    out = console()
    for number, hit in enumerate(hits):
        if number:
            out.print()
        elsewhere = f"in {hit.sightings + 1} places" if hit.sightings else ""
        # Plain in a pipe: whoever cuts out the first line wants the title.
        title = _marked(hit.title_marked, out, "bold") if out.is_terminal else styled(hit.title)
        out.print(title if hit.title else styled("(no title)", "bold"))
        out.print(_joined(f"#{hit.id}", hit.source, shown_time(hit.published_at), hit.language, elsewhere))
        out.print(styled(hit.canonical_url, "dim"), soft_wrap=True)
        out.print(styled("  ").append(_marked(hit.passage, out)))


def _marked(text: str, out: "Console", style: str = "") -> "Text":
    """The matches in colour on a terminal; between asterisks in a pipe."""
    shown = styled("", style)
    place = 0
    for match in _MATCH.finditer(text):
        shown.append(styled(text[place : match.start()], style))
        shown.append(styled(match[1], "bold yellow") if out.is_terminal else styled(f"**{match[1]}**", style))
        place = match.end()
    return shown.append(styled(text[place:], style))


def _joined(*parts: str | None) -> "Text":
    return styled(" · ".join(part for part in parts if part and part != "-"))


def show_article(
    article: StoredArticle,
    sightings: Sequence[Sighting],
    versions: Sequence[StoredUpdate],
    revisions: Sequence[StoredRevision],
    *,
    removed: bool,
    dates: bool,
) -> None:
    """One article, whole; with `removed` also what was taken out, with `dates` every date it names."""
    duplicate = (
        f"{article.duplicate_of} ({article.similarity or 0:.0%} of it stands there)"
        if article.duplicate_of
        else None
    )
    show_fields(
        article.title,
        [
            ("id", str(article.id)),
            ("source", article.source),
            ("url", article.canonical_url),
            ("fetched from", article.url if article.url != article.canonical_url else None),
            ("kind", article.kind if article.kind != "article" else None),
            ("kicker", article.kicker),
            ("authors", ", ".join(article.authors)),
            ("published", published(article)),
            ("modified", shown_time(article.modified_at) if article.modified_at else None),
            *(("date", _candidate(date)) for date in article.dates if dates),
            ("language", article.language),
            ("section", article.section),
            ("tags", ", ".join(article.tags)),
            ("credit", article.credit),
            ("access", article.access if article.access != "unknown" else None),
            ("reserved", "; ".join(article.reservations or ())),
            ("image", article.image),
            ("images", str(len(article.images)) if article.images else None),
            ("fetched", shown_time(article.fetched_at)),
            (
                "gone",
                f"since {shown_time(article.gone_at)} ({article.gone_how})" if article.gone_at else None,
            ),
            ("duplicate of", duplicate),
            ("also in", "; ".join(f"{place.source or place.url} (#{place.id})" for place in sightings)),
            ("update of", "; ".join(f"#{one.id} {one.title}" for one in versions if not one.is_later)),
            ("told anew", "; ".join(f"#{one.id} {one.title}" for one in versions if one.is_later)),
            ("revisions", f"{len(revisions)} earlier (--revisions shows them)" if revisions else None),
            ("removed", _count_removed(article, told=removed)),
            ("restored", ", ".join(dict.fromkeys(line.rule for line in article.restored))),
            ("cleaned", _cleaned_by(article) if removed else None),
            ("read by", read_by(article) if removed else None),
        ],
    )
    show_text(article.standfirst, lines_in_place(article) if removed else as_lines(article.text))


def _count_removed(article: StoredArticle, *, told: bool) -> str | None:
    if not article.removed:
        return "nothing" if told else None
    return counted(len(article.removed), "passage") + ("" if told else " (--removed shows them)")


def read_by(article: StoredArticle) -> str | None:
    """What told which blocks of its page are its text; None where that was not kept yet."""
    template = f"template {article.template}, version {article.template_version}"
    if article.read_by is None:
        again = f"{template}; a crawl is to have the extractor read it again"
        return again if article.template is not None else None
    if article.read_by == "template":
        return template
    corrected = f", corrected by {template}" if article.template is not None else ""
    refused = f"; its source's templates refused it: {article.refused}" if article.refused else ""
    return f"the extractor{corrected}{refused}"


def _cleaned_by(article: StoredArticle) -> str:
    """Which versions of the rules and of what was learned have cleaned it."""
    learned = f", learned version {article.learned_version}" if article.learned_version is not None else ""
    version = f"version {article.rules_version}" if article.rules_version else "of an older copydesk"
    return f"by rules {version}{learned}"


def show_page(page: StoredPage) -> None:
    """What became of a page that gave no article."""
    never = "never" if page.visited_at is None else None
    show_fields(
        "no article",
        [
            ("url", page.url),
            ("source", page.source),
            ("state", str(page.state)),
            ("reason", page.reason),
            ("found", shown_time(page.found_at)),
            ("visited", never or shown_time(page.visited_at)),
            ("http status", str(page.status) if page.status else None),
            ("next visit", shown_time(page.due_at) if page.due_at else "none by itself"),
        ],
    )


class Dated(Protocol):
    """What tells when it was published: an article as the pipelines or the archive give it."""

    @property
    def published_at(self) -> datetime | None: ...
    @property
    def date_precision(self) -> str | None: ...
    @property
    def date_from(self) -> str | None: ...
    @property
    def date_confidence(self) -> str | None: ...
    @property
    def date_flag(self) -> str | None: ...


def published(article: Dated) -> str | None:
    """A publication date for a person: only the day where the page says no more; its origin, and doubts."""
    if article.published_at is None:
        return None
    doubts = [f"from {article.date_from}" if article.date_from else ""]
    if article.date_confidence not in (None, "high"):
        doubts.append(f"{article.date_confidence} confidence")
    doubts.append(article.date_flag or "")
    told = "; ".join(filter(None, doubts))
    return _when(article.published_at, article.date_precision) + (f" ({told})" if told else "")


def _candidate(date: StoredDate) -> str:
    return f"{_when(date.when, date.precision)} {date.event} (from {date.origin})"


def _when(moment: datetime, precision: str | None) -> str:
    return moment.strftime("%Y-%m-%d") if precision == "day" else shown_time(moment)


def show_fields(title: str, fields: Iterable[tuple[str, str | None]]) -> None:
    """A title, and what is known under it, a line each; what is not known is left out."""
    out = console()
    out.print(styled(title or "(no title)", "bold"))
    for name, value in fields:
        if value:
            out.print(styled(f"{name:<13}", "dim").append(styled(value)), soft_wrap=True)


def show_text(standfirst: str | None, lines: Sequence[tuple[str, str | None]]) -> None:
    """The standfirst and the paragraphs, in lines that can be read on a terminal, whole in a pipe.

    Each line comes with the rule that took it out, or None; those are dimmed and struck, and have a − before
    them, and their rule.
    """
    out = console()
    width = min(_COLUMNS, shutil.get_terminal_size().columns) if out.is_terminal else 0
    begins = next((text for text, rule in lines if rule is None), "")
    lead = "" if standfirst is None or begins.startswith(standfirst) else standfirst
    shown = [(lead, "italic")]
    shown += [(f"{GONE} [{rule}] {text}", "dim strike") if rule else (text, "") for text, rule in lines]
    for paragraph, style in shown:
        if paragraph.strip():
            folded = textwrap.fill(paragraph, width) if width else paragraph
            out.print()
            out.print(styled(folded, style, folded=bool(width)), soft_wrap=True)


def as_lines(text: str) -> list[tuple[str, str | None]]:
    """The lines of a text from which nothing is missing, as `show_text` takes them."""
    return [(line, None) for line in text.split("\n")]
