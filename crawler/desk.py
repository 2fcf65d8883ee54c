"""What all crawls of one process share: the archive, the workers, the manners, the wish to stop."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings
from sqlalchemy.orm import Session

from crawler.config import Config
from crawler.health.network import Network
from crawler.leases import Leases, open_leases
from crawler.politeness import HostGate
from crawler.progress import Progress, Silent
from crawler.proxies import write_out_proxies
from crawler.rests import Rests
from crawler.revisit import Retries, look_again_at
from crawler.rulebook import RuleBook
from crawler.service.hooks import Messenger
from crawler.settings import USER_AGENT
from crawler.workers import WorkerPool
from pipelines.cleaning import Cleaning
from pipelines.store import Filer
from storage.errors import StorageError
from storage.frontier import heed_clock
from storage.runs import close_abandoned_runs
from storage.session import Database
from storage.thread import ArchiveThread


class Desk:
    """One per process; `open_desk` makes it."""

    def __init__(
        self,
        config: Config,
        archive: ArchiveThread,
        leases: Leases,
        workers: WorkerPool,
        progress: Progress,
        network: Network | None = None,
    ) -> None:
        self.config = config
        self.archive = archive
        self.leases = leases
        self.workers = workers
        self.progress = progress
        self.cleaning = Cleaning(keep=frozenset(config.cleaning.keep))
        """How pages are cleaned of whose source nothing is known."""
        self.filer = Filer(archive, partial(look_again_at, horizon=config.schedule.look_again))
        self.gate = HostGate(leases, Rests(archive))
        self.network = network or Network()
        self.crawled: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Locked while a source is crawled whose home is the host; by the name of its lease."""
        self.rules = RuleBook(archive)
        self.messenger = Messenger(config.service.on_change)
        self.stopping = asyncio.Event()
        self.settings = scrapy_settings(config)
        self.runner = AsyncCrawlerRunner(self.settings)
        """One for all crawls: to make one copies the settings and looks for spiders."""
        self.retries = Retries(
            times=config.crawl.retries, first_wait=timedelta(seconds=config.crawl.retry_wait)
        )
        self.broken: StorageError | None = None
        """The failure of the database that stopped the desk."""

    def reserved(self, url: str) -> tuple[str, ...] | None:
        """What the robots.txt of an address's host reserves; None where it was not asked for."""
        robots = self.rules.known(url)
        return robots.reservations(url) if robots is not None else None

    def stop(self) -> None:
        """Ask for a clean stop: nothing more is fetched, what was fetched is filed."""
        self.stopping.set()
        self.gate.close()

    def fail(self, error: StorageError) -> None:
        """The archive cannot be written: stop, so that nothing is fetched in vain."""
        self.broken = self.broken or error
        self.stop()


@asynccontextmanager
async def open_desk(
    config: Config,
    database: Database,
    progress: Progress | None = None,
    network: Network | None = None,
) -> AsyncIterator[Desk]:
    """A desk on a database that the caller opened and closes; on leaving, everything fetched is filed.

    `network`: what is known of it from an earlier desk. Raises ConfigError for a proxy that cannot be used.
    """
    write_out_proxies(os.environ)
    archive = ArchiveThread(database)
    workers = WorkerPool(
        config.workers.processes,
        config.workers.page_timeout,
        config.workers.pages_per_worker,
        memory=config.workers.memory,
    )
    try:
        async with open_leases(archive, config.service.lease) as leases, workers:
            await archive.write(_take_up)
            desk = Desk(config, archive, leases, workers, progress or Silent(), network)
            leases.on_loss = desk.fail
            yield desk
            await desk.filer.flush()
            if desk.broken is None:
                await desk.gate.leave()
            await desk.messenger.close()
    finally:
        await asyncio.to_thread(archive.close)


def _take_up(session: Session) -> None:
    """Bring into order what earlier processes left."""
    now = datetime.now(UTC)
    close_abandoned_runs(session, now)
    heed_clock(session, now)


def scrapy_settings(config: Config) -> Settings:
    """Scrapy's settings as the configuration has them; [scrapy] has the last word."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update(manners(config), priority="project")
    settings.update(config.scrapy, priority="cmdline")
    if "DOWNLOAD_DELAY" in config.scrapy:  # Scrapy's own name for what the gate keeps
        settings.set("HOST_DELAY", config.scrapy["DOWNLOAD_DELAY"], priority="cmdline")
        settings.set("DOWNLOAD_DELAY", 0, priority="cmdline")
    return settings


def manners(config: Config) -> dict[str, Any]:
    """What the configuration says of fetching, as settings of Scrapy."""
    crawl = config.crawl
    chosen: dict[str, Any] = {
        "HOST_DELAY": crawl.delay,
        "DOWNLOAD_TIMEOUT": crawl.download_timeout,
        "DOWNLOAD_MAXSIZE": crawl.max_body,
        "ROBOTSTXT_OBEY": crawl.obey_robots,
        "REST_AFTER_REFUSAL": 2 * crawl.retry_wait,
        "PRIVATE_HOSTS_ALLOWED": crawl.allow_private,
        "PORTS_ALLOWED": crawl.ports,
    }
    if config.contact:
        chosen["USER_AGENT"] = f"{USER_AGENT} +{config.contact}"
    return chosen
