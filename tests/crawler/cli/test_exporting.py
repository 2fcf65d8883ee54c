"""export, on articles filed in a real archive."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from crawler.cli.whole_file import whole_binary_file
from storage.export import KEYS, PAST_KEYS
from storage.export.target import open_target
from storage.session import open_database
from storage.sources import remove_source

THEN = "2024-05-10"
"""The day on which the archive's articles were filed."""


def ids(lines: str) -> list[int]:
    return [json.loads(line)["id"] for line in lines.splitlines()]


def test_export_writes_json_lines_with_every_key(archive: Path, copydesk) -> None:
    assert copydesk("export", "--all-copies") == 0
    rows = [json.loads(line) for line in copydesk.out.splitlines()]
    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    wanted = (
        "id url canonical_url source title standfirst authors published_at modified_at language text image "
        "section tags fetched_at duplicate_of"
    )
    assert set(wanted.split()) <= set(rows[0])
    assert rows[0]["published_at"] == "2024-05-06T10:30:00+02:00"
    assert rows[3]["duplicate_of"] == 1


def test_export_takes_filters_and_knows_csv_by_the_files_name(archive: Path, copydesk) -> None:
    assert copydesk("export", "--all-copies", "--lang", "en", "-o", "out.csv") == 0
    assert copydesk.out == ""
    assert "2 articles written to out.csv" in copydesk.err
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "4"]
    assert rows[0]["tags"] == "harbour; storm"


def test_an_export_that_fails_leaves_the_old_file_as_it_was(archive: Path, copydesk) -> None:
    Path("out.jsonl").write_text("before")
    assert copydesk("export", "--source", "nobody", "-o", "out.jsonl") == 2
    assert copydesk("export", "--author", "!", "-o", "out.jsonl") == 2
    assert Path("out.jsonl").read_text() == "before"
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith(("out", "."))) == [
        "out.jsonl"
    ]


def test_a_story_is_written_once_unless_every_copy_is_asked_for(archive: Path, copydesk) -> None:
    assert copydesk("export") == 0
    assert ids(copydesk.out) == [1, 2, 3]
    assert copydesk("export", "--query", "harbour") == 0
    assert ids(copydesk.out) == [1]
    assert copydesk("export", "--query", "harbour", "--all-copies", "--columns", "id, title") == 0
    assert copydesk.out.splitlines() == [
        '{"id": 1, "title": "Harbour wall to be rebuilt"}',
        '{"id": 4, "title": "Wall to be rebuilt"}',
    ]


def test_the_archive_as_of_a_date_is_the_same_each_time_whatever_happens_to_it(
    archive: Path, copydesk
) -> None:
    assert copydesk("export", "--as-of", THEN, "-o", "one.jsonl.gz") == 0
    assert "its manifest is one.jsonl.gz.manifest.json" in copydesk.err
    assert copydesk("restore", "1") == 0
    with open_database(str(archive)) as database, database.write() as session:
        remove_source(session, 1, datetime.now(UTC))
    assert copydesk("export", "--as-of", THEN, "--source", "The Paper", "-o", "paper.csv") == 0
    assert copydesk("export", "--as-of", THEN, "-o", "two.jsonl.gz") == 0
    one, two = (Path(f"{name}.jsonl.gz").read_bytes() for name in ("one", "two"))
    assert one == two
    first = json.loads(gzip.decompress(one).splitlines()[0])
    assert tuple(first) == PAST_KEYS
    assert (first["source"], "READ MORE" in first["text"]) == ("The Paper", False)
    assert Path("one.jsonl.gz.manifest.json").read_text() == Path("two.jsonl.gz.manifest.json").read_text()
    assert Path("paper.csv").read_text(encoding="utf-8").count("The Paper") == 3


def test_a_manifest_counts_and_finds_what_was_changed(archive: Path, copydesk) -> None:
    assert copydesk("export", "--manifest", "--since", "2024-05", "-o", "may.jsonl") == 0
    told = json.loads(Path("may.jsonl.manifest.json").read_text())
    assert (told["format"], told["as_of"], told["articles"]) == ("jsonl", None, 3)
    assert (told["first_id"], told["last_id"], told["columns"]) == (1, 3, list(KEYS))
    assert told["sources"] == {"The Paper": 3}
    assert told["languages"] == {"": 1, "de": 1, "en": 1}
    assert told["asked_for"]["since"] == "2024-05-01T00:00:00+00:00"
    assert told["bytes"] == Path("may.jsonl").stat().st_size
    assert copydesk("export", "--verify", "may.jsonl.manifest.json") == 0
    assert told["sha256"] in copydesk.out
    Path("may.jsonl").write_text("less")
    assert copydesk("export", "--verify", "may.jsonl.manifest.json") == 1
    assert "may.jsonl is not what may.jsonl.manifest.json says: bytes is 4, not" in copydesk.err
    assert copydesk("export", "-o", "may.jsonl") == 0
    assert "may.jsonl.manifest.json is of an earlier export" in copydesk.err


