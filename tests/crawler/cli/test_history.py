"""show --revisions, diff and changes, on articles that were edited."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from pipelines.article import Article as Story
from pipelines.edits import edit_between
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import file_article
from storage.changes import ChangeKind, note_change
from storage.models import Article
from storage.session import open_database

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
URL = "https://paper.example/2024/05/story-9"
FIRST = "The barge went down at noon.\nAt least 5 people were saved, the coastguard said.\nNobody was hurt."
SECOND = FIRST.replace("5 people", "7 people") + "\nThe barge was built in 1911."


def story(text: str, title: str) -> Story:
    return Story(url=URL, canonical_url=URL, title=title, text=text, fingerprint=fingerprint(text))


@pytest.fixture
def edited(archive: Path) -> Path:
    """The archive with an article of three states, #5."""
    with open_database(str(archive)) as database:
        states = [(FIRST, "Barge sinks"), (SECOND, "Barge sinks"), (SECOND, "Barge sinks off Skerrow")]
        for hours, (text, title) in enumerate(states):
            with database.write() as session:
                at = NOW + timedelta(hours=hours)
                file_article(session, 1, story(text, title), at, resemblance, edit_between)
    return archive


def test_show_tells_each_state(edited: Path, copydesk) -> None:
    assert copydesk("show", "5", "--revisions") == 0
    head, *rows = copydesk.out.splitlines()
    assert head.split() == ["state", "from", "until", "change", "words", "title"]
    assert [row.split("  ")[0] for row in rows] == ["1", "2", "3"]
    assert "first seen" in rows[0]
    assert "2024-05-10 13:00Z" in rows[1]
    assert "+7 −1" in rows[1]
    assert "headline" in rows[2]
    assert "now" in rows[2]
    assert rows[2].endswith("Barge sinks off Skerrow")
    assert copydesk("show", "5") == 0
    assert "revisions    2 earlier (--revisions shows them)" in copydesk.out


def test_show_in_json_tells_what_happened(edited: Path, copydesk) -> None:
    assert copydesk("show", "5", "--json") == 0
    shown = json.loads(copydesk.out)
    assert [change["kind"] for change in shown["changes"]] == ["new", "text", "headline"]
    assert (shown["gone_at"], shown["gone_how"]) == (None, None)


def test_diff_shows_the_last_change_and_any_other(edited: Path, copydesk) -> None:
    assert copydesk("diff", "5") == 0
    assert "Barge sinks{+ off Skerrow+}" in copydesk.out
    assert "(4 paragraphs unchanged)" in copydesk.out
    assert copydesk("diff", "5", "1", "2") == 0
    assert copydesk.out.split("\n\n") == [
        "#5, state 1 (2024-05-10 12:00Z) to 2 (2024-05-10 13:00Z): +7 −1 words\nBarge sinks",
        "(1 paragraph unchanged)",
        "At least [-5-]{+7+} people were saved, the coastguard said.",
        "(1 paragraph unchanged)",
        "{+The barge was built in 1911.+}\n",
    ]
    assert copydesk("diff", "5", "1") == 0
    assert "{+ off Skerrow+}" in copydesk.out
    assert "[-5-]{+7+}" in copydesk.out
    assert copydesk("diff", URL, "2", "1") == 0
    assert "[-7-]{+5+}" in copydesk.out


def test_diff_on_a_terminal_has_colours(edited: Path, copydesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert copydesk("diff", "5", "1", "2") == 0
    assert "\x1b[9;31m5\x1b[0m\x1b[32m7\x1b[0m" in copydesk.out
    assert "[-" not in copydesk.out


def test_diff_in_json_has_the_stretches_of_each_part(edited: Path, copydesk) -> None:
    assert copydesk("diff", "5", "--json") == 0
    shown = json.loads(copydesk.out)
    assert (shown["id"], shown["from"]["number"], shown["to"]["number"]) == (5, 2, 3)
    assert shown["title"] == [
        {"fate": "same", "text": "Barge sinks"},
        {"fate": "added", "text": " off Skerrow"},
    ]
    assert shown["text"] == [{"fate": "same", "text": SECOND}]
    assert copydesk("diff", "1", "--json") == 0
    assert json.loads(copydesk.out)["from"]["number"] == 1


def test_what_never_changed_has_no_diff_and_that_is_said(edited: Path, copydesk) -> None:
    assert copydesk("diff", "1") == 0
    assert (copydesk.out, copydesk.err) == (
        "",
        "copydesk: #1 has not been changed since it was first seen\n",
    )


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["diff", "5", "9"], 2, "there is no state 9: the article has 1 to 3, the last the present one"),
        (["diff", "99"], 1, "no article 99"),
        (["diff", "5", "one"], 2, "FROM: "),
        (["changes", "--since", "yesterdayish"], 2, "is no time"),
        (["changes", "--kind", "edits"], 2, "no change is of kind 'edits'"),
        (["changes", "--source", "Nobody"], 2, "no source named 'Nobody'"),
    ],
)
def test_what_cannot_be_shown(edited: Path, copydesk, arguments: list[str], status: int, told: str) -> None:
    assert copydesk(*arguments) == status
    assert told in copydesk.err


