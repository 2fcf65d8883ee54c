"""The program: its options, and where each command stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crawler.cli import (
    care,
    crawling,
    exchange,
    explaining,
    exporting,
    extracting,
    history,
    learning,
    listing,
    recleaning,
    rereading,
    running,
    searching,
    showing,
    starting,
    status,
    stories,
)
from crawler.cli.failures import Interrupted, NobodyReads
from crawler.cli.invocation import Invocation


class Program(TyperGroup):
    """Lets a broken pipe and Ctrl-C through to `run`, which Typer would end the process for."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        with _let_through():  # it is here that `--help` is written
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        with _let_through():
            return super().invoke(ctx)


@contextmanager
def _let_through() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise NobodyReads from error
    except KeyboardInterrupt as error:
        raise Interrupted from error


app = typer.Typer(
    cls=Program,
    help="""A news archive that fills itself: crawl, clean, deduplicate, search.

    \b
    copydesk init                       make the archive and its settings
    copydesk add https://paper.example  follow a site: its feeds and sitemaps are found
    copydesk crawl --all                fetch what is new
    copydesk run                        keep fetching it, by schedule
    copydesk search "harbour wall"      find it again

    `copydesk COMMAND --help` shows each command with examples.
    """,
    # Plain: help is read in pipes and pasted into documents too, and no error should come in a box.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from crawler.cli.terminal import say

        say(f"copydesk {version('copydesk')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings; without it ./copydesk.toml, if it is there."),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The archive: an SQLite file, or postgresql+psycopg://user@host/name."
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "-s", "--setting", metavar="NAME=VALUE", help="A setting of Scrapy; may be given again."
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error arose.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take in what stands before the command; its help is the program's own."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
    invocation: Invocation = context.obj
    invocation.config_file, invocation.database = config, db
    invocation.settings, invocation.debug = tuple(setting or ()), debug


app.command("init")(starting.init)
app.command("add")(starting.add)
listing.sources.command("import")(exchange.import_list)
listing.sources.command("export")(exchange.export_list)
app.add_typer(listing.sources, name="sources")
app.command("crawl")(crawling.crawl)
app.command("run")(running.run)
app.command("search", cls=searching.SearchCommand)(searching.search)
app.command("show")(showing.show)
app.command("explain")(explaining.explain)
app.command("stories")(stories.stories)
app.command("split")(stories.split)
app.command("diff")(history.diff)
app.command("changes")(history.changes)
app.command("restore")(recleaning.restore)
app.command("clean")(recleaning.clean)
app.command("learn")(learning.learn)
app.command("reread")(rereading.reread)
app.command("export")(exporting.export)
app.command("extract")(extracting.extract)
app.command("status")(status.status)
app.add_typer(care.db, name="db")
