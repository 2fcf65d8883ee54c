"""What is written for a person."""

import sys

import pytest

from crawler.cli.terminal import counted, printable, show_json, show_table, shown_size


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Café 港口 שלום 👩‍👩‍👧", "Café 港口 שלום 👩‍👩‍👧"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b]0;title\x07", "[31mred]0;title"),
        ("\x9b2J\x7f\r\x00", "2J"),
        ("\u202eabc\u2066", "abc"),
        ("\ud800", ""),
    ],
)
def test_nothing_that_a_terminal_acts_on_is_left(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_table_in_a_pipe_is_whole_and_without_marks(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    show_table(["name", "count"], [("[bold]a[/bold]", 5), (long, 12_345)], ["total", 12_350])
    assert capsys.readouterr().out.splitlines() == [
        f"{'name':<300}   count",
        f"{'[bold]a[/bold]':<300}       5",
        f"{long}  12,345",
        f"{'total':<300}  12,350",
    ]


def test_json_has_times_as_iso_8601_and_letters_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import UTC, datetime

    show_json({"at": datetime(2024, 5, 6, tzinfo=UTC), "name": "Zarichchia · Заріччя"})
    assert capsys.readouterr().out == (
        '{\n  "at": "2024-05-06T00:00:00+00:00",\n  "name": "Zarichchia · Заріччя"\n}\n'
    )


def test_a_count_has_its_plural() -> None:
    assert [counted(n, "page") for n in (0, 1, 2, 1200)] == ["0 pages", "1 page", "2 pages", "1,200 pages"]


@pytest.mark.parametrize("width", [200, 80, 60, 40])
def test_no_column_is_lost_on_a_narrow_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    columns = ["source", "last run", "state", "last new article", "articles", "waiting", "failures"]
    time = "2024-05-10 12:00Z"
    rows = [("The Harbour Gazette of Port Skerrow", time, "never run", time, 12_345, 7, 98_765)]
    show_table(columns, rows, ["total", "", "", "", 12_346, 7, 98_766])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    shown = set(out.split())
    assert {"articles", "waiting", "failures", "12,345", "98,765", "98,766", "never"} <= shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345, "12 kB"),
        (999_700, "1.0 MB"),
        (3_400_000, "3.4 MB"),
    ],
)
def test_sizes_are_told_in_thousands(size: int, shown: str) -> None:
    assert shown_size(size) == shown
