"""The command that looks an archive over: db check."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.care_progress import shown_steps
from crawler.cli.invocation import Invocation
from crawler.cli.terminal import note, say, show_json

if TYPE_CHECKING:
    from storage.care.check import Checked
    from storage.care.finding import Finding
    from storage.leases import HolderState


def check(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not read every text and every entry of every index.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what can be without a loss, and check again.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Find out whether the archive is whole.

    The file and its indexes, the full text against the articles, what refers to what, every text against its
    hash. Nothing is changed without --repair, and a crawl that goes on meanwhile is not held up. The exit
    status is 1 if something is wrong.

    \b
    Examples:
      copydesk db check
      copydesk db check --quick --json
      copydesk db check --repair
    """
    from pipelines.fingerprint import fingerprint
    from storage.care.check import check_archive

    invocation: Invocation = context.obj
    url, is_alive = invocation.config().database, alive_by(invocation)
    with shown_steps() as on_step:
        checked = check_archive(url, fingerprint, is_alive, on_step, quick=quick)
    if repair and (wanted := {each.repair for each in checked.findings if each.repair is not None}):
        from storage.care.repair import repair as put_right

        with invocation.open_existing(writing=True) as database:
            put_right(database, wanted, is_alive, partial(datetime.now, UTC))
        for each in sorted(wanted):
            note(f"done: {each}")
        with shown_steps() as on_step:
            checked = check_archive(url, fingerprint, is_alive, on_step, quick=quick)
    if as_json:
        show_json({**asdict(checked), "is_whole": checked.is_whole})
    else:
        _show(checked)
    if not checked.is_whole:
        raise typer.Exit(1)


def _show(checked: "Checked") -> None:
    for finding in checked.findings:
        _show_finding(finding)
    say(f"{checked.archive} {'is whole' if checked.is_whole else 'is not whole'}")


def _show_finding(finding: "Finding") -> None:
    for line in (
        f"{finding.weight}: {finding.what}",
        f"  it means: {finding.means}",
        f"  way out:  {finding.way_out}",
    ):
        say(line)


def alive_by(invocation: Invocation) -> "Callable[[HolderState], bool]":
    """Tells whether a process that crawls lives, as far as one look can."""
    from crawler.leases import seems_alive

    lasting, now = invocation.config().service.lease, datetime.now(UTC)
    return lambda holder: seems_alive(holder, lasting, now)
