"""Dates as pages write them."""

from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.article import DateCandidate
from pipelines.metadata.dates import PageDate, candidates_of, choose_date, judge_dates, parse_date

CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-05T10:15:30Z", "2024-03-05T10:15:30+00:00"),
        ("2024-03-05T10:15:30.123456+01:00", "2024-03-05T10:15:30+01:00"),
        ("2024-03-05T10:15-0500", "2024-03-05T10:15:00-05:00"),
        ("2024-03-05T10:15+01", "2024-03-05T10:15:00+01:00"),
        ("2024-03-05 10:15:30.0", "2024-03-05T10:15:30+00:00"),
        ("2024-03-05 10:15:30 -0400", "2024-03-05T10:15:30-04:00"),
        ("2024-03-05T10:15:30-05:00[America/New_York]", "2024-03-05T10:15:30-05:00"),
        ("2024-03-05T24:00:00", "2024-03-05T00:00:00+00:00"),
        ("20240305T101530Z", "2024-03-05T10:15:30+00:00"),
        ("1709633730", "2024-03-05T10:15:30+00:00"),
        ("1709633730000", "2024-03-05T10:15:30+00:00"),
        ("Tue, 05 Mar 2024 10:15:30 +0100", "2024-03-05T10:15:30+01:00"),
        ("Tue Mar 05 10:15:30 CET 2024", "2024-03-05T10:15:30+01:00"),
        ("March 5, 2024 at 10:15 pm EST", "2024-03-05T22:15:00-05:00"),
        ("12:05 AM PDT • May 16, 2024", "2024-05-16T00:05:00-07:00"),
        ("5 March 2024, 10.15", "2024-03-05T10:15:00+00:00"),
        ("05.03.2024, 10:15 Uhr", "2024-03-05T10:15:00+00:00"),
        ("Veröffentlicht am 05.03.24 um 10:15", "2024-03-05T10:15:00+00:00"),
        ("2024年3月5日10:15", "2024-03-05T10:15:00+00:00"),
        ("2024년 3월 5일", "2024-03-05T00:00:00+00:00"),
        ("2024. 3. 5. 10:15", "2024-03-05T10:15:00+00:00"),
        ("5/3/2024", "2024-03-05T00:00:00+00:00"),
        ("3/25/2024", "2024-03-25T00:00:00+00:00"),
        ("20240305", "2024-03-05T00:00:00+00:00"),
        # months in many languages
        ("5. März 2024, 10:15", "2024-03-05T10:15:00+00:00"),
        ("5 de marzo de 2024", "2024-03-05T00:00:00+00:00"),
        ("1er février 2024 à 10h15", "2024-02-01T10:15:00+00:00"),
        ("5 d’abril de 2024", "2024-04-05T00:00:00+00:00"),
        ("5 марта 2024, 10:15", "2024-03-05T10:15:00+00:00"),
        ("5 Μαρτίου 2024", "2024-03-05T00:00:00+00:00"),
        ("5 Ağustos 2024", "2024-08-05T00:00:00+00:00"),
        ("12 marraskuuta 2024", "2024-11-12T00:00:00+00:00"),
        ("2024. március 5.", "2024-03-05T00:00:00+00:00"),
        ("2024 m. kovo 5 d.", "2024-03-05T00:00:00+00:00"),
        ("2024. gada 5. martā", "2024-03-05T00:00:00+00:00"),
        ("5 tháng 3, 2024", "2024-03-05T00:00:00+00:00"),
        ("5 במרץ 2024", "2024-03-05T00:00:00+00:00"),
        ("5 مارس 2024", "2024-03-05T00:00:00+00:00"),
        ("5 मार्च 2024", "2024-03-05T00:00:00+00:00"),
        ("8 มี.ค. 2567", "2024-03-08T00:00:00+00:00"),
    ],
)
def test_a_date_is_read(text: str, iso: str) -> None:
    date = parse_date(text, "meta")
    assert date is not None
    assert date.when.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "10:15",
            "P3M",
            "3 min read",
            "2024-02-30",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-05:00",
        ),
        *(
            "1970-01-01T00:00:00Z",
            "1899-12-31",
            "2100-01-01",
            "Tuesday",
            "2024-13-01",
            "vor 3 Stunden",
            "99999999999999",
        ),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, "meta") is None


