"""The command that extracts pages without any archive."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation, scratch_database
from crawler.cli.names import UNKNOWN_URL, is_address
from crawler.cli.terminal import note, show_json

if TYPE_CHECKING:
    from crawler.workers import WorkerPool
    from pipelines.article import Reading
    from pipelines.cleaning import Cleaning
    from pipelines.page import Page


def extract(
    context: typer.Context,
    page: Annotated[
        str,
        typer.Argument(metavar="FILE|URL|-", help="A page's file or address; - for JSON Lines from stdin."),
    ] = "-",
    url: Annotated[str | None, typer.Option(help="The address that a FILE is from.")] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Leave in the text what this rule takes out; may be given again."),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="With -: answer each line at once, by its page alone.")
    ] = False,
) -> None:
    """Write the text and metadata of a page as JSON.

    No archive is used. A file that ends in .txt is cleaned as plain text. With -, each line in is
    {"id", "url", "html"} (url may be missing), and each line out, in the same order, {"id", "text", "title",
    …, "removed", "rejected"}; a bad line gives {"id", "error"}.

    What the pages of one host repeat is taken out of each. So the answers come when stdin ends, or 2,000
    pages (or 200 MB of text) at a time; whoever waits for each answer before sending the next page uses
    --alone. A page without url stands alone anyway.

    \b
    Examples:
      copydesk extract page.html --url https://harbour-gazette.example/2024/05/wall
      copydesk extract https://harbour-gazette.example/2024/05/wall --keep "fact box" --keep "embedded post"
      copydesk extract - < pages.jsonl > articles.jsonl
    """
    import asyncio

    invocation: Invocation = context.obj
    cleaning = _cleaning(invocation, keep or [])
    if page == "-":
        if sys.stdin.isatty():
            raise WrongUsage(
                "name a file or an address, or give JSON Lines on stdin; see `copydesk extract --help`"
            )
        if not asyncio.run(_extract_lines(invocation, cleaning, alone=alone)):
            raise typer.Exit(1)
        return
    file = Path(page)
    # Without a scheme, "page.html" is a file that is missing, "paper.example/story" an address.
    if "://" in page or (not file.exists() and "/" in page and is_address(page)):
        show_json(asyncio.run(_extract_url(invocation, page, cleaning)))
    elif file.suffix.lower() in (".txt", ".text"):
        show_json(_extract_text(file, cleaning))
    else:
        show_json(asyncio.run(_extract_body(invocation, file.read_bytes(), url, cleaning)))


def _cleaning(invocation: Invocation, keep: list[str]) -> "Cleaning":
    """What the settings and the options leave in the text."""
    from pipelines.cleaning import ALL_RULES, RULES, Cleaning, family_of

    rules = frozenset([*invocation.config().cleaning.keep, *keep])
    for rule in sorted(rules):
        if rule != ALL_RULES and family_of(rule) not in RULES:
            note(f"no rule is called {rule!r}, so nothing is kept by it; there are {', '.join(RULES)}")
    return Cleaning(keep=rules)


async def _extract_url(invocation: Invocation, url: str, cleaning: "Cleaning") -> dict[str, Any]:
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
                        return _page_as_json(page, await desk.workers.read(page, cleaning))
    raise CommandFailed(str(problem))


async def _extract_body(
    invocation: Invocation, body: bytes, url: str | None, cleaning: "Cleaning"
) -> dict[str, Any]:
    from pipelines.page import Page

    page = Page(url=url or UNKNOWN_URL, body=body)
    async with worker_pool(invocation) as workers:
        return _page_as_json(page, await workers.read(page, cleaning))


def _page_as_json(page: "Page", reading: "Reading") -> dict[str, Any]:
    from crawler.cli.findings import reading_as_json

    addresses = {"url": page.url, "canonical_url": reading.article.canonical_url if reading.article else None}
    return {**(addresses if page.url != UNKNOWN_URL else {}), **reading_as_json(reading)}


def _extract_text(file: Path, cleaning: "Cleaning") -> dict[str, Any]:
    from pipelines.plaintext import NotText, decode_text, read_text

    try:
        text, removed = read_text(decode_text(file.read_bytes()), cleaning)
    except NotText as error:
        raise CommandFailed(f"{file}: {error}") from error
    return {"text": text, "removed": [asdict(passage) for passage in removed]}


def worker_pool(invocation: Invocation) -> "WorkerPool":
    """The workers that the configuration asks for."""
    from crawler.workers import WorkerPool

    workers = invocation.config().workers
    return WorkerPool(
        workers.processes, workers.page_timeout, workers.pages_per_worker, memory=workers.memory
    )


async def _extract_lines(invocation: Invocation, cleaning: "Cleaning", *, alone: bool) -> bool:
    """Whether all of stdin was read; not, if a signal stopped it."""
    from crawler.cli.batches import Batch
    from crawler.cli.page_lines import PageLines
    from crawler.cli.stopping import stopped_by_signals

    async with worker_pool(invocation) as workers:
        batch = Batch(cleaning.keep, most_pages=1) if alone else Batch(cleaning.keep)
        lines = PageLines(workers, cleaning, batch, sys.stdin.fileno(), sys.stdout)
        with stopped_by_signals(lines.stop, "the pages that were read are finished"):
            return await lines.run()
