"""`copydesk extract`: pages in, JSON out, without an archive."""

import json
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.extracting import UNKNOWN_URL
from crawler.cli.page_lines import MAX_LINE, BadLine, page_of_line

PARAGRAPH = (
    "The harbour wall of Skerrow is to be rebuilt by the spring, the council said on Monday after a night of "
    "storm, and the ferry will leave from the north mole until the work is done. "
)
KEYS = [
    "text",
    "title",
    "kind",
    "kicker",
    "standfirst",
    "authors",
    "date",
    "date_confidence",
    "date_flag",
    "dates",
    "modified",
    "language",
    "image",
    "images",
    "tags",
    "access",
    "removed",
    "rejected",
]


def page(number: int) -> str:
    body = "".join(f"<p>{PARAGRAPH} Paragraph {n} of story {number}.</p>" for n in range(6))
    return (
        f"<html lang=en><head><title>Story {number} of the harbour</title></head>"
        f"<body><article><h1>Story {number} of the harbour</h1>{body}</article></body></html>"
    )


def line(number: int) -> bytes:
    row = {"id": number, "url": f"https://paper.example/2024/05/story-{number}", "html": page(number)}
    return json.dumps(row).encode() + b"\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text("[workers]\nprocesses = 2\n")
    return tmp_path


@pytest.fixture
def begin(folder: Path, start):
    """Starts it as a process of its own."""
    return lambda *arguments: start("extract", *arguments)


@pytest.fixture
def extract(folder: Path, copydesk):
    """Runs it in this process: what it wrote, with stdin that has what was `sent`."""

    def run(*arguments: str, sent: bytes = b"") -> str:
        status = copydesk("extract", *arguments, stdin=sent)
        assert (status, copydesk.err) == (0, "")
        return copydesk.out

    return run


def rows_of(written: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(row) for row in written.splitlines()]


def test_lines_come_out_in_order_and_a_bad_one_stops_nobody(begin) -> None:
    bad = [
        b"nonsense\n",
        b'{"id": "x"}\n',
        b'{"id": 1, "html": 2}\n',
        b"[]\n",
        b"\xff\n",
        b"\n",
        b'{"html": ""}',
    ]
    program = begin("-")
    out, err = program.communicate(b"".join([*map(line, range(40)), bad[0], line(40), *bad[1:]]), timeout=120)
    assert (program.returncode, err) == (0, b"")
    rows = rows_of(out)
    assert [row["id"] for row in rows] == [*range(40), None, 40, "x", 1, None, None, None]
    assert all(f"story {number}." in rows[number]["text"] for number in range(40))
    assert all(set(KEYS) <= set(row) for row in rows[:40])
    assert [set(row) for row in rows[42:46]] == [{"id", "error"}] * 4
    assert rows[40]["error"].startswith("not JSON")
    assert (rows[46]["text"], rows[46]["rejected"]) == ("", "empty")
    assert [path.name for path in Path().iterdir()] == ["copydesk.toml"]


def test_alone_a_line_comes_out_before_the_next_goes_in(begin) -> None:
    with begin("-", "--alone") as program:
        for number in range(2):
            program.stdin.write(line(number))
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["id"] == number
        program.stdin.close()
    assert program.returncode == 0


def test_more_pages_than_the_window_go_through(extract) -> None:
    rows = rows_of(
        extract("-", sent=b"".join(b'{"id": %d, "html": "<p>Hm"}\n' % number for number in range(400)))
    )
    assert [row["id"] for row in rows] == list(range(400))
    assert {row["rejected"] for row in rows} == {"stub"}


def test_a_signal_ends_it_though_stdin_is_open(begin) -> None:
    with begin("-", "--alone") as program:
        program.stdin.write(line(1))
        program.stdin.flush()
        assert json.loads(program.stdout.readline())["id"] == 1
        program.send_signal(signal.SIGINT)
        assert program.wait(20) == 1
        assert b"stopping" in program.stderr.read()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_gives_out_what_was_read_and_held(begin, signum: int) -> None:
    with begin("-") as program:
        # Those without a page come at once.
        program.stdin.write(b"".join(b'{"id": %d}\n' % number for number in range(2000)))
        program.stdin.write(b"".join(b'{"id": %d, "html": "<p>Hm"}\n' % n for n in range(2000, 2050)))
        program.stdin.flush()
        first = [json.loads(program.stdout.readline())["id"] for _ in range(2000)]
        assert first == list(range(2000))
        time.sleep(0.5)  # for those that are held after them to be read
        program.send_signal(signum)
        rest = [json.loads(row)["id"] for row in program.stdout.read().splitlines()]
        assert rest
        assert rest == list(range(2000, 2000 + len(rest)))
        assert program.wait(20) == 1


def test_whoever_stops_reading_gets_no_traceback(begin) -> None:
    with begin("-", "--alone") as program:
        program.stdin.write(line(1))
        program.stdin.flush()
        program.stdout.readline()
        program.stdout.close()
        program.stdin.write(line(2))
        program.stdin.flush()
        assert program.wait(20) == 0  # though stdin is still open
        assert program.stderr.read() == b""


HOUSE_LINE = "Tuck the paper under your arm: members get it at the kiosk by the ferry, every Friday."


