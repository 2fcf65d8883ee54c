"""The commands on stories: list them, see each place of one, take an article out of it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.article import Article
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.likeness import compare
from storage.articles import file_article
from storage.session import open_database

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
LINES = [
    "The harbour wall of Skerrow is to be rebuilt by the spring, the council said on Monday after a storm.",
    "Engineers had found a crack of eleven metres in the oldest part, which was laid by hand in 1871.",
    "The ferry will leave from the north mole until the work is done, and lorries must book a day ahead.",
    "Insurers put the damage at two million pounds, but divers have yet to look at the footings.",
]


def story(name: str, text: str, hour: int, **more: object) -> Article:
    url = f"https://{name}.example/wall"
    return Article(
        url=url,
        canonical_url=url,
        title=f"Wall, says {name}",
        text=text,
        fingerprint=fingerprint(text),
        published_at=datetime(2024, 5, 6, hour, tzinfo=UTC),
        date_precision="minute",
        date_confidence="high",
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive with a story in three places: #2 is the original, #1 whole, #3 cut to half."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    told = [
        story("gazette", "\n".join(LINES), 9, credit="AP"),
        story("herald", "\n".join(LINES), 7),
        story("courier", "\n".join(LINES[:2]), 10, credit="AP"),
        story(
            "other",
            "Another story, which stands in one place and is told at length up north.",
            7,
        ),
    ]
    with open_database("copydesk.sqlite") as database, database.write() as session:
        for each in told:
            file_article(session, None, each, NOW, resemblance, compare=compare)


@pytest.mark.usefixtures("carried")
def test_the_most_widely_carried_stories_are_listed(copydesk) -> None:
    assert copydesk("stories") == 0
    shown = copydesk.out
    for word in ("Wall, says herald", "#2", "in 3 places", "AP", "2024-05-06"):
        assert word in shown
    assert "Another" not in shown
    assert copydesk("stories", "--since", "2024-06") == 0
    assert "no story stands in more than one place" in copydesk.err
    assert copydesk("stories", "--json") == 0
    [found] = json.loads(copydesk.out)
    assert (found["id"], found["places"], found["agency"]) == (2, 3, "AP")


@pytest.mark.usefixtures("carried")
def test_each_place_of_a_story_is_shown(copydesk) -> None:
    assert copydesk("show", "3", "--copies") == 0
    rows = [line.split() for line in copydesk.out.splitlines()[1:4]]
    assert [row[0] for row in rows] == ["#2", "#1", "#3"]
    assert "original" in rows[0]
    assert "100%" in rows[1]
    assert "#2 is the original: the earliest published" in copydesk.err
    assert all(re.search(r" \d\d:\d\d(Z|[+-]\d\d:\d\d)  ", line) for line in copydesk.out.splitlines()[1:4])
    assert copydesk("show", "1", "--json") == 0
    told = json.loads(copydesk.out)
    assert [place["id"] for place in told["sightings"]] == [2, 3]
    assert told["updates"] == []


@pytest.mark.usefixtures("carried")
def test_an_article_is_taken_out_of_its_story_and_put_back(copydesk) -> None:
    assert copydesk("split", "2") == 0
    assert "#2 is a story of its own; 2 other sightings under #1" in copydesk.err
    assert copydesk("split", "2") == 1
    assert "#2 stands in one place only" in copydesk.err
    assert copydesk("split", "2", "--undo") == 0
    assert "#2 is the original of its story again" in copydesk.err
    assert copydesk("split", "3", "--json") == 0
    assert json.loads(copydesk.out) == {"id": 3, "original": 2, "others": [2, 1]}
    assert copydesk("explain", "3") == 0
    assert "kept apart from #2, by `copydesk split`" in copydesk.out
    assert copydesk("explain", "2", "--json") == 0
    assert json.loads(copydesk.out)["apart_from"] == [3]
    assert copydesk("split", "3", "--undo") == 0
    assert "#3 is in one story with #2 again" in copydesk.err
    assert copydesk("explain", "3") == 0
    assert "kept apart" not in copydesk.out
    assert copydesk("split", "3", "--undo") == 1
    assert "was not taken out of a story" in copydesk.err
