"""add, crawl and extract against the sample press."""

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.cli.crawling import sort_out
from crawler.cli.failures import WrongUsage
from crawler.cli.names import is_address
from newsite.press import Press
from storage.session import open_database

SITE = "http://www.harbour-gazette.example"


@pytest.fixture
def folder(threaded_press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the press as the web."""
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text(
        '[crawl]\ndelay = 0\nretry_wait = 0.2\nallow_private = ["127.0.0.1"]\n[workers]\nprocesses = 1\n'
    )
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, threaded_press.proxy_url)
    return tmp_path


@pytest.fixture
def begin(folder: Path, start):
    """Starts the program as a process of its own."""
    return start


@pytest.fixture
def called(folder: Path, copydesk):
    """Runs it in this process: its exit status, and what it wrote."""

    def run(*arguments: str) -> tuple[int, str, str]:
        return copydesk(*arguments), copydesk.out, copydesk.err

    return run


def finish(program) -> tuple[int, str, str]:
    out, err = program.communicate(timeout=120)
    return program.returncode, out.decode(), err.decode()


def test_preview_shows_articles_and_stores_nothing(called) -> None:
    status, out, err = called("add", SITE, "--preview", "--json")
    assert (status, err) == (0, "")
    (told,) = json.loads(out)
    assert "feed" in {seed["kind"] for seed in told["seeds"]}
    assert len([article for article in told["articles"] if article["text"]]) == 3
    assert [path.name for path in Path().iterdir()] == ["copydesk.toml"]


def test_a_site_is_added_crawled_and_then_known(begin) -> None:
    status, out, _ = finish(begin("add", SITE, "--name", "Gazette", "--schedule", "2h"))
    assert status == 0
    assert out.startswith(f"'Gazette' added: {SITE}")
    status, _, err = finish(begin("add", SITE))
    assert status == 1
    assert "Gazette" in err
    status, out, err = finish(begin("crawl", "gazette", "--limit", "5", "--json"))
    assert status == 0, err
    (row,) = json.loads(out)
    assert row["source"] == "Gazette"
    assert row["new"] + row["duplicate"] + sum(row["rejected"].values()) + sum(row["failed"].values()) == 5


def test_a_sites_address_becomes_a_source_and_an_articles_is_fetched_alone(called) -> None:
    page = f"{SITE}/2026/11/04/school-hall-roof-closed/"
    status, _, err = called("crawl", "--limit", "1", page, SITE, "http://nobody.example")
    assert status == 1
    assert "nobody.example" in err
    assert "is a source now" in err
    with sqlite3.connect("copydesk.sqlite") as database:
        assert database.execute("SELECT count(*) FROM sources").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM articles WHERE url = ?", (page,)).fetchone() == (1,)
    database.close()


def test_the_first_signal_stops_cleanly_and_the_next_crawl_goes_on(begin) -> None:
    program = begin("-s", "DOWNLOAD_DELAY=0.2", "crawl", SITE)
    assert b"is a source now" in program.stderr.readline()
    program.send_signal(signal.SIGTERM)
    status, _, err = finish(program)
    assert status == 1
    assert "stopping: the pages under way are finished" in err
    assert "Traceback" not in err
    status, out, err = finish(begin("crawl", "--all", "--json"))
    assert status == 0, err
    assert json.loads(out)[0]["state"] == "done"


def test_an_address_that_gives_no_article_is_told_and_can_be_looked_up(called) -> None:
    called("init")
    missing, there = f"{SITE}/none-such/", f"{SITE}/2026/11/04/school-hall-roof-closed/"
    status, _, err = called("crawl", missing)
    assert status == 1
    assert f"{missing} gave no article: gone" in err
    status, _, err = called("crawl", missing, there)
    assert status == 0
    assert f"{missing} gave no article: gone" in err
    status, out, _ = called("show", missing, "--json")
    assert (status, json.loads(out)["status"]) == (1, 404)


def test_a_locked_archive_is_named_and_no_site_is_blamed(begin) -> None:
    finish(begin("init"))
    with closing(sqlite3.connect("copydesk.sqlite", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        program = begin("add", SITE)
        told = program.stderr.readline()
        database.execute("ROLLBACK")
    assert b"copydesk.sqlite is locked by another process: waiting" in told
    status, out, err = finish(program)
    assert (status, err) == (0, "")
    assert "added" in out


def test_a_page_is_extracted_from_its_address_without_an_archive(called) -> None:
    page = f"{SITE}/2026/11/04/school-hall-roof-closed/"
    status, out, err = called("extract", page)
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert told["url"] == page
    assert told["rejected"] is None
    assert "School hall" in told["title"]
    assert [path.name for path in Path().iterdir()] == ["copydesk.toml"]
    status, out, err = called("extract", "http://nobody.example/story")
    assert (status, out) == (1, "")
    assert "http://nobody.example/story" in err


@pytest.mark.parametrize("address", ["http://[", "http://paper.example:99999/"])
def test_what_is_no_address_is_told_as_that_when_extracted(called, address: str) -> None:
    status, out, err = called("extract", address)
    assert (status, out) == (1, "")
    assert "host (" in err
    assert "is no host in plain notation" in err


def test_the_past_is_taken_in_back_to_a_day_and_called_off(called) -> None:
    site = "http://chronicle.example"
    status, out, err = called("crawl", site, "--since", "2026-08-01", "--json")
    assert status == 0, err
    assert "chronicle.example: taken in back to 2026-08-01 00:00Z" in err
    (row,) = json.loads(out)
    assert row["walked"] > 3
    status, _, err = called("crawl", site, "--since", "2000", "--limit", "3")
    assert status == 0, err
    assert "chronicle.example: not yet taken in back to 2000-01-01 00:00Z; the same command goes on" in err
    status, _, err = called("crawl", site, "--since", "never", "--limit", "1")
    assert status == 0, err
    assert "called off" in err
    with sqlite3.connect("copydesk.sqlite") as database:
        assert database.execute("SELECT backfill_to FROM sources").fetchall() == [(None,)]
    database.close()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--since", "2999-01-01"], "'2999-01-01' is not past"),
        (["--since", "soon"], "'soon' is no time"),
        (["https://paper.example/2024/05/x", "--since", "2024"], "--since is for sources"),
    ],
)
def test_a_past_that_cannot_be_is_told(archive: Path, copydesk, words: list[str], told: str) -> None:
    assert copydesk("crawl", "The Paper", *words) == 2
    assert told in copydesk.err


def test_what_is_to_be_crawled_is_told_by_its_name_or_address(archive: Path) -> None:
    with open_database(str(archive)) as database, database.read() as session:
        errand = sort_out(
            session,
            [
                "the paper",
                "www.paper.example",
                "https://paper.example/",
                "new.example",
                "paper.example/2024/x",
            ],
        )
        assert errand.source_ids == [1]
        assert errand.sites == ["new.example"]
        assert errand.pages == ["https://paper.example/2024/x"]
        with pytest.raises(WrongUsage, match="no source named 'nobody'"):
            sort_out(session, ["nobody"])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://paper.example", True),
        ("paper.example/story?id=1", True),
        ("localhost:8000", True),
        ("127.0.0.1:8000/x", True),
        ("münchen.example", True),
        ("http://[::1]:80/", True),
        ("The Paper", False),
        ("paper", False),
        ("ftp://paper.example", False),
        ("https://", False),
        ("https://user:password@paper.example", False),
        ("http://[broken", False),
        ("a.example b.example", False),
    ],
)
def test_an_address_is_told_from_a_name(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one