def of_the_house(number: int, url: str | None) -> bytes:
    """A page whose story is its own, and whose last line stands under every story of the house."""
    letters = random.Random(number)
    words = ["".join(letters.choices("abcdefghijklmnop", k=7)) for _ in range(150)]
    told = "".join(f"<p>The {' '.join(words[n : n + 15])} said it.</p>" for n in range(0, 150, 15))
    html = f"<html><head><title>On {words[0]}</title></head><body><article><h1>On {words[0]}</h1>{told}"
    row = {"id": number, "url": url, "html": f"{html}<p>{HOUSE_LINE}</p></article></body></html>"}
    return json.dumps(row).encode() + b"\n"


@pytest.mark.parametrize(
    ("hosts", "arguments", "without"),
    [
        (["a.example"] * 4, [], [True] * 4),
        (["a.example", "b.example", None, "a.example", "A.example"], [], [True, False, False, True, True]),
        ([None] * 4, [], [False] * 4),
        (["a.example"] * 4, ["--alone"], [False] * 4),
        (["a.example"] * 4, ["--keep", "learned line"], [False] * 4),
    ],
)
def test_pages_of_one_host_inform_one_another(
    extract, hosts: list[str | None], arguments: list[str], without: list[bool]
) -> None:
    urls = [host and f"https://{host}/2024/05/story-{n}" for n, host in enumerate(hosts)]
    rows = rows_of(
        extract("-", *arguments, sent=b"".join(of_the_house(n, url) for n, url in enumerate(urls)))
    )
    assert [row["id"] for row in rows] == list(range(len(hosts)))
    assert [HOUSE_LINE not in row["text"] for row in rows] == without
    for row in rows:
        taken = [passage for passage in row["removed"] if passage["text"] == HOUSE_LINE]
        assert [passage["rule"] for passage in taken] == (["learned line"] if without[row["id"]] else [])
        assert all(passage["at"] == row["text"].count("\n") + 2 for passage in taken)


def test_the_settings_and_the_options_say_which_rules_lines_stay(extract) -> None:
    see_also = "See also: How the foghorn was kept"
    html = page(1).replace("</article>", f"<p>{see_also}</p><p>{PARAGRAPH}</p></article>")
    sent = json.dumps({"id": 1, "html": html}).encode()
    assert see_also not in rows_of(extract("-", sent=sent))[0]["text"]
    assert see_also in rows_of(extract("-", "--keep", "tail", "--keep", "see also", sent=sent))[0]["text"]
    with Path("copydesk.toml").open("a") as settings:
        settings.write('[cleaning]\nkeep = ["see also"]\n')
    assert see_also in rows_of(extract("-", sent=sent))[0]["text"]


def test_a_file_is_extracted_and_its_address_used_only_if_given(extract) -> None:
    Path("page.html").write_text(page(7))
    plain = json.loads(extract("page.html"))
    assert plain["title"] == "Story 7 of the harbour"
    assert UNKNOWN_URL not in json.dumps(plain)
    told = json.loads(extract("page.html", "--url", "https://paper.example/seven?utm_source=x"))
    assert told["canonical_url"] == "https://paper.example/seven"


def test_a_plain_text_file_is_cleaned(extract) -> None:
    Path("story.txt").write_text(f"{PARAGRAPH}\nREAD MORE: How the foghorn was kept\n{PARAGRAPH}\n")
    told = json.loads(extract("story.txt"))
    assert told["text"].startswith(PARAGRAPH.strip())
    assert told["removed"] == [{"text": "READ MORE: How the foghorn was kept", "rule": "see also", "at": 1}]


def test_what_is_to_be_kept_stays_in_a_plain_text(extract) -> None:
    Path("story.txt").write_text(f"{PARAGRAPH}\nREAD MORE: How the foghorn was kept\n{PARAGRAPH}\n")
    told = json.loads(extract("story.txt", "--keep", "see also"))
    assert "READ MORE: How the foghorn was kept" in told["text"].split("\n")
    assert told["removed"] == []


@pytest.mark.usefixtures("folder")
def test_a_rule_to_keep_that_there_is_not_is_told(copydesk) -> None:
    Path("story.txt").write_text(PARAGRAPH)
    copydesk("extract", "story.txt", "--keep", "fact boxes", "--keep", "named: ad")
    assert json.loads(copydesk.out)["text"] == PARAGRAPH
    assert "no rule is called 'fact boxes'" in copydesk.err
    assert "fact box," in copydesk.err
    assert "named: ad" not in copydesk.err


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_text_is_named(copydesk) -> None:
    Path("story.txt").write_bytes(b"The wall\0 of Skerrow")
    assert copydesk("extract", "story.txt") == 1
    assert "story.txt: it is no text: byte 8 is a zero" in copydesk.err


@pytest.mark.parametrize(
    ("sent", "says", "page_id"),
    [
        (b"{", "not JSON", None),
        (b"[" * 100_000, "not JSON", None),
        (b"3", "not a JSON object", None),
        (b'{"id": [1]}', '"html" is missing', [1]),
        (b'{"id": 1, "html": []}', '"html" is not a string', 1),
        (b'{"id": 1, "html": "", "url": 3}', '"url" is not a string', 1),
        (b"x" * (MAX_LINE + 1), "longer than", None),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(sent: bytes, says: str, page_id: Any) -> None:
    with pytest.raises(BadLine, match=says) as caught:
        page_of_line(sent)
    assert caught.value.page_id == page_id


@pytest.mark.parametrize("url", [None, "", "nonsense", "hard::copy", "file:///etc/passwd"])
def test_an_address_that_is_none_is_left_out(url: str | None) -> None:
    _, made = page_of_line(json.dumps({"html": "<p>\ud800", "url": url}).encode())
    assert made.url == UNKNOWN_URL
    assert made.body == b"<p>?"
