"""Keeps what the articles of a source were found to repeat."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from storage.insert import table_of
from storage.models import Article, Learned, Source
from storage.rows import check_row

_LEARNED = table_of(Learned)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRow:
    """What is known of a source."""

    version: int
    """Another one stands for other lines or makes; from 1."""
    learned_at: datetime
    """When its articles were last looked at."""
    articles: int
    """How many were looked at."""
    lines: tuple[str, ...]
    """Keys of the lines it repeats, in the order of their letters; see pipelines/learned.py."""
    makes: tuple[str, ...]
    """Makes of blocks that never hold a part of an article, in the order of their letters."""


def learned_of(session: Session, source_id: int) -> LearnedRow | None:
    """What is known of a source; None if nothing was learned yet, or it was forgotten."""
    columns = [_LEARNED.c[name] for name in LearnedRow.__slots__]
    row = session.execute(select(*columns).where(_LEARNED.c.source_id == source_id)).one_or_none()
    if row is None:
        return None
    return LearnedRow(**(dict(row._mapping) | {"lines": tuple(row.lines), "makes": tuple(row.makes)}))


def keep_learned(
    session: Session,
    source_id: int,
    *,
    lines: Iterable[str],
    makes: Iterable[str],
    articles: int,
    now: datetime,
) -> int:
    """Keep what was learned of a source from so many `articles`, and return its version.

    That is raised only by other lines or makes. It is 0, and nothing is kept, if the source was removed
    meanwhile. Raises `CannotStore` if a line cannot be kept.
    """
    found = {"lines": sorted(set(lines)), "makes": sorted(set(makes))}
    looked = {"articles": articles, "learned_at": now}
    check_row(_LEARNED, found | looked)
    # The lock keeps the source from being removed, and a second learner of it waiting, until this is in.
    source = select(Source.id).where(Source.id == source_id).with_for_update(key_share=True)
    if session.scalar(source) is None:
        return 0
    known = learned_of(session, source_id)
    if known is None:
        version = _last_version(session, source_id) + 1
        session.execute(insert(_LEARNED).values(source_id=source_id, version=version, **found, **looked))
        return version
    changed = [list(known.lines), list(known.makes)] != [found["lines"], found["makes"]]
    version = known.version + changed
    told = looked | {"version": version} | (found if changed else {})
    session.execute(update(_LEARNED).where(_LEARNED.c.source_id == source_id).values(told))
    return version


def forget_learned(session: Session, source_id: int) -> None:
    """Forget what was learned of a source; articles stay as they are until they are cleaned again."""
    session.execute(delete(_LEARNED).where(_LEARNED.c.source_id == source_id))


def _last_version(session: Session, source_id: int) -> int:
    # What was forgotten may still stand on articles: its number must not come to mean something else.
    last = select(func.max(Article.learned_version)).where(Article.source_id == source_id)
    return session.scalar(last) or 0
