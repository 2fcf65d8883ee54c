"""What state a source is in, by what the archive tells of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.health.judge import Health, judge, settle_health
from crawler.health.verdict import health_of
from storage.facts import (
    ArticleFact,
    Evidence,
    PageFact,
    RunFact,
    SeedFact,
    Sight,
    SourceFacts,
)
from storage.models import RunState, Source
from storage.runs import end_run, start_run
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOME = "https://gazette.example/"


def run(ago: timedelta, error: str | None = None, *, read_seeds: bool = True) -> RunFact:
    state = RunState.FAILED if error else RunState.DONE
    return RunFact(
        started_at=NOW - ago,
        ended_at=NOW - ago,
        state=state,
        error=error,
        read_seeds=read_seeds and not error,
    )


def runs(*errors: str | None, every: timedelta = HOUR) -> list[RunFact]:
    """The newest first; the last one is over now."""
    return [run(number * every, error) for number, error in enumerate(errors)]


def article(number: int, length: int = 4000, home: str = HOME, **lacks: bool) -> ArticleFact:
    has = {"titled": True, "signed": True, "dated": True} | lacks
    return ArticleFact(id=number, url=f"{home}{number}", at=NOW - number * HOUR, length=length, **has)


def filed(number: int, length: int = 4000, home: str = HOME, **lacks: bool) -> PageFact:
    of = article(number, length, home, **lacks)
    return PageFact(url=of.url, at=of.at, run_id=number // 4, outcome="new", reason=None, article=of)


def lost(number: int, outcome: str, reason: str) -> PageFact:
    return PageFact(
        url=f"{HOME}{number}",
        at=NOW - number * HOUR,
        run_id=number // 4,
        outcome=outcome,
        reason=reason,
        article=None,
    )


def rejected(number: int, reason: str = "stub") -> PageFact:
    return lost(number, "rejected", reason)


def failed(number: int, reason: str = "timeout") -> PageFact:
    return lost(number, "failed", reason)


WELL = SourceFacts(
    name="Gazette",
    url=HOME,
    health="well",
    since=NOW - 30 * DAY,
    reason=None,
    evidence=Evidence(),
    created_at=NOW - 60 * DAY,
    last_new_at=NOW - HOUR,
    runs=runs(None, None, None),
    pages=[filed(n) for n in range(60)],
    past=[article(n) for n in range(60, 100)],
    last_article=article(0),
)
UNKNOWN = replace(
    WELL, health="new", since=None, last_new_at=None, runs=[], pages=[], past=[], last_article=None
)
TIMEOUT = f"{HOME}feed: timeout (30 s)"
MISSING = f"{HOME}feed: http 404"
UNRESOLVED = f"{HOME}feed: unknown host (Name or service not known)"
REFUSED = f"{HOME}feed: http 403"


def state(facts: SourceFacts, expected: float | None = None, now: datetime = NOW) -> Health:
    return judge(facts, expected, now).state


def seeds(*errors: str | None) -> list[SeedFact]:
    return [SeedFact(url=HOME, error=error, failures=int(bool(error)), visited_at=NOW) for error in errors]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(WELL, Health.WELL, id="nothing is wrong"),
        pytest.param(UNKNOWN, Health.NEW, id="never crawled"),
        pytest.param(replace(UNKNOWN, runs=runs(None)), Health.WELL, id="crawled, and nothing there"),
        pytest.param(replace(UNKNOWN, runs=runs(TIMEOUT)), Health.FAILING, id="its first crawl failed"),
        pytest.param(replace(UNKNOWN, runs=runs(REFUSED)), Health.BLOCKED, id="its first crawl was refused"),
        pytest.param(replace(UNKNOWN, runs=runs(UNRESOLVED)), Health.FAILING, id="no such host, for once"),
        pytest.param(replace(WELL, runs=runs(TIMEOUT, TIMEOUT, None)), Health.WELL, id="failed twice"),
        pytest.param(replace(WELL, runs=runs(*[TIMEOUT] * 3, None)), Health.FAILING, id="failed three times"),
        pytest.param(
            replace(WELL, runs=runs(TIMEOUT, TIMEOUT, None, every=DAY)),
            Health.FAILING,
            id="two days in a row",
        ),
        pytest.param(replace(WELL, runs=runs(*[REFUSED] * 3, None)), Health.BLOCKED, id="refused"),
        pytest.param(
            replace(WELL, runs=runs(*[f"{HOME}feed: robots.txt (it forbids it)"] * 3, None)),
            Health.BLOCKED,
            id="robots.txt forbids its seeds",
        ),
        pytest.param(
            replace(WELL, runs=runs(*["the site asked to be left alone for 3600 s"] * 3, None)),
            Health.BLOCKED,
            id="asked to be left alone",
        ),
        pytest.param(replace(WELL, runs=runs(*[MISSING] * 3, None)), Health.FAILING, id="404 for hours"),
        pytest.param(
            replace(WELL, runs=runs(*[MISSING] * 3, None, every=DAY)), Health.GONE, id="404 for days"
        ),
        pytest.param(
            replace(WELL, runs=runs(*[UNRESOLVED] * 3, None, every=DAY)),
            Health.GONE,
            id="no such host for days",
        ),
        pytest.param(
            replace(WELL, runs=runs(TIMEOUT, *[MISSING] * 3, None, every=DAY)),
            Health.GONE,
            id="once it timed out, most often it is not there",
        ),
        pytest.param(
            replace(WELL, runs=runs(*[MISSING] * 3, None, every=DAY), seeds=seeds(*[TIMEOUT] * 9)),
            Health.FAILING,
            id="most of its seeds time out",
        ),
        pytest.param(
            replace(WELL, runs=runs(None, None), seeds=seeds(MISSING, None)),
            Health.WELL,
            id="one of its seeds is not there",
        ),
    ],
)
def test_its_runs_and_seeds_tell(facts: SourceFacts, expected: Health) -> None:
    assert state(facts) is expected


BEFORE = [filed(n) for n in range(20, 60)]


@pytest.mark.parametrize(
    ("lately", "expected"),
    [
        pytest.param([failed(n, "http 403") for n in range(20)], Health.BLOCKED, id="pages refused"),
        pytest.param([rejected(n, "bot wall") for n in range(20)], Health.BLOCKED, id="bot walls"),
        pytest.param([rejected(n, "login") for n in range(20)], Health.BLOCKED, id="logins"),
        pytest.param([rejected(n, "robots.txt") for n in range(20)], Health.BLOCKED, id="robots.txt"),
        pytest.param([failed(n) for n in range(20)], Health.FAILING, id="pages time out"),
        pytest.param([failed(n) for n in range(3)], Health.WELL, id="three pages time out"),
        pytest.param(
            [replace(failed(n), run_id=7) for n in range(18)] + [filed(18), filed(19)],
            Health.WELL,
            id="pages of one run time out",
        ),
        pytest.param([rejected(n) for n in range(20)], Health.BROKEN, id="all rejected"),
        pytest.param([rejected(n) for n in range(8)], Health.BROKEN, id="the last eight rejected"),
        pytest.param([rejected(n) for n in range(5)], Health.WELL, id="the last five rejected"),
        pytest.param([rejected(n, "error page") for n in range(20)], Health.WELL, id="a site's own errors"),
        pytest.param([filed(n, length=300) for n in range(10)], Health.BROKEN, id="far shorter"),
        pytest.param([filed(n, length=1800) for n in range(10)], Health.WELL, id="half as long"),
        pytest.param([filed(n, signed=False) for n in range(10)], Health.BROKEN, id="no authors"),
        pytest.param([filed(n, dated=False) for n in range(10)], Health.BROKEN, id="no dates"),
        pytest.param([filed(n, titled=False) for n in range(10)], Health.BROKEN, id="no titles"),
        pytest.param(
            [rejected(n) if n % 3 else filed(n) for n in range(20)], Health.BROKEN, id="two in three rejected"
        ),
        pytest.param(
            [filed(n) for n in range(6)] + [rejected(n) for n in range(6, 20)], Health.WELL, id="over again"
        ),
        pytest.param(
            [filed(n, home="https://new.example/") for n in range(9)], Health.MOVED, id="articles elsewhere"
        ),
        pytest.param(
            [filed(n, home="https://www.gazette.example/") for n in range(9)],
            Health.WELL,
            id="another host of it",
        ),
        pytest.param(
            [filed(n, home=f"https://{n}.test/") for n in range(9)], Health.WELL, id="articles of many sites"
        ),
    ],
)
def test_its_pages_tell(lately: list[PageFact], expected: Health) -> None:
    assert state(replace(WELL, pages=[*lately, *BEFORE])) is expected


@pytest.mark.parametrize(
    ("pages", "past", "expected"),
    [
        pytest.param([rejected(n) for n in range(3)], [], Health.WELL, id="two or three pages say nothing"),
        pytest.param([rejected(n) for n in range(12)], [article(50)], Health.WELL, id="no past to speak of"),
        pytest.param(
            [rejected(n) for n in range(12)],
            [article(n) for n in range(50, 90)],
            Health.BROKEN,
            id="few pages, many articles before",
        ),
        pytest.param(
            [rejected(n) if n % 10 else filed(n) for n in range(60)],
            [article(n) for n in range(60, 90)],
            Health.WELL,
            id="nine in ten are rejected, as ever",
        ),
        pytest.param(
            [filed(n, signed=n % 2 == 0) for n in range(60)], [], Health.WELL, id="half have authors, as ever"
        ),
        pytest.param([filed(n, length=200) for n in range(60)], [], Health.WELL, id="always short"),
        pytest.param(
            [filed(n, home="https://other.example/") for n in range(60)],
            [article(n, home="https://other.example/") for n in range(60, 90)],
            Health.WELL,
            id="its articles always stood elsewhere",
        ),
    ],
)
def test_a_source_is_judged_by_its_own_past(
    pages: list[PageFact], past: list[ArticleFact], expected: Health
) -> None:
    assert state(replace(WELL, pages=pages, past=past)) is expected


def test_a_source_of_which_no_page_was_ever_an_article_is_broken() -> None:
    facts = replace(UNKNOWN, runs=runs(None), pages=[rejected(n, "no text") for n in range(9)])
    verdict = judge(facts, None, NOW)
    assert verdict.state is Health.BROKEN
    assert verdict.reason == "none of its 9 pages was an article: no text 9"


@pytest.mark.parametrize(
    ("expected", "judged"),
    [(None, Health.WELL), (11.9, Health.WELL), (12.0, Health.QUIET), (40, Health.QUIET)],
)
def test_silence_is_measured_by_its_own_rhythm(expected: float | None, judged: Health) -> None:
    verdict = judge(WELL, expected, NOW)
    assert verdict.state is judged
    if judged is Health.QUIET:
        assert (verdict.since, verdict.evidence.last_good) == (
            WELL.last_new_at,
            Sight(url=f"{HOME}0", at=NOW, article_id=0),
        )


def test_a_broken_source_is_told_with_its_first_bad_and_last_good_page() -> None:
    verdict = judge(replace(WELL, pages=[*(rejected(n) for n in range(20)), *BEFORE]), None, NOW)
    assert verdict.since == NOW - 19 * HOUR
    assert verdict.reason == "20 of its last 20 pages were not read as before: stub 20"
    assert verdict.evidence.first_bad == Sight(url=f"{HOME}19", at=NOW - 19 * HOUR, why="stub")
    assert verdict.evidence.last_good == Sight(url=f"{HOME}20", at=NOW - 20 * HOUR, article_id=20)


def test_short_articles_are_told_by_their_length() -> None:
    verdict = judge(replace(WELL, pages=[*(filed(n, length=310) for n in range(20)), *BEFORE]), None, NOW)
    assert verdict.reason is not None
    assert verdict.reason.endswith("too short 20 (310 letters, before 4,000)")


def test_a_failing_source_is_told_with_the_address_that_failed_first() -> None:
    verdict = judge(replace(WELL, runs=runs(*[TIMEOUT] * 4, None)), None, NOW)
    assert verdict.since == NOW - 3 * HOUR
    assert verdict.reason == "timeout, in its last 4 runs"
    assert verdict.evidence.first_bad == Sight(url=f"{HOME}feed", at=NOW - 3 * HOUR, why="timeout")
    assert verdict.evidence.last_good is not None


@pytest.mark.parametrize(
    ("home", "leads_to"),
    [
        ("https://new.example/", "https://new.example/"),
        ("https://me:secret@new.example:8000/", "https://new.example:8000/"),
    ],
)
def test_where_it_moved_to_is_told(home: str, leads_to: str) -> None:
    pages = [*(filed(n, home=home) for n in range(9)), *BEFORE]
    verdict = judge(replace(WELL, pages=pages), None, NOW)
    assert verdict.evidence.leads_to == leads_to
    assert (verdict.since, verdict.reason) == (
        NOW - 8 * HOUR,
        "its last 9 articles stand on new.example, and not on gazette.example",
    )


SINCE = NOW - 5 * DAY


@pytest.mark.parametrize(
    ("health", "facts", "expected"),
    [
        pytest.param("failing", {"runs": runs(None, TIMEOUT)}, Health.FAILING, id="one good run"),
        pytest.param("failing", {"runs": runs(None, None, TIMEOUT)}, Health.WELL, id="two good runs"),
        pytest.param(
            "failing", {"runs": runs(None, TIMEOUT, every=DAY)}, Health.WELL, id="a good run, a day later"
        ),
        pytest.param(
            "failing", {"runs": runs(TIMEOUT, None, None)}, Health.FAILING, id="it failed once more"
        ),
        pytest.param(
            "blocked",
            {"pages": [failed(n, "http 403") if n % 2 else filed(n) for n in range(20)]},
            Health.BLOCKED,
            id="half refused, still",
        ),
        pytest.param(
            "well",
            {"pages": [failed(n, "http 403") if n % 2 else filed(n) for n in range(20)]},
            Health.WELL,
            id="half refused, not yet",
        ),
        pytest.param(
            "broken",
            {"pages": [rejected(n) for n in range(60)]},
            Health.BROKEN,
            id="rejected for longer than is looked back",
        ),
        pytest.param(
            "broken",
            {"pages": [filed(n, signed=False) for n in range(60)]},
            Health.BROKEN,
            id="without author for longer than is looked back",
        ),
        pytest.param("broken", {"pages": []}, Health.BROKEN, id="no page since"),
        pytest.param(
            "broken",
            {"pages": [*(filed(n) for n in range(5)), *(rejected(n) for n in range(5, 20))]},
            Health.WELL,
            id="five of eight read again",
        ),
        pytest.param(
            "broken",
            {"pages": [filed(n, signed=False) for n in range(60)], "since": NOW - 31 * DAY},
            Health.WELL,
            id="without author for a month: its new way",
        ),
        pytest.param(
            "broken",
            {"pages": [rejected(n) for n in range(60)], "since": NOW - 31 * DAY},
            Health.BROKEN,
            id="rejected for a month: no way to be",
        ),
        pytest.param(
            "moved",
            {"pages": [filed(n, home="https://new.example/") for n in range(60)]},
            Health.MOVED,
            id="elsewhere for longer than is looked back",
        ),
    ],
)
def test_a_state_needs_less_to_stay_than_to_begin(
    health: str, facts: dict[str, object], expected: Health
) -> None:
    told = {
        "since": SINCE,
        "reason": "as it was told",
        "evidence": Evidence(first_bad=Sight(url=HOME, at=SINCE)),
    }
    before = replace(WELL, health=health, **(told | facts))  # type: ignore[arg-type]
    verdict = judge(before, None, NOW)
    assert verdict.state is expected
    if verdict.state == health:
        assert (verdict.since, verdict.evidence) == (before.since, before.evidence)


def test_a_state_that_is_not_known_has_to_be_looked_at() -> None:
    assert health_of("asleep") is Health.FAILING


@pytest.fixture
def database(database_url: str) -> Database:
    return open_database(database_url)


def test_a_change_is_kept_and_told_once(database: Database) -> None:
    with database, database.write() as session:
        source_id = add_source(session, SourceDraft(name="Gazette", url=HOME), NOW).id

        def end(state: RunState, error: str | None, now: datetime) -> object:
            end_run(session, start_run(session, source_id, now), state, {}, error, now)
            change = settle_health(session, source_id, now)
            return change and change.as_event()

        assert end(RunState.DONE, None, NOW) is None
        session.expire_all()
        assert (
            session.get_one(Source, source_id).health,
            session.get_one(Source, source_id).health_since,
        ) == (
            "well",
            NOW,
        )
        assert end(RunState.FAILED, REFUSED, NOW + HOUR) is None
        assert end(RunState.FAILED, REFUSED, NOW + 2 * HOUR) is None
        event = end(RunState.FAILED, REFUSED, NOW + 3 * HOUR)
        assert end(RunState.FAILED, REFUSED, NOW + 4 * HOUR) is None
        session.expire_all()
        source = session.get_one(Source, source_id)
        assert (source.health, source.health_since) == ("blocked", NOW + HOUR)
        assert source.health_reason == "http 403, in its last 4 runs"
        assert end(RunState.DONE, None, NOW + 5 * HOUR) is None
        assert end(RunState.DONE, None, NOW + 6 * HOUR)["to"] == "well"  # type: ignore[index]
        assert settle_health(session, 4711, NOW) is None
    assert event == {
        "event": "source changed",
        "source": "Gazette",
        "url": HOME,
        "from": "well",
        "to": "blocked",
        "since": (NOW + HOUR).isoformat(),
        "reason": "http 403, in its last 3 runs",
        "advice": "Set `contact` and a longer crawl.delay in copydesk.toml, or ask the publisher to let us "
        "in. copydesk sources disable Gazette lets it rest; copydesk crawl Gazette --limit 1 tries it.",
        "first_bad": {
            "url": f"{HOME}feed",
            "at": (NOW + HOUR).isoformat(),
            "why": "http 403",
            "article_id": None,
        },
        "last_good": None,
        "leads_to": None,
        "at": (NOW + 3 * HOUR).isoformat(),
    }
