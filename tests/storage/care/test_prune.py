"""Articles are let go: all of them and nothing else; groups stay groups, and pages stay read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import func, select, text

from pipelines.article import Article as Story
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.likeness import compare
from storage.archive import Archive
from storage.articles import Filed, file_article
from storage.candidates import Candidate, add_pages
from storage.care.check import check_archive
from storage.care.finding import Weight
from storage.care.prune import Pruning, plan_pruning, prune
from storage.changes import changes_since, cursor_now
from storage.filters import ArticleFilter
from storage.frontier import ask_for_page, due_pages
from storage.models import Article, ArticleState, Band, Change, Page, PageState, Revision
from storage.session import Database
from storage.stored import find_article

Fill = Callable[[Database], None]


def let_go(database: Database, wanted: ArticleFilter) -> int:
    return prune(database, wanted, compare, lambda: datetime(2026, 3, 4, tzinfo=UTC), lambda count: None)


def test_what_is_older_goes_with_all_that_is_its_own(database: Database, fill: Fill, now: datetime) -> None:
    fill(database)
    wanted = ArticleFilter(until=now - timedelta(days=150))  # stories and copies 2 to 5
    with database.read() as session:
        before = cursor_now(session)
        plan = plan_pruning(session, wanted)
        size = sum(
            len(one.encode())
            for model in (Article, Revision)
            for number, one in session.execute(
                select(Article.id if model is Article else Revision.article_id, model.text)
            )
            if number > 4
        )
    assert plan == Pruning(articles=8, copies=4, handed_on=0, revisions=0, changes=8, bytes=size)
    assert let_go(database, wanted) == 8
    with database.read() as session:
        assert session.scalars(select(Article.id).order_by(Article.id)).all() == [1, 2, 3, 4]
        for model in (Revision, Change, Band):
            assert session.scalar(select(func.count()).where(model.article_id > 4)) == 0
        assert session.scalar(select(func.count()).select_from(Revision)) == 3
        assert Archive(database).search("слово3x7") == []
        assert cursor_now(session) == before
        assert plan_pruning(session, wanted).articles == 0
    checked = check_archive(
        database.engine.url.render_as_string(hide_password=False),
        fingerprint,
        lambda h: True,
        lambda step: None,
    )
    assert [found for found in checked.findings if found.weight is not Weight.NOTE] == []
    assert let_go(database, wanted) == 0


def test_their_pages_are_not_fetched_again_though_seeds_name_them(
    database: Database, fill: Fill, now: datetime
) -> None:
    fill(database)
    url, later = "https://gazette.example/story5", now + timedelta(days=99)
    let_go(database, ArticleFilter(until=now - timedelta(days=150)))
    with database.write() as session:
        page = session.scalars(select(Page).where(Page.url == url)).one()
        assert (page.state, page.article_id, page.due_at, page.etag) == (PageState.STORED, None, None, None)
        told = Candidate(url=url, title="Another title", modified_at=later)
        found = add_pages(session, page.source_id, page.seed_id, [told], later)
        assert (found.new, found.updated) == (0, 0)
        assert url not in [due.url for due in due_pages(session, 1, later, 99)]
        ask_for_page(session, url, None, later)  # but whoever wants it, gets it
        assert url in [due.url for due in due_pages(session, 1, later, 99)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_source_or_a_language_alone_goes(
    database: Database, fill: Fill, file: Callable[..., object], article: Callable[..., Story]
) -> None:
    fill(database)
    file(article("elsewhere", language="de-AT"), 2)
    assert let_go(database, ArticleFilter(source="Other", language="uk")) == 0
    assert let_go(database, ArticleFilter(source="Other")) == 1
    assert let_go(database, ArticleFilter(language="uk")) == 12


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_earliest_copy_takes_the_place_of_the_first(
    database: Database, article: Callable[..., Story], prose: Callable[..., str], now: datetime
) -> None:
    words = prose(1, 1000).split()
    texts = {
        "root": " ".join(words),
        "late": " ".join(words[550:]),
        "early": " ".join([*words[550:], "more"]),
        "far": " ".join(words[:450]),
    }
    days = {"root": 400, "late": 10, "early": 20, "far": 15}
    with database.write() as session:
        ids = {
            name: file_article(
                session,
                None,
                article(name, text, published_at=now - timedelta(days=days[name])),
                now,
                resemblance,
                compare=compare,
            ).article_id
            for name, text in texts.items()
        }
        of_root = select(Article.id).where(Article.duplicate_of == ids["root"])
        assert set(session.scalars(of_root)) == {ids["late"], ids["early"], ids["far"]}
        plan = plan_pruning(session, ArticleFilter(until=now - timedelta(days=365)))
    assert (plan.articles, plan.handed_on) == (1, 3)
    let_go(database, ArticleFilter(until=now - timedelta(days=365)))
    with database.read() as session:
        found = {name: find_article(session, number) for name, number in ids.items()}
        roots = {name: one.duplicate_of for name, one in found.items() if one is not None}
        shares = {name: one.similarity for name, one in found.items() if one is not None}
    # What was cut from the root, and shares nothing with its successor, stands alone.
    assert roots == {"late": ids["early"], "early": None, "far": None}
    assert shares == {"late": 1.0, "early": None, "far": None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_stopped_in_between_what_is_gone_is_gone_and_the_rest_is_whole(
    database: Database, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setattr("storage.care.prune.BATCH", 5)

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(database, ArticleFilter(language="uk"), compare, lambda: datetime(2026, 3, 4, tzinfo=UTC), stop)
    with database.write() as session:
        assert session.scalars(select(Article.id).order_by(Article.id)).all() == list(range(6, 13))
        assert session.scalar(select(Article.duplicate_of).where(Article.id == 6)) is None
        assert session.scalar(text("SELECT count(*) FROM pages WHERE reason = 'pruned'")) == 5
        assert [change.article_id for change in changes_since(session, limit=1)] == [6]
    assert let_go(database, ArticleFilter(language="uk")) == 7


def test_what_stays_is_written_at_the_time_of_its_own_transaction(
    database: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    prose: Callable[..., str],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An export as of a moment between the first transaction and the last must not change."""
    monkeypatch.setattr("storage.care.prune.BATCH", 1)
    file(article("a", language="en"))
    file(article("b", prose(1), language="en", published_at=now))
    file(article("c", prose(1), language="uk"))
    hours = count(1)
    wanted = ArticleFilter(language="en")
    assert prune(database, wanted, compare, lambda: now + next(hours) * timedelta(hours=1), lambda n: None)
    with database.read() as session:
        assert session.scalars(select(ArticleState.until)).all() == [now + timedelta(hours=2)]
