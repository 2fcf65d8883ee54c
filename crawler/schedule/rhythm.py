"""When a source publishes, as its stories tell, and when to look at it next: arithmetic, no clock, no I/O.

The next visit is set by a price. Stories that nobody has fetched wait, and once the waiting that is to be
expected adds up to what a fetch costs, a fetch is due. At a steady rate that is an interval of
sqrt(2 price / rate). Visits as frequent as the square root of the rate are what makes all waiting least for
a given number of fetches, shared among all sources and all hours of the week.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from math import ceil, exp
from typing import Any

PRICE = timedelta(minutes=10)
"""The waiting a fetch should spare: two minutes of each of five stories, or ten of one."""
MEMORY = 6 * 168.0
"""Hours after which what was heard counts for 1/e: what is usual is what was so in the last weeks."""
BURST = 3.0
"""The same for what a source is doing just now."""
DOUBT = 1.0
"""A story's worth of belief that an hour is like all others, and the present like the past."""
PATIENCE = 12.0
"""Stories missed at which a source may have stopped; its rate falls with the square of the silence."""
UNKNOWN = 3.0
"""Hours between two stories of a source of which nothing is known; believed like an hour of listening."""
COINCIDENCES = 400.0
"""Doubt of what minutes say: three stories of one minute outweigh it, where there are no others."""
LATE = 2.0
"""Minutes that a feed is taken to be later once a visit shows it to be; each story in time takes 1/40 off."""
LATEST = 30.0
"""Minutes; a story that was not there longer after its date was dated back."""
DISPROOF = 0.7
"""What is left of all that was known of minutes, once a visit shows that a story was later."""
NEAR = 2.0
"""Hours between two visits up to which a story that is dated wrongly is counted half way between them."""
UNHEARD = 168.0
"""Hours without a visit after which a full feed begins anew: what it lost in between was no silence."""
FULL = 10
"""Stories of a full feed. The oldest tenth only say where it begins: one may be pinned."""
OLDEST = 26 * 168.0
"""Hours after which stories teach nothing."""

HOUR = 3600.0
_WEEK = 168 * HOUR
_FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What is known of when a source publishes: stories, and hours listened to, both faded by age.

    Times are seconds since 1970, hours and days are of UTC, the first day is Monday.
    """

    at: float | None = None
    """The last visit."""
    last: float | None = None
    """The newest story, or where knowledge begins."""
    late: float = 0.0
    """Minutes from a story's date until the feed shows it, as far as visits have told."""
    stories: float = 0.0
    burst: float = 0.0
    """Stories, faded within BURST hours."""
    burst_heard: float = 0.0
    """Hours listened to, each as long as it is usually busy, faded within BURST hours."""
    counts: tuple[float, ...] = (0.0,) * 91
    """Stories by hour of the day, then by day of the week, then by minute of the hour."""
    listened: tuple[float, ...] = (0.0,) * 31
    """Hours listened to, by hour of the day and by day of the week."""


def to_json(rhythm: Rhythm) -> dict[str, Any]:
    """For the source's row, about 1 kB; numbers are rounded to thousandths."""
    told: dict[str, Any] = {"form": _FORM}
    for field in fields(rhythm):
        value = getattr(rhythm, field.name)
        told[field.name] = (
            [round(x, 3) for x in value] if isinstance(value, tuple) else value and round(value, 3)
        )
    return told


def from_json(value: Mapping[str, Any] | None) -> Rhythm:
    """What `to_json` made; of anything else nothing is known."""
    nothing = Rhythm()
    try:
        if value is None or value["form"] != _FORM:
            return nothing
        return Rhythm(**{f.name: _read(value[f.name], getattr(nothing, f.name)) for f in fields(Rhythm)})
    except (KeyError, TypeError, ValueError, OverflowError):
        return nothing


def _read(value: Any, like: float | tuple[float, ...] | None) -> Any:
    if isinstance(like, tuple):
        return tuple(_read(x, 0.0) for x, _ in zip(value, like, strict=True))
    if value is None and like is None:
        return None
    if not 0 <= float(value) < 1e11:
        raise ValueError(value)
    return float(value)


