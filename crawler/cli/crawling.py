"""The command that crawls."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from crawler.cli.failures import WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.names import is_address, no_such_source
from crawler.cli.past import Past
from crawler.cli.selection import within_reach
from crawler.cli.terminal import note, show_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.desk import Desk
    from crawler.report import RunReport
    from storage.session import Database
    from storage.stored import StoredPage


def crawl(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE|URL", help="A source's name, a site's address, or an article's."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Crawl every source that is enabled.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Most pages fetched of each source.", callback=within_reach),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Take in the past too, back to this day; `never` calls that off."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the report as a JSON list.")] = False,
) -> None:
    """Fetch what is new, now.

    The address of a site that is no source yet makes it one; an article's address is fetched alone.
    Ctrl-C stops cleanly, and the next crawl goes on from there; a second one stops at once. The exit status
    is 1 if a source could not be read at all, if none of the articles' addresses came to an article, or if
    the crawl was stopped.

    With --since, the sitemaps and archives of the sources are walked into the past, the newest first, and
    fresh news is looked for in between. What was found and not fetched is kept: the same command goes on
    where it was stopped, and an earlier date goes on from there.

    \b
    Examples:
      copydesk crawl --all
      copydesk crawl https://paper.example https://other.example/2024/05/harbour-wall
      copydesk crawl "Harbour Gazette" --since 2024-01-01
    """
    import asyncio
    from datetime import UTC, datetime

    invocation: Invocation = context.obj
    if targets and everything:
        raise WrongUsage("name sources or addresses to crawl, or give --all for every source, not both")
    if not targets and not everything:
        raise WrongUsage(
            "what is to be crawled? `copydesk crawl --all` takes every source; or name sources "
            "(`copydesk sources` lists them) or addresses"
        )
    past = Past.read(since, datetime.now(UTC)) if since is not None else None
    with _database_for(invocation, targets or []) as database:
        with database.read() as session:
            errand = all_enabled(session) if everything else sort_out(session, targets or [])
        if past and errand.pages:
            raise WrongUsage(f"--since is for sources, and {errand.pages[0]} is the address of an article")
        failed = asyncio.run(_crawl(invocation, database, errand, limit, past, as_json))
    if failed:
        raise typer.Exit(1)


def _database_for(invocation: Invocation, targets: list[str]) -> "Database":
    """The archive; only the address of a site, which becomes its first source, makes one."""
    from crawler.discover import is_site_address

    if any(is_address(target) and is_site_address(target) for target in targets):
        return invocation.open_database()
    return invocation.open_existing(writing=True)


@dataclass(slots=True)
class Errand:
    """What one call is to crawl."""

    source_ids: list[int] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    """Addresses of sites that are no source yet."""
    pages: list[str] = field(default_factory=list)
    """Addresses of articles."""


def all_enabled(session: "Session") -> Errand:
    """Every source that is enabled. Raises WrongUsage if there is none."""
    from storage.sources import list_sources

    sources = [source.id for source in list_sources(session) if source.enabled]
    if not sources:
        raise WrongUsage("there is no source to crawl: `copydesk add https://…` adds one")
    return Errand(source_ids=sources)


def sort_out(session: "Session", targets: list[str]) -> Errand:
    """What each of `targets` means. Raises WrongUsage for what is neither a source nor an address."""
    from crawler.discover import is_site_address
    from storage.sources import get_source, list_sources, source_of_host

    errand = Errand()
    for target in dict.fromkeys(targets):
        source = get_source(session, target)
        if source is None and not is_address(target):
            raise WrongUsage(no_such_source(target, [known.name for known in list_sources(session)]))
        if source is None and is_site_address(target):
            source = source_of_host(session, urlsplit(_with_scheme(target)).netloc)
        if source is not None:
            errand.source_ids.append(source.id)
        elif is_site_address(target):
            errand.sites.append(target)
        else:
            errand.pages.append(_with_scheme(target))
    errand.source_ids = list(dict.fromkeys(errand.source_ids))
    return errand


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


async def _crawl(
    invocation: Invocation,
    database: "Database",
    errand: Errand,
    limit: int | None,
    past: Past | None,
    as_json: bool,
) -> bool:
    """Crawl, and report; whether anything failed as a whole."""
    from crawler.cli.logs import show_logs
    from crawler.cli.progress_bar import shown_progress
    from crawler.cli.reports import reports_as_json, show_reports
    from crawler.cli.stopping import stopped_by_signals
    from crawler.crawl import crawl_addresses, crawl_sources
    from crawler.desk import open_desk
    from storage.models import PageState, RunState

    reports: list[RunReport] = []
    pages: list[StoredPage] = []
    with shown_progress(len(errand.source_ids) + len(errand.sites) + bool(errand.pages), limit) as progress:
        async with open_desk(invocation.config(), database, progress) as desk:
            show_logs(invocation, desk)  # after the bar, which then stays below what is logged
            with stopped_by_signals(desk.stop, "the pages under way are finished"):
                found = await _become_sources(desk, errand.sites)
                ids = [*errand.source_ids, *found]
                if past:
                    await past.ask(desk, ids)
                reports += await crawl_sources(
                    desk, ids, limit=limit, into_past=past is not None and past.back_to is not None
                )
                if past:
                    await past.tell(desk, reports)
                if errand.pages and not desk.stopping.is_set():
                    reports.append(await crawl_addresses(desk, errand.pages))
                    pages = await desk.archive.read(partial(_pages_at, addresses=errand.pages))
            stopped = desk.stopping.is_set()
    if as_json:
        show_json(reports_as_json(reports))
    else:
        show_reports(reports)
    without = [page for page in pages if page.state is not PageState.STORED]
    for page in without:
        note(f"{page.url} gave no article: {page.state}" + (f", {page.reason}" if page.reason else ""))
    return (
        stopped
        or len(found) < len(errand.sites)
        or any(r.state is not RunState.DONE for r in reports)
        or (bool(errand.pages) and len(without) == len(pages))
    )


def _pages_at(session: "Session", addresses: list[str]) -> "list[StoredPage]":
    """What the frontier knows of addresses that were just fetched."""
    from pipelines.metadata.canonical import canonical_url
    from storage.stored import find_page

    urls = dict.fromkeys(canonical_url(address) or address for address in addresses)
    return [page for url in urls if (page := find_page(session, url))]


async def _become_sources(desk: "Desk", sites: list[str]) -> list[int]:
    """Make a source of each site that answers; their ids."""
    from crawler.cli.starting import archive_failure, store
    from crawler.discover import DiscoveryFailed, discover
    from storage.errors import SourceExists
    from storage.sources import get_source

    ids = []
    for site in sites:
        try:
            discovery = await discover(desk, site)
        except DiscoveryFailed as error:
            if archive_failed := archive_failure(error):
                raise archive_failed from error
            note(str(error))
            continue
        try:
            name = await store(desk, discovery)
            note(f"{site} is a source now, named {name!r}")
        except SourceExists as known:  # under the address to which this one leads
            name = known.source
        source = await desk.archive.read(partial(get_source, name_or_url=name))
        if source is not None:
            ids.append(source.id)
    return ids