def test_changes_are_lines_that_begin_with_their_cursor(edited: Path, copydesk) -> None:
    assert copydesk("changes", "--since", "c4") == 0
    assert copydesk.out.splitlines() == [
        "c5       2024-05-10 12:00Z  new         #5  The Paper  Barge sinks",
        "c6       2024-05-10 13:00Z  text        #5  The Paper  Barge sinks",
        "c7       2024-05-10 14:00Z  headline    #5  The Paper  Barge sinks off Skerrow (was: Barge sinks)",
    ]
    assert copydesk.err == "copydesk: the next time, --since c7 goes on from here\n"


def test_changes_go_on_from_a_cursor_without_a_gap(edited: Path, copydesk) -> None:
    cursor, read = "c0", []
    for _ in range(4):
        assert copydesk("changes", "--since", cursor, "--limit", "3", "--json") == 0
        rows = [json.loads(line) for line in copydesk.out.splitlines()]
        read += [row["cursor"] for row in rows]
        cursor = copydesk.err.split()[5]
    assert read == [f"c{number}" for number in range(1, 8)]
    assert cursor == "c7"


def test_changes_keep_their_cursor_in_a_file(edited: Path, copydesk, tmp_path: Path) -> None:
    seen = tmp_path / "seen.txt"
    assert copydesk("changes", "--since", "c0", "--cursor", str(seen), "--kind", "headline", "--json") == 0
    assert len(copydesk.out.splitlines()) == 1
    assert seen.read_text() == "c7\n"
    assert copydesk("changes", "--cursor", str(seen)) == 0
    assert copydesk.out == ""
    with open_database(str(edited)) as database, database.write() as session:
        session.execute(update(Article).where(Article.id == 5).values(gone_at=NOW, gone_how="http 410"))
        note_change(session, 5, NOW, ChangeKind.GONE)
    assert copydesk("changes", "--cursor", str(seen)) == 0
    assert copydesk.out.startswith("c8 ")
    assert "gone" in copydesk.out
    assert seen.read_text() == "c8\n"
    assert copydesk("changes", "--cursor", str(seen), "--since", "c1") == 2
    assert copydesk("show", "5") == 0
    assert "gone         since 2024-05-10 12:00Z (http 410)" in copydesk.out
    assert "Nobody was hurt." in copydesk.out


def test_changes_since_a_time_and_of_a_kind(edited: Path, copydesk) -> None:
    assert copydesk("changes", "--since", "2024-05-10T13:00Z", "--kind", "text", "--kind", "headline") == 0
    assert [line.split()[0] for line in copydesk.out.splitlines()] == ["c6", "c7"]
    assert copydesk("changes", "--since", "2024-05-10T13:00Z", "--source", "Zeitung") == 0
    assert copydesk.out == ""


@pytest.mark.parametrize("kept", ["", "garbage", "2024-05-06"])
def test_a_file_without_a_cursor_is_told_by_its_name(
    edited: Path, copydesk, tmp_path: Path, kept: str
) -> None:
    seen = tmp_path / "seen.txt"
    seen.write_text(kept, encoding="utf-8")
    assert copydesk("changes", "--cursor", str(seen)) == 2
    assert f"{seen} holds no cursor" in copydesk.err
    assert seen.read_text(encoding="utf-8") == kept


def test_the_cursor_of_another_archive_is_told(edited: Path, copydesk, tmp_path: Path) -> None:
    seen = tmp_path / "seen.txt"
    seen.write_text("c99999", encoding="utf-8")
    assert copydesk("changes", "--cursor", str(seen)) == 1
    assert "c99999 is ahead of this archive" in copydesk.err
    assert seen.read_text(encoding="utf-8") == "c99999"
