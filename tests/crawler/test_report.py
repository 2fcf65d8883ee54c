"""A run's counts say what became of each page in the end."""

from crawler.report import RunCounts


def test_a_page_that_failed_and_then_came_counts_once() -> None:
    counts = RunCounts()
    counts.count(1, "failed", "timeout")
    counts.count(2, "failed", "timeout")
    counts.count(1, "new")
    counts.count(2, "failed", "http 503")
    assert counts.as_dict()["failed"] == {"http 503": 1}
    assert counts.new == 1


def test_rejections_count_by_reason() -> None:
    counts = RunCounts()
    counts.count(1, "rejected", "stub")
    counts.count(2, "rejected", "stub")
    assert counts.as_dict()["rejected"] == {"stub": 2}
