"""When a page is due again: one whose fetch failed, one that has an article, one that is gone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.failures import Failure
from crawler.revisit import LATER, TRUSTED, Retries, look_again_at, retry_at, validators_of
from storage.frontier import DuePage
from storage.looks import Life

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TIMEOUT = Failure(reason="timeout")
UNKNOWN_HOST = Failure(reason="unknown host", this_run=False)


@pytest.mark.parametrize(
    ("failure", "attempts", "wait"),
    [
        (TIMEOUT, 1, timedelta(seconds=5)),
        (TIMEOUT, 2, timedelta(seconds=15)),
        (TIMEOUT, 3, LATER[0]),
        (TIMEOUT, 6, LATER[3]),
        (TIMEOUT, 7, None),
        (UNKNOWN_HOST, 1, LATER[0]),
        (UNKNOWN_HOST, 4, LATER[3]),
        (UNKNOWN_HOST, 5, None),
        (Failure(reason="http 404", retry=False), 1, None),
        (Failure(reason="http 503", retry_after=30), 1, timedelta(seconds=30)),
        (Failure(reason="http 503", retry_after=1), 1, timedelta(seconds=5)),
        (Failure(reason="host asked to wait", retry_after=900, visited=False), 0, timedelta(seconds=900)),
        (Failure(reason="robots.txt unreachable", visited=False), 0, LATER[0]),
    ],
)
def test_waits_grow_and_end(failure: Failure, attempts: int, wait: timedelta | None) -> None:
    assert retry_at(failure, attempts, Retries(), NOW) == (None if wait is None else NOW + wait)


def test_without_retries_the_first_failure_waits_for_a_later_run() -> None:
    assert retry_at(TIMEOUT, 1, Retries(times=0), NOW) == NOW + LATER[0]


def test_many_retries_are_each_a_short_wait() -> None:
    waits = [retry_at(TIMEOUT, attempt, Retries(times=20), NOW) for attempt in range(1, 21)]
    assert all(wait is not None and wait - NOW <= timedelta(seconds=45) for wait in waits)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY


def life(**told: Any) -> Life:
    values = {
        "id": 1,
        "kind": "article",
        "published_at": NOW,
        "date_precision": "minute",
        "first_seen_at": NOW,
        "changed_at": None,
        "gone_at": None,
        "read_again": False,
    }
    return Life(**(values | told))


def looks(told: Life, page_id: int = 1, *, horizon: timedelta = MONTH, edits: int = 0) -> list[timedelta]:
    """The ages at which an article is looked at that was first seen when it was published.

    The first so many looks find it changed.
    """
    found: list[timedelta] = []
    now = NOW
    while len(found) < 1000 and (due := look_again_at(page_id, told, now, horizon=horizon)) is not None:
        assert due > now
        now = due
        found.append(now - NOW)
        if len(found) <= edits:
            told = life(kind=told.kind, changed_at=now)
    return found


def test_looks_fall_at_growing_ages_up_to_the_horizon() -> None:
    ages = [1 * HOUR, 3 * HOUR, 9 * HOUR, 27 * HOUR, 81 * HOUR, 243 * HOUR, 30 * DAY]
    for page_id in range(50):
        found = looks(life(), page_id)
        assert len(found) == len(ages)
        assert all(age <= seen <= 1.7 * age for age, seen in zip(ages, found, strict=True))


def test_what_was_edited_is_looked_at_again_soon() -> None:
    late = life(first_seen_at=NOW - 9 * HOUR, published_at=NOW - 9 * HOUR, changed_at=NOW)
    due = look_again_at(1, late, NOW, horizon=MONTH)
    assert due is not None
    assert HOUR <= due - NOW < 1.2 * HOUR


def test_what_changes_at_every_look_is_looked_at_more_and_more_rarely() -> None:
    found = looks(life(), edits=1000)
    assert sum(age < DAY for age in found) <= 24
    assert sum(age < 30 * DAY for age in found) < 150
    assert found[-1] - found[-2] > 10 * DAY


def test_a_live_blog_is_looked_at_more_often() -> None:
    blog = looks(life(kind="live blog"), edits=12)
    assert sum(age < 12 * HOUR for age in blog) >= 12
    assert len(looks(life(kind="live blog"))) > len(looks(life()))


NEVER = {
    "published years ago": (life(published_at=NOW - 3000 * DAY), MONTH),
    "published as long ago as is looked": (life(published_at=NOW - MONTH), MONTH),
    "looked at not long before the end": (life(published_at=NOW - 25 * DAY), MONTH),
    "looks are switched off": (life(), timedelta(0)),
    "switched off, and gone": (life(gone_at=NOW), timedelta(0)),
    "gone for a month": (life(gone_at=NOW - 30 * DAY), MONTH),
}


@pytest.mark.parametrize(("told", "horizon"), NEVER.values(), ids=NEVER)
def test_no_further_look(told: Life, horizon: timedelta) -> None:
    assert look_again_at(1, told, NOW, horizon=horizon) is None


BORN = {
    "no date: when it was found": (life(published_at=None, first_seen_at=NOW - 2 * HOUR), 4 * HOUR),
    "a date to come: when it was found": (life(published_at=NOW + DAY), HOUR),
    "only the day: its end": (
        life(published_at=NOW - 20 * HOUR, date_precision="day", first_seen_at=NOW - HOUR),
        2 * HOUR,
    ),
    "found days after it was published": (life(published_at=NOW - 2 * DAY), 4 * DAY),
}


@pytest.mark.parametrize(("told", "wait"), BORN.values(), ids=BORN)
def test_from_when_the_age_is_counted(told: Life, wait: timedelta) -> None:
    due = look_again_at(1, told, NOW, horizon=MONTH)
    assert due is not None
    assert wait <= due - NOW <= 1.1 * wait


def test_what_is_gone_is_looked_for_after_a_day_a_week_and_a_month() -> None:
    found = looks(life(gone_at=NOW, published_at=NOW - 3000 * DAY))
    assert all(
        after <= seen <= 1.1 * after for after, seen in zip([DAY, 7 * DAY, 30 * DAY], found, strict=True)
    )


def test_what_was_filed_together_does_not_come_due_at_once() -> None:
    due = [look_again_at(page_id, life(), NOW, horizon=MONTH) for page_id in range(1000)]
    assert len(set(due)) > 990
    assert due[:10] == [look_again_at(page_id, life(), NOW, horizon=MONTH) for page_id in range(10)]


@given(
    st.integers(1, 10**9),
    st.timedeltas(timedelta(0), 4000 * DAY),
    st.one_of(st.none(), st.timedeltas(timedelta(0), 40 * DAY)),
    st.sampled_from(["article", "live blog", "gallery"]),
)
def test_the_next_look_is_always_later_and_looks_always_end(
    page_id: int, age: timedelta, changed: timedelta | None, kind: str
) -> None:
    told = life(
        kind=kind,
        published_at=NOW - age,
        first_seen_at=NOW - age,
        changed_at=None if changed is None else NOW - min(changed, age),
    )
    found = looks(told, page_id)
    assert len(found) < 60
    assert all(one < other for one, other in pairwise(found))


def due_page(**told: Any) -> DuePage:
    values = {
        "id": 1,
        "source_id": 1,
        "url": "https://gazette.example/a",
        "asked_url": None,
        "etag": '"1"',
        "last_modified": "Mon",
        "attempts": 0,
        "body_hash": "f" * 64,
        "full_fetch_at": NOW,
        "article_id": 1,
        "hint_title": None,
        "hint_published_at": None,
        "found_at": NOW,
    }
    return DuePage(**(values | told))


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        (due_page(), True),
        (due_page(full_fetch_at=NOW - TRUSTED + HOUR), True),
        (due_page(full_fetch_at=NOW - TRUSTED), False),
        (due_page(full_fetch_at=None), False),
        (due_page(article_id=None), False),
        (due_page(read_again=True), False),
    ],
)
def test_a_page_is_asked_for_conditionally_for_some_days(page: DuePage, asked: bool) -> None:
    expected = {"If-None-Match": '"1"', "If-Modified-Since": "Mon"}
    assert validators_of(page, NOW) == (expected if asked else {})


def test_only_validators_that_are_known_are_sent() -> None:
    assert validators_of(due_page(etag=None), NOW) == {"If-Modified-Since": "Mon"}
