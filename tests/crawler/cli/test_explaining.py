"""copydesk explain: the story of one address, known or not."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.article import Removed
from storage.candidates import Candidate
from storage.frontier import VisitRecord, record_visits
from storage.hosts import save_robots
from storage.models import PageState
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import open_database

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
STORY = "https://paper.example/2024/05/story-1"
TAG = "https://paper.example/tag/sea"
ROBOTS = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 4\n"


@pytest.fixture
def crawled(archive: Path, file_story) -> Path:
    """The archive after a crawl: a feed named the first story and a list; robots.txt was read."""
    candidates = [Candidate(url=STORY, title="Harbour wall", published_at=NOW), Candidate(url=TAG)]
    file_story(5, "Ferry to sail", "The ferry to the islands sails again each Sunday, as the owner says.")
    file_story(5, "Ferry sails", "The ferry to the islands sails again each Sunday, as the owner says.")
    with open_database(str(archive)) as database, database.write() as session:
        record_seed_visit(session, 1, SeedVisit(status=200, full=True), candidates, (), NOW)
        save_robots(session, "paper.example", 200, ROBOTS, NOW)
        answer = {"run_id": 1, "at": NOW, "status": 200, "size": 12_345, "milliseconds": 67}
        stored = {
            "state": PageState.STORED,
            "outcome": "new",
            "article_id": 1,
            "due_at": NOW + timedelta(hours=1),
        }
        list_ = {"state": PageState.REJECTED, "outcome": "rejected", "reason": "section page", "due_at": None}
        record_visits(session, [VisitRecord(page_id=1, **answer, **stored)])
        record_visits(session, [VisitRecord(page_id=2, **answer, **list_)])
    return archive


def told(out: str) -> dict[str, list[str]]:
    """What is told under each label."""
    sections: dict[str, list[str]] = {}
    for line in out.splitlines()[1:]:
        label, text = line[:13].strip(), line[13:].strip()
        if label:
            sections[label] = []
        list(sections.values())[-1].append(text)
    return sections


@pytest.mark.parametrize(
    "asked", ["1", "#1", STORY, "paper.example/2024/05/story-1", "http://www.paper.example/2024/05/story-1/"]
)
def test_an_article_is_explained_however_it_is_asked_for(crawled: Path, copydesk, asked: str) -> None:
    assert copydesk("explain", asked) == 0
    assert copydesk.out.splitlines()[0] == "Harbour wall to be rebuilt"
    sections = told(copydesk.out)
    assert sections["known"] == ["article #1 of The Paper"]
    assert sections["found"] == [
        "2024-05-10 12:00Z in https://paper.example/feed (feed), for 'The Paper'",
        'which said: "Harbour wall", published 2024-05-10 12:00Z',
    ]
    assert sections["robots"] == [
        "allowed: no line in it speaks of this address; it is read anew before the next fetch",
        "https://paper.example/robots.txt, read 2024-05-10 12:00Z",
        "between two requests to the host: 4 s (it asks for 4 s)",
    ]
    assert sections["state"][1].startswith("due since 2024-05-10 13:00Z: a second look")
    assert sections["visits"] == ["1 visit", "2024-05-10 12:00Z  http 200  12 kB  67 ms  new"]
    assert sections["verdict"] == [
        "an article, of kind 'article'",
        "read by the extractor",
        "filed 2024-05-10 12:00Z, as new",
    ]
    assert sections["date"] == ["2024-05-06 10:30+02:00 (from json-ld)"]
    assert sections["cleaning"][:2] == ["1 line taken out: see also 1", "− [see also] READ MORE: The foghorn"]
    assert sections["same story"] == [
        "the original; it stands in 2 places, the others are",
        "#4 of The Paper, https://other.example/wall, filed 2024-05-10 12:00Z, 100% the same",
    ]
    assert "fetch" not in sections


def test_edits_are_told(crawled: Path, copydesk) -> None:
    assert copydesk("explain", "5") == 0
    sections = told(copydesk.out)
    assert sections["revisions"][1] == '1: "Ferry to sail" until 2024-05-10 12:00Z (headline)'
    assert [line.split("  ")[2] for line in sections["changes"]] == ["new", 'headline (was: "Ferry to sail")']


def test_a_page_that_is_no_article_is_explained(crawled: Path, copydesk) -> None:
    assert copydesk("explain", TAG) == 0
    sections = told(copydesk.out)
    assert sections["known"] == ["a page that gave no article"]
    assert sections["verdict"] == ["no article: section page"]
    assert sections["state"][1].startswith("not fetched again by itself")
    assert sections["fetch"] == [f"`copydesk crawl {TAG}` fetches it now"]


def test_a_page_whose_article_was_pruned_says_so(crawled: Path, copydesk) -> None:
    assert copydesk("db", "prune", "--source", "The Paper", "--yes") == 0
    assert copydesk("explain", STORY) == 0
    sections = told(copydesk.out)
    assert sections["known"] == ["a page whose article was pruned"]
    assert sections["state"][1].endswith("its article was pruned, and no seed makes it due again")


@pytest.mark.parametrize(
    ("asked", "status", "section", "says"),
    [
        ("https://paper.example/feed", 0, "known", "a seed, polled for news"),
        ("https://paper.example/feed", 0, "seed", "feed of 'The Paper'"),
        ("zeitung.example", 0, "known", "the home of 'Zeitung'"),
        ("paper.example/2024/06/ferry", 1, "known", "never met"),
        (
            "paper.example/2024/06/ferry",
            1,
            "sources",
            "take it for a candidate: as soon as its feed names it",
        ),
        ("paper.example/2024/06/ferry", 1, "fetch", "`copydesk crawl https://paper.example/2024/06/ferry`"),
        ("paper.example/private/a", 1, "robots", 'forbidden by "Disallow: /private/" (line 2, for *)'),
        ("paper.example/private/a", 1, "fetch", "it would not be fetched: robots.txt forbids it"),
        ("www.paper.example/private/a", 1, "address", "https://paper.example/private/a"),
        ("http://127.0.0.1/a", 1, "fetch", "127.0.0.1 is not a public address"),
        ("stranger.example/a", 1, "fetch", "`copydesk add https://stranger.example/` follows the site"),
        ("stranger.example/a", 1, "robots", "not read yet"),
    ],
)
def test_what_was_never_fetched_is_explained(
    crawled: Path, copydesk, asked: str, status: int, section: str, says: str
) -> None:
    assert copydesk("explain", asked) == status
    assert says in "\n".join(told(copydesk.out)[section])


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [("99", 1, "no article 99 in the archive"), ("some words", 2, "neither"), ("x", 2, "neither")],
)
def test_what_means_no_address_is_refused(
    crawled: Path, copydesk, asked: str, status: int, says: str
) -> None:
    assert copydesk("explain", asked) == status
    assert says in copydesk.err
    assert copydesk.out == ""


def test_json_has_all_of_it(crawled: Path, copydesk) -> None:
    assert copydesk("explain", "1", "--json") == 0
    known = json.loads(copydesk.out)
    assert (known["known"], known["article"]["id"], known["visits"]["total"]) == (True, 1, 1)
    assert known["article"]["removed_by_rule"] == {"see also": 1}
    assert known["pages"][0]["seed"] == "https://paper.example/feed"
    assert known["next"]["due_at"] == "2024-05-10T13:00:00+00:00"
    assert known["copies"]["listed"][0]["id"] == 4
    assert "text" not in known["article"]
    assert copydesk("explain", "paper.example/private/a", "--json") == 1
    unknown = json.loads(copydesk.out)
    assert (unknown["known"], unknown["robots"]["rule"]["path"]) == (False, "/private/")
    assert unknown["obstacles"] == ["robots.txt forbids it"]
    assert [source["source"] for source in unknown["sources"]] == ["The Paper"]


def test_many_visits_and_lines_are_cut_unless_all_are_asked_for(crawled: Path, copydesk, file_story) -> None:
    lines = tuple(Removed(text=f"Line {n} " + "x" * 200, rule="tail", at=n) for n in range(30))
    file_story(
        6, "Many lines", "A story under which there stand thirty lines of no use at all.", removed=lines
    )
    with open_database(str(crawled)) as database, database.write() as session:
        seen = {"status": 304, "outcome": "unchanged", "state": None, "due_at": None, "run_id": None}
        record_visits(
            session, [VisitRecord(page_id=1, at=NOW + timedelta(days=n), **seen) for n in range(1, 31)]
        )
    assert copydesk("explain", "1") == 0
    visits = told(copydesk.out)["visits"]
    assert (visits[0], len(visits)) == ("31 visits; the last 20 (--all lists them)", 21)
    assert copydesk("explain", "1", "--all") == 0
    assert len(told(copydesk.out)["visits"]) == 32
    assert copydesk("explain", "6") == 0
    cut = told(copydesk.out)["cleaning"]
    assert cut[13] == "and 18 more (--full lists them)"
    assert max(map(len, cut)) <= 90
    assert copydesk("explain", "6", "--full") == 0
    assert sum("x" * 200 in line for line in told(copydesk.out)["cleaning"]) == 30


def test_a_hostile_headline_does_nothing_to_the_terminal(crawled: Path, copydesk) -> None:
    assert copydesk("explain", "3") == 0
    assert "\x1b" not in copydesk.out


def test_it_loads_nothing_that_fetches(crawled: Path) -> None:
    code = (
        "import sys; from crawler.cli import run; status = run(['explain', '1']);"
        "print(sorted({'scrapy', 'aiohttp', 'trafilatura', 'alembic', 'tldextract'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
