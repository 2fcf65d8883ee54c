"""The commands on stories that stand in many places: list them, take an article out of one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.failures import CommandFailed
from crawler.cli.invocation import Invocation
from crawler.cli.names import known_article
from crawler.cli.selection import LanguageOption, SinceOption, SourceOption, UntilOption, article_filter
from crawler.cli.terminal import counted, note, show_json
from crawler.cli.times import shown_time

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.stories.listing import Sighting, Story
    from storage.stories.updates import StoredUpdate


def stories(
    context: typer.Context,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    lang: LanguageOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Most stories shown.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON list.")] = False,
) -> None:
    """List the stories that are carried in most places.

    An option asks for stories of which one sighting fits; counted are all. `copydesk show ID --copies` lists
    the places of one.

    \b
    Examples:
      copydesk stories --since 7d
      copydesk stories --source "Harbour Gazette" --limit 50
      copydesk stories --lang en --json
    """
    from storage.stories.listing import stories as find

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.read() as session:
        found = find(session, article_filter(session, source, since, until, lang, None), limit)
    if as_json:
        show_json([asdict(story) for story in found])
    elif found:
        _show_stories(found)
    else:
        note("no story stands in more than one place")


def _show_stories(found: "Sequence[Story]") -> None:
    from crawler.cli.terminal import console, styled

    out = console()
    for number, story in enumerate(found):
        if number:
            out.print()
        parts = [
            f"#{story.id}",
            f"in {counted(story.places, 'place')}",
            f"of {counted(story.sources, 'source')}" if story.sources else "",
            story.agency or "",
            story.language or "",
            f"seen {shown_time(story.first_seen_at)} to {shown_time(story.last_seen_at)}",
        ]
        published = f", {shown_time(story.first_published_at)}" if story.first_published_at else ""
        out.print(styled(story.title or "(no title)", "bold"))
        out.print(styled(" · ".join(filter(None, parts))), soft_wrap=True)
        out.print(styled(f"first in {story.source or story.url}{published}", "dim"), soft_wrap=True)


def split(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="Its number, or any address that led to it.")
    ],
    undo: Annotated[
        bool, typer.Option("--undo", help="Put it back into the story it was taken out of.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Take an article out of its story, for good.

    It is not put back when it is fetched or cleaned again. If it was the original, the others go on under the
    next one. `copydesk show ID --copies` lists what is in a story.

    \b
    Examples:
      copydesk split 17
      copydesk split https://paper.example/2024/05/harbour
      copydesk split 17 --undo
    """
    invocation: Invocation = context.obj
    with invocation.open_existing(writing=True) as database, database.write() as session:
        number = _stored(session, article)
        told = _undo(session, number) if undo else _split(session, number)
    if as_json:
        show_json(told)
    elif undo:
        note(
            f"#{number} is in one story with #{told['original']} again"
            if told["original"] != number
            else f"#{number} is the original of its story again"
        )
    else:
        others = counted(len(told["others"]), "other sighting")
        note(f"#{number} is a story of its own; {others} under #{told['original']}")


def _stored(session: "Session", asked: str) -> int:
    from storage.stored import StoredArticle

    found = known_article(session, asked)
    if not isinstance(found, StoredArticle):
        raise CommandFailed(f"{asked} gave no article; `copydesk show` tells what became of it")
    return found.id


def _split(session: "Session", number: int) -> dict[str, Any]:
    from pipelines.likeness import compare
    from storage.stories.splitting import split as take_out

    parted = take_out(session, number, datetime.now(UTC), compare)
    if parted is None:
        raise CommandFailed(
            f"#{number} stands in one place only; `copydesk stories` lists what stands in more"
        )
    return {"id": number, "original": parted.original, "others": list(parted.others)}


def _undo(session: "Session", number: int) -> dict[str, Any]:
    from pipelines.likeness import compare
    from storage.stories.splitting import unsplit

    original = unsplit(session, number, datetime.now(UTC), compare)
    if original is None:
        raise CommandFailed(f"#{number} was not taken out of a story, or nothing is left of that")
    return {"id": number, "original": original}


def show_places(places: "Sequence[Sighting]", versions: "Sequence[StoredUpdate]") -> None:
    """Each place of a story: which is the original and why, and how much of the text each shares with it."""
    from crawler.cli.terminal import show_table

    rows = []
    for place in places:
        share, carried = (
            ("original", "") if place.is_original else (_percent(place.similarity), _percent(place.coverage))
        )
        rows.append(
            (
                f"#{place.id}",
                place.source or "",
                _day(place),
                shown_time(place.first_seen_at),
                place.credit or "",
                share,
                carried,
                place.title,
                place.url,
            )
        )
    columns = ["id", "source", "published", "first seen", "credit", "from it", "of it", "headline", "address"]
    show_table(columns, rows)
    note(why_original(places))
    for version in versions:
        note(f"{'told anew in' if version.is_later else 'an update of'} #{version.id}: {version.title}")


def why_original(places: "Sequence[Sighting]") -> str:
    """Why the first of a story's places counts as its original."""
    first = places[0]
    if len(places) == 1:
        return f"#{first.id} stands in one place only"
    dates = [place.published_at for place in places if place.published_at is not None]
    is_earliest = first.published_at is not None and first.published_at <= min(dates)
    reason = "the earliest published" if is_earliest else "the first that was filed"
    return (
        f"#{first.id} is the original: {reason}. “from it”: how much of a copy stands in the original; "
        "“of it”: how much of the original a copy has"
    )


def _day(place: "Sighting") -> str:
    if place.published_at is None:
        return ""
    if place.date_precision == "day":
        return place.published_at.strftime("%Y-%m-%d")
    return shown_time(place.published_at)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