def heard(rhythm: Rhythm, stories: Sequence[datetime], now: datetime) -> Rhythm:
    """What is known after a visit that found stories with these dates, which no visit before had found.

    At the first visit that is the whole feed, whose history is learned from. Later on a story has appeared
    since the last visit, whatever its date says; if it says otherwise, half way is as good a guess as any.
    """
    at = now.timestamp()
    dates = sorted(x for x in (story.timestamp() for story in stories) if at - x < OLDEST * HOUR)
    since, dates = _listened(rhythm, dates, at)
    vague, near = _to_the_day(dates), rhythm.at is not None and at - since < NEAR * HOUR
    shown = [(x, min(x + rhythm.late * 60, at)) for x in dates if x <= at]
    told = [time for _, time in shown if time > since]
    placed = sorted(told + [(since + at) / 2] * (len(dates) - len(told)))
    exact = [time for x, time in shown if time > since and x not in vague]
    later = any(time <= since < x + LATEST * 60 and x not in vague for x, time in shown)
    late = min(rhythm.late + LATE, LATEST) if later else max(rhythm.late - LATE / 40 * len(exact), 0.0)
    last = max([*placed, since if rhythm.last is None else min(rhythm.last, at)])
    known = _faded(replace(rhythm, last=last, late=late), at, DISPROOF if later else 1.0)
    return _counted(known, placed, placed if near else exact, exact, since)


