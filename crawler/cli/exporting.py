"""The command that writes articles out: export."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.failures import WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.selection import (
    AuthorOption,
    LanguageOption,
    RightsOption,
    SinceOption,
    SourceOption,
    UntilOption,
    names_in,
    within_reach,
)
from crawler.cli.terminal import note

if TYPE_CHECKING:
    from crawler.cli.export_files import Order


class Format(StrEnum):
    """How articles are written out."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ATOM = "atom"
    RSS = "rss"

    @property
    def is_feed(self) -> bool:
        """Whether it is for feed readers, who want the newest."""
        return self in (Format.ATOM, Format.RSS)


_SUFFIXES = {f".{form}": form for form in Format} | {".ndjson": Format.JSONL, ".pq": Format.PARQUET}
_FEED_LIMIT = 50


def export(
    context: typer.Context,
    query: Annotated[
        str | None, typer.Option(metavar="QUERY", help="Only what a search for this finds.")
    ] = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    lang: LanguageOption = None,
    author: AuthorOption = None,
    without_reservations: RightsOption = None,
    all_copies: Annotated[
        bool,
        typer.Option(
            "--all-copies/--one-per-story", help="Every copy of a story, or (by default) its original."
        ),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The archive as it stood then; a day, month or year: at its end."),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Only these, in this order: id,title,text.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help=f"Most articles; of a feed {_FEED_LIMIT}.", callback=within_reach
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; without it, stdout.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Without it, by the file's name, else jsonl.")
    ] = None,
    manifest: Annotated[
        bool | None,
        typer.Option(
            "--manifest/--no-manifest",
            help="Write FILE.manifest.json beside it: counts and hashes. By default with --as-of.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Of a feed.")] = None,
    feed_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where a feed will be served from.")
    ] = None,
    as_is: Annotated[
        bool,
        typer.Option("--as-is", help="CSV for a program: guard no cell against what spreadsheets run."),
    ] = False,
    verify: Annotated[
        Path | None,
        typer.Option(metavar="MANIFEST", help="Only tell whether a file still is as its manifest says."),
    ] = None,
) -> None:
    """Write articles out, as JSON Lines, CSV, Parquet or a feed.

    However many there are, in the order in which they were filed; without an option, every story once.
    A feed, Atom or RSS, has the newest.
    A name that ends in .gz is compressed. --as-of gives the same bytes each time. docs/export.md tells
    what each column holds.

    \b
    Examples:
      copydesk export --since 2024-05 --lang en -o may.csv
      copydesk export --as-of 2024-05-31 -o archive.jsonl.gz
      copydesk export --query '"harbour wall"' --title Harbour -o harbour.atom
    """
    from crawler.cli.export_files import Order, verify_file, write_export, write_feed

    if verify is not None:
        verify_file(verify)
        return
    invocation: Invocation = context.obj
    to = None if output is None or output == Path("-") else output
    chosen = form or _by_name(to)
    order = Order(
        form=chosen.value,
        output=to,
        compressed=to is not None and to.suffix.lower() == ".gz",
        filters=(source, since, until, lang, author, without_reservations),
        query=query,
        all_copies=all_copies,
        as_of=as_of,
        columns=tuple(names_in(columns)),
        limit=_FEED_LIMIT if chosen.is_feed and limit is None else limit,
        manifest=manifest,
        title=title,
        feed_url=feed_url,
        as_is=as_is,
    )
    _check(order, chosen)
    if chosen.is_feed:
        write_feed(invocation, order)
    else:
        write_export(invocation, order)


def _by_name(path: Path | None) -> Format:
    suffixes = [suffix.lower() for suffix in path.suffixes] if path is not None else []
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    if not suffixes:
        return Format.JSONL
    if suffixes[-1] not in _SUFFIXES:
        note(
            f"no format goes by {suffixes[-1]}: {path} is written as JSON Lines, unless --format says another"
        )
    return _SUFFIXES.get(suffixes[-1], Format.JSONL)


def _check(order: "Order", form: Format) -> None:
    """Raises WrongUsage for options that do not go together."""
    if form.is_feed:
        for option, given in (
            ("--as-of", order.as_of),
            ("--columns", order.columns),
            ("--manifest", order.manifest),
        ):
            if given:
                raise WrongUsage(f"{option} is not for a feed, which tells what is new: use another --format")
    elif order.title or order.feed_url:
        raise WrongUsage("--title and --feed-url are for a feed: add --format atom, or rss")
    if order.query is not None and order.as_of is not None:
        raise WrongUsage("--query looks in the words of today: leave out --as-of, or search what it writes")
    if order.manifest and order.output is None:
        raise WrongUsage("--manifest stands beside a file: add -o FILE")
    if order.as_is and (form is not Format.CSV or (order.output is None and sys.stdout.isatty())):
        raise WrongUsage("--as-is writes CSV for a program, not for a terminal: add -o FILE.csv")
    if form is Format.PARQUET and (order.compressed or (order.output is None and sys.stdout.isatty())):
        raise WrongUsage("Parquet is compressed by itself, and no text: add -o FILE.parquet")