def test_the_month_comes_first_where_the_page_is_american() -> None:
    date = parse_date("04/05/2024", "meta", month_first=True)
    assert date is not None
    assert date.when.date().isoformat() == "2024-04-05"


@pytest.mark.parametrize(
    ("text", "has_time", "has_offset"),
    [("2024-03-05", False, False), ("2024-03-05 10:15", True, False), ("2024-03-05T10:15Z", True, True)],
)
def test_what_a_date_does_not_say_is_known(text: str, has_time: bool, has_offset: bool) -> None:
    date = parse_date(text, "meta")
    assert date is not None
    assert (date.has_time, date.has_offset) == (has_time, has_offset)


def _date(when: datetime, origin: str, **says: bool) -> PageDate:
    return PageDate(when=when, origin=origin, **says)


def test_the_most_trusted_wins() -> None:
    first = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "json-ld")
    assert choose_date([first, _date(datetime(2024, 3, 6, 8, 0, tzinfo=UTC), "meta")]) is first
    assert choose_date([]) is None


def test_a_day_is_completed_by_a_time_within_it() -> None:
    day = _date(datetime(2024, 3, 5, tzinfo=UTC), "json-ld", has_time=False, has_offset=False)
    time = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "feed")
    other = _date(datetime(2024, 3, 9, 10, 15, tzinfo=CET), "meta")
    assert choose_date([day, other, time]) is time
    assert choose_date([day, other]) is day


def test_midnight_is_taken_for_a_day() -> None:
    midnight = _date(datetime(2024, 3, 5, tzinfo=CET), "json-ld")
    time = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "meta")
    assert choose_date([midnight, time]) is time
    assert choose_date([midnight]) is midnight


def test_a_local_time_takes_the_offset_of_the_same_time() -> None:
    local = _date(datetime(2024, 3, 5, 10, 15, 1, tzinfo=UTC), "json-ld", has_offset=False)
    with_offset = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "time")
    in_utc = _date(datetime(2024, 3, 5, 9, 15, tzinfo=UTC), "meta")
    assert choose_date([local, in_utc, with_offset]) is with_offset
    believed = choose_date([local, in_utc])  # the same moment, which tells the offset
    assert believed is not None
    assert believed.when.isoformat() == "2024-03-05T10:15:01+01:00"
    unrelated = _date(datetime(2024, 3, 5, 9, 22, tzinfo=UTC), "meta")
    assert choose_date([local, unrelated]) is local


@given(st.text(max_size=80) | st.from_regex(r"[0-9]{1,5}[-/.: T][0-9]{1,3}[-/.: ][0-9]{1,5}.{0,20}"))
def test_any_text_is_a_date_that_can_be_moved_to_utc_or_none(text: str) -> None:
    date = parse_date(text, "meta")
    assert date is None or date.when.astimezone(UTC).year >= 1899


@pytest.mark.parametrize(("language", "month"), [("hr", 10), ("pl-PL", 11), ("cs", 11), (None, None)])
def test_a_name_of_two_months_needs_a_language(language: str | None, month: int | None) -> None:
    date = parse_date("5. listopad 2024", "text", language=language)
    assert (date.when.month if date else None) == month


def test_an_old_date_is_believed_of_what_is_stated_for_machines() -> None:
    assert parse_date("1969-07-20", "text") is None
    assert parse_date("1969-07-20", "json-ld") is not None


DAY = _date(datetime(2024, 3, 5, tzinfo=UTC), "json-ld", has_time=False, has_offset=False)


@pytest.mark.parametrize(
    ("when", "origin", "within"),
    [
        # only what is stated in UTC by the page or its feed may be on the day before or after
        ("2024-03-04T23:15:00+00:00", "meta", True),
        ("2024-03-06T03:15:00+00:00", "meta", True),
        ("2024-03-04T23:15:00+00:00", "time", False),
        ("2024-03-04T23:15:00+01:00", "meta", False),
        ("2024-03-04T09:15:00+00:00", "meta", False),
        ("2024-03-05T09:15:00+00:00", "time", True),
    ],
)
def test_a_bare_day_takes_no_time_of_another(when: str, origin: str, within: bool) -> None:
    time = _date(datetime.fromisoformat(when), origin)
    assert (choose_date([DAY, time]) is time) == within


