"""Takes what a seed names into the frontier: pages we did not know, and news of those we did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from storage.care.pruned import PRUNED
from storage.frontier import lock_pages
from storage.insert import insert_into, table_of
from storage.models import Page, PageState
from storage.rows import fit_text, fit_time, is_fit_url

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A URL found in a seed, and what was said of it there."""

    url: str
    """Its canonical form."""
    asked_url: str | None = None
    """As the seed gave it, where that differs."""
    title: str | None = None
    published_at: datetime | None = None
    """Aware, as is `modified_at`."""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a list of candidates."""

    new: int = 0
    """Pages we did not know."""
    updated: int = 0
    """Pages we had visited, that are due again because the seed says they changed."""
    times: tuple[datetime | None, ...] = field(default=(), compare=False)
    """Of each new page, when it was published, else changed, by what was said of it."""
    left_out: int = field(default=0, compare=False)
    """Candidates that there was no room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPage:
    """What the frontier knows of a page that a candidate names."""

    id: int
    url: str
    source_id: int | None
    seed_id: int | None
    due_at: datetime | None
    visited_at: datetime | None
    priority: int
    hint_title: str | None
    hint_published_at: datetime | None
    hint_modified_at: datetime | None
    reason: str | None = None
    """Why it is in its state; of a page whose article was pruned, that it was."""


_COLUMNS = tuple(getattr(Page, name) for name in KnownPage.__slots__)


def add_pages(
    session: Session,
    source_id: int | None,
    seed_id: int | None,
    candidates: Iterable[Candidate],
    now: datetime,
    priority: int = 0,
) -> Found:
    """Take candidates into the frontier: new ones are due `now`, known ones if `is_changed` says so.

    `priority`: 0 for news, 1 for what a backfill found; a page found both ways is news. A candidate whose
    address no engine can keep is passed over. Tens of thousands may be given at once.
    """
    # In one order, so that two processes with pages in common wait for each other and do not deadlock: first
    # the new ones by address, then the known ones by id, as whoever updates pages does.
    fit = sorted(_distinct(candidates), key=lambda candidate: candidate.url)
    times: list[datetime | None] = []
    changing: dict[int, Candidate] = {}

    def told(page: KnownPage, candidate: Candidate) -> KnownPage:
        after = _as_told(page, candidate, source_id, seed_id, now)
        return replace(after, priority=min(page.priority, priority))

    for start in range(0, len(fit), _BATCH):
        batch = fit[start : start + _BATCH]
        known = _known_pages(session, batch)
        unknown = [c for c in batch if c.url not in known]
        times += _insert(session, source_id, seed_id, unknown, now, priority)
        changing |= {p.id: c for c in batch if (p := known.get(c.url)) and told(p, c) != p}
    updated = 0
    ids = sorted(changing)
    for start in range(0, len(ids), _BATCH):
        before = _locked_pages(session, ids[start : start + _BATCH])
        after = [told(page, changing[page.id]) for page in before]
        _update(session, after)
        updated += sum(b.due_at != a.due_at for b, a in zip(before, after, strict=True))
    return Found(new=len(times), updated=updated, times=tuple(times))


