"""`copydesk clean` and `copydesk restore`, on articles filed in a real archive."""

import json
import random
from datetime import UTC, datetime

import pytest

from pipelines.article import Fingerprint, Removed
from pipelines.fingerprint import fingerprint
from storage.errors import CannotStore
from storage.frontier import ask_for_page
from storage.session import open_database

HOUSE_LINE = "The Paper is owned by its readers; anybody may join them, and three thousand have."
SHARE = Removed(text="Share this", rule="named: share", at=0)
ALSO = Removed(text="See also: The foghorn", rule="see also", at=2)
TITLES = ["Harbour", "Orchard", "Theatre", "Railway"]
"""They share no word: articles that do are a series, and a line of a series is not its source's."""


@pytest.fixture
def stories(file_story) -> list[int]:
    """Four articles of one source; the house line stands under each."""

    def told(number: int) -> str:
        letters = random.Random(number)
        words = ["".join(letters.choices("abcdefghijklmnop", k=7)) for _ in range(60)]
        return "\n".join(f"The {' '.join(words[n : n + 15])} said it." for n in range(0, 60, 15))

    make = ("p<div.story<article",) * 5
    return [
        file_story(number, f"{TITLES[number % 10]} {number}", f"{told(number)}\n{HOUSE_LINE}", makes=make)
        for number in range(10, 14)
    ]


@pytest.fixture
def marked(file_story) -> int:
    """An article of which the first and the third line were taken out."""
    text = "A first paragraph of the story, and a second sentence.\nAnother one, which ends the story."
    return file_story(20, "Marked", text, removed=(SHARE, ALSO), makes=("p<div.story<article",) * 4)


def text_of(copydesk, article_id: int) -> list[str]:
    assert copydesk("show", str(article_id), "--json") == 0
    lines: list[str] = json.loads(copydesk.out)["text"].split("\n")
    return lines


def test_a_dry_run_tells_what_would_go_and_changes_nothing(copydesk, stories: list[int]) -> None:
    for _ in range(2):
        assert copydesk("clean", "--source", "the paper", "--dry-run") == 0
        assert copydesk.out.count(f"  − [learned line] {HOUSE_LINE}\n") == 4
        assert f"#{stories[0]} Harbour 10\n" in copydesk.out
        assert copydesk.err == "copydesk: 4 articles would change: 4 lines taken out, 0 lines put back\n"
    assert text_of(copydesk, stories[0])[-1] == HOUSE_LINE


@pytest.mark.parametrize("arguments", [[], ["--source", "The Paper"]])
def test_clean_learns_from_what_is_stored_and_takes_it_out(
    copydesk, stories: list[int], arguments: list[str]
) -> None:
    assert copydesk("clean", *arguments) == 0
    assert (copydesk.out, "4 articles changed: 4 lines taken out" in copydesk.err) == ("", True)
    assert HOUSE_LINE not in text_of(copydesk, stories[0])
    assert copydesk("show", str(stories[0]), "--json") == 0
    assert json.loads(copydesk.out)["revisions"] == []
    assert copydesk("clean", *arguments) == 0
    assert copydesk.err == "copydesk: nothing changed\n"


def test_in_json_clean_gives_each_article_and_its_lines(copydesk, stories: list[int]) -> None:
    assert copydesk("clean", "--json") == 0
    rows = json.loads(copydesk.out)
    assert sorted(row["id"] for row in rows) == stories
    assert rows[0]["removed"] == [{"text": HOUSE_LINE, "rule": "learned line", "at": 4}]
    assert rows[0]["restored"] == []


def test_what_was_restored_stays_until_it_is_cleaned_again(copydesk, stories: list[int]) -> None:
    assert copydesk("clean") == 0
    assert copydesk("restore", f"#{stories[1]}", "learned line") == 0
    assert copydesk.out == f"  + [learned line] {HOUSE_LINE}\n"
    assert copydesk.err == f"copydesk: 1 line put back into #{stories[1]}\n"
    assert copydesk("clean") == 0
    assert text_of(copydesk, stories[1])[-1] == HOUSE_LINE
    assert copydesk("show", str(stories[1])) == 0
    assert "restored     learned line\n" in copydesk.out
    assert copydesk("clean", str(stories[1]), "--again") == 0
    assert f"  − [learned line] {HOUSE_LINE}\n" in copydesk.out
    assert HOUSE_LINE not in text_of(copydesk, stories[1])


@pytest.mark.parametrize(
    ("rule", "lines"),
    [([], [SHARE, ALSO]), (["see also"], [ALSO]), (["named"], [SHARE]), (["named: share"], [SHARE])],
)
def test_lines_come_back_to_their_places(
    copydesk, marked: int, rule: list[str], lines: list[Removed]
) -> None:
    before = text_of(copydesk, marked)
    assert copydesk("restore", str(marked), *rule, "--json") == 0
    back = [{"text": line.text, "rule": line.rule, "at": line.at} for line in lines]
    assert json.loads(copydesk.out) == {"id": marked, "title": "Marked", "restored": back}
    whole = [SHARE.text, before[0], ALSO.text, before[1]]
    assert text_of(copydesk, marked) == [
        line for line in whole if line in before or line in [out.text for out in lines]
    ]


def test_to_restore_twice_is_no_failure(copydesk, marked: int) -> None:
    assert copydesk("restore", str(marked)) == 0
    assert copydesk("restore", str(marked)) == 0
    assert copydesk.err == f"copydesk: 0 lines put back into #{marked}\n"


@pytest.mark.parametrize("settings", ['keep = ["learned line"]', "learn = false"])
def test_the_settings_say_what_stays(copydesk, archive, stories: list[int], settings: str) -> None:
    assert copydesk("clean") == 0
    assert HOUSE_LINE not in text_of(copydesk, stories[0])
    (archive.parent / "copydesk.toml").write_text(f"[cleaning]\n{settings}\n")
    assert copydesk("clean", "--source", "The Paper") == 0
    assert text_of(copydesk, stories[0])[-1] == HOUSE_LINE


def test_a_page_that_gave_no_article_cannot_be_cleaned(copydesk, archive) -> None:
    with open_database(str(archive)) as database, database.write() as session:
        ask_for_page(session, "https://paper.example/tag/storm", None, datetime.now(UTC))
    for command in ("clean", "restore"):
        assert copydesk(command, "paper.example/tag/storm") == 1
        assert "https://paper.example/tag/storm gave no article; `copydesk show" in copydesk.err


def test_a_source_is_cleaned_in_parts_each_of_which_is_written_for_good(
    copydesk, archive, stories: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_on_the_oldest(words: str) -> Fingerprint:
        if words.split("\n")[0] == oldest:
            raise CannotStore("broken off")
        return fingerprint(words)

    oldest = text_of(copydesk, stories[0])[0]
    monkeypatch.setattr("pipelines.source_cleaning.PART", 1)
    monkeypatch.setattr("pipelines.source_cleaning.fingerprint", breaks_on_the_oldest)
    assert copydesk("clean") == 1
    assert HOUSE_LINE not in text_of(copydesk, stories[3])
    assert HOUSE_LINE in text_of(copydesk, stories[0])
