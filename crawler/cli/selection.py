"""The options by which commands choose articles."""

from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.failures import WrongUsage
from crawler.cli.names import known_source
from crawler.cli.times import read_time

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.filters import ArticleFilter


def _language(code: str | None) -> str | None:
    if code is None:
        return None
    from storage.search.fields import checked_language

    try:
        return checked_language(code)
    except ValueError as error:
        raise WrongUsage(f"--lang {code}: {error}") from None


_MOST = 1_000_000_000


def within_reach(number: int | None) -> int | None:
    """A number of articles as an engine can take it: an option's callback."""
    return None if number is None else min(number, _MOST)


SourceOption = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this source.")]
SinceOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Published then or later: 2024-05-06, 2024-05, 36h, 7d, 2w (ago)."),
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="Published before its end; a time without a zone is UTC.")
]
LanguageOption = Annotated[
    str | None,
    typer.Option("--lang", metavar="CODE", help="Only in this language: en, pt.", callback=_language),
]
AuthorOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only by this author: any words of the name.")
]

RightsOption = Annotated[
    str | None,
    typer.Option(
        "--without-reservations",
        metavar="NAMES",
        help='Only where none of these rights is known to be reserved: "all", or "noai,robots".',
    ),
]


def article_filter(
    session: "Session",
    source: str | None,
    since: str | None,
    until: str | None,
    language: str | None,
    author: str | None,
    without_reservations: str | None = None,
) -> "ArticleFilter":
    """What the options ask for. Raises WrongUsage for a source we do not have and for what is no time."""
    from datetime import UTC, datetime

    from storage.filters import ArticleFilter

    now = datetime.now(UTC)
    return ArticleFilter(
        source=known_source(session, source).name if source is not None else None,
        since=read_time(since, now) if since is not None else None,
        until=read_time(until, now, end=True) if until is not None else None,
        language=language,
        author=author,
        without_reservations=_reservations(without_reservations),
    )


def _reservations(listed: str | None) -> tuple[str, ...]:
    """The names of reservations in a list. Raises WrongUsage for one that means none."""
    names = tuple(names_in(listed))
    if not names:
        return ()
    from crawler.rights import no_reservation

    for name in names:
        if why := no_reservation(name):
            raise WrongUsage(f"--without-reservations: {name!r} {why}")
    return names


def names_in(listed: str | None) -> list[str]:
    """The names in a list with commas."""
    return [name.strip() for name in (listed or "").split(",") if name.strip()]
