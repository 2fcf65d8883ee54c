"""The list of sources: shown, changed, imported and exported."""

import json
from pathlib import Path

import pytest

from crawler.cli.source_lists import read_list


def test_the_sources_are_listed_with_or_without_a_further_word(archive: Path, copydesk) -> None:
    for command in (["sources"], ["sources", "list"]):
        assert copydesk(*command) == 0
        assert [line.split()[-4:] for line in copydesk.out.splitlines()[1:]] == [
            ["Paper", "https://paper.example/", "auto", "1"],
            ["Zeitung", "https://zeitung.example/", "auto", "0"],
        ]
    for command in (["sources", "--json"], ["sources", "list", "--json"]):
        assert copydesk(*command) == 0
        first = json.loads(copydesk.out)[0]
        assert first["seeds"] == [{"kind": "feed", "url": "https://paper.example/feed"}]


def test_a_source_can_rest_and_be_taken_up_again(archive: Path, copydesk) -> None:
    assert copydesk("sources", "disable", "the paper", "https://zeitung.example") == 0
    assert copydesk.out == "'The Paper' disabled\n'Zeitung' disabled\n"
    assert copydesk("crawl", "--all") == 2
    assert "no source to crawl" in copydesk.err
    assert copydesk("sources", "enable", "Zeitung") == 0
    assert copydesk("sources", "--json") == 0
    assert [source["enabled"] for source in json.loads(copydesk.out)] == [False, True]


def test_a_source_that_is_removed_leaves_its_articles(archive: Path, copydesk) -> None:
    assert copydesk("sources", "remove", "The Paper") == 0
    assert copydesk("sources", "--json") == 0
    assert [source["name"] for source in json.loads(copydesk.out)] == ["Zeitung"]
    assert copydesk("export", "--all-copies") == 0
    assert len(copydesk.out.splitlines()) == 4


def test_one_wrong_name_changes_nothing(archive: Path, copydesk) -> None:
    assert copydesk("sources", "remove", "The Paper", "nobody") == 2
    assert copydesk("sources", "--json") == 0
    assert len(json.loads(copydesk.out)) == 2


@pytest.mark.parametrize("name", ["list.toml", "list.opml", "list.txt"])
def test_what_is_exported_can_be_imported(archive: Path, copydesk, name: str) -> None:
    assert copydesk("sources", "disable", "Zeitung") == 0
    assert copydesk("sources", "export", name) == 0
    assert copydesk("--db", "new.sqlite", "sources", "import", name) == 0
    assert copydesk.out == "2 sources added, 0 known already\n"
    assert copydesk("--db", "new.sqlite", "sources", "import", name) == 0
    assert copydesk.out == "0 sources added, 2 known already\n"
    assert copydesk("--db", "new.sqlite", "sources", "--json") == 0
    paper, zeitung = sorted(json.loads(copydesk.out), key=lambda source: source["url"])
    assert (paper["url"], zeitung["url"]) == ("https://paper.example/", "https://zeitung.example/")
    assert paper["name"] == ("paper.example" if name == "list.txt" else "The Paper")
    assert paper["seeds"] == (
        [] if name == "list.txt" else [{"kind": "feed", "url": "https://paper.example/feed"}]
    )
    assert zeitung["enabled"] is (name != "list.toml")


def test_a_line_that_is_no_address_is_named_and_nothing_is_added(archive: Path, copydesk) -> None:
    Path("list.txt").write_text(
        "# papers\n\nhttps://paper.example\none.example\nhttp://two.example/news # two\nnot an address\n"
    )
    assert copydesk("sources", "import", "list.txt") == 2
    assert copydesk.err == (
        "copydesk: list.txt: line 6: 'not an address' is no web address; nothing was added\n"
    )
    Path("list.txt").write_text(
        "# papers\n\nhttps://paper.example\none.example\nhttp://two.example/news # two\n"
    )
    assert copydesk("sources", "import", "list.txt") == 0
    assert copydesk.out == "2 sources added, 1 known already\n"


def test_opml_of_any_make_is_read_and_a_sites_feeds_become_one_source() -> None:
    body = b"""<?xml version="1.0"?><opml version="1.0"><body><outline text="News"><outline text="Folder">
      <outline text="Paper &amp; Co" TYPE="rss" xmlurl="https://paper.example/top.xml" htmlurl="https://paper.example"/>
      <outline text="Sport" xmlUrl="https://paper.example/sport.xml" htmlUrl="https://paper.example/"/>
      </outline><outline title="Feed alone" xmlUrl="http://blog.example/feed"/></outline>
      <outline text="Broken" xmlUrl="feed:nonsense"/></body>"""
    listed, problems = read_list(body, "list.opml")
    assert [(source.name, source.url, [seed.url for seed in source.seeds]) for source in listed] == [
        (
            "Paper & Co",
            "https://paper.example/",
            ["https://paper.example/top.xml", "https://paper.example/sport.xml"],
        ),
        ("Feed alone", "http://blog.example/", ["http://blog.example/feed"]),
    ]
    assert problems == ["line 5: 'feed:nonsense' is no web address"]


def test_a_list_in_toml_tells_what_is_wrong_with_an_entry() -> None:
    tables = ['url = "https://a.example"', 'url = "nonsense"', 'url = "b.example"\nx = 1']
    body = "".join(f"[[source]]\n{table}\n" for table in tables)
    listed, problems = read_list(body.encode(), "list.toml")
    assert [source.url for source in listed] == ["https://a.example/"]
    assert problems == [
        "source 2: 'nonsense' is no web address",
        "source 3: x is no such key; allowed are url, name, schedule, enabled, seeds",
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("list.opml", b"", "no OPML"),
        ("list.txt", b"https://a.example\n\0", "no list of sources"),
        ("list.txt", b"https://a.example\n# caf\xe9", "no list of sources"),
        ("list.opml", b"<html><body/></html>", "no OPML"),
        ("list.toml", b"[[source", "not valid TOML"),
        ("list.toml", b'source = "x"', "names no source"),
    ],
)
def test_a_file_that_is_no_list_is_wrong_usage(
    archive: Path, copydesk, name: str, content: bytes, says: str
) -> None:
    Path(name).write_bytes(content)
    assert copydesk("sources", "import", name) == 2
    assert f"{name}" in copydesk.err
    assert says in copydesk.err


def test_two_sources_of_one_name_are_told_apart(archive: Path, copydesk) -> None:
    Path("list.toml").write_text('[[source]]\nname = "The Paper"\nurl = "https://elsewhere.example"\n')
    assert copydesk("sources", "import", "list.toml") == 0
    assert copydesk("sources", "--json") == 0
    names = {source["url"]: source["name"] for source in json.loads(copydesk.out)}
    assert names["https://elsewhere.example/"] == "The Paper 2"
