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


def test_what_was_asked_of_a_site_is_counted() -> None:
    counts = RunCounts()
    for status, size in ((200, 1000), (304, 0), (404, 50), (None, None), (204, 0)):
        counts.answered(status, size)
    counts.answered(200, 300, seed=True)
    counts.answered(304, 0, seed=True)
    counts.answered(500, 7, seed=True)
    assert (counts.fetched, counts.not_modified, counts.bytes) == (2, 1, 1357)
    assert (counts.seeds_fetched, counts.seeds_not_modified) == (1, 1)
    assert counts.as_dict()["bytes"] == 1357
