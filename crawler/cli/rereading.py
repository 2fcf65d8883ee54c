"""Has the extractor read again what a source's templates have read, and tells how many articles that are."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.cli.failures import WrongUsage
from crawler.cli.terminal import counted, note

if TYPE_CHECKING:
    from storage.rereading import Rereading
    from storage.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options ask to have read again."""

    template: int | None
    version: int | None
    dry_run: bool


def wanted_rereading(
    asked: bool, template: int | None, version: int | None, *, dry_run: bool
) -> Wanted | None:
    """What is to be read again, if it is `asked` for. Raises WrongUsage for options that need others."""
    if not asked and (template is not None or version is not None or dry_run):
        raise WrongUsage("--template, --template-version and --dry-run go with --read-again")
    if version is not None and template is None:
        raise WrongUsage("--template-version goes with --template: each template has versions of its own")
    return Wanted(template=template, version=version, dry_run=dry_run) if asked else None


def read_again(database: "Database", source_id: int, wanted: Wanted, now: datetime) -> "Rereading":
    """Have the next crawls read it again, or only count it."""
    from storage import rereading

    which = rereading.ReadBy(source_id=source_id, template=wanted.template, version=wanted.version)
    if wanted.dry_run:
        with database.read() as session:
            return rereading.count_rereading(session, which)
    with database.write() as session:
        return rereading.read_again(session, which, now)


def as_json(found: "Rereading", wanted: Wanted) -> dict[str, Any]:
    """The same for a program."""
    return {
        "template": wanted.template,
        "template_version": wanted.version,
        "articles": found.articles,
        "left": found.left,
        "dry_run": wanted.dry_run,
    }


def tell(found: "Rereading", wanted: Wanted, name: str, *, in_use: bool) -> None:
    """Say it beside the output; `in_use`: the source's templates go on reading its pages."""
    will = "would" if wanted.dry_run else "will"
    how = "" if wanted.dry_run or not found.articles else ", when the next crawls fetch the pages"
    note(f"{name}: {counted(found.articles, 'article')} {will} be read again by the extractor{how}")
    if found.left:
        note(
            f"{counted(found.left, 'article')} cannot be: the page is gone, or may not be fetched;"
            " `copydesk restore` puts back what was taken out"
        )
    if in_use and found.articles:
        note(
            "its templates stay in use, and correct these pages when they change: --reset or --off ends that"
        )
