"""Makes near-duplicates out of real articles, and articles that only look like near-duplicates.

`EDITS` are what desks do to an agency's copy, at three strengths; `SIBLINGS` make articles of which no two are
one story: filled into one form, with background in common, or grown from one story to the next.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A real article."""

    title: str
    text: str
    language: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article of the set."""

    text: str
    title: str
    group: int
    """Those of one group are one story."""
    kind: str
    strength: int = 0
    hours: float = 0
    """When it was published, in hours after the set begins."""
    same_source_as: int | None = None
    """Another article of the set, by its number, that stands on the same site."""


Edit = Callable[[str, int, random.Random, Sequence[str]], str]
"""A text, a strength from 0 to 2, and paragraphs of other texts in its language."""

_SPACELESS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u4e00-\u9fff]")


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def sentences(paragraph: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…])\s+|(?<=[。！？])", paragraph) if part]


def size(text: str) -> int:
    return len(text) // 2 if is_spaceless(text) else len(text.split())


def is_spaceless(text: str) -> bool:
    return len(_SPACELESS.findall(text)) * 3 > len(text)


def _units(text: str) -> list[tuple[int, str]]:
    return [(n, s) for n, p in enumerate(paragraphs(text)) for s in sentences(p)]


def _joined(units: Sequence[tuple[int, str]]) -> str:
    lines: dict[int, list[str]] = {}
    for number, sentence in units:
        lines.setdefault(number, []).append(sentence)
    return "\n".join(" ".join(parts) for parts in lines.values())


def cut(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    share = (0.75, 0.5, 0.36)[strength]
    units, kept, words = _units(text), [], 0
    for unit in units:
        kept.append(unit)
        words += size(unit[1])
        if words >= share * size(text):
            break
    return _joined(kept)


def local_lead(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    own = [_some(others, draw, (25, 40, 60)[strength])]
    lines = paragraphs(text)
    if strength == 2 and len(lines) > 4:
        lines = lines[1:]
    return "\n".join([*own, *lines])


def _some(others: Sequence[str], draw: random.Random, words: int) -> str:
    fit = [
        p for p in draw.sample(list(others), min(60, len(others))) if words * 0.5 <= size(p) <= words * 1.6
    ]
    return fit[0] if fit else " ".join(draw.choice(others).split()[:words])


def drop(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    units = _units(text) if len(paragraphs(text)) < 4 else [(n, p) for n, p in enumerate(paragraphs(text))]
    share = (0.0, 0.2, 0.4)[strength]
    left = max(1, round(share * len(units)))
    for place in sorted(draw.sample(range(len(units)), min(left, len(units) - 1)), reverse=True):
        del units[place]
    return _joined(units)


def add(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    lines = paragraphs(text)
    words = max(25, round((0.1, 0.25, 0.45)[strength] * size(text)))
    while words > 10:
        own = _some(others, draw, min(words, 60))
        lines.insert(draw.randrange(1, len(lines) + 1), own)
        words -= size(own) or 10
    return "\n".join(lines)


def typography(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    pairs = [('"', "“"), ("“", "„"), ("”", '"'), ("’", "'"), ("–", "-"), ("—", " - "), ("...", "…")]
    for old, new in pairs:
        text = text.replace(old, new)
    if strength >= 1:
        text = re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "\u00a0" if draw.random() < 0.5 else "", text)
        text = re.sub(r"(?<=\w) (?=\d)", "\u00a0", text).replace("fi", "ﬁ").replace("e-", "e\u00ad-")
    if strength == 2:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
        text = unicodedata.normalize("NFKC", text)
        text = re.sub(r"(?<=[a-z]{4})(?=[a-z]{4})", lambda _: "\u00ad" if draw.random() < 0.1 else "", text)
        lines = paragraphs(text)
        text = "\n".join([lines[0].upper(), *lines[1:]])
    return text


def words(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """Ordinary words replaced, here and there one left out or put in."""
    share = (0.02, 0.06, 0.12)[strength]
    spare = [w for w in " ".join(draw.sample(list(others), min(10, len(others)))).split() if w.islower()]
    if is_spaceless(text):
        pool = _SPACELESS.findall(text)
        return "".join(
            draw.choice(pool) if _SPACELESS.match(c) and draw.random() < share / 2 else c for c in text
        )

    def changed(word: str) -> str:
        if draw.random() >= share or not spare:
            return word
        act = draw.random()
        if act < 0.6:
            return draw.choice(spare)
        return "" if act < 0.8 else f"{word} {draw.choice(spare)}"

    return "\n".join(" ".join(filter(None, map(changed, p.split(" ")))) for p in paragraphs(text))


def typos(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    share = (0.01, 0.04, 0.08)[strength]

    def broken(word: str) -> str:
        if len(word) < 4 or draw.random() >= share:
            return word
        at = draw.randrange(1, len(word) - 2)
        act = draw.randrange(3)
        if act == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :] if act == 1 else word[:at] + word[at] + word[at:]

    return "\n".join(" ".join(map(broken, p.split(" "))) for p in paragraphs(text))


def moved(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    lines = paragraphs(text)
    if len(lines) < 4:
        lines = [s for _, s in _units(text)]
    for _ in range((1, 3, 8)[strength]):
        if len(lines) > 2:
            one = lines.pop(draw.randrange(1, len(lines)))
            lines.insert(draw.randrange(1, len(lines) + 1), one)
    return "\n".join(lines)


def rewritten(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """Whole sentences put otherwise."""
    units = _units(text)
    for place in draw.sample(range(len(units)), max(1, round((0.08, 0.16, 0.26)[strength] * len(units)))):
        own = sentences(_some(others, draw, size(units[place][1]) + 3))
        units[place] = (units[place][0], own[0] if own else "")
    return _joined(units)


def lines_of_site(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    lines = paragraphs(text)
    stock = [
        "Read more: " + _some(others, draw, 9),
        "Foto: dpa / Archiv",
        "ADVERTISEMENT",
        "(AP) All rights reserved. This material may not be published, broadcast, rewritten or redistributed.",
        "Sign up for our newsletter to get the best stories every morning.",
        "Share this article on Facebook, Twitter or WhatsApp",
        "Mehr zum Thema: " + _some(others, draw, 9),
        "With material from agencies. Reporting by our own staff; editing by the night desk.",
    ]
    for line in draw.sample(stock, (2, 4, 8)[strength]):
        lines.insert(draw.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def all_together(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """Cut, a lead of one's own, another typography, a word here and there."""
    shorter = cut(text, (0, 0, 1)[strength], draw, others)
    edited = words(shorter, (0, 0, 1)[strength], draw, others)
    return local_lead(typography(edited, min(strength, 1), draw, others), min(strength, 1), draw, others)


