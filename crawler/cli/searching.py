"""The command that finds articles: search."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from crawler.cli.invocation import Invocation
from crawler.cli.selection import (
    AuthorOption,
    LanguageOption,
    RightsOption,
    SinceOption,
    SourceOption,
    UntilOption,
    article_filter,
)
from crawler.cli.terminal import note, show_json


class Order(StrEnum):
    """How hits are put in order."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class SearchCommand(TyperCommand):
    """Takes -storm for what it is in a query, and not for the options -s, -t, -o, -r and -m."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line: a word behind one stroke is part of the query, where it is no option."""
        known = {name for param in self.get_params(ctx) for name in param.opts}
        left_out = [word.startswith("-") and not word.startswith("--") and len(word) > 1 for word in args]
        return super().parse_args(
            ctx,
            [
                f" {word}" if out and word not in known else word
                for word, out in zip(args, left_out, strict=True)
            ],
        )


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="QUERY", help="What to look for.")],
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    lang: LanguageOption = None,
    author: AuthorOption = None,
    without_reservations: RightsOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Most articles shown.")] = 10,
    sort: Annotated[Order, typer.Option(help="What comes first.")] = Order.RELEVANCE,
    all_copies: Annotated[
        bool,
        typer.Option(
            "--all-copies/--one-per-story",
            help="Show a story in every place it stands, or once (the default).",
        ),
    ] = False,
    duplicates: Annotated[bool, typer.Option("--duplicates", hidden=True)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON list.")] = False,
) -> None:
    """Find articles. The best come first, each with the passage that matches.

    \b
    harbour wall          both words, in any order; case and accents do not count
    "harbour wall"        a phrase
    harbour OR pier       one of them; brackets group: (harbour OR pier) storm
    storm -football       not this one
    harb*                 words that begin so
    title:storm  author:"Maeve Tolland"  source:"Harbour Gazette"  lang:en  kind:video
    after:2024-05-06  before:2024-05  after:7d
                          that day or later; earlier than that month; the last seven days
    選挙                  any two letters or more of Chinese, Japanese, Korean and Thai

    \b
    Examples:
      copydesk search harbour storm -football
      copydesk search '"harbour wall" OR title:breakwater' --since 7d --sort newest
      copydesk search 'election author:"Maeve Tolland"' --source "Harbour Gazette" --limit 50 --json
    """
    from crawler.cli.articles import hit_as_json, show_hits
    from storage.search.hits import search as find

    invocation: Invocation = context.obj
    query, now = " ".join(words).strip(), datetime.now(UTC)
    copies = all_copies or duplicates
    with invocation.open_existing() as database, database.read() as session:
        wanted = article_filter(session, source, since, until, lang, author, without_reservations)
        hits = find(session, query, wanted, limit, sort.value, now=now, all_copies=copies)
    if as_json:
        show_json([hit_as_json(hit) for hit in hits])
    elif hits:
        show_hits(hits)
    else:
        note(f"nothing found for {query}")
