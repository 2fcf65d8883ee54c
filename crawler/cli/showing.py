"""Shows one article: the command show."""

from dataclasses import asdict
from typing import Annotated

import typer

from crawler.cli.invocation import Invocation
from crawler.cli.names import known_article
from crawler.cli.terminal import show_json


def show(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="Its number, or any address that led to it.")
    ],
    removed: Annotated[
        bool, typer.Option("--removed", help="Show what was taken out, in its place, and by which rule.")
    ] = False,
    dates: Annotated[bool, typer.Option("--dates", help="Show every date that the page names.")] = False,
    history: Annotated[
        bool, typer.Option("--revisions", help="Show every state it had, and not its text.")
    ] = False,
    copies: Annotated[
        bool, typer.Option("--copies", help="Show every place where its story stands, and not its text.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object, with all there is.")] = False,
) -> None:
    """Show one article, and what was taken out of it.

    Of an address that was seen and gave no article, it shows what became of it; the exit status is 1 then.

    \b
    Examples:
      copydesk show 17
      copydesk show https://paper.example/2024/05/harbour --removed --dates
      copydesk show 17 --copies
    """
    from crawler.cli.articles import show_article, show_page
    from storage.changes import changes_of
    from storage.stored import StoredArticle, revisions_of
    from storage.stories.listing import places_of
    from storage.stories.updates import updates_of

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.read() as session:
        found = known_article(session, article)
        if not isinstance(found, StoredArticle):
            if as_json:
                show_json(asdict(found))
            else:
                show_page(found)
            raise typer.Exit(1)
        places = places_of(session, found.id)
        versions = updates_of(session, found.id)
        revisions = revisions_of(session, found.id)
        changes = changes_of(session, found.id)
    if as_json:
        sightings = [asdict(place) for place in places if place.id != found.id]
        told = {key: value for key, value in asdict(found).items() if key != "makes"}
        states = [asdict(each) for each in revisions]
        happened = [asdict(each) for each in changes]
        told |= {"sightings": sightings, "updates": [asdict(each) for each in versions]}
        show_json({**told, "revisions": states, "changes": happened})
    elif copies:
        from crawler.cli.stories import show_places

        show_places(places, versions)
    elif history:
        from crawler.cli.differences import show_states, states_of

        show_states(states_of(found, revisions), changes, found.first_seen_at)
    else:
        elsewhere = [place for place in places if place.id != found.id]
        show_article(found, elsewhere, versions, revisions, removed=removed, dates=dates)
