"""The commands that clean stored articles anew, and take a cleaning back; neither fetches anything."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.names import known_article, known_source
from crawler.cli.selection import SourceOption
from crawler.cli.terminal import counted, note, show_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.config import CleaningConfig
    from pipelines.learned import Learned
    from pipelines.source_cleaning import Recleaned
    from storage.session import Database
    from storage.stored import StoredArticle


def restore(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="Its number, or any address that led to it.")
    ],
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Only what this rule took out; without it, all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Put back what was taken out of an article.

    The lines come back to their places, and stay there when the page is fetched again. `copydesk show ID
    --removed` tells which rule took out what; "named" stands for all rules that begin with it and a colon.
    `copydesk clean ID --again` takes them out again.

    \b
    Examples:
      copydesk restore 17
      copydesk restore 17 "see also"
      copydesk restore https://paper.example/2024/05/harbour "learned line"
    """
    from crawler.cli.passages import BACK, show_passages
    from pipelines.source_cleaning import restore as put_back

    invocation: Invocation = context.obj
    with invocation.open_existing(writing=True) as database, database.write() as session:
        found = _stored(session, article)
        back = put_back(session, found.id, datetime.now(UTC), rule)
    if as_json:
        show_json({"id": found.id, "title": found.title, "restored": [asdict(passage) for passage in back]})
    show_passages(BACK, () if as_json else back)
    if not back:
        _check_rule(found, rule)
    note(f"{counted(len(back), 'line')} put back into #{found.id}")


def _check_rule(article: "StoredArticle", rule: str | None) -> None:
    """Raises CommandFailed where nothing came back because the rule is none of those that took out lines."""
    from pipelines.cleaning import is_among

    rules = ", ".join(dict.fromkeys(repr(passage.rule) for passage in article.removed))
    if rule is None or not rules or any(is_among(line.rule, {rule}) for line in article.restored):
        return
    raise CommandFailed(f"{rule!r} took nothing out of #{article.id}; what did is {rules}")


def clean(
    context: typer.Context,
    articles: Annotated[
        list[str] | None, typer.Argument(metavar="ID|URL", help="Articles; without one, those of sources.")
    ] = None,
    source: SourceOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would go, and what would come back.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Take out also what was put back by `copydesk restore`.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON list of what changes.")] = False,
) -> None:
    """Clean stored articles anew.

    A source's articles are learned from once more, and what they repeat is taken out of them; without an
    argument, those of all sources. Articles that are named are cleaned by what is known of their sources.
    Nothing is fetched, and no revision is made. `copydesk restore` undoes it, article by article.

    \b
    Examples:
      copydesk clean --dry-run
      copydesk clean --source "Harbour Gazette"
      copydesk clean 17 18 --again
    """
    from crawler.cli.passages import change_as_json, show_change

    invocation: Invocation = context.obj
    if articles and source is not None:
        raise WrongUsage("name articles, or --source NAME, not both")
    if again and not articles and source is None:
        raise WrongUsage("--again takes back what was restored: name the articles, or --source NAME")
    settings = invocation.config().cleaning
    with invocation.open_existing(writing=True) as database:
        if articles:
            changes = _clean_articles(database, articles, settings, again=again, dry_run=dry_run)
        else:
            changes = _clean_sources(database, source, settings, again=again, dry_run=dry_run)
    if as_json:
        show_json([change_as_json(change) for change in changes])
    elif dry_run or articles:
        for change in changes:
            show_change(change)
    note(_told(changes, dry_run=dry_run))


def _clean_articles(
    database: "Database", names: Sequence[str], settings: "CleaningConfig", *, again: bool, dry_run: bool
) -> "list[Recleaned]":
    from pipelines.source_cleaning import clean_stored

    with database.write() as session:
        ids = [_stored(session, name).id for name in names]
        now = datetime.now(UTC)
        return clean_stored(session, now, ids=ids, keep=_kept(settings), again=again, dry_run=dry_run)


def _clean_sources(
    database: "Database", name: str | None, settings: "CleaningConfig", *, again: bool, dry_run: bool
) -> "list[Recleaned]":
    """Source by source, some articles a transaction: a crawl that writes at the same time waits a second."""
    from crawler.cli.progress_bar import shown_count
    from pipelines.source_cleaning import clean_stored, parts_of
    from storage.health import source_health

    with database.read() as session:
        only = [known_source(session, name).id] if name is not None else None
        wanted = source_health(session, datetime.now(UTC), only)
    changes = []
    with shown_count("articles", sum(health.articles for health in wanted)) as looked_at:
        for health in wanted:
            known = _learned(database, health.id, dry_run=dry_run) if settings.learn else {}
            with database.read() as session:
                parts = parts_of(session, health.id)
            for part in parts:
                with database.read() if dry_run else database.write() as session:
                    changes += clean_stored(
                        session,
                        datetime.now(UTC),
                        ids=part.ids,
                        newest=part.newest,
                        known=known,
                        keep=_kept(settings),
                        again=again,
                        dry_run=dry_run,
                        looked_at=looked_at,
                    )
    return changes


def _learned(database: "Database", source_id: int, *, dry_run: bool) -> "dict[int, Learned]":
    """What a source repeats, learned now; a dry run does not keep it."""
    from pipelines.source_cleaning import learn_source

    with database.write() as session:
        learned = learn_source(session, source_id, datetime.now(UTC))
        if dry_run:
            session.rollback()
    return {source_id: learned}


def _kept(settings: "CleaningConfig") -> frozenset[str]:
    """The rules whose lines stay by the settings."""
    from pipelines.learned import LEARNED_BLOCK, LEARNED_LINE

    return frozenset(settings.keep) | (frozenset() if settings.learn else {LEARNED_LINE, LEARNED_BLOCK})


def _stored(session: "Session", name: str) -> "StoredArticle":
    from storage.stored import StoredArticle

    found = known_article(session, name)
    if not isinstance(found, StoredArticle):
        raise CommandFailed(f"{found.url} gave no article; `copydesk show {found.url}` tells why")
    return found


def _told(changes: "Sequence[Recleaned]", *, dry_run: bool) -> str:
    if not changes:
        return "nothing would change" if dry_run else "nothing changed"
    gone = counted(sum(len(change.removed) for change in changes), "line")
    back = counted(sum(len(change.restored) for change in changes), "line")
    would = "would change" if dry_run else "changed"
    return f"{counted(len(changes), 'article')} {would}: {gone} taken out, {back} put back"
