"""What is known of how a source's pages are made: kept, used, learned anew, and given up where it fails."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from pipelines.article import Reading
from pipelines.templates.agreement import agreement_with
from pipelines.templates.drift import Use, begun_anew, holds, noted, outcome_of, why_suspend
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.template import CODE_VERSION, Templates
from storage.templates import (
    NewSample,
    TemplatesRow,
    change_templates,
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
    holds: bool
    """Whether they read the newest of those pages as these were read."""


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


def note_readings(
    session: Session, source_id: int, readings: Iterable[Reading], now: datetime
) -> KnownTemplates:
    """Keep what pages teach, and how the templates did on them; suspend these if they did badly."""
    read = [(reading, reading.article) for reading in readings if reading.article is not None]
    samples = [
        NewSample(story=labels.story, kind=str(labels.kind), labels=labels.to_bytes())
        for reading, _ in read
        if (labels := reading.labels) is not None
    ]
    keep_samples(session, source_id, samples, now)
    outcomes = [outcome for _, article in read if (outcome := outcome_of(article)) is not None]
    audits = [reading.audit for reading, _ in read if reading.audit is not None]
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
    newest = pool[-_NEWEST:]
    agreements = [
        max((agreement_with(template, labels) for template in templates.templates), default=0.0)
        for labels in newest
    ]
    return Relearned(templates=templates, holds=holds(templates, agreements))


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
        if templates.version <= known.templates.version and templates != known.templates:
            return _row(known, now)  # another process has learned meanwhile, perhaps more
        changed = _versions(templates) != _versions(known.templates)
        known = replace(known, templates=templates, learned_at=now)
        if known.suspended_at is not None and relearned.holds:
            known = replace(known, suspended_at=None, suspended_why=None, use=begun_anew(known.use))
        elif changed and known.suspended_at is None:
            known = replace(known, use=begun_anew(known.use))
        return _row(known, now)

    return _known(change_templates(session, source_id, change))


def _versions(templates: Templates) -> set[tuple[int, int]]:
    return {(template.number, template.version) for template in templates.templates}


def learn_now(session: Session, source_id: int, now: datetime) -> KnownTemplates:
    """Learn from the pages that are kept of a source, in this process, and keep it."""
    known = known_templates(session, source_id)
    return keep_relearned(
        session, source_id, learn_from(samples_of(session, source_id), known.templates), now
    )


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