STATED = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "json-ld")
SEEN = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "confidence"),
    [
        ([STATED], "high"),
        ([STATED, _date(datetime(2024, 3, 6, 8, 0, tzinfo=UTC), "meta")], "high"),
        ([STATED, _date(datetime(2024, 3, 1, 8, 0, tzinfo=UTC), "meta")], "low"),
        ([STATED, _date(datetime(2024, 3, 1, 8, 0, tzinfo=UTC), "feed")], "low"),
        ([STATED, _date(datetime(2020, 3, 9, 8, 0, tzinfo=UTC), "time")], "high"),
        ([DAY], "medium"),
        ([_date(SEEN, "feed")], "medium"),
        ([_date(SEEN, "json-ld", has_offset=False)], "medium"),
        ([_date(SEEN, "text")], "low"),
        ([_date(SEEN, "text"), _date(SEEN, "url", has_time=False)], "medium"),
        ([_date(SEEN, "guess", has_time=False)], "low"),
        ([], None),
    ],
)
def test_how_far_a_date_is_believed(dates: list[PageDate], confidence: str | None) -> None:
    assert judge_dates(dates, SEEN).confidence == confidence


@pytest.mark.parametrize(
    ("when", "flag"),
    [
        ("2099-01-01T00:00:00+00:00", "after it was seen"),
        ("2024-03-06T13:00:00+00:00", "after it was seen"),
        ("2024-03-06T11:00:00+00:00", None),
        ("1969-07-20T00:00:00+00:00", "before the web"),
        ("1995-01-01T00:00:00+00:00", None),
    ],
)
def test_a_doubtful_date_is_flagged_and_another_preferred(when: str, flag: str | None) -> None:
    doubtful = _date(datetime.fromisoformat(when), "json-ld")
    alone = judge_dates([doubtful], SEEN)
    assert (alone.date, alone.flag) == (doubtful, flag)
    assert flag is None or alone.confidence == "low"
    sane = _date(datetime(2024, 3, 5, 8, 0, tzinfo=UTC), "time")
    both = judge_dates([doubtful, sane], SEEN)
    assert (both.date, both.flag) == ((sane if flag else doubtful), None)


def test_the_address_s_day_tells_publication_from_change() -> None:
    changed = _date(datetime(2024, 3, 9, 10, 15, tzinfo=CET), "json-ld")
    meta = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "meta")
    day = _date(datetime(2024, 3, 5, tzinfo=UTC), "url", has_time=False, has_offset=False)
    assert judge_dates([changed, meta, day]).date is meta
    assert judge_dates([changed, day]).date is changed


@pytest.mark.parametrize(("created", "believed"), [(4, False), (5, True), (6, False)])
def test_creation_is_publication_only_on_the_address_s_very_day(created: int, believed: bool) -> None:
    published = _date(datetime(2024, 1, 10, tzinfo=UTC), "json-ld", has_time=False, has_offset=False)
    made = _date(datetime(2024, 3, created, tzinfo=UTC), "json-ld created", has_time=False, has_offset=False)
    day = _date(datetime(2024, 3, 5, tzinfo=UTC), "url", has_time=False, has_offset=False)
    assert judge_dates([published, made, day]).date is (made if believed else published)


@pytest.mark.parametrize(("origins", "confidence"), [(("meta", "url"), "high"), (("url",), "low")])
def test_a_feed_alone_does_not_outvote_the_page_and_its_address(
    origins: tuple[str, ...], confidence: str
) -> None:
    when = datetime(2024, 3, 5, 10, 15, tzinfo=CET)
    dates = [_date(when, origin) for origin in ("json-ld", *origins)]
    feed = _date(datetime(2024, 3, 15, 10, 15, tzinfo=CET), "feed")
    assert judge_dates([*dates, feed]).confidence == confidence


def test_equal_candidates_are_kept_once() -> None:
    same = _date(STATED.when.astimezone(UTC), "feed")
    assert candidates_of("published", [STATED, same, DAY]) == (
        DateCandidate(event="published", when=STATED.when, precision="minute", origin="json-ld"),
        DateCandidate(event="published", when=DAY.when, precision="day", origin="json-ld"),
    )


@pytest.mark.parametrize("text", ["1 " * 60, "a1" * 60, "5 de " * 24, "5. " + "m" * 117, "2024. " * 20])
def test_long_texts_take_no_time(text: str) -> None:
    started = perf_counter()
    for _ in range(50):
        parse_date(text, "text")
    assert perf_counter() - started < 2
