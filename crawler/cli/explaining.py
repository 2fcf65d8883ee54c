"""The command that tells all of one address: `copydesk explain`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.names import is_address, spellings_of
from crawler.cli.terminal import show_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.explain import Facts


def explain(
    context: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="ID|URL", help="An article's number, or any address.", show_default=False)
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="List every visit, not only the last 20.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Show each line that was taken out, whole, and every copy.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object, with all there is.")] = False,
) -> None:
    """Tell all that is known of one address.

    Where and when it was found, what robots.txt says, each visit, the verdict on the page, its date and what
    else was to choose from, what was taken out by which rule, what it is a copy of, each edit; when it is
    fetched next, and why then. Of an address that was never met, it tells which sources might find it, and
    whether it would be fetched; the exit status is 1 then.

    \b
    Examples:
      copydesk explain https://paper.example/2024/05/harbour
      copydesk explain 17 --full --all
      copydesk explain paper.example/feed --json | jq .robots
    """
    from crawler.cli.explained import show
    from crawler.cli.explained_json import as_object
    from crawler.explain.explanation import explain as judge

    invocation: Invocation = context.obj
    now = datetime.now(UTC)
    config = invocation.config()
    with invocation.open_existing() as database, database.read() as session:
        facts, url = _facts(session, address, all_visits=everything or as_json)
        explanation = judge(session, facts, url, config, now)
    if as_json:
        show_json(as_object(explanation))
    else:
        show(explanation, full=full)
    if not facts.is_known:
        raise typer.Exit(1)


def _facts(session: "Session", asked: str, *, all_visits: bool) -> "tuple[Facts, str]":
    """What is kept, and the canonical form of the address. Raises WrongUsage and CommandFailed."""
    from pipelines.metadata.canonical import canonical_url
    from storage.explain import facts_of

    name = asked.strip()
    number = name.removeprefix("#")
    if number.isdecimal():
        facts = facts_of(session, number, all_visits=all_visits)
        if facts.article is None:
            raise CommandFailed(
                f"no article {asked} in the archive; `copydesk search` finds articles by words"
            )
        return facts, facts.article.canonical_url
    if not is_address(name):
        raise WrongUsage(f"{asked} is neither the number of an article nor an address")
    spellings = list(spellings_of(name))
    url = next(filter(None, map(canonical_url, spellings)), None)
    if url is None:
        raise WrongUsage(f"{asked} is no address that copydesk can fetch")
    facts = facts_of(session, *spellings, *_nearly(url), all_visits=all_visits)
    return facts, url if facts.is_known or "://" in name else _as_at_home(session, url)


def _as_at_home(session: "Session", url: str) -> str:
    """An address that came without a scheme, written as its source's home is; as it is where none is."""
    from storage.sources import source_of_host

    parts = urlsplit(url)
    source = source_of_host(session, parts.netloc)
    home = urlsplit(source.url) if source else parts
    return parts._replace(scheme=home.scheme, netloc=home.netloc).geturl()


def _nearly(url: str) -> list[str]:
    """What a person may mean by `url`: with the other scheme, with or without "www." or a last "/"."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    bare = host.removeprefix("www.")
    paths = [path] if "?" in path else [path, path.removesuffix("/") if path.endswith("/") else f"{path}/"]
    forms = (
        f"{one}://{www}{bare}{slash}{end}"
        for end in paths
        for www in dict.fromkeys((host.removesuffix(bare), "", "www."))
        for one in dict.fromkeys((scheme, "https", "http"))
    )
    return [form for form in forms if form != url]
