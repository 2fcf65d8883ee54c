"""Keeps the templates of sources, and the pages that they are learned from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from storage.insert import insert_into, table_of
from storage.models import Sample, Source, Templates
from storage.rows import check_row

MOST_SAMPLES = 30
"""Articles of a source that are kept to learn from, the newest."""
MOST_OF_OTHER_KINDS = 10
"""The same of live blogs, of galleries, of films."""
MISFIT = "misfit"
"""The kind of a sample that is of a page which the templates in use have refused for how it is made."""
MOST_MISFITS = 15
"""The same of these: they must not crowd out what the templates were learned from."""

_MOST = {"article": MOST_SAMPLES, MISFIT: MOST_MISFITS}

_TEMPLATES, _SAMPLES = table_of(Templates), table_of(Sample)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesRow:
    """What is kept of the templates of a source; see `storage.models.Templates`."""

    version: int
    known: dict[str, Any]
    learned_at: datetime
    use: dict[str, Any]
    suspended_at: datetime | None = None
    suspended_why: str | None = None
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSample:
    """A page to learn from."""

    story: str
    kind: str
    """Of how many it is kept: an article's kind, or MISFIT."""
    labels: bytes


def templates_of(session: Session, source_id: int) -> TemplatesRow | None:
    """The templates of a source; None if nothing was learned yet."""
    columns = [_TEMPLATES.c[name] for name in TemplatesRow.__slots__]
    row = session.execute(select(*columns).where(_TEMPLATES.c.source_id == source_id)).one_or_none()
    return TemplatesRow(**row._mapping) if row else None


def change_templates(
    session: Session, source_id: int, change: Callable[[TemplatesRow | None], TemplatesRow]
) -> TemplatesRow | None:
    """Write what `change` makes of what is kept, with nobody in between; None if the source is not there."""
    # The lock keeps the source from being removed, and another who changes them waiting, until this is in.
    if session.scalar(select(Source.id).where(Source.id == source_id).with_for_update()) is None:
        return None
    before = templates_of(session, source_id)
    after = change(before)
    values = {name: getattr(after, name) for name in TemplatesRow.__slots__}
    check_row(_TEMPLATES, values)
    if before is None:
        session.execute(insert(_TEMPLATES).values(source_id=source_id, **values))
    elif before != after:
        session.execute(update(_TEMPLATES).where(_TEMPLATES.c.source_id == source_id).values(values))
    return after


def keep_samples(session: Session, source_id: int, samples: Iterable[NewSample], now: datetime) -> None:
    """Keep pages to learn from, and no more than the newest; a copy of an article takes its place."""
    if session.scalar(select(Source.id).where(Source.id == source_id)) is None:
        return
    for sample in samples:
        values = {"kind": sample.kind, "taken_at": now, "labels": sample.labels}
        there = _SAMPLES.c.source_id == source_id, _SAMPLES.c.story == sample.story
        session.execute(delete(_SAMPLES).where(*there))
        statement = insert_into(session, Sample).values(source_id=source_id, story=sample.story, **values)
        session.execute(statement.on_conflict_do_nothing())
    rows = session.execute(
        select(_SAMPLES.c.id, _SAMPLES.c.kind).where(_SAMPLES.c.source_id == source_id)
    ).all()
    too_old: list[int] = []
    for kind in {row.kind for row in rows}:
        most = _MOST.get(kind, MOST_OF_OTHER_KINDS)
        too_old += sorted((row.id for row in rows if row.kind == kind), reverse=True)[most:]
    if too_old:
        session.execute(delete(_SAMPLES).where(_SAMPLES.c.id.in_(too_old)))


def samples_of(session: Session, source_id: int) -> list[bytes]:
    """The labels of the pages that are kept of a source, the oldest first."""
    return list(
        session.scalars(
            select(_SAMPLES.c.labels).where(_SAMPLES.c.source_id == source_id).order_by(_SAMPLES.c.id)
        )
    )


def count_samples(session: Session, source_id: int) -> int:
    """How many pages of a source are kept."""
    return session.scalar(select(func.count()).where(_SAMPLES.c.source_id == source_id)) or 0


def forget_samples(session: Session, source_id: int) -> None:
    """Forget the pages that the templates of a source were learned from."""
    session.execute(delete(_SAMPLES).where(_SAMPLES.c.source_id == source_id))
