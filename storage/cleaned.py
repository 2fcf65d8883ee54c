"""What cleaning stored articles anew reads and writes: their lines, kept and removed, and nothing else.

A cleaning moves lines between the text and what was removed from it. It makes no revision, and an article
does not count as changed by it; see docs/decisions/0005.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, bindparam, cast, or_, select, update
from sqlalchemy.orm import Session

from storage.fileable import RemovedText, TextFingerprint
from storage.insert import table_of
from storage.models import Article
from storage.recorded import update_articles
from storage.revisions import content_hash, lines_of
from storage.rows import check_row, is_fit_url
from storage.runlengths import unpacked
from storage.stored import RemovedPassage, RestoredLine
from storage.stories.duplicates import lock_filing, settle
from storage.stories.likeness import CompareTexts, SameText, plain_likeness
from storage.stories.placing import Wording
from storage.times import local_time

_ARTICLES = table_of(Article)
_BATCH = 200
"""Articles held in memory at a time."""
_MOST_IDS = 1000
"""Ids in one statement; the engines take some 30,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedText:
    """The lines of a stored article, and what cleaning must know of it."""

    id: int
    source_id: int | None
    title: str
    text: str
    removed: tuple[RemovedPassage, ...]
    """In page order."""
    makes: tuple[str, ...]
    """Of each line, kept and removed, in page order; empty if an older copydesk filed it."""
    published_at: datetime | None
    """In the publisher's own offset, where the page said one."""
    first_seen_at: datetime
    duplicate_of: int | None
    text_hash: str
    restored: tuple[RestoredLine, ...]
    """Lines that a person has put back."""
    rules_version: int
    """The version of the rules that cleaned it; 0 where it was not kept yet."""
    learned_version: int | None
    """The version of what was known of its source; None if nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """The same lines, cleaned anew."""

    text: str
    removed: Sequence[RemovedText]
    fingerprint: TextFingerprint | None
    """Of the new text; None if the text stays as it is."""
    rules_version: int
    learned_version: int | None


_TEXTS = select(Article.published_offset, *(getattr(Article, name) for name in CleanedText.__slots__)).where(
    Article.id.in_(bindparam("ids", expanding=True))
)


def texts_of(
    session: Session,
    *,
    source_id: int | None = None,
    ids: Collection[int] | None = None,
    newest: int | None = None,
) -> Iterator[CleanedText]:
    """The texts of all articles, or of a source's, or of those with these ids, the last first seen first.

    With `newest`, no more than so many. They are read a few hundred at a time, and may be rewritten in the
    same session while they are gone through.
    """
    wanted = newest_first(session, source_id=source_id, ids=ids, newest=newest)
    for begin in range(0, len(wanted), _BATCH):
        part = wanted[begin : begin + _BATCH]
        found = {row.id: row for row in session.execute(_TEXTS, {"ids": part})}
        yield from (_text(found[number]) for number in part if number in found)


def newest_first(
    session: Session,
    *,
    source_id: int | None = None,
    ids: Collection[int] | None = None,
    newest: int | None = None,
) -> list[int]:
    """The ids of the articles that `texts_of` gives, in its order."""
    statement = select(Article.first_seen_at, Article.id).limit(newest)
    statement = statement.order_by(Article.first_seen_at.desc(), Article.id.desc())
    if source_id is not None:
        statement = statement.where(Article.source_id == source_id)
    if ids is None:
        return [row.id for row in session.execute(statement)]
    listed = sorted(set(ids))
    parts = [listed[begin : begin + _MOST_IDS] for begin in range(0, len(listed), _MOST_IDS)]
    found = [row for part in parts for row in session.execute(statement.where(Article.id.in_(part)))]
    found.sort(key=lambda row: (row.first_seen_at, row.id), reverse=True)
    return [row.id for row in found[:newest]]


def cleaned_by(
    session: Session, ids: Sequence[int], rules_version: int, learned_version: int
) -> frozenset[int]:
    """Those of the articles that these rules have cleaned, by this version of what is known of the source."""
    cleaned = select(Article.id).where(
        Article.rules_version == rules_version, Article.learned_version == learned_version
    )
    parts = [ids[begin : begin + _MOST_IDS] for begin in range(0, len(ids), _MOST_IDS)]
    return frozenset(
        number for part in parts for number in session.scalars(cleaned.where(Article.id.in_(part)))
    )


def _text(row: Row[Any]) -> CleanedText:
    values = {name: row._mapping[name] for name in CleanedText.__slots__}
    values["removed"] = tuple(RemovedPassage(**passage) for passage in row.removed)
    values["makes"] = unpacked(row.makes)
    values["restored"] = _lines(row.restored)
    values["published_at"] = local_time(row.published_at, row.published_offset)
    return CleanedText(**values)


def rewrite_text(
    session: Session,
    read: CleanedText,
    new: Rewritten,
    same_text: SameText,
    now: datetime,
    compare: CompareTexts | None = None,
) -> bool:
    """Have the lines of an article that was `read` kept and removed as `new` says.

    No revision is made, and the article counts neither as changed nor as fetched; if other words are kept,
    what it is a copy of is settled anew. False, and nothing is written, if `new` has other lines, or if the
    article is no longer as it was read: it was filed, cleaned or restored meanwhile. `same_text` and
    `compare` are as in `file_article`. Raises `CannotStore`.
    """
    lock_filing(session)
    names = ("title", "standfirst", "text", "removed", "restored", "text_hash")
    columns = (_ARTICLES.c[name] for name in names)
    row = session.execute(select(*columns).where(_ARTICLES.c.id == read.id)).one_or_none()
    removed = [{"text": out.text, "rule": out.rule, "at": out.at} for out in new.removed]
    if row is None or not _is_as_read(row, read):
        return False
    if _all_lines(row.text, row.removed) != _all_lines(new.text, removed):
        return False
    values: dict[str, Any] = {"rules_version": new.rules_version, "learned_version": new.learned_version}
    if removed != row.removed:
        values["removed"] = removed
    wording = None
    if new.text != row.text:
        if new.fingerprint is None:
            return False
        wording = Wording(
            text=new.text, text_hash=new.fingerprint.text_hash, bands=tuple(new.fingerprint.bands)
        )
        values["text"], values["text_hash"] = wording.text, wording.text_hash
        values["content_hash"] = content_hash(row.title, row.standfirst, wording.text)
    check_row(_ARTICLES, values)
    session.execute(update_articles(now).where(_ARTICLES.c.id == read.id).values(values))
    if wording is not None and wording.text_hash != row.text_hash:
        settle(session, read.id, wording, compare or plain_likeness(same_text), now)
    return True


def note_cleaned(
    session: Session,
    read: Sequence[CleanedText],
    *,
    rules_version: int,
    learned_version: int | None,
    now: datetime,
) -> None:
    """Note of articles that were `read` which rules have found nothing to change in them.

    Of one that is no longer as it was read nothing is noted.
    """
    if not read:
        return
    lock_filing(session)
    by_id = {text.id: text for text in read}
    columns = (_ARTICLES.c[name] for name in ("id", "text", "removed", "restored"))
    same = [
        row.id
        for row in session.execute(select(*columns).where(_ARTICLES.c.id.in_(by_id)))
        if _is_as_read(row, by_id[row.id])
    ]
    versions = {"rules_version": rules_version, "learned_version": learned_version}
    session.execute(update_articles(now).where(_ARTICLES.c.id.in_(same)).values(versions))


def _is_as_read(row: Row[Any], read: CleanedText) -> bool:
    removed = [{"text": out.text, "rule": out.rule, "at": out.at} for out in read.removed]
    return (row.text, row.removed, _lines(row.restored)) == (read.text, removed, read.restored)


def _lines(restored: Iterable[dict[str, Any]]) -> tuple[RestoredLine, ...]:
    return tuple(RestoredLine(**line) for line in restored)


def _all_lines(text: str, removed: Iterable[dict[str, Any]]) -> Counter[str]:
    return Counter([*lines_of(text), *(passage["text"] for passage in removed)])


def set_restored(session: Session, article_id: int, lines: Sequence[RestoredLine]) -> None:
    """Note which lines a person has put back into an article; this alone changes no text.

    Raises `CannotStore`.
    """
    values = {"restored": [{"text": line.text, "rule": line.rule} for line in lines]}
    check_row(_ARTICLES, values)
    session.execute(update(_ARTICLES).where(_ARTICLES.c.id == article_id).values(values))


def restored_at(session: Session, addresses: Collection[str]) -> dict[str, tuple[RestoredLine, ...]]:
    """The lines that must stay in when these addresses are read again.

    By both addresses of each article that has such lines and one of whose addresses is asked for. Where one
    article's canonical address is what another was fetched from, it means the first.
    """
    asked = [address for address in addresses if is_fit_url(address)]
    if not asked:
        return {}
    there = or_(Article.url.in_(asked), Article.canonical_url.in_(asked))
    statement = select(Article.url, Article.canonical_url, Article.restored)
    rows = session.execute(statement.where(there, cast(Article.restored, Text) != "[]")).all()
    by_url = {row.url: _lines(row.restored) for row in rows}
    return by_url | {row.canonical_url: _lines(row.restored) for row in rows}
