"""search and show, on articles filed in a real archive; what becomes of their output."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.article import Access, ArticleKind, DateCandidate, Image
from storage.frontier import VisitRecord, ask_for_page, record_visits
from storage.models import PageState
from storage.session import open_database

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


def test_search_shows_the_article_and_its_matching_passage(archive: Path, copydesk) -> None:
    assert copydesk("search", "harbour", "council") == 0
    apart = copydesk.out
    assert copydesk("search", "harbour council") == 0
    assert copydesk.out == apart
    title, where, url, passage = copydesk.out.splitlines()
    assert title == "Harbour wall to be rebuilt"
    assert where == "#1 · The Paper · 2024-05-06 10:30+02:00 · en · in 2 places"
    assert url == "https://paper.example/2024/05/story-1"
    assert "The **harbour** wall of Skerrow" in passage
    assert "the **council** said" in passage


def test_a_search_in_json_is_plain_and_tells_where_it_matches(archive: Path, copydesk) -> None:
    assert copydesk("search", "harbour", "--json") == 0
    (hit,) = json.loads(copydesk.out)
    assert (hit["id"], hit["source"], hit["published_at"]) == (1, "The Paper", "2024-05-06T10:30:00+02:00")
    assert [hit["passage"][start:end].lower() for start, end in hit["matches"]] == ["harbour"]
    assert [hit["title"][start:end] for start, end in hit["title_matches"]] == ["Harbour"]
    assert "\x02" not in copydesk.out
    assert "*" not in hit["passage"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [1]),
        (["--one-per-story"], [1]),
        (["--all-copies"], [1, 4]),
        (["--duplicates"], [1, 4]),
        (["--lang", "en"], [1]),
        (["--lang", "de"], []),
        (["--author", "writer"], [1]),
        (["--source", "the paper"], [1]),
        (["--source", "Zeitung"], []),
        (["--since", "2024-05-06"], [1]),
        (["--until", "2024-05-06"], [1]),
        (["--until", "2024-05-05"], []),
        (["--until", "2024-05"], [1]),
        (["--since", "2024-05-06T10:30+02:00", "--until", "2024-05-06T10:31+02:00"], [1]),
        (["--since", "1d"], []),
    ],
)
def test_options_narrow_a_search(archive: Path, copydesk, options: list[str], found: list[int]) -> None:
    assert copydesk("search", "engineers", "--json", *options) == 0
    assert sorted(hit["id"] for hit in json.loads(copydesk.out)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (["engineers", "-harbour"], []),
        (["engineers", "-zeppelin"], [1]),
        (["-hovercraft", "engineers"], [1]),
        (["--", "engineers", "-harbour"], []),
        (["zeppelin OR engineers"], [1]),
        (["engin*", "title:harbour", "lang:en", "after:2024-05-06"], [1]),
        (["engineers", 'source:"the paper"', "before:2024-05"], []),
    ],
)
def test_a_query_narrows_a_search(archive: Path, copydesk, query: list[str], found: list[int]) -> None:
    assert copydesk("search", "--json", *query) == 0
    assert [hit["id"] for hit in json.loads(copydesk.out)] == found


def test_a_bad_query_is_shown_with_the_place(archive: Path, copydesk) -> None:
    assert copydesk("search", 'harbour "wall') == 2
    assert copydesk.err == (
        'copydesk: this quotation mark has no second one\n    harbour "wall\n            ^\n'
    )


def test_an_option_that_is_misspelt_is_no_word(archive: Path, copydesk) -> None:
    assert copydesk("search", "harbour", "--limitt", "5") == 2
    assert "--limitt" in copydesk.err


def test_a_search_can_be_cut_and_put_in_order(archive: Path, copydesk) -> None:
    assert copydesk("search", "the", "--sort", "newest", "--limit", "1", "--json") == 0
    assert len(json.loads(copydesk.out)) == 1


def test_nothing_found_is_said_beside_the_output_and_is_no_failure(archive: Path, copydesk) -> None:
    assert copydesk("search", "zeppelin") == 0
    assert (copydesk.out, copydesk.err) == ("", "copydesk: nothing found for zeppelin\n")


def test_nothing_a_page_says_reaches_the_terminal_as_a_command(archive: Path, copydesk) -> None:
    for command in (["search", "terminal"], ["show", "3"]):
        assert copydesk(*command) == 0
        assert "A headline [2Jwith an escape, and turned around" in copydesk.out
        assert not {"\x1b", "\u202e"} & set(copydesk.out)


def test_show_gives_metadata_and_text(archive: Path, copydesk) -> None:
    assert copydesk("show", "1") == 0
    lines = copydesk.out.splitlines()
    assert lines[0] == "Harbour wall to be rebuilt"
    fields = dict(line.split(maxsplit=1) for line in lines[1 : lines.index("")])
    assert fields["published"] == "2024-05-06 10:30+02:00 (from json-ld)"
    assert fields["authors"] == "Ann Writer"
    assert fields["removed"] == "1 passage (--removed shows them)"
    assert "The ferry will leave from the north mole until the work is done." in lines
    assert "READ MORE" not in copydesk.out


def test_show_removed_gives_what_was_taken_out_in_its_place(archive: Path, copydesk) -> None:
    assert copydesk("show", "1", "--removed") == 0
    shown = copydesk.out.rstrip().split("\n\n")
    assert shown[1] == "− [see also] READ MORE: The foghorn"
    assert [text.partition(" ")[0] for text in shown[2:]] == ["The", "Engineers", "The"]
    assert "cleaned      by rules of an older copydesk" in shown[0]
    assert copydesk("show", "2", "--removed") == 0
    assert "removed      nothing" in copydesk.out


def test_show_on_a_terminal_strikes_what_was_taken_out(
    archive: Path, copydesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert copydesk("show", "1", "--removed") == 0
    assert "\x1b[2;9m− [see also] READ MORE: The foghorn" in copydesk.out


def test_show_tells_what_sort_of_page_it_was_and_how_sure_its_dates_are(file_story, copydesk) -> None:
    file_story(
        9,
        "Storm, as it happens",
        "At noon the harbour master closed the north mole to all who had no business there.",
        kind=ArticleKind.LIVE_BLOG,
        kicker="Floods in the north",
        access=Access.PAID,
        images=(Image(url="https://paper.example/a.jpg", caption="The mole"), Image(credit="Ann Lens")),
        published_at=NOW,
        date_precision="day",
        date_from="url",
        date_confidence="low",
        date_flag="after it was seen",
        dates=(
            DateCandidate(event="published", when=NOW, precision="day", origin="url"),
            DateCandidate(event="modified", when=NOW, precision="minute", origin="meta"),
        ),
        rules_version=3,
        learned_version=4,
    )
    assert copydesk("show", "paper.example/2024/05/story-9", "--removed", "--dates") == 0
    lines = copydesk.out.splitlines()
    told = [line.split(maxsplit=1) for line in lines[1 : lines.index("")]]
    fields = dict(told)
    assert (fields["kind"], fields["kicker"], fields["access"]) == (
        "live blog",
        "Floods in the north",
        "paid",
    )
    assert fields["published"] == "2024-05-10 (from url; low confidence; after it was seen)"
    assert [value for name, value in told if name == "date"] == [
        "2024-05-10 published (from url)",
        "2024-05-10 12:00Z modified (from meta)",
    ]
    assert (fields["images"], fields["cleaned"]) == ("2", "by rules version 3, learned version 4")
    assert copydesk("show", "paper.example/2024/05/story-9", "--json") == 0
    shown = json.loads(copydesk.out)
    assert (shown["kind"], shown["access"], shown["learned_version"]) == ("live blog", "paid", 4)
    assert [date["origin"] for date in shown["dates"]] == ["url", "meta"]
    assert [image["credit"] for image in shown["images"]] == [None, "Ann Lens"]


def test_show_says_of_what_an_article_is_a_duplicate(archive: Path, copydesk) -> None:
    assert copydesk("show", "4") == 0
    assert "duplicate of 1 (100% of it stands there)" in " ".join(copydesk.out.split())


@pytest.mark.parametrize(
    "address",
    [
        "1",
        "#1",
        "paper.example/2024/05/story-1",
        "https://paper.example/2024/05/story-1",
        "https://PAPER.example/2024/05/story-1?utm_source=mail#top",
    ],
)
def test_an_article_is_found_by_its_number_or_any_spelling_of_its_address(
    archive: Path, copydesk, address: str
) -> None:
    assert copydesk("show", address, "--json") == 0
    shown = json.loads(copydesk.out)
    assert shown["id"] == 1
    assert shown["removed"] == [{"text": "READ MORE: The foghorn", "rule": "see also", "at": 0}]
    assert [place["id"] for place in shown["sightings"]] == [4]
    assert shown["revisions"] == []


def test_whoever_stops_reading_gets_no_traceback(archive: Path, start) -> None:
    with start("export") as program:
        assert program.stdout.readline().startswith(b'{"id": 1')
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.wait(30) == 0


@pytest.mark.parametrize("command", [["search", "harbour"], ["show", "1"], ["export"], ["--help"]])
def test_a_pipe_that_is_closed_is_no_failure_of_any_command(archive: Path, start, command: list[str]) -> None:
    with start(*command) as program:
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.wait(30) == 0


@pytest.mark.parametrize("command", ["export", "search harbour", "show 1", "status", "sources export"])
def test_an_output_that_is_full_or_closed_is_named(archive: Path, command: str) -> None:
    program = [sys.executable, "-c", "from crawler.cli import main; main()"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*program, *command.split()], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"copydesk: standard output: No space left on device\n")
    shell = ["sh", "-c", '"$@" >&-', "sh", *program, *command.split()]
    done = subprocess.run(shell, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"standard output is closed" in done.stderr


@pytest.mark.parametrize("command", [["export", "-o"], ["sources", "export"]])
def test_a_file_that_is_full_is_named(archive: Path, copydesk, command: list[str]) -> None:
    assert copydesk(*command, "/dev/full") == 1
    assert copydesk.err == "copydesk: /dev/full: No space left on device\n"


def test_show_tells_what_became_of_a_page_that_gave_no_article(archive: Path, copydesk) -> None:
    url = "https://paper.example/tag/harbour"
    with open_database("copydesk.sqlite") as database, database.write() as session:
        page_id = ask_for_page(session, url, None, NOW)
        visit = VisitRecord(
            page_id=page_id,
            run_id=None,
            at=NOW,
            status=200,
            outcome="rejected",
            reason="stub: 12 words",
            state=PageState.REJECTED,
            due_at=None,
        )
        record_visits(session, [visit])
    assert copydesk("show", "paper.example/tag/harbour") == 1
    told = " ".join(copydesk.out.split())
    assert "state rejected reason stub: 12 words" in told
    assert "visited 2024-05-10 12:00Z http status 200 next visit none" in told
    assert copydesk("show", url, "--json") == 1
    page = json.loads(copydesk.out)
    assert (page["state"], page["reason"], page["status"]) == ("rejected", "stub: 12 words", 200)
