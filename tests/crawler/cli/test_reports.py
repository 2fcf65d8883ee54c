"""What a crawl reports: while it runs and at its end."""

import io
from collections import Counter

import pytest
from rich.console import Console
from rich.progress import Progress

from crawler.cli.progress_bar import Bar, Lines, shown_progress
from crawler.cli.reports import reports_as_json, show_reports
from crawler.report import RunCounts, RunReport
from storage.models import RunState


def report(
    source: str, state: RunState = RunState.DONE, error: str | None = None, **counts: object
) -> RunReport:
    return RunReport(
        source=source, source_id=1, state=state, counts=RunCounts(**counts), error=error, seconds=1.26
    )  # type: ignore[arg-type]


BUSY = report(
    "paper.example",
    found=30,
    new=20,
    revised=1,
    unchanged=2,
    duplicate=3,
    rejected=Counter({"stub": 1, "section page": 3}),
    failed=Counter({"http 503": 1}),
)


def test_a_source_has_a_row_with_reasons_and_all_have_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    show_reports([BUSY, report("zeitung.example", found=1000, new=1000)])
    header, first, second, total = (line.split() for line in capsys.readouterr().out.splitlines() if line)
    assert header == ["source", "found", "new", "revised", "unchanged", "duplicate", "rejected", "failed"]
    assert " ".join(first) == "paper.example 30 20 1 2 3 4: section page 3, stub 1 1: http 503 1"
    assert " ".join(second) == "zeitung.example 1,000 1,000 0 0 0 0 0"
    assert " ".join(total) == "total 1,030 1,020 1 2 3 4: section page 3, stub 1 1: http 503 1"


def test_what_was_cleaned_afterwards_is_told_below(capsys: pytest.CaptureFixture[str]) -> None:
    cleaned = [
        report("paper.example", new=12, cleaned_afterwards=11),
        report("b", new=1, cleaned_afterwards=1),
    ]
    show_reports(cleaned)
    assert capsys.readouterr().out.endswith("12 articles cleaned afterwards, by what was learned\n")
    assert [row["cleaned_afterwards"] for row in reports_as_json(cleaned)] == [11, 1]
    with shown_progress(1, None) as progress:
        progress.run_ended(cleaned[0])
    assert "done, 12 new, 11 cleaned afterwards (1.3 s)" in capsys.readouterr().err


def test_what_was_asked_of_the_sites_is_told_below(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        report("a", fetched=1200, seeds_fetched=1, seeds_not_modified=2, bytes=3_400_000),
        report("b", fetched=1),
    ]
    show_reports(asked)
    told = "fetched 1,201 pages and 1 seed, 3.4 MB; 2 seeds unchanged (304)\n"
    assert capsys.readouterr().out.endswith(told)
    assert [row["fetched"] for row in reports_as_json(asked)] == [1200, 1]


def test_one_source_needs_no_total(capsys: pytest.CaptureFixture[str]) -> None:
    show_reports([BUSY])
    assert "total" not in capsys.readouterr().out


def test_sources_with_nothing_to_tell_are_told_in_one_line_where_there_are_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    quiet = [report(f"quiet-{n}.example", unchanged=2) for n in range(40)]
    failed = report("broken.example", RunState.FAILED, "https://broken.example: http 503")
    show_reports([BUSY, *quiet, failed])
    captured = capsys.readouterr()
    assert "quiet-1" not in captured.out
    assert "broken.example" in captured.out
    assert "40 more sources with nothing new (80 pages unchanged)" in captured.out
    assert captured.err == "copydesk: broken.example: https://broken.example: http 503\n"
    show_reports(quiet[:5])
    assert "quiet-1" in capsys.readouterr().out


def test_a_report_for_a_program_has_every_number() -> None:
    (row,) = reports_as_json([BUSY])
    assert row["source"] == "paper.example"
    assert (row["state"], row["error"], row["seconds"]) == ("done", None, 1.26)
    assert row["rejected"] == {"section page": 3, "stub": 1}


def test_without_a_terminal_each_source_is_a_line_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(2, None) as progress:
        assert isinstance(progress, Lines)
        progress.run_started("paper.example")
        progress.found("paper.example", 30)
        progress.page_done("paper.example", "new")
        progress.run_ended(BUSY)
        progress.run_ended(report("quiet.example"))
    assert capsys.readouterr().err == (
        "copydesk: paper.example: done, 20 new, 1 revised, 2 unchanged, 3 duplicate, 4 rejected, 1 failed"
        " (1.3 s)\n"
        "copydesk: quiet.example: done, nothing new (1.3 s)\n"
    )


def test_the_bar_is_never_shorter_than_what_is_done_and_forgets_what_is_not_fetched() -> None:
    with Progress(console=Console(file=io.StringIO())) as progress:
        bar = Bar(progress, 2, limit=3)
        task = progress.tasks[0]
        assert task.total is None
        bar.found("a", 10)
        assert task.total == 3  # by the limit
        bar.found("b", 1)
        for _ in range(2):
            bar.page_done("b", "new")  # one of them was due since an earlier run
        assert (task.completed, task.total) == (2, 5)
        bar.run_ended(report("a"))
        assert task.total == 2
        assert task.fields["runs"] == "1/2 sources"
        assert task.fields["outcomes"] == "new 2"
