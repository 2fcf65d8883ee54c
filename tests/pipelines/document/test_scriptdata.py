"""The text of a page that stands in its script data."""

import json
from collections.abc import Callable
from time import perf_counter

import pytest

from pipelines.article import Reading

Read = Callable[..., Reading]
HEAD = (
    '<meta property="og:type" content="article"><meta property="og:title" content="Harbour bridge closed">'
    "<title>Harbour bridge closed for three weeks</title>"
)


def app(script: str, shown: str = "", head: str = HEAD) -> str:
    body = f"<h1>Harbour bridge closed</h1><div>{shown}</div>{script}"
    return f"<html><head>{head}</head><body>{body}</body></html>"


@pytest.fixture
def many(paragraphs: list[str]) -> list[str]:
    return [
        *paragraphs,
        *(text.replace("bridge", "old bridge").replace("piers", "pylons") for text in paragraphs),
    ]


def forms(many: list[str]) -> dict[str, str]:
    elements = [{"type": "text", "content": text, "id": n} for n, text in enumerate(many)]
    markup = "".join(f"<p>{text}</p>" for text in many)
    state = {"page": {"article": {"elements": elements, "tags": ["a", "b"]}}}
    flight = json.dumps([1, "1:" + json.dumps({"body": markup})])
    return {
        "a list of objects": f'<script type="application/json">{json.dumps(state)}</script>',
        "a list of texts": f"<script>window.__STATE__ = {json.dumps({'story': {'body': many}})};</script>",
        "HTML in a text": f"<script>var a = {json.dumps({'html': markup})};</script>",
        "JSON in a text": f"<script>window.x = JSON.parse({json.dumps(json.dumps(state))});</script>",
        "not quite JSON": f'<script>window.y = {{"gone":undefined,"body":{json.dumps(markup)}}};</script>',
        "a stream": f"<script>self.__next_f.push({flight})</script>",
        "JSON-LD": '<script type="application/ld+json">'
        + json.dumps(
            {"@type": "NewsArticle", "headline": "Harbour bridge closed", "articleBody": "\n".join(many)}
        )
        + "</script>",
    }


@pytest.mark.parametrize("form", forms([]))
def test_a_text_that_is_only_there_is_read(form: str, read: Read, many: list[str]) -> None:
    article = read(app(forms(many)[form])).article
    assert article is not None
    # JSON-LD is read without its line feeds
    assert article.text.split("\n") == ([" ".join(many)] if form == "JSON-LD" else many)


def test_a_stub_must_be_part_of_it(read: Read, many: list[str]) -> None:
    script = forms(many)["a list of texts"]
    article = read(app(script, shown=f"<p>{many[0]}</p>")).article
    assert article is not None
    assert article.text.split("\n") == many
    other = "The ferry runs again, and twenty cars went over on it within the first hour, says its captain."
    article = read(app(script, shown=f"<p>{other}</p>")).article
    assert article is None or many[1] not in article.text


@pytest.mark.parametrize(
    "script",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>',
        "<script>window.broken = {" + '"a": [' * 3000 + "</script>",
    ],
)
def test_what_is_not_free_or_not_sound_is_not_read(script: str, read: Read, many: list[str]) -> None:
    found = forms(many)["a list of texts"] if "Free" in script else ""
    assert read(app(script + found)).article is None


def test_teasers_of_other_stories_are_no_text(read: Read, many: list[str]) -> None:
    teasers = [{"headline": f"{text} More of it.", "summary": text} for text in many]
    assert read(app(f"<script>window.s = {json.dumps({'more': teasers})};</script>")).article is None


def test_a_stream_of_broken_values_takes_no_time(read: Read) -> None:
    row = ':["undefined aaaaaaaaaaaaaaaaaaaa",' + '"bbbbbbbbbbb",' * 40
    flight = json.dumps([1, "".join(f"\n{number % 9}{row}" for number in range(2_000))])
    started = perf_counter()
    assert read(app(f"<script>self.__next_f.push({flight})</script>", shown="<p>short</p>")).article is None
    assert perf_counter() - started < 5


def test_a_value_of_a_stream_ends_where_the_next_begins(read: Read, many: list[str]) -> None:
    rows = (
        '1:["a row that is broken"',
        "2:" + json.dumps({"body": "".join(f"<p>{text}</p>" for text in many)}),
    )
    flight = json.dumps([1, "\n".join([*rows, '3:["another"'])])
    article = read(app(f"<script>self.__next_f.push({flight})</script>")).article
    assert article is not None
    assert article.text.split("\n") == many
