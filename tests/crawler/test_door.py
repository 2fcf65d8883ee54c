"""Where a crawl began decides what its requests may reach."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request

from crawler.addresses import PrivateAddress, guard_of
from crawler.door import Door, beginning, begun_at

ASKED = "http://asked.example/a"


@pytest.mark.parametrize(
    ("spider", "meta", "begin"),
    [
        ({}, {}, ASKED),
        ({}, {"redirect_urls": ["http://first.example/", "http://second.example/"]}, "http://first.example/"),
        (
            {},
            {"begins_at": "http://robots.example/", "redirect_urls": ["http://x.example/"]},
            "http://robots.example/",
        ),
        (
            {"begins_at": "http://home.example/"},
            {"redirect_urls": ["http://first.example/"]},
            "http://home.example/",
        ),
        ({"begins_at": None}, {}, ASKED),
    ],
)
def test_a_request_comes_of_what_the_user_named(
    spider: dict[str, Any], meta: dict[str, Any], begin: str
) -> None:
    crawler: Any = SimpleNamespace(spider=SimpleNamespace(**spider))
    assert beginning(crawler, Request(ASKED, meta=meta)) == begin


async def test_a_request_of_which_nothing_is_known_is_its_own_beginning() -> None:
    door = Door(guard_of([80], ["127.0.0.1"]))
    with begun_at("http://paper.example/"), pytest.raises(PrivateAddress, match="not at paper"):
        await door.request("GET", "http://127.0.0.1:1/")
    with pytest.raises(OSError, match="Cannot connect"):  # it was let through, and nobody is there
        await door.request("GET", "http://127.0.0.1:1/")
    await door.close()
