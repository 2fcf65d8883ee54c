"""`copydesk status`: what is wrong, since when, and what to do."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.cli.status import run_state
from storage.facts import Evidence, Sight
from storage.health import keep_health, source_health
from storage.models import Holder, Lease, RunState, SeedKind, Source
from storage.runs import end_run, start_run
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import open_database
from storage.sources import SeedDraft, SourceDraft, add_source

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


BLOCKED_ADVICE = (
    "Set `contact` and a longer crawl.delay in copydesk.toml, or ask the publisher to let us in. "
    "copydesk sources disable Zeitung lets it rest; copydesk crawl Zeitung --limit 1 tries it."
)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.fixture
def blocked(archive: Path) -> None:
    """Zeitung is blocked since NOW."""
    evidence = Evidence(
        first_bad=Sight(url="https://zeitung.example/\x1b[2Jx", at=NOW, why="http 403"),
        last_good=Sight(url="https://zeitung.example/1", at=NOW, article_id=4),
    )
    with open_database(str(archive)) as database, database.write() as session:
        keep_health(session, 2, "blocked", NOW, "20 of its last 20 pages were refused: http 403 20", evidence)
        session.get_one(Source, 2).due_at = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("silent", "state"),
    [
        (timedelta(minutes=1), "running"),
        (timedelta(minutes=6), "running? since 2024-05-10 11:54Z"),
        (timedelta(minutes=61), "broken off"),
    ],
)
def test_a_run_that_gives_no_sign_of_life_is_not_said_to_run(
    archive: Path, silent: timedelta, state: str
) -> None:
    with open_database("copydesk.sqlite") as database, database.write() as session:
        start_run(session, 1, NOW - silent)
        paper, zeitung = source_health(session, NOW)
    assert (run_state(paper, NOW), run_state(zeitung, NOW)) == (state, "never run")


def test_every_source_is_told_the_worst_first(archive: Path, blocked: None, copydesk) -> None:
    assert copydesk("status") == 0, copydesk.err
    header, zeitung, paper, total, *below = lines(copydesk.out)
    assert header.split("  ")[0] == "state"
    assert zeitung.split() == (
        ["blocked", "2024-05-10", "12:00Z", "Zeitung", "never", "run", "-", "0", "0", "2999-01-01", "00:00Z"]
    )
    assert paper.split() == ["new", "-", "The", "Paper", "never", "run", "-", "4", "0", "due"]
    assert total.split() == ["total", "4", "0"]
    assert below == [
        "Zeitung is blocked since 2024-05-10 12:00Z: 20 of its last 20 pages were refused: http 403 20",
        "  first bad: 2024-05-10 12:00Z https://zeitung.example/[2Jx, http 403",
        "  last good: 2024-05-10 12:00Z https://zeitung.example/1 (article 4)",
        f"  {BLOCKED_ADVICE}",
        "Nothing crawls by the schedule: `copydesk run` does, while it runs.",
    ]


def test_a_program_gets_everything(archive: Path, blocked: None, copydesk) -> None:
    assert copydesk("status", "--json") == 0
    told = json.loads(copydesk.out)
    zeitung, paper = told["sources"]
    assert told["scheduler"] is None
    assert (zeitung["health"], zeitung["since"], paper["articles"]) == (
        "blocked",
        "2024-05-10T12:00:00+00:00",
        4,
    )
    assert zeitung["first_bad"]["why"] == "http 403"
    assert zeitung["last_good"]["article_id"] == 4
    assert zeitung["advice"].startswith("Set `contact`")
    assert (paper["first_bad"], paper["advice"], paper["due_at"]) == (None, None, None)


def test_a_monitor_is_told_by_the_exit_status(archive: Path, blocked: None, copydesk) -> None:
    assert copydesk("status", "--check", "--problems") == 1
    assert "The Paper" not in copydesk.out
    assert copydesk("status", "The Paper", "--check") == 0
    assert copydesk("sources", "disable", "Zeitung") == 0
    assert copydesk("status", "--check", "--problems") == 0
    assert "2 sources with nothing wrong" in copydesk.out
    assert copydesk("status") == 0
    assert "blocked, disabled" in lines(copydesk.out)[2]


def test_many_that_are_well_are_told_in_one_line(archive: Path, blocked: None, copydesk) -> None:
    with open_database(str(archive)) as database, database.write() as session:
        for number in range(60):
            add_source(session, SourceDraft(name=f"s{number}", url=f"https://{number}.example/"), NOW)
    assert copydesk("status") == 0
    assert "s17" not in copydesk.out
    assert "61 more sources with nothing wrong (--all lists them)" in copydesk.out
    assert copydesk("status", "--all") == 0
    assert "s17" in copydesk.out


def test_one_source_is_told_in_detail(archive: Path, copydesk) -> None:
    began = datetime.now(UTC) - timedelta(hours=2)
    counts = {"found": 9, "fetched": 7, "new": 5, "rejected": {"stub": 2}, "failed": {}, "bytes": 34_000}
    with open_database(str(archive)) as database, database.write() as session:
        record_seed_visit(
            session,
            1,
            SeedVisit(status=503, error="https://paper.example/feed: http 503", full=False),
            [],
            [],
            NOW,
        )
        run_id = start_run(session, 1, began)
        end_run(session, run_id, RunState.DONE, counts, None, began + timedelta(seconds=12))
        run_id = start_run(session, 1, began + timedelta(hours=1))
        end_run(session, run_id, RunState.FAILED, {}, "it \x1bbroke", began + timedelta(hours=1))
    assert copydesk("status", "The Paper") == 0
    told = " ".join(copydesk.out.split())
    assert "Zeitung" not in copydesk.out
    assert "https://paper.example/, schedule auto; polled:" in told
    assert "https://paper.example/feed feed 2024-05-10 12:00Z http 503 1" in told
    assert "12 s done 9 7 0 5 0 0 stub 2 0 34 kB" in told
    assert "24 h failed 1, done 1 9 7 0 5 0 0 stub 2 0 34 kB" in told
    assert copydesk.err == "copydesk: The Paper: it broke\n"
    assert copydesk("status", "The Paper", "--json") == 0
    [paper] = json.loads(copydesk.out)["sources"]
    assert [run["state"] for run in paper["runs"]] == ["failed", "done"]
    assert paper["totals"]["7 days"]["rejected"] == {"stub": 2}
    assert paper["polled"][0]["error"] == "https://paper.example/feed: http 503"


def test_what_is_no_source_is_a_wrong_usage(archive: Path, copydesk) -> None:
    assert copydesk("status", "The Papr") == 2
    assert "did you mean 'The Paper'?" in copydesk.err


@pytest.mark.parametrize(
    ("silent", "told"),
    [
        (timedelta(0), "crawls by the schedule since 2024-05-10 12:00Z"),
        (timedelta(minutes=2), "nothing crawls by the schedule now"),
    ],
)
def test_who_crawls_by_the_schedule_is_told(
    archive: Path, copydesk: Callable[..., int], silent: timedelta, told: str
) -> None:
    with open_database(str(archive)) as database, database.write() as session:
        seen = datetime.now(UTC) - silent
        session.add(Holder(id=1, machine="press", pid=17, started_at=NOW, seen_at=seen))
        session.flush()
        session.add(Lease(name="scheduler", holder_id=1, since=NOW))
    assert copydesk("status") == 0
    last = lines(copydesk.out)[-1]  # type: ignore[attr-defined]
    assert last.startswith("`copydesk run` (process 17 on press)")
    assert told in last
    assert copydesk("status", "--json") == 0
    assert json.loads(copydesk.out)["scheduler"]["alive"] is (not silent)  # type: ignore[attr-defined]


def test_an_archive_without_sources_says_what_to_do(tmp_path: Path, copydesk, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert copydesk("init") == 0
    assert copydesk("status") == 0
    assert "no sources yet: `copydesk add https://…` adds one" in copydesk.err


def test_a_source_polled_at_many_addresses_is_told_shortly(archive: Path, copydesk) -> None:
    seeds = tuple(SeedDraft(url=f"https://c.example/{n}", kind=SeedKind.SITEMAP) for n in range(30))
    with open_database(str(archive)) as database, database.write() as session:
        add_source(session, SourceDraft(name="C", url="https://c.example/", seeds=seeds), NOW)
    assert copydesk("status", "C") == 0
    assert "and 10 more" in copydesk.out
