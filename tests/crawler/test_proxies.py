"""A proxy of the environment is used as it is meant, or is told to be wrong."""

from pathlib import Path

import pytest
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware

from crawler.config import Config, ConfigError
from crawler.desk import open_desk
from crawler.proxies import write_out_proxies
from storage.redacted import without_secrets
from storage.session import open_database


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "HTTPS_PROXY"])
@pytest.mark.parametrize(
    ("told", "used"),
    [
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("ann:secret@host", "http://ann:secret@host"),
        ("http://ann:secret@host:3128/", "http://ann:secret@host:3128/"),
        ("https://host", "https://host"),
        ("http://[::1]:8765", "http://[::1]:8765"),
        ("http://ann:p%40ss%2F@host", "http://ann:p%40ss%2F@host"),
        ("", ""),
    ],
)
def test_a_proxy_without_a_scheme_is_one_of_http(name: str, told: str, used: str) -> None:
    environ = {name: told, "no_proxy": "localhost"}
    write_out_proxies(environ)
    assert environ == {name: used, "no_proxy": "localhost"}


@pytest.mark.parametrize(
    "told",
    [
        "socks5://ann:secret@host:1080",
        "http://ann:secret@",
        "http://ann:secret@host:port",
        "http://ann:secret@host:99999",
        "ann:sec/ret@host:80",
        "http://[",
        "/var/run/secret.sock",
        "://",
        "http://ann:secret€@host",
    ],
)
def test_one_that_cannot_be_used_is_told_and_its_password_is_not(told: str) -> None:
    with pytest.raises(ConfigError, match="HTTP_PROXY cannot be read: write it like http://") as wrong:
        write_out_proxies({"HTTP_PROXY": told})
    assert "sec" not in str(wrong.value)
    assert without_secrets(str(wrong.value)) == str(wrong.value)  # as it is shown


async def test_nothing_is_fetched_past_a_proxy_or_by_tls_where_none_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "ann:secret@host:3128")
    with open_database(str(tmp_path / "a.sqlite")) as database:
        async with open_desk(Config(), database):
            pass
        assert HttpProxyMiddleware().proxies["https"][1] == "http://host:3128"
        monkeypatch.setenv("https_proxy", "socks5://host")
        with pytest.raises(ConfigError, match="https_proxy"):
            async with open_desk(Config(), database):
                raise AssertionError("a desk was opened")
