"""What `auto` costs and brings, beside a fixed interval and the rules that three others use, by simulation.

    python benchmarks/rhythm.py [--seed 7] [--sources 6] [--price 10] [--ingredients] [--json]

Histories of publication are made up, of KINDS of sources; of each kind there are sources from two stories a
week to three hundred a day. Every rule visits each for eight weeks, of which the first two, to learn, are not
counted. A feed shows its newest thirty entries; what has fallen off before a visit is lost, and has no delay
(but for "with lost": it has waited until the visit that would have found it).
Every third feed comes from a cache and shows a story up to fifteen minutes after its date. Delay is from when
the feed shows a story to the visit that finds it. Fetches are per source and day, delays in minutes of all
stories together; "by source" is the mean of the sources' means. The rules of others are written down as their
makers describe them.

Then `auto` is run at many prices, and compared at the price (between two of them, along a line of logarithms)
at which it makes as many fetches as the other rule, and at the one at which it has the same mean delay: below
0.5 is the aim. --ingredients: what waiting and fetches (at the price) cost together if a part is left out.
"""

import argparse
import bisect
import json
import math
import multiprocessing
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Protocol

import crawler.schedule.rhythm
from crawler.schedule.rhythm import Rhythm, heard, next_visit

MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86400.0, 604800.0
BEGIN = 1_767_571_200.0
"""Monday, 5 January 2026, in seconds since 1970, like all times here."""
COUNTED, END = BEGIN + 2 * WEEK, BEGIN + 8 * WEEK
FEED = 30
FEWEST, MOST = 2 / 7, 300.0
"""Stories a day."""
PRICES = (0.5, 2.0, 10.0, 50.0, 250.0, 1000.0, 4000.0)
Rate = Callable[[float], float]
"""Of a time: stories a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """How busy a newsroom is through its week, by quarters of an hour of its own time; the mean is 1."""

    quarters: tuple[float, ...]
    zone: float

    def __call__(self, time: float) -> float:
        return self.quarters[int((time + self.zone - BEGIN) // 900) % 672]


def newsroom(rng: random.Random) -> Week:
    opens, closes = rng.uniform(5, 9), rng.uniform(17, 23)
    weekend, night, morning = (
        rng.choice((0, 0.15, 0.4, 0.8)),
        rng.choice((0, 0, 0.02, 0.1)),
        rng.uniform(1, 2.5),
    )
    quarters = []
    for quarter in range(672):
        day, hour = divmod(quarter / 4, 24)
        late, scale = (1.5, weekend) if day >= 5 else (0.0, 1.0)
        busy = night if hour < opens + late or hour > closes else morning if hour < opens + late + 3 else 1.0
        quarters.append(busy * scale)
    mean = statistics.fmean(quarters)
    zone = rng.choice((-8, -5, 0, 1, 1, 2, 5.5, 9)) * HOUR
    return Week(quarters=tuple(x / mean for x in quarters), zone=zone)


def arrivals(rate: Rate, top: float, since: float, rng: random.Random) -> Iterator[float]:
    """A Poisson process of a varying rate that is never above `top`, by thinning."""
    time = since
    while (time := time + rng.expovariate(top)) < END:
        if rng.random() * top < rate(time):
            yield time


def before(per_day: float) -> float:
    """Early enough that the first visit finds a full feed."""
    return BEGIN - 60 / per_day * DAY


def steady(per_day: float, rng: random.Random) -> list[float]:
    rate = per_day / DAY
    return list(arrivals(lambda _: rate, rate, before(per_day), rng))


def night_silent(per_day: float, rng: random.Random) -> list[float]:
    week, rate = newsroom(rng), per_day / DAY
    return list(arrivals(lambda t: rate * week(t), rate * max(week.quarters), before(per_day), rng))


def regular(per_day: float, rng: random.Random) -> list[float]:
    """Two in three publish on times of the day that a timetable gives, one in three so many hours apart."""
    return ticker(per_day, rng) if rng.random() < 1 / 3 else timetable(per_day, rng)


def ticker(per_day: float, rng: random.Random) -> list[float]:
    gap, time, found = DAY / per_day, before(per_day), []
    while (time := time + gap) < END:
        found.append(time + rng.gauss(0, 0.08 * gap))
    return found


def timetable(per_day: float, rng: random.Random) -> list[float]:
    every, keep, late = rng.choice((15, 30, 60)), rng.choice((0.7, 0.9, 1.0)), rng.choice((5.0, 30.0, 120.0))
    offset, zone = rng.choice((0, 0, 0, 5, 7)) * MINUTE, rng.choice((-5, 0, 1, 2)) * HOUR
    slots = [
        x * MINUTE + offset - zone for x in range(rng.randint(5, 8) * 60, rng.randint(17, 22) * 60, every)
    ]
    each = max(1, round(per_day / keep / len(slots)))
    a_day = per_day / keep / each
    mine = rng.sample(slots, min(len(slots), max(1, round(a_day))))
    days = set(rng.sample(range(7), min(7, max(1, round(a_day * 7)))))
    day, found = before(per_day) // DAY * DAY, []
    while day < END:
        if int(day // DAY + 3) % 7 in days:
            for slot in (x for x in mine if rng.random() < keep):
                first = day + slot + rng.expovariate(1 / late)
                found += [first + number * 20 * rng.random() for number in range(each)]
        day += DAY
    return found


def bursty(per_day: float, rng: random.Random) -> list[float]:
    """Bundles: three to ten stories on average, within minutes or an hour and a half."""
    week, size, width = newsroom(rng), rng.uniform(3, 10), rng.uniform(0.2, 1.5) * HOUR
    rate, found = per_day / DAY / size, []
    for first in arrivals(lambda t: rate * week(t), rate * max(week.quarters), before(per_day), rng):
        found.append(first)
        while rng.random() > 1 / size:
            found.append(first + rng.expovariate(1 / width))
    return found


def dying(per_day: float, rng: random.Random) -> list[float]:
    """It stops within weeks, at once or by and by; one in three returns after some weeks."""
    week, rate = newsroom(rng), per_day / DAY
    stops, half = BEGIN + rng.uniform(2.5, 5.5) * WEEK, rng.choice((0, 0, 2, 5)) * DAY
    returns = stops + (rng.uniform(1.5, 3) * WEEK if rng.random() < 1 / 3 else math.inf)

    def now(time: float) -> float:
        left = 1.0 if time < stops or time > returns else 2 ** ((stops - time) / half) if half else 0.0
        return rate * week(time) * left

    return list(arrivals(now, rate * max(week.quarters), before(per_day), rng))


def breaking(per_day: float, rng: random.Random) -> list[float]:
    """A newsroom; every five days, at any hour, three to twelve times as much for some hours."""
    week, since = newsroom(rng), before(per_day)
    starts = list(arrivals(lambda _: 1 / (5 * DAY), 1 / (5 * DAY), since, rng))
    events = [(start, rng.uniform(3, 12), rng.uniform(1.5, 6) * HOUR) for start in starts]
    rate = per_day / DAY / 1.23  # the events' share

    def now(time: float) -> float:
        extra = sum(height * math.exp((start - time) / length) for start, height, length in near(time))
        return rate * (week(time) + extra)

    def near(time: float) -> list[tuple[float, float, float]]:
        return events[bisect.bisect(starts, time - 1.5 * DAY) : bisect.bisect(starts, time)]

    return list(arrivals(now, rate * (max(week.quarters) + 15), since, rng))


KINDS = {
    "regular": regular,
    "bursty": bursty,
    "night-silent": night_silent,
    "dying": dying,
    "breaking news": breaking,
    "steady": steady,
}
ALONE = "one steady source"
"""20 stories a day at any hour: what no rule can do better than a fixed interval. Not part of all."""


class Rule(Protocol):
    def visited(self, now: float, new: Sequence[float], held: int, last_week: int) -> float:
        """When to visit next; of the `held` entries of the feed those at `new` are new."""


@dataclass(slots=True)
class Fixed:
    minutes: float = 15.0

    def visited(self, now: float, new: Sequence[float], held: int, last_week: int) -> float:
        return now + self.minutes * MINUTE


@dataclass(slots=True)
class NewsCrawl:
    """StormCrawler's adaptive scheduler, as commoncrawl/news-crawl sets it for feeds."""

    minutes: float = 90.0

    def visited(self, now: float, new: Sequence[float], held: int, last_week: int) -> float:
        changed = 0.8 * self.minutes + 0.2 * 90 if new else 1.5 * self.minutes
        self.minutes = min(max(changed, 90.0), 90 * 1440.0)
        return now + self.minutes * MINUTE


