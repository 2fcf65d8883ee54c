"""Rows: what no engine can keep is named, or made fit where that loses nothing that matters."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.errors import CannotStore
from storage.insert import table_of
from storage.models import Run, Source
from storage.rows import check_row, fit_text, fit_time, is_fit_url

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=-3)))


@pytest.mark.parametrize(
    ("text", "fit"),
    [(None, None), ("plain", "plain"), ("a\0b\ud800c", "a\ufffdb\ufffdc"), ("🙂", "🙂"), ("long", "lon")],
)
def test_fit_text(text: str | None, fit: str | None) -> None:
    assert fit_text(text, 3 if text == "long" else None) == fit


@pytest.mark.parametrize(
    ("time", "fit"),
    [
        (None, None),
        (NOON, NOON),
        (NOON.replace(tzinfo=None), None),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), None),
        (datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_fit_time(time: datetime | None, fit: datetime | None) -> None:
    assert fit_time(time) == fit


@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("https://a.example/", True),
        ("", False),
        ("https://a.example/\0", False),
        ("https://a.example/" + "x" * 1982, True),
        ("https://a.example/" + "x" * 1983, False),
        ("https://a.example/" + "й" * 1000, False),
    ],
)
def test_is_fit_url(url: str, fit: bool) -> None:
    assert is_fit_url(url) is fit


def test_row_is_refused_with_the_name_of_its_column() -> None:
    with pytest.raises(CannotStore, match=r"sources\.name is 201 long, and may be 200"):
        check_row(table_of(Source), {"url": "https://a.example/", "name": "x" * 201})


def test_values_within_a_document_are_looked_at() -> None:
    with pytest.raises(CannotStore, match=r"runs\.counts holds a NUL character"):
        check_row(table_of(Run), {"counts": {"rejected": [{"why": "a\0"}]}})


def test_length_of_a_name_is_in_characters() -> None:
    check_row(table_of(Source), {"name": "й" * 200})