def _listened(rhythm: Rhythm, dates: list[float], at: float) -> tuple[float, list[float]]:
    """Since when everything that was published is known, and what was."""
    began = rhythm.at is None or (at - rhythm.at > UNHEARD * HOUR and len(dates) >= FULL)
    if not began and rhythm.at is not None:
        return max(min(rhythm.at, at), at - OLDEST * HOUR), dates
    past = [x for x in dates if x <= at] or [at]
    since = max(past[len(past) // FULL], rhythm.at or 0.0)
    return since, [x for x in dates if x > since]


def _to_the_day(dates: list[float]) -> set[float]:
    """The dates that name a day only: at midnight, or most at one time of day, to the second."""
    days = defaultdict(set)
    for x in dates:
        days[x % (24 * HOUR)].add(x)
    return {x for time, same in days.items() if time == 0 or len(same) > max(2, len(dates) / 2) for x in same}


def _faded(rhythm: Rhythm, at: float, minutes: float) -> Rhythm:
    hours = max(at - (at if rhythm.at is None else rhythm.at), 0.0) / HOUR
    fade, burst_fade = exp(-hours / MEMORY), exp(-hours / BURST)
    return replace(
        rhythm,
        at=at,
        stories=rhythm.stories * fade,
        burst=rhythm.burst * burst_fade,
        burst_heard=rhythm.burst_heard * burst_fade,
        counts=tuple(
            [x * fade for x in rhythm.counts[:31]] + [x * fade * minutes for x in rhythm.counts[31:]]
        ),
        listened=tuple([x * fade for x in rhythm.listened]),
    )


def _counted(
    rhythm: Rhythm, placed: list[float], timed: list[float], exact: list[float], since: float
) -> Rhythm:
    """With the stories from `since` to `rhythm.at`; of some the hour is known, of some the minute."""
    at, counts, listened = rhythm.at or 0.0, list(rhythm.counts), list(rhythm.listened)
    for x in timed:
        for slot in _slots(int(x // HOUR)):
            counts[slot] += exp((x - at) / HOUR / MEMORY)
    for x in exact:
        counts[31 + int(x // 60) % 60] += exp((x - at) / HOUR / MEMORY)
    for hour, part, end in _hours(since, at):
        for slot in _slots(hour):
            listened[slot] += part * exp((end - at) / HOUR / MEMORY)
    known = replace(rhythm, counts=tuple(counts), listened=tuple(listened))
    usual, lately = _usual(known), _hours(max(since, at - 8 * BURST * HOUR), at)
    spent = sum(part * usual.rate(hour) * exp((end - at) / HOUR / BURST) for hour, part, end in lately)
    return replace(
        known,
        stories=known.stories + sum(exp((x - at) / HOUR / MEMORY) for x in placed),
        burst=known.burst + sum(exp((x - at) / HOUR / BURST) for x in placed),
        burst_heard=known.burst_heard + spent,
    )


def _hours(since: float, until: float) -> Iterator[tuple[int, float, float]]:
    """Each hour of a span, counted from 1970; how much of it lies in the span; when that part ends."""
    while since < until:
        hour = int(since // HOUR)
        end = min((hour + 1) * HOUR, until)
        yield hour, (end - since) / HOUR, end
        since = end


def _slots(hour: int) -> tuple[int, int]:
    """Where an hour since 1970, which began on a Thursday, is counted: by its hour and by its day."""
    return hour % 24, 24 + (hour // 24 + 3) % 7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """How busy an hour of the day, a day of the week, a minute is, as a multiple of the average."""

    shares: list[float]
    """Of the 24 hours and the 7 days."""
    minutes: list[float]

    def rate(self, hour: int) -> float:
        by_hour, by_day = _slots(hour)
        return self.shares[by_hour] * self.shares[by_day]

    def time(self, since: float, until: float) -> float:
        """The hours of a span, each as long as it is usually busy; those of a week are 168."""
        weeks = max(until - since, 0.0) // _WEEK
        rest = _hours(since + weeks * _WEEK, until)
        return weeks * 168 + sum(self.rate(hour) * part for hour, part, _ in rest)


def _usual(rhythm: Rhythm) -> _Usual:
    rate = (sum(rhythm.counts[:24]) + 1 / UNKNOWN) / (sum(rhythm.listened[:24]) + 1)
    shares = [(n + DOUBT) / (x * rate + DOUBT) for n, x in zip(rhythm.counts, rhythm.listened, strict=False)]
    by_hour, by_day = sum(shares[:24]) / 24, sum(shares[24:]) / 7
    shares = [x / by_hour for x in shares[:24]] + [x / by_day for x in shares[24:]]
    return _Usual(shares=shares, minutes=_minutes(rhythm.counts[31:]))


def _minutes(stories: Sequence[float]) -> list[float]:
    """Believed as far as stories share a minute more often than by chance, which is one pair in sixty."""
    count = sum(stories)
    pairs = max(sum(n * n for n in stories) - count, 0.0)
    belief = 1 - (max(count * count - count, 0.0) + COINCIDENCES) / (60 * pairs + COINCIDENCES)
    if belief <= 0:
        return [1.0] * 60
    return [1 - belief + belief * 60 * n / count for n in stories]


def _settled(rhythm: Rhythm) -> float:
    """Stories an hour up to the newest: the silence since then does not count."""
    silent = max((rhythm.at or 0.0) - (rhythm.last or 0.0), 0.0) / HOUR
    listened = max(sum(rhythm.listened[:24]) - MEMORY * (1 - exp(-silent / MEMORY)), 0.0)
    return (rhythm.stories + 1 / UNKNOWN) / (listened + 1)


def expected(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    """How many stories would have come in a span if the source were what it was up to its newest story.

    0 for a source that was never visited. Where stories come one by one, silence while 7 were
    expected is chance once in a thousand; where they come in bundles, more often.
    """
    if rhythm.at is None:
        return 0.0
    return _settled(rhythm) * _usual(rhythm).time(since.timestamp(), until.timestamp())


def missed(rhythm: Rhythm, watched_since: datetime, now: datetime) -> float:
    """How many stories would have come since the newest one, and since it is watched; 0 if none is known."""
    if rhythm.last is None:
        return 0.0
    return expected(rhythm, max(datetime.fromtimestamp(rhythm.last, UTC), watched_since), now)


def next_visit(
    rhythm: Rhythm, now: datetime, *, shortest: timedelta, longest: timedelta, price: timedelta = PRICE
) -> datetime:
    """When to look again; `price` is the waiting of stories, added up, that a fetch should spare.

    Of all moments up to the second visit from now, the first is the one that spares most: it brings what has
    come by then forward by the time that is left. So it is just after what comes at a known minute.
    """
    step = max(60.0, longest.total_seconds() / 1440)
    start = now.timestamp() // step * step
    ahead = (now.timestamp() - start) / step
    first, last = ceil(shortest.total_seconds() / step + ahead), int(longest.total_seconds() / step + ahead)
    told, second = _until_second(
        _ahead(rhythm, now.timestamp(), start, step), price.total_seconds() / step, last
    )
    best = max(range(first, min(second, last) + 1), key=lambda k: told[k] * (second - k), default=first)
    return min(max(now + timedelta(seconds=(best - ahead) * step), now + shortest), now + longest)


def _until_second(ahead: Iterator[float], price: float, longest: int) -> tuple[list[float], int]:
    """Stories expected by each step, up to where the price of two visits, one after the other, is reached."""
    told, visits, waited = [0.0], [0], 0.0
    for stories in ahead:
        waited += told[-1] - told[visits[-1]] + stories / 2
        told.append(told[-1] + stories)
        if waited >= price or len(told) - 1 - visits[-1] >= longest:
            visits.append(len(told) - 1)
            waited = 0.0
            if len(visits) == 3:
                break
    return told, visits[-1]


def _ahead(rhythm: Rhythm, now: float, start: float, step: float) -> Iterator[float]:
    """The stories to be expected in each step from now on, one after the other, without end."""
    usual, level = _usual(rhythm), _settled(rhythm)
    missed = level * usual.time(rhythm.last or now, now)
    level /= (1 + missed / PATIENCE) ** 2
    extra = (rhythm.burst + DOUBT) / (rhythm.burst_heard + DOUBT / level) - level
    fade = exp(-step / HOUR / BURST)
    hour, rate = -1, 0.0
    while True:
        if hour != (hour := int(start // HOUR)):
            rate = usual.rate(hour) * step / HOUR
        yield (level + extra) * rate * usual.minutes[int(start // 60) % 60]
        extra *= fade
        start += step