@dataclass(slots=True)
class MediaCloud:
    """Media Cloud's rss-fetcher; it begins with twelve hours and adapts from the second success on."""

    minutes: float = 720.0
    successes: int = 0
    newest: float = 0.0

    def visited(self, now: float, new: Sequence[float], held: int, last_week: int) -> float:
        self.successes += 1
        self.newest = now if new or not self.newest else self.newest
        known = 1 - len(new) / held if held else 1.0
        if self.successes >= 2 and known > 0.67:
            self.minutes += 60 if now - self.newest > 31 * DAY else 10
        elif self.successes >= 2 and known < 0.33:
            self.minutes -= 60
        self.minutes = min(max(self.minutes, 10.0), 1440.0)
        return now + self.minutes * MINUTE


class Miniflux:
    """Its scheduler by entry frequency."""

    def visited(self, now: float, new: Sequence[float], held: int, last_week: int) -> float:
        return now + min(max(7 * 1440 / last_week if last_week else 1440.0, 5.0), 1440.0) * MINUTE


@dataclass(slots=True)
class Auto:
    price: float
    rhythm: Rhythm = field(default_factory=Rhythm)

    def visited(self, now: float, new: Sequence[float], held: int, last_week: int) -> float:
        at = datetime.fromtimestamp(now, UTC)
        self.rhythm = heard(self.rhythm, [datetime.fromtimestamp(x, UTC) for x in new], at)
        shortest, longest, price = timedelta(minutes=5), timedelta(days=1), timedelta(minutes=self.price)
        return next_visit(self.rhythm, at, shortest=shortest, longest=longest, price=price).timestamp()


