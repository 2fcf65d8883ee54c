"""Why a page is due when it is."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.explain.due import outlook
from storage.explain import KeptPage
from storage.models import PageState

NOW = datetime(2026, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def page(state: PageState, **values: Any) -> KeptPage:
    usual = dict.fromkeys(KeptPage.__slots__) | {"source": "Gazette", "source_id": 1, "source_enabled": True}
    counted = {
        "id": 1,
        "url": "https://a.example/",
        "priority": 0,
        "attempts": 0,
        "found_at": NOW,
        "state": state,
    }
    return KeptPage(**(usual | counted | values))


@pytest.mark.parametrize(
    ("known", "has_article", "says"),
    [
        (page(PageState.WAITING, due_at=NOW), False, "fetched for the first time"),
        (page(PageState.WAITING, due_at=NOW, priority=1), False, "behind all news: a backfill found it"),
        (page(PageState.STORED, due_at=NOW + DAY), True, "a second look, for edits"),
        (
            page(PageState.STORED, due_at=NOW, visited_at=NOW - DAY, hint_modified_at=NOW),
            True,
            "it was changed",
        ),
        (page(PageState.STORED), True, "looked at again up to 30 days (schedule.look_again)"),
        (page(PageState.STORED, reason="pruned"), False, "its article was pruned"),
        (page(PageState.GONE, reason="pruned"), False, "its article was pruned"),
        (page(PageState.REJECTED), False, "what is no article is not fetched again"),
        (page(PageState.REJECTED, due_at=NOW + DAY), True, "a second look"),
        (page(PageState.REJECTED, due_at=NOW), False, "it is asked for"),
        (
            page(PageState.FAILED, due_at=NOW + DAY, attempts=3),
            False,
            "3 failed in a row (waits: 1 h, 6 h, 1 day",
        ),
        (page(PageState.FAILED, attempts=6), False, "given up, after 6 in a row that failed"),
        (page(PageState.FORBIDDEN), False, "robots.txt forbids it"),
        (page(PageState.GONE), False, "never gave an article"),
        (page(PageState.GONE, due_at=NOW + DAY), True, "it is looked for 1 day, 1 week, 30 days after"),
        (page(PageState.GONE), True, "looked for often enough"),
        (page(PageState.WAITING, due_at=NOW, source_enabled=False), False, "'Gazette' is disabled"),
        (
            page(PageState.WAITING, due_at=NOW, source_id=None, source_enabled=None),
            False,
            "no source, and is only",
        ),
    ],
)
def test_it_is_told_why(known: KeptPage, has_article: bool, says: str) -> None:
    article: Any = SimpleNamespace() if has_article else None
    told = outlook(known, article, timedelta(days=30), NOW)
    assert says in told.why
    assert told.due_at == known.due_at
    assert told.overdue == (known.due_at == NOW)


def test_it_is_told_that_nothing_is_looked_at_again() -> None:
    article: Any = SimpleNamespace()
    assert "not looked at again" in outlook(page(PageState.STORED), article, timedelta(0), NOW).why
