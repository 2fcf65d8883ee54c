"""Files articles: new, a revision, unchanged, or a duplicate of one we have."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, insert, select
from sqlalchemy.orm import Session

from storage.changes import ChangeKind, note_change
from storage.edits import Difference, TellEdit, difference, plain_edit
from storage.fileable import Fileable, NamedDate
from storage.identity import Identity, StoredState, identify
from storage.insert import table_of
from storage.models import Article, Source
from storage.recorded import update_articles
from storage.revisions import content_hash, keep_revision
from storage.rows import check_row
from storage.runlengths import packed
from storage.stories.claims import CLAIM_COLUMNS
from storage.stories.duplicates import (
    add_bands,
    lock_filing,
    settle,
    take_place,
)
from storage.stories.likeness import CompareTexts, SameText, plain_likeness
from storage.stories.originals import review_original
from storage.stories.placing import Wording, find_place, newcomer

__all__ = ["Fileable", "Filed", "FilingOutcome", "file_article"]

_ARTICLES = table_of(Article)
_WAY = ("read_by", "template", "template_version")
"""Columns of how an article was read."""
_STORED = select(*(getattr(Article, name) for name in StoredState.__slots__)).where(
    Article.canonical_url.in_(bindparam("addresses", expanding=True))
)


class FilingOutcome(enum.StrEnum):
    """What became of an article that was filed."""

    NEW = "new"
    REVISED = "revised"
    """It was there with other words; the earlier state is kept as a revision."""
    UNCHANGED = "unchanged"
    """It was there with these words, though perhaps not the same lines of the page were taken out."""
    DUPLICATE = "duplicate"
    """New under its address, but a copy of one that was there before; if it was published before that, it is
    the original from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The row an article was filed in, and how."""

    outcome: FilingOutcome
    article_id: int
    duplicate_of: int | None = None
    """The article it is a copy of, whatever the outcome."""
    similarity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An article on its way into the archive, and who judges it."""

    source_id: int | None
    row: dict[str, Any]
    wording: Wording
    corrections: Sequence[str]
    compare: CompareTexts
    tell_edit: TellEdit
    same_bytes: bool

    @property
    def at(self) -> datetime:
        fetched_at: datetime = self.row["fetched_at"]
        return fetched_at


def file_article(
    session: Session,
    source_id: int | None,
    article: Fileable,
    now: datetime,
    same_text: SameText,
    tell_edit: TellEdit = plain_edit,
    compare: CompareTexts | None = None,
    *,
    same_bytes: bool = False,
) -> Filed:
    """File an article in the caller's transaction, and note what happened to it (storage/changes.py).

    `same_text` tells whether a page is the article at the address it claims, `compare` which articles are
    copies of one story; without it, those are whose texts are the same by `same_text`. `same_bytes` says that
    this is another reading of the very bytes that were read last: then nothing has happened to it.

    Raises `CannotStore` before anything is written if a value cannot be kept. Filings wait for each other (on
    PostgreSQL by a lock that lasts to the end of the transaction), so that two of one text see each other.
    """
    row = _row_of(article, now)
    check_row(_ARTICLES, row)
    lock_filing(session)
    wording = Wording(
        text=article.text,
        text_hash=article.fingerprint.text_hash,
        bands=tuple(article.fingerprint.bands),
    )
    identity = _identify(session, article, same_text, now)
    row["canonical_url"] = identity.canonical_url
    draft = _Draft(
        source_id=source_id,
        row=row,
        wording=wording,
        corrections=article.corrections,
        compare=compare or plain_likeness(same_text),
        tell_edit=tell_edit,
        same_bytes=same_bytes,
    )
    if identity.existing is None:
        return _file_new(session, draft)
    return _file_again(session, identity.existing, draft)


def _row_of(article: Fileable, now: datetime) -> dict[str, Any]:
    """The columns that a page fills; not yet those that depend on what is stored."""
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "kind": str(article.kind),
        "title": article.title,
        "kicker": article.kicker,
        "standfirst": article.standfirst,
        "authors": list(article.authors),
        "published_at": article.published_at,
        "published_offset": _offset(article.published_at),
        "modified_at": article.modified_at,
        "modified_offset": _offset(article.modified_at),
        "date_precision": article.date_precision,
        "date_from": article.date_from,
        "date_confidence": article.date_confidence,
        "date_flag": article.date_flag,
        "dates": [_date(date) for date in article.dates],
        "language": article.language,
        "text": article.text,
        "image": article.image,
        "images": [{"url": one.url, "caption": one.caption, "credit": one.credit} for one in article.images],
        "section": article.section,
        "tags": list(article.tags),
        "credit": article.credit,
        "access": str(article.access),
        "reservations": list(article.reservations),
        "removed": [{"text": out.text, "rule": out.rule, "at": out.at} for out in article.removed],
        "makes": packed(article.makes),
        "rules_version": article.rules_version,
        "learned_version": article.learned_version,
        "read_by": article.read_by,
        "template": article.template,
        "template_version": article.template_version,
        "refused": None if article.refused is None else str(article.refused),
        "text_hash": article.fingerprint.text_hash,
        "content_hash": content_hash(article.title, article.standfirst, article.text),
        "fetched_at": now,
    }


def _date(date: NamedDate) -> dict[str, str]:
    return {
        "event": date.event,
        "when": date.when.isoformat(),
        "precision": date.precision,
        "origin": date.origin,
    }


