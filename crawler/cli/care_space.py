"""The commands that make an archive smaller: db vacuum, prune."""

import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.care_progress import shown_amount, shown_steps
from crawler.cli.failures import WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.selection import LanguageOption, SourceOption
from crawler.cli.terminal import counted, note, say, show_json, shown_size
from crawler.cli.times import read_time

if TYPE_CHECKING:
    from storage.care.prune import Pruning

_AGE = re.compile(r"(\d{1,4})\s*(m|y)")


def vacuum(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="On PostgreSQL: give the space back to the disk; locks each table.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Give back the space of what was deleted.

    The statistics are brought up to date, too. An SQLite file is written anew: nobody else may write
    meanwhile, and its disk needs room for two more of it. PostgreSQL keeps the space for what comes next,
    and nobody waits.

    \b
    Examples:
      copydesk db vacuum
      copydesk --db postgresql+psycopg://me@host/news db vacuum --full
    """
    from crawler.cli.care_copies import refuse_while_crawling
    from storage.care.vacuum import vacuum as make_smaller

    invocation: Invocation = context.obj
    with invocation.open_existing(writing=True) as database:
        if full or database.engine.dialect.name == "sqlite":
            refuse_while_crawling(invocation, database, "a vacuum would hold it up")
        with shown_steps() as on_step:
            done = make_smaller(database, on_step, full=full)
    if as_json:
        show_json(asdict(done))
    else:
        say(f"{shown_size(done.before)} before, {shown_size(done.after)} now")


def prune(
    context: typer.Context,
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="AGE", help="Published (else first seen) before: 2y, 18m, 52w, 90d ago, or 2024-05-06."
        ),
    ] = None,
    source: SourceOption = None,
    lang: LanguageOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Let articles go for good, with their earlier states.

    An article goes if everything given applies to it. Its page stays known as read and is not fetched again,
    unless its address is given to `copydesk crawl`. Of a story that stays in other places, the first of these
    is the original then. `copydesk db vacuum` gives the space back afterwards.

    \b
    Examples:
      copydesk db prune --older-than 2y --dry-run
      copydesk db prune --source "Harbour Gazette" --older-than 2024-01-01
      copydesk db prune --lang de --yes
    """
    from crawler.cli.selection import article_filter
    from pipelines.likeness import compare
    from storage.care.prune import plan_pruning
    from storage.care.prune import prune as let_go

    invocation: Invocation = context.obj
    if older_than is None and source is None and lang is None:
        raise WrongUsage("say what may go: --older-than AGE, --source NAME or --lang CODE")
    until = read_age(older_than, datetime.now(UTC)).isoformat() if older_than is not None else None
    with invocation.open_existing(writing=not dry_run) as database:
        with database.read() as session:
            wanted = article_filter(session, source, None, until, lang, None)
            plan = plan_pruning(session, wanted)
        gone = 0
        if not as_json:
            _show(plan)
        if not dry_run and plan.articles and _may_go(plan, yes=yes):
            with shown_amount(plan.articles) as on_amount:
                advance = partial(on_amount, "articles")
                gone = let_go(database, wanted, compare, partial(datetime.now, UTC), advance)
    if as_json:
        show_json({**asdict(plan), "gone": gone})
    if gone:
        note(f"{counted(gone, 'article')} let go; `copydesk db vacuum` gives the space back")
    elif dry_run or not plan.articles:
        note("nothing was let go")


def _show(plan: "Pruning") -> None:
    say(f"articles   {plan.articles:,}, of which {counted(plan.copies, 'copy').replace('copys', 'copies')}")
    say(f"revisions  {plan.revisions:,}")
    say(f"changes    {plan.changes:,}")
    say(f"text       {shown_size(plan.bytes)}")
    if plan.handed_on:
        say(f"stay       {counted(plan.handed_on, 'article')} whose original goes")


def _may_go(plan: "Pruning", *, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise WrongUsage("nobody can be asked here: add --yes to let them go, or --dry-run to only see")
    return typer.confirm(f"Let {counted(plan.articles, 'article')} go for good?", err=True)


def read_age(text: str, now: datetime) -> datetime:
    """The time that lies so far back: months ("18m"), years ("2y"), or what `read_time` reads.

    Raises WrongUsage.
    """
    from dateutil.relativedelta import relativedelta

    match = _AGE.fullmatch(text.strip().lower())
    if match is None:
        return read_time(text, now)
    months = int(match[1]) * (12 if match[2] == "y" else 1)
    try:
        return now - relativedelta(months=months)
    except (ValueError, OverflowError):
        raise WrongUsage(f"{text!r} is too long ago: write 2y, 18m, 90d, or 2024-05-06") from None
