"""The commands that tell what happened to articles: diff and changes."""

import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.names import known_article, known_source
from crawler.cli.selection import SourceOption, within_reach
from crawler.cli.terminal import console, note, show_json, show_json_line, styled
from crawler.cli.times import read_time
from crawler.cli.whole_file import whole_file

if TYPE_CHECKING:
    from crawler.cli.differences import NumberedState
    from storage.changes import StoredChange

_WITHOUT_SINCE = "7d"
_KINDS = ("new", "headline", "text", "correction", "gone", "back")


def diff(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="Its number, or any address that led to it.")
    ],
    first: Annotated[
        int | None,
        typer.Argument(metavar="FROM", help="The number of a state; without it, the last but one."),
    ] = None,
    second: Annotated[
        int | None, typer.Argument(metavar="TO", help="Another; without it, the present state.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Show what was changed in an article, word by word.

    Title, standfirst, authors, and the paragraphs of the text that differ. On a terminal, what was removed is
    red and struck, what was added green; in a pipe they stand between [- -] and {+ +}. `copydesk show ID
    --revisions` gives the numbers of the states; 1 is the oldest.

    \b
    Examples:
      copydesk diff 17
      copydesk diff 17 1
      copydesk diff https://paper.example/2024/05/harbour 1 2 --json
    """
    from crawler.cli.differences import diff_as_json, show_diff, states_of
    from storage.stored import StoredArticle, revisions_of

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.read() as session:
        found = known_article(session, article)
        if not isinstance(found, StoredArticle):
            raise CommandFailed(
                f"{article} gave no article; `copydesk show {article}` tells what became of it"
            )
        states = states_of(found, revisions_of(session, found.id))
    if len(states) == 1 and first is None and not as_json:
        note(f"#{found.id} has not been changed since it was first seen")
        return
    then = _state(states, first, default=max(len(states) - 2, 0))
    now = _state(states, second, default=len(states) - 1)
    if as_json:
        show_json(diff_as_json(found.id, then, now))
    else:
        show_diff(found.id, then, now)


def _state(states: "list[NumberedState]", number: int | None, *, default: int) -> "NumberedState":
    if number is None:
        return states[default]
    state = next((state for state in states if state.number == number), None)
    if state is None:
        raise WrongUsage(
            f"there is no state {number}: the article has 1 to {states[-1].number}, the last the present one"
        )
    return state


def changes(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="CURSOR|TIME",
            help=f"What came after a cursor (c17; c0: all), or since a time; without it, {_WITHOUT_SINCE}.",
        ),
    ] = None,
    source: SourceOption = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help=f"Only these: {', '.join(_KINDS)}; may be given again."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Most changes; the oldest come first.", callback=within_reach),
    ] = None,
    cursor: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Go on from the cursor in this file, and keep there how far it came."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON Lines.")] = False,
) -> None:
    """Tell what happened to articles.

    Each line begins with a cursor. Whoever passes the last one to --since the next time gets every change
    that came after it, none twice, in the order in which they were filed; it is also told on stderr, and
    --cursor keeps it in a file. `headline` is another title over the same text, `text` any other edit,
    `correction` one with a notice that something was wrong. `gone` (404, 410, or it leads to the front page)
    is an article that is no longer on the web; it stays in the archive.

    \b
    Examples:
      copydesk changes --since 24h --kind headline --kind correction
      copydesk changes --since c1234 --json | jq -r .url
      copydesk changes --source "Harbour Gazette" --cursor seen.txt --json >> changes.jsonl
    """
    from storage.changes import changes_since, cursor_now

    invocation: Invocation = context.obj
    if cursor is not None and cursor.exists():
        if since is not None:
            raise WrongUsage(f"{cursor} says where to go on from: leave --since out")
        since = _kept_in(cursor)
    begin, kinds = _since(since or _WITHOUT_SINCE), [_kind(name) for name in kind or ()]
    with invocation.open_existing() as database, database.read() as session:
        name = known_source(session, source).name if source is not None else None
        newest = cursor_now(session)  # asked first: what is filed meanwhile comes with the next call
        _check_not_ahead(begin, newest)
        found = changes_since(session, begin, source=name, kinds=kinds, limit=limit)
        with closing(cast("Generator[StoredChange]", found)) as rows:
            last, count = _write(rows, as_json=as_json)
    if last is not None:
        # Where a limit cut them short, there is more behind the last.
        newest = last if count == limit else _later(newest, last)
    sys.stdout.flush()  # before the file says that it was read
    if cursor is not None:
        with whole_file(cursor) as file:
            file.write(newest + "\n")
    note(f"the next time, --since {newest} goes on from here")


def _since(text: str) -> str | datetime:
    from storage.changes import read_cursor

    return text.strip() if read_cursor(text) is not None else read_time(text, datetime.now(UTC))


def _kept_in(file: Path) -> str:
    """The cursor that a call before has left in a file. Raises WrongUsage for anything else."""
    from storage.changes import read_cursor

    kept = file.read_text(encoding="utf-8", errors="replace").strip()
    if read_cursor(kept) is None:
        raise WrongUsage(
            f"{file} holds no cursor: write c0 into it to begin with the first change, or remove it"
        )
    return kept


def _check_not_ahead(begin: str | datetime, newest: str) -> None:
    """Raises CommandFailed for the cursor of another archive: nothing would be told for long."""
    from storage.changes import read_cursor

    asked = read_cursor(begin) if isinstance(begin, str) else None
    if asked is not None and asked > (read_cursor(newest) or 0):
        raise CommandFailed(
            f"{begin} is ahead of this archive, which stands at {newest}: --since c0 gives all of it"
        )


def _kind(name: str) -> str:
    if name not in _KINDS:
        raise WrongUsage(f"no change is of kind {name!r}; there are {', '.join(_KINDS)}")
    return name


def _write(rows: "Generator[StoredChange]", *, as_json: bool) -> tuple[str | None, int]:
    """Write each change on a line; the last cursor, and how many there were."""
    from crawler.cli.differences import change_line

    out, last, count = console(), None, 0
    for change in rows:
        if as_json:
            show_json_line(asdict(change))
        else:
            out.print(styled(change_line(change)), soft_wrap=True)
        last, count = change.cursor, count + 1
    return last, count


def _later(one: str, other: str | None) -> str:
    return max(one, other or one, key=lambda cursor: int(cursor[1:]))
