"""The command that extracts pages without any archive."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation, scratch_database
from crawler.cli.names import UNKNOWN_URL, is_address
from crawler.cli.terminal import show_json

if TYPE_CHECKING:
    from crawler.workers import WorkerPool
    from pipelines.article import Reading
    from pipelines.page import Page


def extract(
    context: typer.Context,
    page: Annotated[
        str,
        typer.Argument(metavar="FILE|URL|-", help="A page's file or address; - for JSON Lines from stdin."),
    ] = "-",
    url: Annotated[str | None, typer.Option(help="The address that a FILE is from.")] = None,
) -> None:
    """Write the text and metadata of a page as JSON.

    No archive is used. A file that ends in .txt is cleaned as plain text. With -, each line in is
    {"id", "url", "html"} (url may be missing), and each line out, in the same order, {"id", "text", "title",
    …, "removed", "rejected"}; a bad line gives {"id", "error"}.

    \b
    Examples:
      copydesk extract page.html --url https://paper.example/2024/05/harbour
      copydesk extract https://paper.example/2024/05/harbour
      copydesk extract - < pages.jsonl > articles.jsonl
    """
    import asyncio

    invocation: Invocation = context.obj
    if page == "-":
        if sys.stdin.isatty():
            raise WrongUsage(
                "name a file or an address, or give JSON Lines on stdin; see `copydesk extract --help`"
            )
        if not asyncio.run(_extract_lines(invocation)):
            raise typer.Exit(1)
        return
    file = Path(page)
    # Without a scheme, "page.html" is a file that is missing, "paper.example/story" an address.
    if "://" in page or (not file.exists() and "/" in page and is_address(page)):
        show_json(asyncio.run(_extract_url(invocation, page)))
    elif file.suffix.lower() in (".txt", ".text"):
        show_json(_extract_text(file))
    else:
        show_json(asyncio.run(_extract_body(invocation, file.read_bytes(), url)))


async def _extract_url(invocation: Invocation, url: str) -> dict[str, Any]:
    from crawler.cli.logs import show_logs
    from crawler.cli.stopping import stopped_by_signals
    from crawler.desk import open_desk
    from crawler.discover import fetch_page, with_schemes
    from crawler.failures import FetchFailed

    problem: FetchFailed | None = None
    with scratch_database() as database:
        async with open_desk(invocation.config(), database) as desk:
            show_logs(invocation, desk)
            with stopped_by_signals(desk.stop, "the page is not waited for"):
                for address in with_schemes(url):
                    try:
                        page = await fetch_page(desk, address)
                    except FetchFailed as error:
                        problem = problem or error
                    else:
                        return _page_as_json(page, await desk.workers.read(page))
    raise CommandFailed(str(problem))


async def _extract_body(invocation: Invocation, body: bytes, url: str | None) -> dict[str, Any]:
    from pipelines.page import Page

    page = Page(url=url or UNKNOWN_URL, body=body)
    async with worker_pool(invocation) as workers:
        return _page_as_json(page, await workers.read(page))


def _page_as_json(page: "Page", reading: "Reading") -> dict[str, Any]:
    from crawler.cli.findings import reading_as_json

    addresses = {"url": page.url, "canonical_url": reading.article.canonical_url if reading.article else None}
    return {**(addresses if page.url != UNKNOWN_URL else {}), **reading_as_json(reading)}


def _extract_text(file: Path) -> dict[str, Any]:
    from pipelines.extract import read_text

    text, removed = read_text(file.read_text(encoding="utf-8-sig", errors="replace"))
    return {"text": text, "removed": [{"text": passage.text, "rule": passage.rule} for passage in removed]}


def worker_pool(invocation: Invocation) -> "WorkerPool":
    """The workers that the configuration asks for."""
    from crawler.workers import WorkerPool

    workers = invocation.config().workers
    return WorkerPool(workers.processes, workers.page_timeout, workers.pages_per_worker)


async def _extract_lines(invocation: Invocation) -> bool:
    """Whether all of stdin was read; not, if a signal stopped it."""
    from crawler.cli.page_lines import PageLines
    from crawler.cli.stopping import stopped_by_signals

    async with worker_pool(invocation) as workers:
        lines = PageLines(workers, sys.stdin.fileno(), sys.stdout)
        with stopped_by_signals(lines.stop, "the pages that were read are finished"):
            return await lines.run()
