"""What a robots.txt reserves for an address, and which articles are not kept for what is reserved."""

import json
import re
from pathlib import Path
from time import process_time

import pytest

from crawler.rights import is_reservation_name, mining_agents, near_name, respecting
from crawler.robots import read_robots
from pipelines.article import Article, Reading, Rejection
from pipelines.fingerprint import fingerprint

URL = "https://paper.example/news/1"


def reserved(text: str, url: str = URL) -> list[str]:
    return [told.removeprefix("robots: ") for told in read_robots(200, text.encode()).reservations(url)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ("User-agent: GPTBot\nDisallow: /\n", ["GPTBot"]),
        ("User-agent: gptbot\nUser-agent: CCBot\nDisallow: /news/\n", ["GPTBot", "CCBot"]),
        ("User-agent: GPTBot\nDisallow: /sport/\n", []),
        ("User-agent: GPTBot\nDisallow: /\nAllow: /news/\n", []),
        ("User-agent: GPTBot\nDisallow:\n", []),
        ("User-agent: *\nDisallow: /\n", []),
        ("User-agent: *\nDisallow: /\n\nUser-agent: CCBot\nCrawl-delay: 5\n", []),
        ("User-agent: ChatGPT-User\nDisallow: /\n", []),
        ("User-agent: SomeBot\nDisallow: /\n", []),
        (
            "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n",
            ["content-signal ai-train=no"],
        ),
        ("# Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n", []),
        ("User-agent: otherbot\nContent-Signal: ai-train=no\nAllow: /\n", []),
        ("User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: copydesk\nAllow: /\n", []),
        ("User-agent: *\nContent-Usage: train-ai=n\n", ["content-usage train-ai=n"]),
        ("User-agent: *\nContent-Usage: /sport/ train-ai=n\n", []),
        ("User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /news/ train-ai=y\n", []),
        (
            "User-agent: *\nContent-Usage: train-ai=y\nContent-Usage: /n*s/ train-ai=n\n",
            ["content-usage train-ai=n"],
        ),
        ("Content-Signal: ai-train=no\n", []),
        ("User-agent: *\nContent-Signal\nContent-Signal: \nContent-Signal: ai-train\n", []),
    ],
)
def test_what_is_reserved(text: str, told: list[str]) -> None:
    assert reserved(text) == told


def test_a_robots_txt_of_signals_alone_holds_nobody_up() -> None:
    lines = "".join(f"Content-Signal: /{number}/ ai-train=no\n" for number in range(15_000))
    robots = read_robots(200, f"User-agent: *\nContent-Signal: ai-train=no\n{lines}".encode())
    began = process_time()
    assert robots.reservations(URL) == ("robots: content-signal ai-train=no",)
    assert process_time() - began < 0.05


@pytest.mark.parametrize("status", [404, 503, None])
def test_what_is_not_there_reserves_nothing(status: int | None) -> None:
    robots = read_robots(status, b"User-agent: GPTBot\nDisallow: /\n")
    assert robots.reservations(URL) == ()


def test_crawlers_of_search_and_of_readers_are_none_of_those_that_mine() -> None:
    agents = {agent.lower() for agent in mining_agents()}
    assert len(agents) == len(mining_agents())
    assert not agents & {"googlebot", "bingbot", "chatgpt-user", "oai-searchbot", "perplexity-user"}


ARTICLE = Article(
    url="https://paper.example/1",
    canonical_url="https://paper.example/1",
    title="x",
    text="x",
    reservations=("robots: GPTBot", "meta: noai"),
    fingerprint=fingerprint("x"),
)


def test_an_article_is_rejected_for_what_is_respected_alone() -> None:
    reading = Reading(article=ARTICLE)
    assert respecting(reading, ()) == reading
    assert respecting(reading, ["noarchive", "header"]) == reading
    assert respecting(reading, ["robots"]) == Reading(
        rejection=Rejection.RIGHTS_RESERVED,
        detail="robots: GPTBot",
        reservations=ARTICLE.reservations,
    )
    rejected = Reading(rejection=Rejection.STUB)
    assert respecting(rejected, ["all"]) == rejected


@pytest.mark.parametrize(
    "name",
    [
        *("all", "ALL", "robots", "header", "meta", "x-robots-tag", "noai", "noindex", "tdm-reservation"),
        *("tdm-policy", "unavailable_after", "content-signal", "content-usage", "gptbot", "CCBot"),
        *("googlebot", "googlebot-news", "meta: noai", "Meta: NoAI", "robots: GPTBot"),
        *("header: content-usage train-ai=n", "content-signal ai-train=no", "meta: googlebot noindex"),
        *("googlebot noarchive", "x-robots-tag: unavailable_after 2026-01-01"),
        *("meta: tdm-policy https://paper.example/terms", "tdm-policy https://paper.example/terms"),
    ],
)
def test_names_that_mean_something(name: str) -> None:
    assert is_reservation_name(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("", None),
        ("everything", None),
        ("noia", "noai"),
        ("robot", "robots"),
        ("tdm reservation", "tdm-reservation"),
        ("ai-train=no", None),
        ("robots:noai", None),
        ("robots: noai", None),
        ("robots.txt", "robots"),
        ("meta: GPTBot", None),
        ("content-signal ai-train", "content-signal ai-train=no"),
        ("GPT-Bot", "GPTBot"),
        ("x-robots", None),
    ],
)
def test_names_that_mean_nothing(name: str, meant: str | None) -> None:
    assert not is_reservation_name(name)
    if meant is not None:
        assert near_name(name) == meant


def test_every_name_that_stands_in_the_documentation_means_something() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rights.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"exclude = (\[.*\])", page)
    assert all(map(is_reservation_name, json.loads(listed)))
