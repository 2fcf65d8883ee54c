"""Articles filled into one form: of no two of them is one a copy of the other."""

# ruff: noqa: E501  a form is read as the page that it imitates

import random
from collections.abc import Callable

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
