"""`copydesk reread`: has the extractor read again what a source's templates have read."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.failures import WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.names import known_source
from crawler.cli.terminal import counted, note, say, show_json

if TYPE_CHECKING:
    from storage.rereading import Rereading


def reread(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its name, or its address.")],
    template: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Only what this one has read.")
    ] = None,
    template_version: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="With --template: only this version of it.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell how many articles it would be.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Have articles that templates have read read by the extractor.

    For a source that was read badly: `copydesk learn SOURCE --off` or --reset is for its next pages, this for
    the articles that are stored. Their pages are fetched once more, whole, by the next crawls; what comes of
    it is no revision. `copydesk show ID --removed` tells which template has read an article.

    \b
    Examples:
      copydesk reread gazette.example --dry-run
      copydesk reread "Harbour Gazette" --template 2 --template-version 3
    """
    from pipelines.source_templates import known_templates
    from storage.rereading import ReadBy, count_rereading, read_again

    if template_version is not None and template is None:
        raise WrongUsage("--template-version goes with --template: each template has versions of its own")
    invocation: Invocation = context.obj
    now = datetime.now(UTC)
    with invocation.open_existing(writing=not dry_run) as database:
        with database.read() as session:
            found = known_source(session, source)
            name, number = found.name, found.id
            usable = known_templates(session, number).usable
        wanted = ReadBy(source_id=number, template=template, version=template_version)
        if dry_run:
            with database.read() as session:
                rereading = count_rereading(session, wanted)
        else:
            rereading = read_again(database, wanted, now)
    if as_json:
        show_json(asdict(rereading) | {"dry_run": dry_run})
    else:
        say(_told(rereading, name, dry_run=dry_run))
    if rereading.left:
        note(
            f"{counted(rereading.left, 'article')} cannot be: the page is gone, or gives no article any more;"
            " `copydesk restore` puts back what was taken out"
        )
    cleaning = invocation.config().cleaning
    if rereading.articles and usable is not None and cleaning.learn and cleaning.templates:
        note(
            "its templates stay in use, and may read these pages when they change:"
            " `copydesk learn SOURCE --reset` or --off ends that"
        )


def _told(found: "Rereading", name: str, *, dry_run: bool) -> str:
    articles = f"{name}: {counted(found.articles, 'article')}"
    if dry_run:
        return f"{articles} would be read again by the extractor"
    when = ", when the next crawls fetch the pages" if found.articles else ""
    return f"{articles} will be read again by the extractor{when}"
