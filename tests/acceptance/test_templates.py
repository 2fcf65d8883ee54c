"""A source's pages are read by what its own pages taught, from the first crawl on."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from marrow import FIRST_DAY, box, page_of, story
from sqlalchemy import select, update

from crawler.config import CleaningConfig, Config
from crawler.crawl import crawl_source
from crawler.desk import open_desk
from crawler.report import RunReport
from pipelines.article import EXTRACTOR, TEMPLATE
from pipelines.source_templates import forget, known_templates
from storage.changes import changes_since
from storage.models import Article, Page, SeedKind
from storage.rereading import ReadBy, read_again
from storage.revisions import content_hash
from storage.seeds import SeedDraft
from storage.session import Database
from storage.sources import SourceDraft, add_source
from storage.stored import StoredArticle, articles
from storage.templates import MOST_SAMPLES, samples_of


@dataclass(slots=True)
class Paper:
    """The site of tests/marrow.py, served on loopback."""

    stories: int = 30
    layout: str = "story-body"
    changed: dict[int, str] = field(default_factory=dict)
    """Pages served otherwise than they are made."""
    home: str = ""

    def answer(self, path: str) -> tuple[str, str] | None:
        if path == "/feed":
            return "application/rss+xml", self._feed()
        if found := re.fullmatch(r"/2026/story-(\d+)", path):
            number = int(found[1])
            return "text/html; charset=utf-8", self.changed.get(number) or self.page(number)
        return None

    def page(self, number: int) -> str:
        return page_of(number, body=self.layout, inside=box(number))

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>Report {n}</title><link>{self.home}/2026/story-{n}</link>"
            f"<pubDate>{FIRST_DAY + timedelta(days=n):%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
            for n in range(self.stories)
        )
        return f'<rss version="2.0"><channel><title>The Marrow</title>{items}</channel></rss>'


@pytest.fixture
def paper() -> Iterator[Paper]:
    paper = Paper()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = paper.answer(self.path)
            self.send_response(200 if answer else 404)
            kind, body = answer or ("text/plain", "")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        paper.home = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield paper
        server.shutdown()


@pytest.fixture
def source(database: Database, paper: Paper) -> int:
    seeds = (SeedDraft(url=f"{paper.home}/feed", kind=SeedKind.FEED),)
    with database.write() as session:
        return add_source(
            session, SourceDraft(name="The Marrow", url=f"{paper.home}/", seeds=seeds), FIRST_DAY
        ).id


async def crawl(database: Database, config: Config, source: int) -> RunReport:
    async with open_desk(config, database) as desk:
        report = await crawl_source(desk, source)
    assert report is not None
    return report


def stored(database: Database) -> dict[int, StoredArticle]:
    with database.read() as session:
        found = list(articles(session))
    return {int(article.url.rpartition("-")[2]): article for article in found}


def make_due(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Page).values(due_at=FIRST_DAY))


@pytest.fixture
def config(quick: Config, paper: Paper) -> Config:
    port = int(paper.home.rpartition(":")[2])
    return quick.model_copy(update={"crawl": quick.crawl.model_copy(update={"ports": [80, 443, port]})})


async def test_a_new_source_is_learned_while_it_is_crawled(
    database: Database, source: int, config: Config
) -> None:
    report = await crawl(database, config, source)
    found = stored(database)
    assert {number: article.text.split("\n") for number, article in found.items()} == {
        number: story(number) for number in range(30)
    }
    # Without a pause all may have been fetched before anything was learned; twenty are read again at the end,
    # and nothing has happened to them by that.
    assert sum(article.read_by == TEMPLATE for article in found.values()) >= 20
    assert report.counts.new == 30
    with database.read() as session:
        assert [change.kind for change in changes_since(session)] == ["new"] * 30
        known = known_templates(session, source)
        assert [str(template.container) for template in known.templates.templates] == ["div.story-body"]
        assert 5 <= len(samples_of(session, source)) <= MOST_SAMPLES


async def test_a_second_look_finds_edits_alone(
    database: Database, source: int, config: Config, paper: Paper
) -> None:
    await crawl(database, config, source)
    edited = story(3)
    edited[1] = edited[1].replace("The ", "Yet the ", 1)
    paper.changed[3] = page_of(3, text=edited, inside=box(3))
    paper.changed[4] = page_of(4, inside=box(4), after="<div class='weather'>Rain, 11 degrees</div>")
    make_due(database)
    report = await crawl(database, config, source)
    assert (report.counts.revised, report.counts.unchanged) == (1, 29)
    assert stored(database)[3].text.split("\n") == edited


async def test_a_new_layout_is_learned_and_loses_nothing(
    database: Database, source: int, config: Config, paper: Paper
) -> None:
    await crawl(database, config, source)
    paper.layout, paper.stories = "article-content", 60
    await crawl(database, config, source)
    found = stored(database)
    assert [found[number].text.split("\n") for number in range(30, 60)] == [story(n) for n in range(30, 60)]
    with database.read() as session:
        known = known_templates(session, source)
    assert known.suspended_at is None
    paper.stories = 70
    report = await crawl(database, config, source)
    assert report.counts.by_template == 10


async def test_what_a_template_has_read_is_read_again_by_the_extractor(
    database: Database, source: int, config: Config, paper: Paper
) -> None:
    await crawl(database, config, source)
    read = {number: one for number, one in stored(database).items() if one.read_by == TEMPLATE}
    assert len(read) >= 20
    lose_a_line(database, [one.id for one in read.values()])
    changed = next(number for number in read if story(number)[1].startswith("The "))
    edited = story(changed)
    edited[1] = edited[1].replace("The ", "Our ", 1)
    paper.changed[changed] = page_of(changed, text=edited, inside=box(changed))
    with database.write() as session:
        forget(session, source, FIRST_DAY)
    rereading = read_again(database, ReadBy(source_id=source), FIRST_DAY)
    report = await crawl(database, config, source)
    assert report.counts.revised + report.counts.unchanged == rereading.articles == len(read)
    found = stored(database)
    assert {found[number].read_by for number in read} == {EXTRACTOR}
    assert {number: one.text.split("\n") for number, one in found.items()} == {
        number: edited if number == changed else story(number) for number in range(30)
    }
    with database.read() as session:  # that the lost lines came back is no edit
        assert [change.kind for change in changes_since(session)] == ["new"] * 30 + ["text"]
        assert known_templates(session, source).templates.templates  # those pages taught
    report = await crawl(database, config, source)
    assert report.counts.unchanged + report.counts.revised == 0  # once


async def test_templates_in_use_leave_what_is_read_again_to_the_extractor(
    database: Database, source: int, config: Config
) -> None:
    await crawl(database, config, source)
    read = [number for number, one in stored(database).items() if one.read_by == TEMPLATE]
    read_again(database, ReadBy(source_id=source), FIRST_DAY)
    await crawl(database, config, source)
    found = stored(database)
    assert {(found[number].read_by, found[number].template) for number in read} == {(EXTRACTOR, None)}


def lose_a_line(database: Database, ids: list[int]) -> None:
    """As if a template had taken it for no text."""
    with database.write() as session:
        for article in session.scalars(select(Article).where(Article.id.in_(ids))):
            article.text = article.text.partition("\n")[2]
            assert article.text
            article.content_hash = content_hash(article.title, article.standfirst, article.text)


async def test_they_can_be_switched_off(database: Database, source: int, config: Config) -> None:
    off = config.model_copy(update={"cleaning": CleaningConfig(templates=False)})
    report = await crawl(database, off, source)
    assert report.counts.by_template == 0
    assert {article.read_by for article in stored(database).values()} == {EXTRACTOR}
    with database.read() as session:
        assert samples_of(session, source) == []
