"""From a front page to a searchable archive: the whole sample press, crawled and compared with the truth."""

import asyncio
import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from crawler.config import Config
from crawler.crawl import crawl_sources
from crawler.desk import open_desk
from crawler.report import RunReport
from newsite.ledger import HostTally
from newsite.press import Press, running_press
from newsite.publisher import PressArticle, Publisher
from storage.models import Article, Page, PageState, Revision, RunState
from storage.session import open_database
from storage.sources import SourceDraft, add_source, list_sources

UNLEARNED = {("radio-ansty.example", "You can hear the news on Radio Ansty every hour, on the hour.")}
"""House lines that stay: prose made like the article's, in a source of six stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What one crawl of all publishers left behind."""

    reports: list[RunReport]
    truth: list[PressArticle]
    pages: dict[str, Page]
    articles: dict[str, Article]
    """By the address of each page that leads to it."""
    revised: set[int]
    """The articles that have an earlier state."""
    seen: dict[str, HostTally]

    @property
    def wanted(self) -> list[PressArticle]:
        return [truth for truth in self.truth if truth.rejection is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawls:
    publishers: Sequence[Publisher]
    first: Crawl
    again: Crawl
    """Nothing had changed."""
    next_edition: Crawl


@pytest.fixture(scope="module")
def crawls(lasting_database_url: str, quick: Config) -> Iterator[Crawls]:
    with running_press() as press, pytest.MonkeyPatch.context() as environment:
        environment.setenv("http_proxy", press.proxy_url)
        first = asyncio.run(crawl(lasting_database_url, press, quick))
        again = asyncio.run(crawl(lasting_database_url, press, quick))
        press.publish(2)
        next_edition = asyncio.run(crawl(lasting_database_url, press, quick))
        yield Crawls(publishers=press.publishers, first=first, again=again, next_edition=next_edition)


async def crawl(database_url: str, press: Press, config: Config) -> Crawl:
    """Crawl every publisher; each becomes a source the first time."""
    press.forget()
    with open_database(database_url) as database:
        async with open_desk(config, database) as desk:
            reports = await crawl_sources(desk, await desk.archive.write(lambda s: source_ids(s, press)))
        with database.read() as session:
            return Crawl(
                reports=reports,
                truth=press.articles,
                pages={page.url: page for page in session.scalars(select(Page))},
                articles=articles(session),
                revised=set(session.scalars(select(Revision.article_id))),
                seen=copy.deepcopy(press.stats),
            )


def source_ids(session: Session, press: Press) -> list[int]:
    if not list_sources(session):
        for publisher in press.publishers:
            draft = SourceDraft(name=publisher.host, url=f"http://{publisher.host}/")
            add_source(session, draft, datetime.now(UTC))
    return [source.id for source in list_sources(session)]


def articles(session: Session) -> dict[str, Article]:
    query = select(Page.url, Article).join(Article, Page.article_id == Article.id)
    return {row.url: row.Article for row in session.execute(query.options(undefer(Article.removed)))}


def house_lines(crawls: Crawls) -> set[tuple[str, str]]:
    """What a paper prints under most of its stories: no phrase gives it away, only that it is repeated."""
    found: set[tuple[str, str]] = set()
    for publisher in crawls.publishers:
        own = [article for article in crawls.first.truth if article.host == publisher.host]
        counted = Counter(line for article in own for line in set(article.forbidden))
        found |= {(publisher.host, line) for line, count in counted.items() if count > len(own) / 2}
    return found


def redirects(crawls: Crawls) -> set[str]:
    return {
        f"http://{publisher.host}{stray.path}"
        for publisher in crawls.publishers
        for stray in publisher.strays
        if stray.expected == "redirect"
    }


def test_every_article_is_stored_once_and_whole(crawls: Crawls) -> None:
    first = crawls.first
    assert [truth.url for truth in first.wanted if truth.url not in first.articles] == []
    lost = [(t.url, p) for t in first.wanted for p in t.paragraphs if p not in first.articles[t.url].text]
    assert lost == []
    assert len({first.articles[truth.url].id for truth in first.wanted}) == len(first.wanted)
    assert {report.state for report in first.reports} == {RunState.DONE}


def test_a_run_counts_what_it_asked_for(crawls: Crawls) -> None:
    first, again = ([report.counts for report in crawl.reports] for crawl in (crawls.first, crawls.again))
    for counts in first:
        read = counts.new + counts.duplicate + counts.revised + counts.unchanged + counts.rejected.total()
        assert counts.fetched >= read - counts.rejected["robots.txt"] > 0
        assert counts.seeds_fetched > 0
        assert counts.bytes > 500 * counts.fetched
    assert sum(counts.fetched for counts in again) == 0
    assert sum(counts.seeds_not_modified for counts in again) > 0


def test_see_also_lines_are_taken_out_and_kept_with_their_rule(crawls: Crawls) -> None:
    first = crawls.first
    left = [
        (truth.url, line)
        for truth in first.wanted
        for line in truth.forbidden
        if line in first.articles[truth.url].text and (truth.host, line) not in UNLEARNED
    ]
    assert left == []
    removed = [row for article in first.articles.values() for row in article.removed]
    assert any(row["text"].startswith("See also") for row in removed)
    assert all(row["rule"] for row in removed)


def test_house_lines_are_learned_and_gone_from_the_first_article_to_the_last(crawls: Crawls) -> None:
    first, learned = crawls.first, Counter[tuple[str, str]]()
    for truth in first.wanted:
        for row in first.articles[truth.url].removed:
            learned[truth.host, row["text"]] += row["rule"].startswith("learned")
    of_the_house = {line for line, count in learned.items() if count and line in house_lines(crawls)}
    assert {host for host, _ in of_the_house} >= {"radio-ansty.example", "www.obertal-anzeiger.example"}
    texts = [(truth.host, first.articles[truth.url].text) for truth in first.wanted]
    assert [
        (at, line) for host, line in of_the_house for at, text in texts if at == host and line in text
    ] == []
    # none was known when the first articles were filed: they were cleaned when the run had learned enough
    assert sum(report.counts.cleaned_afterwards for report in first.reports) > 0


def test_cleaning_afterwards_makes_no_revision_and_a_later_crawl_finds_nothing_to_clean(
    crawls: Crawls,
) -> None:
    assert crawls.first.revised == set()
    assert all(report.counts.cleaned_afterwards == 0 for report in crawls.again.reports)
    assert crawls.again.revised == set()


def test_what_is_no_article_is_rejected_for_the_right_reason(crawls: Crawls) -> None:
    pages = crawls.first.pages
    expected = {truth.url: truth.rejection for truth in crawls.first.truth if truth.rejection}
    spelled = {"404": "http 404", "410": "http 410", "robots": "robots.txt"}
    for publisher in crawls.publishers:
        for stray in publisher.strays:
            if stray.expected != "redirect":
                expected[f"http://{publisher.host}{stray.path}"] = spelled.get(stray.expected, stray.expected)
    met = {url: reason for url, reason in expected.items() if url in pages}
    assert {url: (pages[url].reason or "").split(":")[0] for url in met} == met
    assert len(met) > 8


def test_nothing_else_is_stored(crawls: Crawls) -> None:
    wanted = {truth.url for truth in crawls.first.wanted}
    stored = {url for url, page in crawls.first.pages.items() if page.state is PageState.STORED}
    assert stored - wanted == redirects(crawls)


def test_metadata_is_as_the_publishers_say(crawls: Crawls) -> None:
    for truth in crawls.first.wanted:
        article = crawls.first.articles[truth.url]
        assert article.published_at is not None, truth.url
        if truth.precision == "minute":
            assert article.published_at == truth.published_at, truth.url
            offset = truth.published_at.utcoffset()
            if article.date_from != "feed":  # feeds say times in UTC
                assert timedelta(minutes=article.published_offset or 0) == offset, truth.url
        else:
            assert article.published_at.date() == truth.published_at.date(), truth.url
        assert article.language == truth.language, truth.url
        assert truth.title in article.title, truth.url


def test_a_story_on_several_sites_is_one_with_duplicates(crawls: Crawls) -> None:
    roots: dict[str, set[int]] = {}
    for truth in crawls.first.wanted:
        article = crawls.first.articles[truth.url]
        if truth.group:
            roots.setdefault(truth.group, set()).add(article.duplicate_of or article.id)
        else:
            assert article.duplicate_of is None, truth.url
    assert len(roots) >= 3
    assert all(len(found) == 1 for found in roots.values())


def test_the_crawler_has_manners(crawls: Crawls) -> None:
    for host, seen in crawls.first.seen.items():
        assert seen.max_active == 1, host
        assert seen.robots_violations == 0, host
        assert all(agent.startswith("copydesk/") for agent in seen.user_agents), host
        # A redirect may lead to a page that was fetched by itself; nothing else is asked for twice.
        twice = [path for path, count in seen.paths.items() if count > 1]
        assert len(twice) <= sum(1 for url in redirects(crawls) if host in url), host


def test_a_second_crawl_costs_nearly_nothing(crawls: Crawls) -> None:
    def requests(crawl: Crawl) -> int:
        return sum(seen.requests for seen in crawl.seen.values())

    assert requests(crawls.again) < requests(crawls.first) / 5
    assert all(report.counts.new + report.counts.revised == 0 for report in crawls.again.reports)


def test_what_changed_is_a_revision_and_what_is_new_is_new(crawls: Crawls) -> None:
    before = {truth.url: (truth.title, truth.paragraphs) for truth in crawls.first.wanted}
    after = {truth.url: (truth.title, truth.paragraphs) for truth in crawls.next_edition.wanted}
    changed = {url for url, shown in before.items() if after[url] != shown}
    assert changed
    found = crawls.next_edition
    assert found.revised == {found.articles[url].id for url in changed}
    assert all(paragraph in found.articles[url].text for url in changed for paragraph in after[url][1])
    new = after.keys() - before.keys()
    assert sum(report.counts.new for report in found.reports) == len(new) > 0
