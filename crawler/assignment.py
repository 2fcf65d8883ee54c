"""What a run is to crawl, and its row in the archive from begin to end."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings
from sqlalchemy.orm import Session

from crawler.config import Config, ConfigError, ScheduleConfig, load_config
from crawler.desk import Desk, open_desk
from crawler.health.judge import SILENT, Health, HealthChange, settle_health
from crawler.report import RunCounts
from crawler.schedule.plan import RunEnd, plan, sitemaps_every
from crawler.schedule.rhythm import missed, to_json
from pipelines.metadata.canonical import canonical_url
from storage.agenda import agenda_of, set_agenda
from storage.errors import CannotStore, StorageError
from storage.frontier import ask_for_page
from storage.health import kept_health
from storage.models import RunState, Source
from storage.runs import end_run, start_run
from storage.session import open_database
from storage.sources import get_source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One source, or addresses of single articles, to be crawled in one run."""

    desk: Desk
    run_id: int
    label: str
    """The source's name, or "addresses"."""
    home: str | None = None
    """The source's address."""
    source_id: int | None = None
    sitemaps_every: timedelta = timedelta(0)
    """How often the source's sitemaps are asked beside its feed."""
    addresses: Sequence[str] = ()
    limit: int | None = None
    """Most pages to fetch."""
    scheduled: bool = False
    """Nobody asked for it: seeds that are not due are left alone."""
    polls: bool = True
    """Whether news is looked for; else it is for pages that are due."""
    longest: timedelta | None = None
    """After so long the run ends, whatever is due still, and a backfill goes on in what is left of the time;
    None: when nothing is due."""

    @property
    def host(self) -> str:
        """The host of its home; "" where there is none."""
        return urlsplit(self.home or "").hostname or ""

    def ask_for_addresses(self, session: Session) -> list[int]:
        """Make the addresses due, and return the ids of their pages; what is no web address is left out."""
        now = datetime.now(UTC)
        wanted = {url: address for address in self.addresses if (url := canonical_url(address))}
        return [
            ask_for_page(session, url, None, now, asked_url=address if address != url else None)
            for url, address in wanted.items()
        ]


async def assign_source(
    desk: Desk,
    source_id: int,
    limit: int | None = None,
    *,
    scheduled: bool = False,
    longest: timedelta | None = None,
) -> Assignment | None:
    """Begin a run of a source; None if there is no such source any more."""

    now = datetime.now(UTC)

    def begin(session: Session) -> Assignment | None:
        if (source := session.get(Source, source_id)) is None:
            return None
        set_back = source.last_run_at is not None and source.last_run_at > now
        return Assignment(
            desk=desk,
            run_id=start_run(session, source_id, now, desk.leases.holder_id),
            label=source.name,
            home=source.url,
            source_id=source_id,
            limit=limit or desk.config.crawl.pages_per_run,
            scheduled=scheduled,
            polls=not scheduled or source.poll_at is None or source.poll_at <= now or set_back,
            longest=longest,
            sitemaps_every=sitemaps_every(source.schedule, desk.config.schedule),
        )

    return await desk.archive.write(begin)


async def assign_addresses(desk: Desk, urls: Sequence[str]) -> Assignment:
    """Begin a run of addresses alone."""
    run_id = await desk.archive.write(
        lambda session: start_run(session, None, datetime.now(UTC), desk.leases.holder_id)
    )
    return Assignment(desk=desk, run_id=run_id, label="addresses", addresses=tuple(urls))


async def close_run(
    assignment: Assignment, state: RunState, counts: RunCounts, error: str | None, ended: RunEnd
) -> HealthChange | None:
    """Write down how a run ended, and when its source is due next; what that changes in the source's state.

    Nothing is written if the archive itself has failed.
    """
    desk = assignment.desk
    if desk.broken is not None:
        return None

    def end(session: Session) -> tuple[float, str]:
        now = datetime.now(UTC)
        end_run(session, assignment.run_id, state, counts.as_dict(), error, now)
        if (source_id := assignment.source_id) is None:
            return 0.0, ""
        stories = make_plan(session, source_id, ended, now, desk.config.schedule)
        return stories, kept_health(session, source_id)

    stories, health = await desk.archive.write(end)
    if state is RunState.STOPPED and desk.network.is_down:
        return None  # what was seen says nothing of the source
    uneventful = state is RunState.DONE and not counts.pages and stories < SILENT
    if assignment.source_id is None or (uneventful and health == Health.WELL):
        return None  # most visits find nothing new: then there is nothing to judge anew by
    return await _judge(desk, assignment.source_id, stories)


async def _judge(desk: Desk, source_id: int, stories: float) -> HealthChange | None:
    """Judge a source, and tell whom it concerns if its state has changed.

    A fault in judging is logged, and costs the judgement alone.
    """
    try:
        change = await desk.archive.write(
            lambda session: settle_health(session, source_id, datetime.now(UTC), stories)
        )
    except Exception as error:
        if isinstance(error, StorageError) and not isinstance(error, CannotStore):
            raise
        logger.exception("source %s could not be judged", source_id)
        return None
    if change is not None:
        told = f", {change.reason}" if change.reason else ""
        logger.warning("%s: %s, was %s%s", change.source, change.after, change.before, told)
        desk.messenger.send(change.as_event())
    return change


def make_plan(
    session: Session, source_id: int, ended: RunEnd, now: datetime, settings: ScheduleConfig
) -> float:
    """Write down when a source is due next; how many stories it has missed by its own rhythm."""
    if (agenda := agenda_of(session, source_id)) is None:  # removed meanwhile
        return 0.0
    next_one = plan(agenda, ended, now, settings)
    set_agenda(
        session,
        source_id,
        poll_at=next_one.poll_at,
        due_at=next_one.due_at,
        rhythm=to_json(next_one.rhythm),
        failures=next_one.failures,
    )
    return 0.0 if ended.stories else missed(next_one.rhythm, agenda.created_at, now)


def own_config(settings: BaseSettings) -> Config:
    """The configuration of a crawl without the copydesk command around it. Raises ConfigError.

    It is ./copydesk.toml, or the file that the setting COPYDESK_CONFIG names.
    """
    named = settings.get("COPYDESK_CONFIG")
    return load_config(Path(named) if named else None)


@asynccontextmanager
async def self_assigned(settings: BaseSettings, source: str) -> AsyncIterator[Assignment]:
    """The assignment of `scrapy crawl news -a source=NAME`. Raises ConfigError and StorageError."""
    config = own_config(settings)
    with open_database(config.database) as database:
        with database.read() as session:
            known = get_source(session, source)
            source_id = known.id if known else None
        async with open_desk(config, database) as desk:
            assignment = await assign_source(desk, source_id) if source_id is not None else None
            if assignment is None:
                raise ConfigError(
                    f"no source named {source!r} in {config.database}; `copydesk sources` lists them"
                )
            yield assignment