RULES: dict[str, Callable[[], Rule]] = {
    "fixed 15 min": Fixed,
    "news-crawl": NewsCrawl,
    "Media Cloud": MediaCloud,
    "Miniflux": Miniflux,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    kind: str
    fetches: int
    delays: Sequence[float]
    lost: Sequence[float]
    """How long ago each had appeared when the visit came that would have found it."""


def followed(kind: str, dates: Sequence[float], cache: float, begin: float, rule: Rule) -> Outcome:
    """A source as a rule visits it; `cache` is how many seconds its feed is old at most."""
    now, seen, fetches, delays, lost = begin, 0, 0, list[float](), list[float]()
    first = bisect.bisect_left(dates, COUNTED)
    while now < END or seen < len(dates):
        upto = bisect.bisect_right(dates, now // cache * cache if cache else now, seen)
        shown = max(seen, upto - FEED)
        fetches += COUNTED <= now < END
        for number in range(max(seen, first), upto):
            appeared = -(-dates[number] // cache) * cache if cache else dates[number]
            (lost if number < shown else delays).append(now - appeared)
        last_week = upto - bisect.bisect_left(dates, now - WEEK, 0, upto)
        new, seen = dates[shown:upto], upto
        now = rule.visited(now, new, min(upto, FEED), last_week)
    return Outcome(kind=kind, fetches=fetches, delays=delays, lost=lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A source, all of which follows from its seed, and the rules to follow it by."""

    kind: str
    per_day: float
    seed: str
    prices: Sequence[float] = ()
    rivals: bool = True
    without: Sequence[str] = ()


def all_rules(task: Task) -> dict[Any, Outcome]:
    rng = random.Random(task.seed)
    make = steady if task.kind == ALONE else KINDS[task.kind]
    dates = [x for x in sorted(make(task.per_day * rng.uniform(0.8, 1.2), rng)) if x < END]
    cache, begin = rng.choice((0, 0, 0, 0, 5, 15)) * MINUTE, BEGIN + rng.random() * HOUR
    rules: dict[Any, Callable[[], Rule]] = dict(RULES) if task.rivals else {}
    rules |= {price: partial(Auto, price) for price in task.prices}
    found = {name: followed(task.kind, dates, cache, begin, rule()) for name, rule in rules.items()}
    for part in task.without:
        restore = dict(vars(crawler.schedule.rhythm))
        vars(crawler.schedule.rhythm).update(INGREDIENTS[part]())
        found[part] = followed(task.kind, dates, cache, begin, Auto(task.prices[0]))
        vars(crawler.schedule.rhythm).update(restore)
    return found


def flat(slots: slice) -> dict[str, Any]:
    """What is usual, with some of it taken as being everywhere the same."""
    usual = crawler.schedule.rhythm._usual

    def flattened(rhythm: Rhythm) -> Any:
        found = usual(rhythm)
        shares = list(found.shares)
        shares[slots] = [1.0] * len(shares[slots])
        return replace(found, shares=shares)

    return {"_usual": flattened}


def at_the_price(ahead: Iterator[float], price: float, longest: int) -> tuple[list[float], int]:
    """In place of `_until_second`: the visit is when the price is reached, wherever that is."""
    waited = told = 0.0
    for steps, stories in enumerate(ahead, 1):
        waited, told = waited + told + stories / 2, told + stories
        if waited >= price or steps >= longest:
            return [0.0] * steps + [1.0, 1.0], steps + 1
    raise AssertionError("what is ahead has no end")


INGREDIENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "hour of day": lambda: flat(slice(0, 24)),
    "day of week": lambda: flat(slice(24, 31)),
    "minute of hour": lambda: {"COINCIDENCES": 1e12},
    "the best moment": lambda: {"_until_second": at_the_price},
    "what is going on": lambda: {"BURST": 1e-3},
    "silence": lambda: {"PATIENCE": 1e9},
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    delays = sorted(delay / MINUTE for outcome in outcomes for delay in outcome.delays)
    per_source = [statistics.fmean(x.delays) / MINUTE for x in outcomes if x.delays]
    return {
        "fetches": sum(x.fetches for x in outcomes) / len(outcomes) / ((END - COUNTED) / DAY),
        "mean": statistics.fmean(delays),
        "median": delays[len(delays) // 2],
        "p95": delays[int(len(delays) * 0.95)],
        "lost": sum(len(x.lost) for x in outcomes),
        "mean with lost": statistics.fmean(y / MINUTE for x in outcomes for y in (*x.delays, *x.lost)),
        "stories": len(delays),
        "by source": statistics.fmean(per_source),
    }


def between(curve: Sequence[tuple[float, float]], x: float) -> float | None:
    """Where a curve of points, straight in logarithms, is at `x`; None outside it."""
    points = sorted((math.log(a), math.log(b)) for a, b in curve)
    for (a, b), (c, d) in pairwise(points):
        if a <= math.log(x) <= c:
            return math.exp(b + (d - b) * (math.log(x) - a) / ((c - a) or 1))
    return None


def compared(table: dict[Any, dict[str, float]], mean: str = "mean") -> dict[str, dict[str, float | None]]:
    """Of the delay of each rule, what ours has at as many fetches; of its fetches, what ours needs."""
    curve = [(table[price]["fetches"], table[price][mean]) for price in PRICES]
    found = {}
    for name in RULES:
        fetches, delay = table[name]["fetches"], table[name][mean]
        ours, needed = between(curve, fetches), between([(b, a) for a, b in curve], delay)
        lost = between([(table[price]["fetches"], table[price]["lost"] + 1) for price in PRICES], fetches)
        found[name] = {
            "delay": ours and ours / delay,
            "fetches": needed and needed / fetches,
            "lost": lost and lost - 1,
        }
    return found


def simulated(tasks: Sequence[Task]) -> dict[str, dict[Any, list[Outcome]]]:
    """The outcomes, by kind and rule."""
    found: dict[str, dict[Any, list[Outcome]]] = {}
    with multiprocessing.Pool() as pool:
        for task_outcomes in pool.imap_unordered(all_rules, tasks):
            for name, outcome in task_outcomes.items():
                for kind in (outcome.kind, *(["all"] if outcome.kind != ALONE else [])):
                    found.setdefault(kind, {}).setdefault(name, []).append(outcome)
    return {kind: found[kind] for kind in (*KINDS, ALONE, "all")}


def population(seed: int, sources: int, **settings: Any) -> list[Task]:
    """As many sources of each kind, from FEWEST to MOST; the busiest, which take longest, first."""
    rates = [FEWEST * (MOST / FEWEST) ** (i / max(sources - 1, 1)) for i in reversed(range(sources))]
    tasks = [
        Task(kind=kind, per_day=rate, seed=f"{seed} {kind} {rate}", **settings)
        for rate in rates
        for kind in KINDS
    ]
    return tasks + [Task(kind=ALONE, per_day=20.0, seed=f"{seed} alone {i}", **settings) for i in range(2)]


def ratio(value: float | None) -> str:
    return f"{value:.2f}" if value else "  - "


def show(tables: dict[str, dict[Any, dict[str, float]]], price: float) -> None:
    columns = ("fetches", "mean", "median", "p95", "by source", "lost", "mean with lost")
    print(f"{'':36}" + "".join(f"{name:>10}" for name in columns[:-1]) + f"{columns[-1]:>16}")
    for kind, table in tables.items():
        for name in (*RULES, price):
            label = f"auto, {price:g} min" if name == price else name
            print(
                f"{kind:20}{label:16}"
                + "".join(f"{table[name][x]:10.1f}" for x in columns[:-1])
                + f"{table[name][columns[-1]]:16.1f}"
            )
    print("\nauto : other, delay at the same fetches | fetches at the same delay (lost at the same fetches)")
    print(f"{'':20}" + "".join(f"{name:>24}" for name in RULES))
    rows = [(kind, table, "mean") for kind, table in tables.items()]
    for kind, table, mean in [*rows, ("all, with the lost", tables["all"], "mean with lost")]:
        cells = [
            f"{ratio(x['delay'])} | {ratio(x['fetches'])} ({'-' if x['lost'] is None else round(x['lost'])})"
            for x in compared(table, mean).values()
        ]
        print(f"{kind:20}" + "".join(f"{cell:>24}" for cell in cells))


def what_parts_are_worth(seed: int, sources: int, price: float) -> dict[str, dict[str, float]]:
    """By kind: the cost of all waiting and fetching without a part, where with all parts it is 1."""
    tasks = population(seed, sources, prices=[price], rivals=False, without=list(INGREDIENTS))
    found = {}
    for kind, outcomes in simulated(tasks).items():
        cost = {
            name: sum(sum(x.delays) / MINUTE + price * x.fetches for x in all_of)
            for name, all_of in outcomes.items()
        }
        found[kind] = {part: cost[part] / cost[price] for part in INGREDIENTS}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sources", type=int, default=6, help="of each kind")
    parser.add_argument(
        "--price", type=float, default=crawler.schedule.rhythm.PRICE / timedelta(minutes=1), help="minutes"
    )
    parser.add_argument("--ingredients", action="store_true", help="what each part of the rule is worth")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.ingredients:
        worth = what_parts_are_worth(options.seed, options.sources, options.price)
        if options.json:
            print(json.dumps(worth, indent=1))
            return
        print(f"{'cost without':20}" + "".join(f"{part:>18}" for part in INGREDIENTS))
        for kind, parts in worth.items():
            print(f"{kind:20}" + "".join(f"{x:18.3f}" for x in parts.values()))
        return
    prices = sorted({*PRICES, options.price})
    outcomes = simulated(population(options.seed, options.sources, prices=prices))
    tables = {
        kind: {name: figures(found) for name, found in rules.items()} for kind, rules in outcomes.items()
    }
    if options.json:
        print(
            json.dumps(
                {"rules": tables, "auto to others": {k: compared(t) for k, t in tables.items()}}, indent=1
            )
        )
    else:
        show(tables, options.price)


if __name__ == "__main__":
    main()
