"""The templates of a source: used, suspended where they fail, taken up again, learned anew by other code."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from marrow import box, lessons_of, page_of, read_html, story

from pipelines.article import Reading, Rejection
from pipelines.source_templates import (
    KnownTemplates,
    forget,
    keep_relearned,
    known_templates,
    learn_from,
    learn_now,
    note_lessons,
    switch,
)
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import CODE_VERSION, Templates
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.templates import NewSample, change_templates, keep_samples, samples_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OTHER_LAYOUT = "article-content"


@pytest.fixture
def database(sqlite_path: Path) -> Iterator[Database]:
    """An archive with one source, of number 1."""
    with open_database(str(sqlite_path)) as database:
        with database.write() as session:
            add_source(session, SourceDraft(name="The Marrow", url="https://marrow.example/"), NOW)
        yield database


def taught(numbers: Sequence[int], body: str = "story-body") -> list[Reading]:
    """Readings of pages that no template has read."""
    pages = [page_of(number, body=body, inside=box(number)) for number in numbers]
    # without the names of what is around the body, which are the same in every layout
    return [read_html(_nameless_around(page)) for page in pages]


def _nameless_around(page: str) -> str:
    for tag in ("article", "main"):
        page = page.replace(f"<{tag}", "<section").replace(f"</{tag}>", "</section>")
    return page.replace('<section class="', '<section data-name="')


def note(database: Database, readings: Sequence[Reading], now: datetime = NOW) -> KnownTemplates:
    with database.write() as session:
        return note_lessons(session, 1, lessons_of(readings), now)


def learn(database: Database, now: datetime = NOW) -> KnownTemplates:
    return learn_now(database, 1, now)


def known(database: Database) -> KnownTemplates:
    with database.read() as session:
        return known_templates(session, 1)


def tried(
    reading: Reading, refusal: Refusal | None, audit: float | None = None, *, keep: bool = False
) -> Reading:
    """The reading as if templates had been tried on the page, and read or refused it."""
    assert reading.article is not None
    read_by = "extractor" if refusal else "template"
    return replace(
        reading,
        article=replace(reading.article, read_by=read_by, refused=refusal),
        labels=reading.labels if keep else None,
        audit=audit,
    )


@pytest.fixture
def learned(database: Database) -> KnownTemplates:
    note(database, taught(range(6)))
    return learn(database)


def test_nothing_is_known_before(database: Database) -> None:
    assert known(database).usable is None
    assert note(database, taught([0])).usable is None
    assert learn(database).usable is None


def test_what_pages_teach_is_kept_learned_and_used(database: Database, learned: KnownTemplates) -> None:
    assert known(database) == learned
    assert learned.usable == learned.templates
    assert learned.learned_at == NOW
    with database.read() as session:
        assert len(samples_of(session, 1)) == 6


def test_a_page_that_was_no_article_is_not_noted(database: Database) -> None:
    note(database, [read_html("<p>Not found</p>")])
    with database.read() as session:
        assert samples_of(session, 1) == []
    assert known(database).learned_at is None


def test_how_they_did_is_noted(database: Database, learned: KnownTemplates) -> None:
    page = taught([7])[0]
    after = note(database, [tried(page, None, audit=0.97), tried(page, Refusal.TOO_SHORT), tried(page, None)])
    assert (after.use.fast, after.use.refused, after.use.audits) == (2, {"too short": 1}, (0.97,))
    assert after.templates == learned.templates
    assert known(database) == after


def test_templates_that_refuse_the_pages_are_suspended(database: Database, learned: KnownTemplates) -> None:
    page = taught([7])[0]
    after = note(database, [tried(page, Refusal.NO_CONTAINER)] * 20, LATER)
    assert after.usable is None
    assert after.suspended_at == LATER
    assert after.suspended_why == "20 of the last 20 pages were not made as they were before"
    assert note(database, [tried(page, Refusal.NO_CONTAINER)], LATER + timedelta(1)).suspended_at == LATER


def test_they_are_taken_up_again_once_they_read_the_newest_pages(
    database: Database, learned: KnownTemplates
) -> None:
    page = taught([7])[0]
    note(database, [tried(page, Refusal.NO_CONTAINER)] * 20)
    note(database, taught(range(20, 22), OTHER_LAYOUT))
    assert learn(database).suspended_at == NOW  # two pages of the new layout teach nothing yet
    note(database, taught(range(22, 26), OTHER_LAYOUT))
    after = learn(database, LATER)
    assert (after.suspended_at, after.suspended_why) == (None, None)
    assert after.usable is not None
    assert {str(one.container) for one in after.templates.templates} == {
        "div.story-body",
        f"div.{OTHER_LAYOUT}",
    }
    assert (after.use.last, after.use.refused) == ((), {"no container": 20})


def test_a_suspended_source_whose_pages_are_as_before_is_taken_up_again(
    database: Database, learned: KnownTemplates
) -> None:
    note(database, [tried(taught([7])[0], None, audit=0.2)] * 3)
    assert known(database).usable is None
    after = learn(database)
    assert after.usable == learned.templates
    assert after.use.audits == ()


def test_the_newest_pages_decide_whether_they_are_taken_up_again(database: Database) -> None:
    note(database, taught(range(20, 22), OTHER_LAYOUT))  # too few to teach a template of their own
    note(database, taught(range(6)))
    learn(database)
    note(database, [tried(taught([7])[0], None, audit=0.2)] * 3)
    assert known(database).usable is None
    assert learn(database).usable is not None


def outdate(database: Database, learned: KnownTemplates) -> Templates:
    old = replace(learned.templates, code_version=CODE_VERSION - 1, version=9, last_number=4)
    with database.write() as session:
        change_templates(session, 1, lambda row: replace(row, known=old.to_json(), version=9))  # type: ignore[type-var]
    return old


def test_what_other_code_has_learned_is_not_used_and_learned_anew_from_what_was_kept(
    database: Database, learned: KnownTemplates
) -> None:
    outdate(database, learned)
    assert known(database).is_outdated
    assert known(database).usable is None
    after = learn(database, LATER)
    assert not after.is_outdated
    assert after.usable is not None
    assert (after.templates.version, after.templates.last_number) == (10, 5)
    assert after.templates.templates[0].makes == learned.templates.templates[0].makes


def test_what_cannot_be_read_any_more_is_learned_anew_and_its_numbers_go_on(
    database: Database, learned: KnownTemplates
) -> None:
    with database.write() as session:
        gone = {"last_number": 4, "templates": [{"of": "another code"}]}
        change_templates(session, 1, lambda row: replace(row, known=gone, version=9))  # type: ignore[type-var]
    assert known(database).usable is None
    after = learn(database)
    assert (after.templates.version, after.templates.last_number) == (10, 5)
    assert after.usable is not None


def test_pages_that_cannot_be_read_any_more_are_passed_over(
    database: Database, learned: KnownTemplates
) -> None:
    strange = [NewSample(story=f"x{n}", kind="article", labels=b"of another code") for n in range(3)]
    with database.write() as session:
        keep_samples(session, 1, strange, NOW)
    assert learn(database).templates == learned.templates


def test_they_can_be_switched_off_and_on(database: Database, learned: KnownTemplates) -> None:
    with database.write() as session:
        assert switch(session, 1, NOW, off=True).usable is None
    note(database, taught(range(10, 14)))
    assert learn(database).usable is None
    assert known(database).templates.templates[0].learned_from == 10
    with database.write() as session:
        assert switch(session, 1, NOW, off=False).usable == known(database).templates


def test_a_source_can_be_switched_off_before_anything_is_known(database: Database) -> None:
    with database.write() as session:
        switch(session, 1, NOW, off=True)
    note(database, taught(range(6)))
    assert learn(database).usable is None


def test_what_another_process_has_learned_meanwhile_stays(
    database: Database, learned: KnownTemplates
) -> None:
    with database.read() as session:
        early = learn_from(samples_of(session, 1)[:5], Templates())
    note(database, taught(range(10, 16)))
    newer = learn(database)
    assert newer.templates.version == 2
    with database.write() as session:
        after = keep_relearned(session, 1, early, LATER)
    assert after.templates == newer.templates
    assert after.learned_at == newer.learned_at


def test_new_versions_are_judged_anew(database: Database, learned: KnownTemplates) -> None:
    page = taught([7])[0]
    note(database, [tried(page, Refusal.NO_CONTAINER)] * 5)
    note(database, taught(range(10, 12)))
    assert len(learn(database).use.last) == 5  # the same templates, of more pages
    note(database, taught(range(20, 24), OTHER_LAYOUT))
    assert learn(database).use.last == ()


def test_briefs_do_not_count_against_a_template(database: Database) -> None:
    """They are read by the extractor for their length, and so they teach."""
    note(database, taught(range(6)))
    briefs = [read_html(_nameless_around(page_of(n, text=[story(n)[0][:220]]))) for n in range(40, 52)]
    note(database, briefs)
    [template] = learn(database).templates.templates
    assert template.agreement == 1
    assert template.is_ready


def test_pages_that_were_refused_do_not_crowd_out_the_others(database: Database) -> None:
    note(database, taught(range(6)))
    refused = [tried(page, Refusal.NO_CONTAINER, keep=True) for page in taught(range(20, 60), OTHER_LAYOUT)]
    note(database, refused)
    assert {str(one.container): one.is_ready for one in learn(database).templates.templates} == {
        "div.story-body": True,
        f"div.{OTHER_LAYOUT}": True,
    }


def test_what_is_forgotten_stays_off_and_its_numbers_go_on(
    database: Database, learned: KnownTemplates
) -> None:
    with database.write() as session:
        switch(session, 1, NOW, off=True)
        after = forget(session, 1, NOW)
    assert after.off
    assert after.templates == Templates(version=learned.templates.version + 1, last_number=1)
    assert known(database) == after
    note(database, taught(range(6)))
    assert [one.number for one in learn(database).templates.templates] == [2]


def test_what_was_being_learned_while_all_was_forgotten_is_not_kept(
    database: Database, learned: KnownTemplates
) -> None:
    with database.read() as session:
        relearned = learn_from(samples_of(session, 1), learned.templates)
    with database.write() as session:
        after = forget(session, 1, NOW)
        assert keep_relearned(session, 1, relearned, LATER) == after


def test_an_audit_counts_where_the_extractor_finds_no_article(
    database: Database, learned: KnownTemplates
) -> None:
    rejected = Reading(rejection=Rejection.STUB, audit=0.0)
    assert note(database, [rejected] * 3).suspended_why is not None
