"""An archive with a few articles in it, and the program to run on it."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from crawler.cli import run
from pipelines.article import Article, Removed
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import file_article
from storage.models import SeedKind
from storage.session import open_database
from storage.sources import SeedDraft, SourceDraft, add_source

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
HARBOUR = (
    "The harbour wall of Skerrow is to be rebuilt by the spring, the council said on Monday after a storm.\n"
    "Engineers had found a crack of eleven metres in the oldest part, which was laid by hand in 1871.\n"
    "The ferry will leave from the north mole until the work is done."
)
FERRY = "Die Fähre zu den Inseln fährt wieder an jedem Sonntag, wie die Reederei am Dienstag mitteilte."
HOSTILE = "A headline \x1b[2Jwith an escape, and \u202eturned around"


def article(number: int, title: str, text: str, **more: object) -> Article:
    url = f"https://paper.example/2024/05/story-{number}"
    values = {
        "url": url,
        "canonical_url": url,
        "title": title,
        "text": text,
        "fingerprint": fingerprint(text),
    }
    return Article(**(values | more))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command logs until its process ends; here others follow in the same one."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield
    for handler in {*root.handlers} - {*handlers}:
        root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="session")
def small_archive(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that each test gets a copy of."""
    path = Path(shutil.copy(empty_archive, tmp_path_factory.mktemp("small")))
    zone = timezone(timedelta(hours=2))
    with open_database(str(path)) as database, database.write() as session:
        seeds = (SeedDraft(url="https://paper.example/feed", kind=SeedKind.FEED),)
        draft = SourceDraft(name="The Paper", url="https://paper.example/", seeds=seeds)
        source = add_source(session, draft, NOW)
        add_source(session, SourceDraft(name="Zeitung", url="https://zeitung.example/"), NOW)
        harbour = article(
            1,
            "Harbour wall to be rebuilt",
            HARBOUR,
            authors=("Ann Writer",),
            published_at=datetime(2024, 5, 6, 10, 30, tzinfo=zone),
            date_precision="minute",
            date_from="json-ld",
            language="en",
            tags=("harbour", "storm"),
            removed=(Removed(text="READ MORE: The foghorn", rule="see also", at=0),),
        )
        for each in (
            harbour,
            article(2, "Fähre fährt wieder", FERRY, published_at=NOW, date_precision="day", language="de"),
            article(
                3, HOSTILE, "Nothing to see here but a title that a terminal must not obey, said nobody."
            ),
            article(
                4, "Wall to be rebuilt", HARBOUR, canonical_url="https://other.example/wall", language="en"
            ),
        ):
            file_article(session, source.id, each, NOW, resemblance)
    return path


@pytest.fixture
def archive(small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An SQLite archive under its default name, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return Path(shutil.copy(small_archive, tmp_path / "copydesk.sqlite"))


FileStory = Callable[..., int]


@pytest.fixture
def file_story(archive: Path) -> FileStory:
    """Files an article of The Paper, given its number, title and text, and returns its id."""

    def run(number: int, title: str, text: str, **more: object) -> int:
        with open_database(str(archive)) as database, database.write() as session:
            return file_article(session, 1, article(number, title, text, **more), NOW, resemblance).article_id

    return run


class Program:
    """Runs command lines in this process; `out` and `err` are what the last one wrote."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self.out = self.err = ""

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> int:
        with given(stdin) if stdin is not None else nullcontext():
            status = run(arguments)
        self.out, self.err = self._captured.readouterr()
        return status


@contextmanager
def given(sent: bytes) -> Iterator[None]:
    """Inside, this is what stdin has."""
    with tempfile.TemporaryFile() as file, pytest.MonkeyPatch.context() as patch:
        file.write(sent)
        file.seek(0)
        patch.setattr(sys, "stdin", file)
        yield


@pytest.fixture
def copydesk(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Start:
    """Starts the program as a process of its own, its streams piped."""

    def begin(*arguments: str, environment: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
        command: Sequence[str] = (sys.executable, "-c", "from crawler.cli import main; main()", *arguments)
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **(environment or {})}
        )

    return begin
