"""`copydesk reread`: how many articles the extractor is to read again, and what is said of the others."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from marrow import lessons_of, page_of, read_html
from sqlalchemy import select, update

from pipelines.source_templates import learn_now, note_lessons
from storage.candidates import Candidate, add_pages
from storage.models import Article, Page, PageState
from storage.session import open_database

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def paged(archive: Path, file_story: Callable[..., int]) -> Path:
    """Template 1 has read the article 5, and 2, whose page is gone; there are templates in use."""
    number = file_story(
        30,
        "Read 30",
        "A paragraph that the template has kept, of the harbour.\nAnd one more of the bridge.",
        read_by="template",
        template=1,
        template_version=1,
    )
    assert number == 5
    with open_database(str(archive)) as database:
        with database.write() as session:
            url = session.scalars(select(Article.canonical_url).where(Article.id == number)).one()
            add_pages(session, 1, None, [Candidate(url=url)], NOW)
            session.execute(update(Page).values(article_id=number, state=PageState.STORED, due_at=None))
            session.execute(update(Article).where(Article.id == 2).values(template=1, template_version=1))
            note_lessons(session, 1, lessons_of([read_html(page_of(n)) for n in range(6)]), NOW)
        learn_now(database, 1, NOW)
    return archive


def read_by(archive: Path) -> str | None:
    with open_database(str(archive)) as database, database.read() as session:
        return session.scalars(select(Article.read_by).where(Article.id == 5)).one()


def test_what_a_template_has_read_is_counted_first(paged: Path, copydesk) -> None:
    assert copydesk("reread", "The Paper", "--template", "1", "--dry-run") == 0
    assert copydesk.out == "The Paper: 1 article would be read again by the extractor\n"
    assert "1 article cannot be: the page is gone, or gives no article any more; `cop" in copydesk.err
    assert read_by(paged) == "template"


def test_it_is_read_again_when_its_page_is_fetched(paged: Path, copydesk) -> None:
    assert copydesk("reread", "The Paper", "--template", "2") == 0
    assert copydesk.out == "The Paper: 0 articles will be read again by the extractor\n"
    assert copydesk.err == ""
    assert copydesk("reread", "The Paper") == 0
    said = "The Paper: 1 article will be read again by the extractor, when the next crawls fetch the pages\n"
    assert copydesk.out == said
    assert "its templates stay in use" in copydesk.err
    assert read_by(paged) is None
    assert copydesk("show", "5", "--removed") == 0
    assert "template 1, version 1; a crawl is to have the extractor read it again" in copydesk.out


def test_templates_that_are_off_are_not_in_use(paged: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--off") == 0
    assert copydesk("reread", "The Paper") == 0
    assert "stay in use" not in copydesk.err


def test_json_tells_the_same(paged: Path, copydesk) -> None:
    assert copydesk("reread", "The Paper", "--template", "1", "--template-version", "1", "--json") == 0
    assert json.loads(copydesk.out) == {"articles": 1, "left": 1, "dry_run": False}


def test_a_version_is_that_of_one_template(paged: Path, copydesk) -> None:
    assert copydesk("reread", "The Paper", "--template-version", "1") == 2
    assert "goes with --template" in copydesk.err
