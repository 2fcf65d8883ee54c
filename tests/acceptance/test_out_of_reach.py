"""What cannot be reached is called by its name: a site that refuses, a proxy that is not there."""

from pathlib import Path

import pytest

from crawler.cli import run
from newsite.press import Press


@pytest.fixture
def add(
    tmp_path: Path, threaded_press: Press, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """`copydesk add`: what it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copydesk.toml").write_text(
        '[crawl]\ndelay = 0\nretries = 0\nallow_private = ["127.0.0.1"]\n', encoding="utf-8"
    )

    def call(url: str) -> str:
        assert run(("add", url)) == 1
        return capsys.readouterr().err

    return call


def test_a_site_that_refuses_is_told_as_that_though_it_is_not_asked_again(add, threaded_press: Press) -> None:
    for _ in range(2):
        assert "/: connection refused (asked 127.0.0.1:" in add(f"{threaded_press.refused_url}/")


@pytest.mark.parametrize("why", ["connection refused", "unknown host"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_named_and_nothing_is_held_against_the_host(
    add, threaded_press: Press, monkeypatch: pytest.MonkeyPatch, scheme: str, why: str
) -> None:
    proxy = threaded_press.refused_url if why == "connection refused" else "http://proxy.invalid:3128"
    secret = proxy.replace("://", "://ann:pass%20word@")
    monkeypatch.setenv("http_proxy", secret)
    monkeypatch.setenv("https_proxy", secret)
    site = f"{scheme}://www.obertal-anzeiger.example/"
    told = add(site)
    assert f"{site}: proxy out of reach ({proxy}: {why})" in told
    assert "word" not in told
    if scheme == "http":
        monkeypatch.setenv("http_proxy", threaded_press.proxy_url)
        assert run(("add", site)) == 0
