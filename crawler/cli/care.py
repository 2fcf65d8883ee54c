"""The group of commands that look after the archive as a whole: db, which alone tells what it is."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli import care_check, care_copies, care_salvage, care_space
from crawler.cli.invocation import Invocation
from crawler.cli.terminal import say, show_json, show_table, shown_size

if TYPE_CHECKING:
    from storage.care.sizes import ArchiveInfo

db = typer.Typer(
    help="""Look after the archive: check, back up, salvage, move.

    Without a further word, tell what it is: where, which version, how large, and of how many articles.

    \b
    Examples:
      copydesk db
      copydesk db check
      copydesk db backup /mnt/copies/news.sqlite
      copydesk db move postgresql+psycopg://me@localhost/news
    """,
    invoke_without_command=True,
)
Measure = Annotated[
    bool, typer.Option("--measure", help="Also the parts of a large SQLite file, which is read whole for it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write a JSON object.")]


@db.callback()
def db_alone(context: typer.Context, measure: Measure = False, as_json: AsJson = False) -> None:
    """Without a further word, tell what the archive is."""
    if context.invoked_subcommand is None:
        info(context, measure, as_json)


@db.command("info")
def info(context: typer.Context, measure: Measure = False, as_json: AsJson = False) -> None:
    """Tell what the archive is.

    Where, which version, how large, how many of each thing. Numbers that would take seconds to count are
    estimated, and marked so.

    \b
    Examples:
      copydesk db info
      copydesk db info --measure
      copydesk db info --json | jq .size
    """
    from storage.care.sizes import archive_info

    invocation: Invocation = context.obj
    with invocation.open_existing() as database:
        found = archive_info(database, measure=measure)
    if as_json:
        show_json(asdict(found))
    else:
        _show(found)


def _show(found: "ArchiveInfo") -> None:
    from storage.durability import weaknesses

    say(f"{found.archive}: {found.engine}, schema {found.schema}, {shown_size(found.size)}")
    if found.free is not None and found.free * 10 > found.size:
        say(f"{shown_size(found.free)} of it hold nothing: `copydesk db vacuum` gives them back")
    for weakness in weaknesses(found.durability):
        say(weakness)
    say()
    show_table(
        ["thing", "rows"],
        [
            (name, count.rows if count.exact else f"about {count.rows:,}")
            for name, count in found.counts.items()
        ],
    )
    say()
    if found.parts is None:
        say("the sizes of its parts: `copydesk db info --measure`, which reads the whole file")
    else:
        show_table(["part", "size"], [(part, shown_size(size)) for part, size in found.parts.items()])


db.command("check")(care_check.check)
db.command("backup")(care_copies.backup)
db.command("salvage")(care_salvage.salvage)
db.command("move")(care_copies.move)
db.command("upgrade")(care_copies.upgrade)
db.command("vacuum")(care_space.vacuum)
db.command("prune")(care_space.prune)
