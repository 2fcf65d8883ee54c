"""The command that learns how a source's pages are made, and tells what is known of that."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.names import known_article, known_source
from crawler.cli.terminal import counted, note, say, show_json, show_whole
from crawler.cli.times import shown_time
from crawler.cli.whole_file import whole_file

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipelines.source_templates import KnownTemplates
    from storage.stored import StoredArticle

_REASONS = 4
_LINES = 5
"""Examples of lines that are left out."""
_LONGEST = 90


def learn(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its name, or its address.")],
    show: Annotated[bool, typer.Option("--show", help="Only tell what is known.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget how its pages are made.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Have the extractor read all its pages.")] = False,
    on: Annotated[bool, typer.Option("--on", help="Take --off back.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a page of it: an article, each block marked by its verdict; - for stdout.",
        ),
    ] = None,
    article: Annotated[
        str | None,
        typer.Option(
            metavar="ID|URL", help="With --html: this article, and not the newest that a template read."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Learn how the pages of a source are made, and tell it in words.

    Each crawl does so by itself: from five articles on, pages that are made like those before are read by
    what was learned, several times as fast, and checked. Nothing is fetched here: it is learned from what the
    crawls have kept. docs/templates.md tells how, and what to do where a site is read badly.

    A source that was read badly: --off or --reset is for its next pages, `copydesk reread` for the articles
    that are stored.

    \b
    Examples:
      copydesk learn "Harbour Gazette" --show
      copydesk learn "Harbour Gazette" --html body.html --article 17
      copydesk learn gazette.example --reset
    """
    from pipelines.source_templates import forget, known_templates, learn_now, switch
    from storage.templates import samples_of

    if sum((show, reset, off, on)) > 1:
        raise WrongUsage("one of --show, --reset, --off and --on at a time")
    if article is not None and html is None:
        raise WrongUsage("--article goes with --html FILE, which shows it")
    to_stdout = html == Path("-")
    if to_stdout and as_json:
        raise WrongUsage("--html - and --json both write to stdout: name a file")
    invocation: Invocation = context.obj
    now = datetime.now(UTC)
    with invocation.open_existing(writing=not show) as database:
        with database.read() as session:
            found = known_source(session, source)
            name, number = found.name, found.id
        if reset or off or on:
            with database.write() as session:
                forget(session, number, now) if reset else switch(session, number, now, off=off)
        elif not show:
            learn_now(database, number, now)
        with database.read() as session:
            known, samples = known_templates(session, number), len(samples_of(session, number))
            told = _as_json(name, known, samples) if as_json else {}
            page = _page(session, number, name, known, article) if html is not None else None
            removed = [] if as_json or to_stdout else _examples(session, number)
    if as_json:
        show_json(told)
    elif page is not None and to_stdout:
        show_whole(page)
    else:
        _show(known, samples, removed)
    if html is not None and page is not None and not to_stdout:
        with whole_file(html) as file:
            file.write(page)
        note(f"a page of it is in {html}")
    if reset:
        note(f"{name}: forgotten; the next crawls learn anew")
    cleaning = invocation.config().cleaning
    if not (cleaning.learn and cleaning.templates):
        note("learning is switched off in [cleaning] of the configuration: crawls use no template")


def _show(known: "KnownTemplates", samples: int, removed: list[tuple[str, str]]) -> None:
    from pipelines.templates.template import FAST_FROM
    from pipelines.templates.words import in_words

    if known.off:
        say("switched off: the extractor reads all pages (--on takes that back)")
    if known.suspended_at is not None:
        say(f"suspended since {shown_time(known.suspended_at)}: {known.suspended_why}")
        say("  the extractor reads all pages until new ones have been learned from")
    if not known.templates.templates:
        say(f"nothing is known yet; {counted(samples, 'article')} kept to learn from: it takes {FAST_FROM}")
        if samples >= FAST_FROM:
            say("  no element with a class, an id or a telling tag holds the text of several of them")
    for template in known.templates.templates:
        say(f"template {template.number}, version {template.version}, of each {template.kind}:")
        for line in in_words(template):
            say(f"  {line}")
    for line in use_lines(known):
        say(line)
    if removed:
        say("taken out of the newest articles that they read:")
        for rule, text in removed:
            say(f"  [{rule}] {text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}")


def use_lines(known: "KnownTemplates") -> list[str]:
    """What use templates were so far, a line each; none if they were not tried."""
    use = known.use
    lines = []
    if use.fast or use.refused:
        reasons = sorted(use.refused.items(), key=lambda pair: -pair[1])[:_REASONS]
        refused = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
        lines.append(
            f"{counted(use.fast, 'page')} read by them" + (f"; refused: {refused}" if refused else "")
        )
    if use.coverage is not None:
        lines.append(f"of the last {len(use.last)} pages {use.coverage:.0%} were read by them")
    if use.audits:
        shares = ", ".join(f"{share:.0%}" for share in use.audits[-_LINES:])
        lines.append(f"in the last audits they agreed with the extractor on {shares} of the words")
    return lines


def _as_json(name: str, known: "KnownTemplates", samples: int) -> dict[str, Any]:
    return {"source": name, "articles_kept": samples, **use_as_json(known), **known.templates.to_json()}


def use_as_json(known: "KnownTemplates") -> dict[str, Any]:
    """Whether templates are used, and what use they were so far."""
    return {
        "off": known.off,
        "suspended_at": known.suspended_at,
        "suspended_why": known.suspended_why,
        "learned_at": known.learned_at,
        "use": known.use.to_json() | {"coverage": known.use.coverage},
    }


def _examples(session: "Session", source_id: int) -> list[tuple[str, str]]:
    """Lines that templates took out of the newest articles, each once, with their rules."""
    from storage.stored import read_by_templates

    found = {
        (line.rule, line.text): None
        for article in read_by_templates(session, source_id, limit=_LINES)
        for line in article.removed
    }
    return list(found)[:_LINES]


def _page(session: "Session", source_id: int, name: str, known: "KnownTemplates", wanted: str | None) -> str:
    """The page of the article that is `wanted`, or of the newest that a template has read.

    Raises CommandFailed where there is none.
    """
    from crawler.cli.learning_page import page_of
    from pipelines.templates.words import in_words
    from storage.stored import read_by_templates

    newest = read_by_templates(session, source_id, limit=1) if wanted is None else []
    article = _article(session, name, wanted) if wanted is not None else next(iter(newest), None)
    if article is None:
        raise CommandFailed(f"no article of {name} was read by a template yet; `copydesk crawl` reads some")
    template = next((t for t in known.templates.templates if t.number == article.template), None)
    return page_of(name, article, list(in_words(template)) if template else [])


def _article(session: "Session", name: str, wanted: str) -> "StoredArticle":
    """Raises CommandFailed for what is no article of the source, WrongUsage for what can be none."""
    from storage.stored import StoredArticle

    found = known_article(session, wanted)
    if not isinstance(found, StoredArticle):
        raise CommandFailed(f"{found.url} gave no article; `copydesk show {found.url}` tells why")
    if found.source != name:
        raise CommandFailed(f"#{found.id} is an article of {found.source or 'no source'}, not of {name}")
    return found