def unknown_among(session: Session, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """The candidates whose pages we do not know, in their order, without those that cannot be kept."""
    fit = (candidate for candidate in candidates if is_fit_url(candidate.url))
    while batch := list(islice(fit, _BATCH)):
        urls = [candidate.url for candidate in batch]
        known = set(session.scalars(select(Page.url).where(Page.url.in_(urls))))
        yield from (candidate for candidate in batch if candidate.url not in known)


def is_changed(page: KnownPage, candidate: Candidate, seed_id: int | None) -> bool:
    """True if the candidate says that the page changed since we saw it.

    Either it gives a later time of change than was known (than our visit, if none was), or another title.
    Titles are compared only within one seed: a feed and a sitemap often word them differently, and would take
    turns in calling the page changed. Where its article was pruned, nobody wants to know.
    """
    if page.visited_at is None or page.reason == PRUNED:
        return False
    if candidate.modified_at and candidate.modified_at > (page.hint_modified_at or page.visited_at):
        return True
    same_seed = seed_id is not None and page.seed_id == seed_id
    return bool(same_seed and candidate.title and page.hint_title and candidate.title != page.hint_title)


def _as_told(
    page: KnownPage, candidate: Candidate, source_id: int | None, seed_id: int | None, now: datetime
) -> KnownPage:
    changed = is_changed(page, candidate, seed_id) and (page.due_at is None or page.due_at > now)
    times = [time for time in (page.hint_modified_at, candidate.modified_at) if time]
    first_word = page.seed_id == seed_id  # else the seed that found it has the say
    return replace(
        page,
        source_id=source_id if page.source_id is None else page.source_id,
        seed_id=seed_id if page.seed_id is None else page.seed_id,
        due_at=now if changed else page.due_at,
        hint_title=(first_word and candidate.title) or page.hint_title or candidate.title,
        hint_published_at=(first_word and candidate.published_at)
        or page.hint_published_at
        or candidate.published_at,
        hint_modified_at=max(times, default=None),
    )


def _distinct(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        if is_fit_url(candidate.url):
            first = found.setdefault(candidate.url, candidate)
            found[candidate.url] = Candidate(
                url=candidate.url,
                asked_url=first.asked_url if first.asked_url and is_fit_url(first.asked_url) else None,
                title=fit_text(first.title or candidate.title),
                published_at=fit_time(first.published_at or candidate.published_at),
                modified_at=fit_time(first.modified_at or candidate.modified_at),
            )
    return found.values()


def _known_pages(session: Session, batch: Sequence[Candidate]) -> dict[str, KnownPage]:
    rows = session.execute(select(*_COLUMNS).where(Page.url.in_([candidate.url for candidate in batch])))
    return {row.url: KnownPage(**row._mapping) for row in rows}


def _locked_pages(session: Session, ids: Sequence[int]) -> list[KnownPage]:
    """Pages as they are now: a visit that was filed since we looked is not to be written over."""
    lock_pages(session, ids)
    rows = session.execute(select(*_COLUMNS).where(Page.id.in_(ids)).order_by(Page.id))
    return [KnownPage(**row._mapping) for row in rows]


def _insert(
    session: Session,
    source_id: int | None,
    seed_id: int | None,
    batch: Sequence[Candidate],
    now: datetime,
    priority: int,
) -> list[datetime | None]:
    """Insert pages; the times of those that were new."""
    if not batch:
        return []
    rows = [
        {
            "source_id": source_id,
            "seed_id": seed_id,
            "url": candidate.url,
            "asked_url": candidate.asked_url,
            "state": PageState.WAITING,
            "found_at": now,
            "due_at": now,
            "attempts": 0,
            "priority": priority,
            "hint_title": candidate.title,
            "hint_published_at": candidate.published_at,
            "hint_modified_at": candidate.modified_at,
        }
        for candidate in batch
    ]
    # Another process may have found the same page since we looked: then it is not new.
    statement = insert_into(session, Page).on_conflict_do_nothing().returning(table_of(Page).c.url)
    new = set(session.scalars(statement, rows))
    return [c.published_at or c.modified_at for c in batch if c.url in new]


def _update(session: Session, pages: Sequence[KnownPage]) -> None:
    if not pages:
        return
    table = table_of(Page)
    changing = (
        *("source_id", "seed_id", "due_at", "priority"),
        *("hint_title", "hint_published_at", "hint_modified_at"),
    )
    statement = (
        update(table)
        .where(table.c.id == bindparam("page_id"))
        .values({name: bindparam(f"new_{name}") for name in changing})
    )
    session.execute(
        statement,
        [{"page_id": page.id} | {f"new_{name}": getattr(page, name) for name in changing} for page in pages],
    )
