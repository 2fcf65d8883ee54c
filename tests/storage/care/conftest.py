"""An archive with something of everything in it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from pipelines.article import Article, Image, Reading, Removed
from pipelines.store import Visited, file_visits
from storage.candidates import Candidate, add_pages
from storage.insert import table_of
from storage.leases import host_lease, register, take
from storage.models import Host, Page, PageState, Seed, SeedKind, Source
from storage.runs import start_run
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_source

NAMES = [f"{kind}{number}" for number in range(6) for kind in ("story", "copy")]
"""Each story has a copy, which was filed after it, and published before."""
RHYTHM = {"hours": [0.1, 1.0, 1e16], "λ": [None, True, -5], "z": {"b": 1, "a": "\u2028"}}
Fill = Callable[[Database], None]


@pytest.fixture
def fill(article: Callable[..., Article], now: datetime) -> Fill:
    """Fills an archive: sources and seeds, articles and copies, revisions, documents, all alphabets."""

    def run(database: Database) -> None:
        with database.write() as session:
            seed = SeedDraft(url="https://gazette.example/map", kind=SeedKind.SITEMAP)
            draft = SourceDraft(name="Газета «Зоря» 新聞", url="https://gazette.example/", seeds=(seed,))
            source_id = add_source(session, draft, now).id
            session.execute(update(Source).values(rhythm=RHYTHM))
            add_source(session, SourceDraft(name="Other", url="https://other.example/"), now)
            parent = session.scalars(select(Seed.id)).one()
            session.add(
                Seed(source_id=source_id, parent_id=parent, url="https://g.example/2", kind=seed.kind)
            )
            holder = register(session, "a machine", 1, now)
            take(session, holder, [host_lease("gazette.example")], now)
            run_id = start_run(session, source_id, now, holder)
            session.execute(insert(table_of(Host)), [
                {"host": name, "robots_status": 200, "robots": b"\x00\xff\n", "robots_at": now}
                for name in ("b.example", "B.example", "_.example")
            ])  # fmt: skip
            addresses = [f"https://gazette.example/{name}" for name in NAMES]
            add_pages(session, source_id, parent, [Candidate(url=url, title="😀") for url in addresses], now)
            pages = {row.url: row.id for row in session.execute(select(Page.url, Page.id))}

            def file(stories: Sequence[Article], at: datetime) -> None:
                visits = [
                    Visited(
                        page_id=pages[story.url], source_id=source_id, run_id=run_id, at=at, status=200,
                        etag='"x"', body_hash="0" * 64, reading=Reading(article=story),
                    )
                    for story in stories
                ]  # fmt: skip
                file_visits(session, visits, lambda page, life, at: at + timedelta(days=1))

            file([_story(article, name, now) for name in NAMES], now)
            file([_story(article, name, now, "\nEdited.") for name in NAMES[:3]], now + timedelta(hours=1))
            session.add(Page(url="https://gazette.example/no", state=PageState.GONE, found_at=now))

    return run


def _story(article: Callable[..., Article], name: str, now: datetime, more: str = "") -> Article:
    number = int(name[-1])
    words = " ".join(f"слово{number}x{place} wall{number}y{place}" for place in range(80))
    published_at = now - timedelta(days=100 * number + (30 if name.startswith("copy") else 0))
    return article(
        name,
        f"Erste Zeile – {number} 港の壁\n{words}{more}",
        title="Café \u200b😀 'quoted' \\ \t",
        authors=("Ann Ó Writer", "王"),
        published_at=published_at.replace(microsecond=123456),
        tags=("tab\there", 'quote"', "\\N"),
        language="uk",
        removed=(Removed(text="LÉAS: más…", rule="see also", at=1),),
        images=(Image(url="https://gazette.example/i.jpg", caption=None, credit="©"),),
    )
