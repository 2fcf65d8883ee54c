"""The commands that read what is stored: show, export."""

import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from crawler.cli.invocation import Invocation
from crawler.cli.names import known_article
from crawler.cli.selection import (
    AuthorOption,
    LanguageOption,
    SinceOption,
    SourceOption,
    UntilOption,
    article_filter,
)
from crawler.cli.terminal import counted, note, show_json
from crawler.cli.whole_file import whole_file


class Format(StrEnum):
    """How articles are written out."""

    JSONL = "jsonl"
    CSV = "csv"


def show(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="Its number, or any address that led to it.")
    ],
    removed: Annotated[
        bool, typer.Option("--removed", help="Show what was taken out, in its place, and by which rule.")
    ] = False,
    dates: Annotated[bool, typer.Option("--dates", help="Show every date that the page names.")] = False,
    history: Annotated[
        bool, typer.Option("--revisions", help="Show every state it had, and not its text.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object, with all there is.")] = False,
) -> None:
    """Show one article, and what was taken out of it.

    Of an address that was seen and gave no article, it shows what became of it; the exit status is 1 then.

    \b
    Examples:
      copydesk show 17
      copydesk show https://paper.example/2024/05/harbour --removed --dates
      copydesk show 17 --revisions
    """
    from crawler.cli.articles import show_article, show_page
    from storage.changes import changes_of
    from storage.stored import StoredArticle, revisions_of, sightings_of

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.read() as session:
        found = known_article(session, article)
        if not isinstance(found, StoredArticle):
            if as_json:
                show_json(asdict(found))
            else:
                show_page(found)
            raise typer.Exit(1)
        sightings = sightings_of(session, found.id)
        revisions = revisions_of(session, found.id)
        changes = changes_of(session, found.id)
    if as_json:
        places = [{"id": place.id, "source": place.source, "url": place.url} for place in sightings]
        told = {key: value for key, value in asdict(found).items() if key != "makes"}
        states = [asdict(each) for each in revisions]
        happened = [asdict(each) for each in changes]
        show_json({**told, "sightings": places, "revisions": states, "changes": happened})
    elif history:
        from crawler.cli.differences import show_states, states_of

        show_states(states_of(found, revisions), changes)
    else:
        show_article(found, sightings, revisions, removed=removed, dates=dates)


def export(
    context: typer.Context,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    lang: LanguageOption = None,
    author: AuthorOption = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; without it, stdout.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Without it, by the file's name, else jsonl.")
    ] = None,
) -> None:
    """Write articles out as JSON Lines or CSV.

    However many there are, in the order in which they were filed; without an option, all.

    \b
    Examples:
      copydesk export -o archive.jsonl
      copydesk export --source "Harbour Gazette" --since 2024-05 -o may.csv
      copydesk export --lang en | jq -r .title
    """
    from storage.export import export_rows, write_csv, write_jsonl

    invocation: Invocation = context.obj
    is_csv = form is Format.CSV or (form is None and output is not None and output.suffix.lower() == ".csv")
    write = write_csv if is_csv else write_jsonl
    with invocation.open_existing() as database, database.read() as session:
        wanted = article_filter(session, source, since, until, lang, author)
        # Closed before the session is, also when whoever reads the pipe has gone away.
        with closing(cast("Generator[dict[str, Any]]", export_rows(session, wanted))) as rows:
            if output is None or output == Path("-"):
                write(rows, sys.stdout)
                return
            with whole_file(output) as file:
                count = write(rows, file)
    note(f"{counted(count, 'article')} written to {output}")
