"""What is known of how a source's pages are made: kept, used, learned anew, and given up where it fails."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from pipelines.article import Reading
from pipelines.templates.agreement import agreement_with
from pipelines.templates.drift import Use, begun_anew, holds, is_fault, noted, outcome_of, why_suspend
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.template import CODE_VERSION, Templates
from storage.session import Database
from storage.templates import (
    MISFIT,
    NewSample,
    TemplatesRow,
    change_templates,
    forget_samples,
    keep_samples,
    samples_of,
    templates_of,
)

_NEWEST = 5
"""Pages on which templates that were suspended must hold before they are used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTemplates:
    """The templates of a source, and how they do."""

    templates: Templates
    use: Use
    learned_at: datetime | None = None
    suspended_at: datetime | None = None
    suspended_why: str | None = None
    off: bool = False

    @property
    def usable(self) -> Templates | None:
        """Those that pages may be read by; None if there are none, or they are off, suspended or outdated."""
        if self.off or self.suspended_at is not None or self.is_outdated or not self.templates.templates:
            return None
        return self.templates

    @property
    def is_outdated(self) -> bool:
        """Whether other code has learned them: then they are to be learned anew."""
        return self.templates.code_version != CODE_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Relearned:
    """What the pages kept of a source teach."""

    templates: Templates
    before: int
    """The version of those that were known: what was learned follows these, and no others."""
    holds: bool
    """Whether they read the newest of those pages as these were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one page teaches of the templates of its source. Without its text: a run keeps many."""

    sample: NewSample | None
    outcome: str | None
    """See `outcome_of`."""
    audit: float | None


def known_templates(session: Session, source_id: int) -> KnownTemplates:
    """The templates of a source; none, if nothing was learned yet."""
    return _known(templates_of(session, source_id))


def _known(row: TemplatesRow | None) -> KnownTemplates:
    if row is None:
        return KnownTemplates(templates=Templates(), use=Use())
    try:
        templates = Templates.from_json(row.known)
    except (KeyError, TypeError, ValueError):  # other code has written it; its numbers go on
        numbers = int(row.known.get("last_number", 0))
        templates = Templates(version=row.version, last_number=numbers, code_version=0)
    return KnownTemplates(
        templates=templates,
        use=Use.from_json(row.use),
        learned_at=row.learned_at,
        suspended_at=row.suspended_at,
        suspended_why=row.suspended_why,
        off=row.off,
    )


def lesson_of(reading: Reading) -> Lesson | None:
    """What a page teaches; None if that is nothing."""
    article, labels, sample = reading.article, reading.labels, None
    outcome = outcome_of(article) if article is not None else None
    if labels is not None and article is not None:
        kind = MISFIT if is_fault(article) else str(article.kind)
        sample = NewSample(story=article.fingerprint.text_hash, kind=kind, labels=labels)
    if sample is None and outcome is None and reading.audit is None:
        return None
    return Lesson(sample=sample, outcome=outcome, audit=reading.audit)


def note_lessons(
    session: Session, source_id: int, lessons: Iterable[Lesson], now: datetime
) -> KnownTemplates:
    """Keep what pages teach, and how the templates did on them; suspend these if they did badly."""
    found = list(lessons)
    keep_samples(session, source_id, [one.sample for one in found if one.sample is not None], now)
    outcomes = [one.outcome for one in found if one.outcome is not None]
    audits = [one.audit for one in found if one.audit is not None]
    if not outcomes and not audits:
        return known_templates(session, source_id)

    def change(row: TemplatesRow | None) -> TemplatesRow:
        known = _known(row)
        use = noted(known.use, outcomes, audits)
        why = why_suspend(use) if known.suspended_at is None else None
        if why is not None:
            known = replace(known, suspended_at=now, suspended_why=why)
        return _row(replace(known, use=use), now)

    return _known(change_templates(session, source_id, change))


def learn_from(samples: Sequence[bytes], known: Templates) -> Relearned:
    """What these pages teach, the newest last; for a worker, as it takes some 10 ms a page."""
    pool = list(_readable(samples))
    templates = learn_templates(pool, known)
    agreements = [_best(templates, labels) for labels in pool[-_NEWEST:]]
    return Relearned(templates=templates, before=known.version, holds=holds(templates, agreements))


def _best(templates: Templates, labels: Labels) -> float:
    """How far the template that reads a page best agrees; 1 for a page that says nothing of any."""
    found = [agreement_with(template, labels) for template in templates.templates]
    return max((1.0 if one is None else one for one in found), default=0.0)


def _readable(samples: Iterable[bytes]) -> Iterator[Labels]:
    """Those that this code can read: others have been kept by another version of it."""
    for sample in samples:
        with suppress(ValueError):
            yield Labels.from_bytes(sample)


def keep_relearned(session: Session, source_id: int, relearned: Relearned, now: datetime) -> KnownTemplates:
    """Keep what was learned anew; templates that were suspended are used again if it holds."""

    def change(row: TemplatesRow | None) -> TemplatesRow:
        known = _known(row)
        templates = relearned.templates
        if known.templates.version != relearned.before:
            return _row(known, now)  # another process has learned meanwhile, or they were forgotten
        changed = _numbers(templates) != _numbers(known.templates)
        known = replace(known, templates=templates, learned_at=now)
        if known.suspended_at is not None and relearned.holds:
            known = replace(known, suspended_at=None, suspended_why=None, use=begun_anew(known.use))
        elif changed and known.suspended_at is None:
            known = replace(known, use=begun_anew(known.use))
        return _row(known, now)

    return _known(change_templates(session, source_id, change))


def _numbers(templates: Templates) -> set[int]:
    return {template.number for template in templates.templates}


def learn_now(database: Database, source_id: int, now: datetime) -> KnownTemplates:
    """Learn from the pages that are kept of a source, in this process; nobody waits for it meanwhile."""
    with database.read() as session:
        known, samples = known_templates(session, source_id), samples_of(session, source_id)
    relearned = learn_from(samples, known.templates)
    with database.write() as session:
        return keep_relearned(session, source_id, relearned, now)


def forget(session: Session, source_id: int, now: datetime) -> KnownTemplates:
    """Forget the templates of a source, and the pages that they were learned from.

    Their numbers go on, for they stand on articles, and workers know them by their version. What is switched
    off stays off.
    """

    def change(row: TemplatesRow | None) -> TemplatesRow:
        known = _known(row)
        none = Templates(version=known.templates.version + 1, last_number=known.templates.last_number)
        return _row(KnownTemplates(templates=none, use=Use(), off=known.off), now)

    forget_samples(session, source_id)
    return _known(change_templates(session, source_id, change))


def switch(session: Session, source_id: int, now: datetime, *, off: bool) -> KnownTemplates:
    """Have the templates of a source read no page, or read pages again."""
    return _known(change_templates(session, source_id, lambda row: _row(replace(_known(row), off=off), now)))


def _row(known: KnownTemplates, now: datetime) -> TemplatesRow:
    return TemplatesRow(
        version=known.templates.version,
        known=known.templates.to_json(),
        learned_at=known.learned_at or now,
        use=known.use.to_json(),
        suspended_at=known.suspended_at,
        suspended_why=known.suspended_why,
        off=known.off,
    )