def head_cut(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """The lead written anew, or the first sentences left out."""
    units = _units(text)
    left = units[max(1, round((0.06, 0.15, 0.3)[strength] * len(units))) :]
    return _joined([(-1, _some(others, draw, 25)), *left]) if strength < 2 else _joined(left)


def broken_anew(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    units = [s for _, s in _units(text)]
    if strength == 0:
        return "\n".join(units)
    if strength == 1:
        return " ".join(units)
    return "\n\n".join(" ".join(units[n : n + 3]) for n in range(0, len(units), 3)).replace(", ", " , ")


EDITS: dict[str, Edit] = {
    "cut": cut,
    "local lead": local_lead,
    "paragraphs dropped": drop,
    "paragraphs added": add,
    "typography": typography,
    "words": words,
    "typing errors": typos,
    "paragraphs moved": moved,
    "sentences rewritten": rewritten,
    "lines of the site": lines_of_site,
    "all together": all_together,
    "head cut": head_cut,
    "lines broken anew": broken_anew,
}

TOWNS = [
    "Ashford",
    "Brindle",
    "Carrick",
    "Dunmore",
    "Elland",
    "Fenwick",
    "Garston",
    "Harwich",
    "Ilford",
    "Jarrow",
    "Kelso",
    "Lymington",
    "Morpeth",
    "Newport",
    "Oakham",
    "Penrith",
    "Redcar",
    "Selby",
    "Thirsk",
    "Ulverston",
    "Wexford",
    "Yarm",
    "Alnwick",
    "Bampton",
    "Corsham",
    "Dorking",
]
PEOPLE = [
    "Alder",
    "Baines",
    "Coyle",
    "Dunne",
    "Ekwueme",
    "Farrow",
    "Grant",
    "Haddad",
    "Ivanov",
    "Jensen",
    "Khan",
    "Lopez",
    "Mbeki",
    "Novak",
    "Okafor",
    "Petrov",
    "Quigley",
    "Rossi",
    "Singh",
    "Tanaka",
    "Usman",
    "Varga",
    "Walsh",
    "Xavier",
    "Young",
    "Zeller",
]
FIRST = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Elena",
    "Frank",
    "Grace",
    "Hugo",
    "Iris",
    "Jonas",
    "Karin",
    "Liam",
    "Maria",
    "Noor",
    "Oscar",
    "Paula",
    "Rosa",
    "Tom",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FIRMS = [
    "Acorn",
    "Beacon",
    "Crestline",
    "Delmar",
    "Everline",
    "Fairmont",
    "Gridstone",
    "Halden",
    "Inverra",
    "Juno",
    "Kestrel",
    "Lumen",
    "Meridiem",
    "Norwell",
    "Orsted",
    "Palisade",
    "Quantor",
    "Ridgeway",
    "Solvane",
    "Tarmac",
    "Unity",
    "Vantor",
    "Wexler",
    "Zephyr",
]


def _match(d: random.Random) -> str:
    home, away = d.sample(TOWNS, 2)
    a, b, c, e = d.sample(PEOPLE, 4)
    h, g = d.randrange(1, 5), d.randrange(0, 3)
    return (
        f"{home} beat {away} {h}-{g} on {d.choice(DAYS)} night to move up to {_nth(d.randrange(2, 20))} in the league table.\n"
        f"{a} opened the scoring in the {_nth(d.randrange(3, 44))} minute with a shot from the edge of the box, and "
        f"{b} doubled the lead shortly before the break when he headed in a corner from {c}.\n"
        f"The visitors came out stronger after half-time and had the better of the chances, but {e} was denied by the "
        f"goalkeeper in the {_nth(d.randrange(46, 80))} minute and hit the post soon after.\n"
        f"“We knew it would be a difficult evening, and the players gave everything,” said manager {d.choice(FIRST)} {d.choice(PEOPLE)}. "
        f"“We take it one match at a time, and we look forward to the next one.”\n"
        f"The crowd of {d.randrange(3000, 42000):,} saw {home} take their tally to {d.randrange(8, 70)} points from {d.randrange(8, 36)} matches. "
        f"They travel to {d.choice(TOWNS)} on {d.choice(DAYS)}, while {away} play host to {d.choice(TOWNS)}."
    )


def _nth(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def _weather(d: random.Random) -> str:
    town, other = d.sample(TOWNS, 2)
    sky = d.choice(["sunny spells", "heavy showers", "cloud and light rain", "fog that clears by noon"])
    return (
        f"{d.choice(DAYS)} will bring {sky} to {town} and the surrounding area, the weather service said in its morning forecast.\n"
        f"Temperatures will reach a high of {d.randrange(2, 34)} degrees in the afternoon and fall to {d.randrange(-6, 18)} degrees overnight. "
        f"Winds will blow from the {d.choice(['north', 'south', 'east', 'west'])} at up to {d.randrange(10, 90)} kilometres an hour, stronger on the coast near {other}.\n"
        f"There is a {d.randrange(5, 95)} percent chance of rain during the evening. Drivers are advised to take care on untreated roads.\n"
        f"The outlook for the rest of the week remains unsettled, with {d.randrange(1, 40)} millimetres of rain expected by {d.choice(DAYS)}. "
        f"The sun rises at {d.randrange(4, 8)}.{d.randrange(10, 59)} and sets at {d.randrange(16, 22)}.{d.randrange(10, 59)}."
    )


def _market(d: random.Random) -> str:
    way = d.choice(["rose", "fell", "climbed", "slipped"])
    a, b, c, e = d.sample(FIRMS, 4)
    x = lambda: f"{d.randrange(0, 4)}.{d.randrange(1, 99)}"  # noqa: E731
    return (
        f"Shares {way} on {d.choice(DAYS)} as investors weighed fresh data on inflation and the outlook for interest rates.\n"
        f"The leading index {way} {x()} percent to {d.randrange(5000, 19000):,}.{d.randrange(10, 99)} points, while the index of smaller companies {d.choice(['gained', 'lost'])} {x()} percent.\n"
        f"{a} was the biggest winner, up {x()} percent after it raised its forecast for the year. {b} added {x()} percent. "
        f"At the other end of the list, {c} dropped {x()} percent and {e} gave up {x()} percent.\n"
        f"The euro traded at {d.randrange(1, 2)}.{d.randrange(1000, 1999)} dollars, compared with {d.randrange(1, 2)}.{d.randrange(1000, 1999)} late in the previous session. "
        f"A barrel of Brent crude cost {d.randrange(50, 120)}.{d.randrange(10, 99)} dollars, {x()} percent {d.choice(['more', 'less'])} than the day before. "
        f"The yield on ten-year government bonds stood at {x()} percent."
    )


def _court(d: random.Random) -> str:
    offences = [
        "speeding on the A{n}",
        "driving without insurance",
        "theft of goods worth £{n}",
        "being drunk and disorderly",
        "failing to pay a fare of £{n}",
        "using a mobile telephone while driving",
    ]
    ends = [
        "fined £{n} with costs of £{m}",
        "disqualified for {m} months and fined £{n}",
        "given a conditional discharge of {m} months",
    ]
    rows = [
        f"{d.choice(FIRST)} {d.choice(PEOPLE)}, {d.randrange(18, 80)}, of {d.choice(PEOPLE)} Street, {d.choice(TOWNS)}: admitted "
        f"{d.choice(offences).format(n=d.randrange(10, 600))}; {d.choice(ends).format(n=d.randrange(40, 900), m=d.randrange(3, 24))}."
        for _ in range(d.randrange(6, 11))
    ]
    head = f"The following cases were heard at {d.choice(TOWNS)} Magistrates’ Court on {d.choice(DAYS)}."
    foot = "Court reports are published under the principle of open justice. Names and addresses are as given to the court."
    return "\n".join([head, *rows, foot])


def _obituary(d: random.Random) -> str:
    name, last = d.choice(FIRST), d.choice(PEOPLE)
    return (
        f"{name} {last}, {d.randrange(60, 99)}, of {d.choice(TOWNS)}, passed away peacefully at home on {d.choice(DAYS)}, surrounded by family.\n"
        f"Born in {d.choice(TOWNS)} in {d.randrange(1925, 1960)}, the child of {d.choice(FIRST)} and {d.choice(FIRST)} {last}, {name} worked for "
        f"{d.randrange(10, 45)} years at {d.choice(FIRMS)} and was a member of the {d.choice(TOWNS)} choir.\n"
        f"Survivors include {d.randrange(1, 6)} children, {d.randrange(2, 14)} grandchildren and a sister, {d.choice(FIRST)} {d.choice(PEOPLE)}.\n"
        f"A service will be held at {d.randrange(9, 16)}.{d.choice(['00', '30'])} on {d.choice(DAYS)} at St {d.choice(FIRST)}’s Church. In lieu of flowers, the family "
        f"asks that donations be made to the hospice. To send condolences or plant a tree in memory, visit our tribute store."
    )


def _earnings(d: random.Random) -> str:
    firm = d.choice(FIRMS)
    m = lambda: f"{d.randrange(2, 900)}.{d.randrange(1, 9)}"  # noqa: E731
    return (
        f"{firm} Inc. on {d.choice(DAYS)} reported {d.choice(['first', 'second', 'third', 'fourth'])}-quarter profit of ${m()} million.\n"
        f"The {d.choice(TOWNS)}-based company said it had net income of {d.randrange(1, 99)} cents per share. Earnings, adjusted for one-time gains and costs, "
        f"were {d.randrange(1, 99)} cents per share.\n"
        f"The results {d.choice(['exceeded', 'missed', 'met'])} Wall Street expectations. The average estimate of {d.randrange(3, 20)} analysts surveyed was for earnings of "
        f"{d.randrange(1, 99)} cents per share.\n"
        f"The company posted revenue of ${m()} million in the period. {d.randrange(3, 12)} analysts surveyed expected ${m()} million.\n"
        f"{firm} shares have {d.choice(['risen', 'fallen'])} {d.randrange(1, 60)} percent since the beginning of the year.\n"
        f"This story was generated automatically using data from a financial research firm."
    )


def _notice(d: random.Random) -> str:
    return (
        f"Drivers are asked to avoid the {d.choice('ABM')}{d.randrange(1, 999)} near {d.choice(TOWNS)} after a collision involving {d.randrange(2, 6)} vehicles.\n"
        f"Police were called at {d.randrange(1, 12)}.{d.randrange(10, 59)}{d.choice(['am', 'pm'])} on {d.choice(DAYS)}. The road is closed in both directions between "
        f"junctions {d.randrange(1, 20)} and {d.randrange(21, 40)}, and diversions are in place.\n"
        f"Anyone who saw the collision or has dashcam footage is asked to call 101 and quote incident {d.randrange(100, 999)}."
    )


def _horoscope(d: random.Random) -> str:
    signs = [
        "Aries",
        "Taurus",
        "Gemini",
        "Cancer",
        "Leo",
        "Virgo",
        "Libra",
        "Scorpio",
        "Sagittarius",
        "Capricorn",
        "Aquarius",
        "Pisces",
    ]
    advice = [
        "A quiet day at work gives you time to think.",
        "Money matters ask for patience.",
        "An old friend gets in touch.",
        "Do not let others hurry you.",
        "Love is in the air, but look twice.",
        "Your energy returns in the evening.",
        "A letter brings news.",
        "Be generous with praise.",
        "Travel plans should be made now.",
        "Rest more than you think you need.",
    ]
    head = "What the stars have in store for you today, by our astrologer. Find your sign below and share it with a friend."
    return "\n".join([head, *(f"{s}: {' '.join(d.sample(advice, 3))}" for s in signs)])


def _election(d: random.Random) -> str:
    rows = [
        f"{d.choice(FIRST)} {d.choice(PEOPLE)} ({p}): {d.randrange(300, 29000):,} votes, {d.randrange(1, 60)}.{d.randrange(0, 9)} percent"
        for p in ("Labour", "Conservative", "Liberal Democrat", "Green", "Independent")
    ]
    town = d.choice(TOWNS)
    return (
        f"{d.choice(['Labour', 'The Conservatives', 'The Liberal Democrats'])} have held {town} in the general election with a majority of {d.randrange(100, 12000):,}.\n"
        "The full result was declared in the early hours by the returning officer:\n"
        + "\n".join(rows)
        + f"\nTurnout was {d.randrange(40, 80)}.{d.randrange(0, 9)} percent of an electorate of {d.randrange(50000, 90000):,}. Follow all results live on our election page."
    )


def _spiel(d: random.Random) -> str:
    heim, gast = d.sample(
        [
            "Altdorf",
            "Bergheim",
            "Celle",
            "Dorsten",
            "Eutin",
            "Forst",
            "Greven",
            "Husum",
            "Idstein",
            "Jever",
            "Kehl",
            "Lohne",
        ],
        2,
    )
    a, b = d.sample(PEOPLE, 2)
    return (
        f"Der SV {heim} hat das Heimspiel gegen den TSV {gast} am {d.choice(['Samstag', 'Sonntag', 'Freitag'])} mit {d.randrange(1, 6)}:{d.randrange(0, 4)} gewonnen und klettert auf Platz {d.randrange(1, 16)} der Tabelle.\n"
        f"Vor {d.randrange(80, 3000)} Zuschauern brachte {a} die Gastgeber in der {d.randrange(2, 44)}. Minute in Führung. Nach dem Seitenwechsel erhöhte {b} mit einem Distanzschuss ({d.randrange(46, 90)}.).\n"
        f"„Die Mannschaft hat sich heute für ihren Aufwand belohnt“, sagte Trainer {d.choice(FIRST)} {d.choice(PEOPLE)} nach dem Abpfiff. „Jetzt gilt es, nächste Woche nachzulegen.“\n"
        f"Am kommenden Spieltag reist der SV zum FC {d.choice(TOWNS)}, der zuletzt {d.randrange(1, 9)} Punkte aus {d.randrange(2, 8)} Spielen holte."
    )


def _tianqi(d: random.Random) -> str:
    city = d.choice(
        ["北京", "上海", "广州", "深圳", "成都", "武汉", "杭州", "南京", "重庆", "西安", "苏州", "天津"]
    )
    return (
        f"据气象台消息，{city}市{d.randrange(1, 13)}月{d.randrange(1, 29)}日白天{d.choice(['晴间多云', '小雨转阴', '多云转晴', '有中到大雨'])}，最高气温{d.randrange(5, 38)}摄氏度，夜间最低气温{d.randrange(-8, 20)}摄氏度。\n"
        f"风力{d.randrange(1, 7)}级，相对湿度百分之{d.randrange(20, 95)}。气象专家提醒市民注意及时增减衣物，外出时携带雨具，驾车出行请注意交通安全。\n"
        f"空气质量指数为{d.randrange(20, 280)}，预计未来三天气温将有{d.randrange(2, 12)}度的变化，请公众关注最新的天气预报信息。"
    )


def _bolsa(d: random.Random) -> str:
    return (
        f"La Bolsa {d.choice(['subió', 'bajó', 'cedió', 'ganó'])} un {d.randrange(0, 4)},{d.randrange(1, 99):02} % en la sesión del {d.choice(['lunes', 'martes', 'miércoles', 'jueves', 'viernes'])}, hasta los {d.randrange(7, 12)}.{d.randrange(100, 999)} puntos, pendiente de los datos de inflación y de las decisiones de los bancos centrales.\n"
        f"Entre los grandes valores, {d.choice(FIRMS)} avanzó un {d.randrange(0, 4)},{d.randrange(1, 99):02} % y {d.choice(FIRMS)} retrocedió un {d.randrange(0, 4)},{d.randrange(1, 99):02} %, mientras que {d.choice(FIRMS)} apenas varió.\n"
        f"El euro se cambiaba a {d.randrange(1, 2)},{d.randrange(1000, 1999)} dólares, y el barril de crudo Brent se negociaba a {d.randrange(50, 120)},{d.randrange(10, 99)} dólares. La prima de riesgo se situó en {d.randrange(60, 180)} puntos básicos."
    )


FORMS: dict[str, Callable[[random.Random], str]] = {
    "match reports": _match,
    "weather reports": _weather,
    "market reports": _market,
    "court lists": _court,
    "obituaries": _obituary,
    "earnings": _earnings,
    "road notices": _notice,
    "horoscopes": _horoscope,
    "election results": _election,
    "Spielberichte": _spiel,
    "天气预报": _tianqi,
    "bolsa": _bolsa,
}


def _other_facts(text: str, draw: random.Random, *, names: bool) -> str:
    """The same text with other figures, and other names."""
    text = re.sub(
        r"\d+",
        lambda m: str(draw.randrange(10 ** (len(m[0]) - 1), 10 ** len(m[0])) if len(m[0]) < 9 else m[0]),
        text,
    )
    if not names:
        return text
    known: dict[str, str] = {}
    pool = count()

    def other(match: re.Match[str]) -> str:
        name = match[0]
        if name not in known:
            stock = PEOPLE + TOWNS + FIRMS
            known[name] = (
                draw.choice(stock)
                if draw.random() < 0.8
                else f"{draw.choice(stock)}{'aeiou'[next(pool) % 5]}n"
            )
        return known[name]

    return re.sub(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{2,}", other, text)


def real_forms(real: Real, draw: random.Random) -> list[str]:
    return [real.text, _other_facts(real.text, draw, names=True)] if _has_figures(real.text) else []


def real_figures(real: Real, draw: random.Random) -> list[str]:
    return [real.text, _other_facts(real.text, draw, names=False)] if _has_figures(real.text) else []


def _has_figures(text: str) -> bool:
    return len(re.findall(r"\d+", text)) >= 4


def background(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    """Two articles that end, or go on, with the same three paragraphs."""
    shared = [p for p in paragraphs(third.text) if size(p) > 20][:3]
    made = []
    where = draw.random()
    for real in (one, other):
        lines = paragraphs(real.text)
        at = len(lines) if where < 0.5 else draw.randrange(1, len(lines) + 1)
        made.append("\n".join([*lines[:at], *shared, *lines[at:]]))
    return made


def quotation(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    said = "“" + " ".join(paragraphs(third.text))[:900] + "”, they said."
    made = []
    for real in (one, other):
        lines = paragraphs(real.text)
        at = draw.randrange(1, len(lines) + 1)
        made.append("\n".join([*lines[:at], said, *lines[at:]]))
    return made


def series(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    """Two parts of a series: the same paragraphs at the beginning and at the end."""
    lines = [p for p in paragraphs(third.text) if size(p) > 12]
    head, foot = lines[:1], lines[1:3]
    return ["\n".join([*head, *paragraphs(real.text), *foot]) for real in (one, other)]


def update(real: Real, draw: random.Random, others: Sequence[str]) -> list[str]:
    """A story, and a later, longer version: figures have changed, the lead is new, paragraphs were added."""
    lines = paragraphs(real.text)
    later, changed = [], 0
    for line in lines:

        def risen(match: re.Match[str]) -> str:
            nonlocal changed
            if changed >= 4 or draw.random() < 0.4:
                return match[0]
            changed += 1
            return str(int(match[0]) + draw.randrange(1, 9))

        later.append(re.sub(r"(?<![\d.,:])\b\d{1,3}\b(?![\d.,:]\d)", risen, line))
    new = [_some(others, draw, 40) for _ in range(max(2, size(real.text) // 120))]
    later[0] = _some(others, draw, 30)
    at = draw.randrange(1, len(later) + 1)
    return [real.text, "\n".join([*later[:at], *new, *later[at:]])] if changed else []


def digest(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    """Briefs, and a page that holds them all."""
    briefs = [cut(real.text, 1, draw, []) for real in (one, other, third)]
    return [briefs[0], briefs[1], briefs[2], "\n".join(briefs)]