def _offset(time: datetime | None) -> int | None:
    """The offset from UTC of a publisher's time, in minutes."""
    offset = time.utcoffset() if time else None
    return None if offset is None else round(offset.total_seconds() / 60)


def _identify(session: Session, article: Fileable, same_text: SameText, now: datetime) -> Identity:
    addresses = {article.url, article.canonical_url}
    rows = session.execute(_STORED, {"addresses": list(addresses)})
    stored = [StoredState(**row._mapping) for row in rows]
    identity = identify(article.url, article.canonical_url, article.text, stored, same_text)
    usurper = identity.usurper
    if usurper is None or _give_way(session, usurper, now):
        return identity
    return Identity(canonical_url=identity.canonical_url, existing=usurper)


def _give_way(session: Session, usurper: StoredState, now: datetime) -> bool:
    """Leave a canonical address to its owner, and take the own one instead; False if that is taken too."""
    taken = session.scalar(select(Article.id).where(Article.canonical_url == usurper.url))
    if taken is not None:
        return False
    statement = update_articles(now).where(_ARTICLES.c.id == usurper.id)
    session.execute(statement.values(canonical_url=usurper.url))
    return True


def _file_new(session: Session, draft: _Draft) -> Filed:
    row = draft.row | {"first_seen_at": draft.at}
    place = find_place(session, newcomer(draft.wording, row, draft.source_id), draft.compare)
    statement = insert(_ARTICLES).values(source_id=_source(draft.source_id)).returning(_ARTICLES.c.id)
    article_id: int = session.execute(statement, row | place.columns).scalar_one()
    add_bands(session, article_id, draft.wording.bands)
    take_place(session, article_id, place, draft.compare, draft.at)
    note_change(session, article_id, draft.at, ChangeKind.NEW)
    duplicate_of, similarity = place.columns["duplicate_of"], place.columns["similarity"]
    if place.bridged:
        duplicate_of, similarity = _duplicate(session, article_id)
    return Filed(
        outcome=FilingOutcome.NEW if place.root is None else FilingOutcome.DUPLICATE,
        article_id=article_id,
        duplicate_of=duplicate_of,
        similarity=similarity,
    )


def _duplicate(session: Session, article_id: int) -> tuple[int | None, float | None]:
    columns = select(Article.duplicate_of, Article.similarity).where(Article.id == article_id)
    duplicate_of, similarity = session.execute(columns).one()
    return duplicate_of, similarity


def _file_again(session: Session, existing: StoredState, draft: _Draft) -> Filed:
    row = draft.row
    if draft.same_bytes:
        found = Difference(rewritten=existing.url == row["url"])
    else:
        found = difference(session, existing, row, draft.corrections, draft.tell_edit)
    duplicate_of, similarity = existing.duplicate_of, existing.similarity
    if existing.gone_at is not None:
        row = row | {"gone_at": None, "gone_how": None}
        note_change(session, existing.id, draft.at, ChangeKind.BACK)
    revision = keep_revision(session, existing.id, draft.at) if found.edited else None
    if found.rewritten:
        written = row
    elif existing.read_again:
        written = row | {"url": existing.url}
    else:
        written = _of_its_page(existing, row)
    if existing.read_again and row["template"] is not None:
        # a template has read it meanwhile, for one that did not know: it is still to be read again
        written = {name: value for name, value in written.items() if name not in _WAY}
    changed = {"changed_at": draft.at} if found.edited else {}
    _update(session, draft, existing.id, written | changed)
    if found.kind is not None:
        note_change(session, existing.id, draft.at, found.kind, revision)
    has_other_words = found.rewritten and existing.text_hash != draft.wording.text_hash
    has_other_claim = any(written.get(name, old) != old for name, old in _claim_columns(existing))
    if has_other_words:
        settle(session, existing.id, draft.wording, draft.compare, draft.at)
    if has_other_claim:
        review_original(session, existing.id, draft.compare, draft.at)
    if has_other_words or has_other_claim:
        duplicate_of, similarity = _duplicate(session, existing.id)
    return Filed(
        outcome=FilingOutcome.REVISED if found.edited else FilingOutcome.UNCHANGED,
        article_id=existing.id,
        duplicate_of=duplicate_of,
        similarity=similarity,
    )


def _of_its_page(existing: StoredState, row: dict[str, Any]) -> dict[str, Any]:
    """That an article still stands as it was, and what its own page now says about it."""
    told = ("url", "title", "standfirst", "text", "text_hash", "content_hash")
    of_any_page = ("fetched_at", "gone_at", "gone_how")
    about = [key for key in row if key in of_any_page or (existing.url == row["url"] and key not in told)]
    return {key: row[key] for key in about}


def _claim_columns(existing: StoredState) -> Iterator[tuple[str, Any]]:
    """What its claim to be an original rests on, but for when it was first seen, which stays."""
    names = (column.key for column in CLAIM_COLUMNS if column.key != "first_seen_at")
    return ((name, getattr(existing, name)) for name in names)


def _update(session: Session, draft: _Draft, article_id: int, values: dict[str, Any]) -> None:
    # An article of no source (fetched alone, or its source was removed) joins the one that finds it.
    owner = func.coalesce(_ARTICLES.c.source_id, _source(draft.source_id))
    statement = (
        update_articles(draft.at).where(_ARTICLES.c.id == article_id).values(source_id=owner, **values)
    )
    session.execute(statement)


def _source(source_id: int | None) -> ScalarSelect[int]:
    # Null if the source was removed while its page was fetched.
    return select(Source.id).where(Source.id == source_id).scalar_subquery()