def test_parquet_is_known_by_the_files_name(archive: Path, copydesk) -> None:
    import pyarrow.parquet

    assert copydesk("export", "-o", "out.parquet") == 0
    assert pyarrow.parquet.read_table("out.parquet")["id"].to_pylist() == [1, 2, 3]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_has_the_newest_first(archive: Path, copydesk, form: str) -> None:
    arguments = ("--title", "All & more", "--feed-url", "https://me.example/feed")
    assert copydesk("export", "-o", f"new.{form}", *arguments) == 0
    assert "3 articles written" in copydesk.err
    feed = feedparser.parse(Path(f"new.{form}").read_bytes())
    assert not feed.bozo
    assert feed.feed.title == "All & more"
    dates = [entry.published_parsed for entry in feed.entries]
    assert dates == sorted(dates, reverse=True)
    assert copydesk("export", "--format", form, "--query", "harbour", "--limit", "1") == 0
    assert len(feedparser.parse(io.BytesIO(copydesk.out.encode())).entries) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--as-of 2999-01-01", "--as-of 2999-01-01 is not over yet"),
        ("--as-of {today}", "to have it up to now: --as-of"),
        ("--as-of then", "'then' is no time"),
        ("--as-of 2024-05-10 --query x", "--query looks in the words of today"),
        ("--as-of 2024-05-10 --columns fetched_at", "what it was before is not kept"),
        ("--columns titel", "there is no column 'titel'; there are id, url,"),
        ("--format rss --as-of 2024-05-10", "--as-of is not for a feed"),
        ("--format rss --columns id", "--columns is not for a feed"),
        ("--title x", "--title and --feed-url are for a feed"),
        ("--manifest", "--manifest stands beside a file: add -o FILE"),
        ("-o x.parquet.gz", "Parquet is compressed by itself"),
        ("--verify x.jsonl", "a manifest is named FILE.manifest.json"),
        ("--lang english", "--lang english: a language is written as its code"),
        ("--as-of 2024-05-10 --source nobody", "there is no source named 'nobody'"),
    ],
)
def test_what_cannot_be_exported_is_told(archive: Path, copydesk, arguments: str, says: str) -> None:
    asked = arguments.format(today=datetime.now(UTC).date()).split()
    assert copydesk("export", *asked) == 2
    assert says in copydesk.err
    assert copydesk.err.count("\n") == 1
    assert copydesk.out == ""


def test_without_pyarrow_the_extra_is_named(archive: Path, copydesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert copydesk("export", "-o", "out.parquet") == 1
    assert "pip install 'copydesk[parquet]'" in copydesk.err
    assert not Path("out.parquet").exists()


def test_the_last_minutes_may_still_be_on_their_way(archive: Path, copydesk) -> None:
    assert copydesk("export", "--as-of", f"{datetime.now(UTC):%Y-%m-%dT%H:%M}") == 0
    assert "may still be on its way" in copydesk.err
    assert ids(copydesk.out) == [1, 2, 3]


def test_an_interrupted_export_leaves_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "out.jsonl"
    place.write_text("before")

    def interrupted() -> None:
        with whole_binary_file(place) as file, open_target(file, compressed=True, hashed=True) as target:
            target.text.write("half a row" * 10_000)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert place.read_text() == "before"
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize(
    ("name", "told"), [("x.foo", True), ("x.foo.gz", True), ("x.jsonl", False), ("x", False)]
)
def test_an_ending_that_no_format_goes_by_is_told(archive: Path, copydesk, name: str, told: bool) -> None:
    assert copydesk("export", "-o", name) == 0
    assert ("no format goes by .foo" in copydesk.err) == told


def test_cells_are_guarded_unless_they_are_asked_for_as_they_are(file_story, copydesk) -> None:
    file_story(9, "=1+1", "The ferry to the outer islands sails again each Sunday, as its owner has said.")
    assert copydesk("export", "--format", "csv", "--columns", "title") == 0
    assert "\n'=1+1\r\n" in copydesk.out
    assert copydesk("export", "--format", "csv", "--columns", "title", "--as-is") == 0
    assert "\n=1+1\r\n" in copydesk.out
    assert copydesk("export", "--as-is") == 2


@pytest.mark.parametrize("command", [["export"], ["search", "harbour"]])
def test_a_misspelt_reservation_is_told(archive: Path, copydesk, command: list[str]) -> None:
    assert copydesk(*command, "--without-reservations", "noai, tdm-reservatoin") == 2
    assert "'tdm-reservatoin' means nothing that publishers reserve; did you mean" in copydesk.err
    assert copydesk(*command, "--without-reservations", "noai,robots: GPTBot") == 0
