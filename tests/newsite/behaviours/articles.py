"""Ordinary article pages in any number, for behaviours to wrap and for tests of volume."""

from datetime import UTC, datetime, timedelta

NEWEST = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

_PLACES = ("Skerrow", "Ansty Head", "Farrow Bay", "Millgate", "Thornsea", "Upper Wick", "Dunmarsh")
_WINDS = ("a light westerly", "a fresh north-easterly", "a gale from the south", "hardly any wind")
_WORKS = ("the sea wall", "the slipway", "the lifeboat house", "the covered market", "the station roof")
_VOICES = ("Harbour master Ines Calder", "Councillor Tom Brandreth", "Site foreman Olu Adeyemi")


def title_of(number: int) -> str:
    return f"Day {number} of repairs to {_pick(_WORKS, number)} at {_pick(_PLACES, number)}"


def published_of(number: int) -> datetime:
    """One an hour, number 1 the newest."""
    return NEWEST - timedelta(hours=number - 1)


def paragraphs_of(number: int) -> tuple[str, ...]:
    """A works report; two of them share a third of their words or so, and are no duplicates."""
    place, work, wind = _pick(_PLACES, number), _pick(_WORKS, number), _pick(_WINDS, number // 3)
    voice, tons, crew = _pick(_VOICES, number // 2), 7 + number * 13 % 89, 4 + number * 7 % 23
    hour, road = 1 + number % 12, _pick(("lower", "upper", "inner", "outer"), number)
    paragraphs = (
        f"""A crew of {crew} went back to {work} at {place} on day {number} of the repairs, and by the evening
        {tons} tonnes of stone had been lowered into place, the contractor said.""",
        f"""The morning brought {wind} and a tide of {3 + number % 4}.{number % 10} metres, which held up the
        barge for {10 + number * 11 % 50} minutes. {voice} said that the work was still on its timetable, with
        {200 - number % 180} metres left to do before the winter.""",
        f"""Drivers are asked to leave the {road} road free until {hour} o'clock. The next report from {place}
        follows when crew {crew} has finished section {number}, and a public meeting in
        {_pick(_PLACES, number + 3)} will hear what was spent.""",
    )
    return tuple(" ".join(paragraph.split()) for paragraph in paragraphs)


def article_page(
    title: str,
    paragraphs: tuple[str, ...],
    published: datetime,
    *,
    language: str = "en",
    head: str = '<meta charset="utf-8">',
    before: str = "",
) -> str:
    """A plain article page. `head`: what declares its charset; `before`: markup ahead of the article."""
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    stamp = published.isoformat()
    return f"""<!doctype html>
<html lang="{language}"><head>{head}<title>{title} | Behaviours</title>
<meta property="og:type" content="article"><meta property="og:title" content="{title}">
<meta property="article:published_time" content="{stamp}"></head>
<body>{before}<header><a href="/">Behaviours</a></header>
<main><article><h1>{title}</h1>
<p class="byline">By Ada Marsh, <time datetime="{stamp}">{stamp[:10]}</time></p>
{body}</article></main><footer>Behaviours is a test of patience.</footer></body></html>
"""


def numbered_page(number: int, **how: str) -> str:
    return article_page(title_of(number), paragraphs_of(number), published_of(number), **how)


def _pick(choices: tuple[str, ...], number: int) -> str:
    return choices[number % len(choices)]
