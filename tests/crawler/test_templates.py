"""A run uses what is known of its source's pages, and learns more of it as it goes on."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from marrow import box, lessons_of, page_of, read_html

import crawler.templates
from crawler.config import CleaningConfig
from crawler.templates import RunTemplates, was_read_by_template
from crawler.workers import WorkerPool
from newsite.readers import fall
from pipelines.article import EXTRACTOR, Reading
from pipelines.cleaning import DEFAULT, Cleaning
from pipelines.source_templates import known_templates, learn_now, note_lessons
from pipelines.templates.drift import is_audited
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import CODE_VERSION
from storage.errors import CannotStore, DatabaseIsFull
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.templates import NewSample, change_templates, keep_samples, samples_of
from storage.thread import ArchiveThread

NOW = datetime(2026, 3, 4, tzinfo=UTC)
MARROW, OTHER = 1, 2
URLS = [f"https://marrow.example/{number}" for number in range(60)]


@pytest.fixture
def database(sqlite_path: Path) -> Iterator[Database]:
    with open_database(str(sqlite_path)) as database:
        with database.write() as session:
            for name in ("marrow", "other"):
                add_source(session, SourceDraft(name=name, url=f"https://{name}.example/"), NOW)
        yield database


@pytest.fixture
async def archive(database: Database) -> AsyncIterator[ArchiveThread]:
    thread = ArchiveThread(database)
    yield thread
    thread.close()


@pytest.fixture
async def workers() -> AsyncIterator[WorkerPool]:
    async with WorkerPool(processes=1) as pool:
        yield pool


@pytest.fixture
def run(archive: ArchiveThread, workers: WorkerPool) -> RunTemplates:
    """A run of the Marrow."""
    return RunTemplates(archive, workers, CleaningConfig(), MARROW)


READINGS = [read_html(page_of(number, inside=box(number))) for number in range(12)]


async def file(run: RunTemplates, readings: Sequence[Reading]) -> None:
    for reading in readings:
        await run.filed(reading)


async def cleaning(run: RunTemplates, source: int | None = MARROW, read_by: str | None = None) -> Cleaning:
    return await run.cleaning_for(source, URLS[0], read_by, DEFAULT)


def learn(database: Database, source: int = MARROW) -> None:
    with database.write() as session:
        note_lessons(session, source, lessons_of(READINGS[:6]), NOW)
    learn_now(database, source, NOW)


async def test_a_new_source_is_learned_after_three_pages_and_after_five(
    run: RunTemplates, database: Database
) -> None:
    found = []
    assert (await cleaning(run)).templates is None
    for count in range(1, 9):
        await file(run, [READINGS[count]])
        templates = (await cleaning(run)).templates
        found.append(templates.templates[0].learned_from if templates else 0)
    assert found == [0, 0, 3, 3, 5, 5, 5, 5]
    assert await run.finish(DEFAULT) == 0
    with database.read() as session:
        assert known_templates(session, MARROW).templates.templates[0].learned_from == 8
        assert len(samples_of(session, MARROW)) == 8


@pytest.mark.parametrize(
    ("kept", "new", "hours", "suspended", "learns"),
    [
        pytest.param(40, 4, 1, False, False, id="few new ones wait"),
        pytest.param(40, 5, 1, False, True, id="many do not"),
        pytest.param(40, 1, 25, False, True, id="none waits for longer than a day"),
        pytest.param(40, 1, 1, True, True, id="templates that failed are learned anew"),
        pytest.param(20, 1, 1, False, True, id="little is known of a new source"),
        pytest.param(40, 0, 25, True, False, id="there is nothing new"),
    ],
)
async def test_a_run_learns_at_its_end_where_it_is_worth_it(
    run: RunTemplates, database: Database, kept: int, new: int, hours: int, suspended: bool, learns: bool
) -> None:
    labels = READINGS[0].labels
    assert labels is not None
    kinds = ["article"] * 30 + ["gallery"] * 10
    samples = [NewSample(story=f"{n}", kind=kinds[n], labels=labels) for n in range(kept)]
    before = datetime.now(UTC) - timedelta(hours=hours)
    with database.write() as session:
        keep_samples(session, MARROW, samples, before)
        assert len(samples_of(session, MARROW)) == kept
    learn_now(database, MARROW, before)
    with database.write() as session:
        changed = {"suspended_at": before, "suspended_why": "it failed"} if suspended else {}
        change_templates(session, MARROW, lambda row: replace(row, **changed))  # type: ignore[type-var]
    await cleaning(run)
    await file(run, READINGS[:new])
    await run.finish(DEFAULT)
    with database.read() as session:
        learned_at = known_templates(session, MARROW).learned_at
    assert (learned_at != before) is learns


@pytest.mark.parametrize(
    ("refused", "at"), [(None, 15), (Refusal.NO_CONTAINER, 5)], ids=["pages of the known sort", "refused"]
)
async def test_a_known_source_is_learned_anew_during_a_run_for_many_pages_or_some_that_were_refused(
    run: RunTemplates, database: Database, refused: Refusal | None, at: int
) -> None:
    labels, article = READINGS[0].labels, READINGS[0].article
    assert labels is not None
    assert article is not None
    samples = [NewSample(story=f"{n}", kind="article", labels=labels) for n in range(30)]
    with database.write() as session:
        keep_samples(session, MARROW, samples, NOW)
    learn_now(database, MARROW, NOW)
    await cleaning(run)
    new = replace(READINGS[0], article=replace(article, refused=refused))
    for count in range(1, at + 1):
        with database.read() as session:
            assert known_templates(session, MARROW).learned_at == NOW, count
        await file(run, [new])
    with database.read() as session:
        assert known_templates(session, MARROW).learned_at != NOW


async def test_what_is_known_is_used_from_the_first_page_on(run: RunTemplates, database: Database) -> None:
    learn(database)
    asked = replace(DEFAULT, keep=frozenset({"fact box"}))
    for url in URLS:
        given = await run.cleaning_for(MARROW, url, None, asked)
        assert given.templates is not None
        assert given.audit is is_audited(url, given.templates)
        assert (given.keep, given.teach) == (asked.keep, True)
    assert any([(await run.cleaning_for(MARROW, url, None, asked)).audit for url in URLS])


async def test_what_the_extractor_has_read_it_reads_again_corrected_as_before(
    run: RunTemplates, database: Database
) -> None:
    learn(database)
    again, by_template = await cleaning(run, read_by=EXTRACTOR), await cleaning(run, read_by="template")
    assert (again.fast, by_template.fast) == (False, True)
    assert again.templates == by_template.templates is not None


async def test_what_the_extractor_is_to_read_alone_no_template_corrects(
    run: RunTemplates, database: Database
) -> None:
    learn(database)
    given = await run.cleaning_for(MARROW, URLS[0], None, DEFAULT, alone=True)
    assert (given.templates, given.audit, given.teach) == (None, False, True)


async def test_pages_of_another_source_are_read_by_what_is_known_of_it_and_teach_nothing(
    run: RunTemplates, database: Database
) -> None:
    learn(database, OTHER)
    given = await cleaning(run, OTHER)
    assert given.templates is not None
    assert not given.teach
    assert await cleaning(run, None) == DEFAULT


@pytest.mark.parametrize("settings", [CleaningConfig(templates=False), CleaningConfig(learn=False)])
async def test_the_settings_may_ask_for_none(
    archive: ArchiveThread, workers: WorkerPool, database: Database, settings: CleaningConfig
) -> None:
    learn(database, OTHER)
    run = RunTemplates(archive, workers, settings, MARROW)
    await file(run, READINGS)
    assert await run.finish(DEFAULT) == 0
    assert await cleaning(run) == await cleaning(run, OTHER) == DEFAULT
    with database.read() as session:
        assert samples_of(session, MARROW) == []


async def test_what_other_code_has_learned_is_learned_anew_at_the_first_page(
    run: RunTemplates, database: Database
) -> None:
    learn(database)
    with database.write() as session:
        known = known_templates(session, MARROW).templates
        old = replace(known, code_version=CODE_VERSION - 1).to_json()
        change_templates(session, MARROW, lambda row: replace(row, known=old))  # type: ignore[type-var]
    templates = (await cleaning(run)).templates
    assert templates is not None
    assert (templates.code_version, templates.version) == (CODE_VERSION, known.version + 1)


async def test_templates_that_fail_are_given_up_during_the_run(run: RunTemplates, database: Database) -> None:
    learn(database)
    assert (await cleaning(run)).templates is not None
    article = READINGS[0].article
    assert article is not None
    failed = Reading(article=replace(article, read_by="template"), audit=0.1)
    await file(run, [failed] * 50)
    assert (await cleaning(run)).templates is None
    with database.read() as session:
        assert known_templates(session, MARROW).suspended_at is not None


async def test_what_is_no_article_is_not_noted(run: RunTemplates, database: Database) -> None:
    await file(run, [read_html("<p>Not found</p>")] * 60)
    await run.filed(None)
    assert await run.finish(DEFAULT) == 0
    with database.read() as session:
        assert known_templates(session, MARROW).learned_at is None


async def test_a_fault_in_learning_ends_the_learning_and_is_logged_once(
    run: RunTemplates, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(crawler.templates, "learn_from", fall)
    await file(run, READINGS)
    assert await run.finish(DEFAULT) == 0
    assert caplog.text.count("its templates are learned no further in this run") == 1
    assert await cleaning(run) == DEFAULT
    with database.read() as session:
        assert len(samples_of(session, MARROW)) == 3


@pytest.mark.parametrize(("error", "ends"), [(CannotStore("a line"), False), (DatabaseIsFull("full"), True)])
async def test_only_an_archive_that_fails_ends_the_run(
    run: RunTemplates, monkeypatch: pytest.MonkeyPatch, error: Exception, ends: bool
) -> None:
    def faulty(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(crawler.templates, "note_lessons", faulty)
    raised = None
    try:
        await file(run, READINGS)
    except DatabaseIsFull as full:
        raised = full
    assert (raised is error) is ends


def test_what_a_template_has_read() -> None:
    article = READINGS[0].article
    assert article is not None
    assert was_read_by_template(Reading(article=replace(article, read_by="template")))
    assert not was_read_by_template(READINGS[0])
    assert not was_read_by_template(Reading())
    assert not was_read_by_template(None)


async def test_a_run_that_has_learned_from_many_pages_has_few_of_the_others_teach(run: RunTemplates) -> None:
    assert all([(await cleaning(run)).teach for _ in range(8)])
    for _ in range(5):
        await file(run, READINGS[:6])
    assert sum([(await cleaning(run)).teach for _ in range(40)]) == 10
