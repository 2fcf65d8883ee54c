"""Where a crawl began decides what its requests may reach."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from yarl import URL

from crawler.addresses import Guard, Passed, PrivateAddress, guard_of
from crawler.door import Door, beginning, begun_at

ASKED = "http://asked.example/a"


@pytest.mark.parametrize(
    ("spider", "meta", "begin"),
    [
        ({}, {}, ASKED),
        ({}, {"redirect_urls": ["http://first.example/", "http://second.example/"]}, "http://first.example/"),
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


class Deceived(Guard):
    """A guard that reads another host than the client does."""

    def check(self, url: str | URL, begun_at: str | None = None) -> Passed:
        return Passed(url=URL(url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_what_passed_as_public_ends_at_no_allowed_host(host: str) -> None:
    door = Door(Deceived(ports=(), allowed=guard_of([], ["127.0.0.1", "localhost"]).allowed))
    with pytest.raises(PrivateAddress):
        await door.request("GET", f"http://{host}:1/")
    await door.close()
