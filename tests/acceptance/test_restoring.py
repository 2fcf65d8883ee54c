"""What a person puts back stays, though the page is fetched again."""

import json
from pathlib import Path

import pytest

from crawler.cli import run
from newsite.press import Press

HOST = "http://www.obertal-anzeiger.example"


@pytest.fixture
def copydesk(
    tmp_path: Path, threaded_press: Press, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("http_proxy", threaded_press.proxy_url)
    (tmp_path / "copydesk.toml").write_text("[crawl]\ndelay = 0\nretries = 0\n", encoding="utf-8")

    def call(*words: str) -> str:
        status = run(words)
        out, errors = capsys.readouterr()
        assert status == 0, errors
        return out

    return call


def test_a_line_is_learned_restored_kept_through_a_crawl_and_cleaned_again(copydesk) -> None:
    copydesk("crawl", f"{HOST}/")
    rows = [json.loads(line) for line in copydesk("export").splitlines()]
    article, url = str(rows[0]["id"]), rows[0]["url"]
    (line,) = (out["text"] for out in shown(copydesk, article)["removed"] if out["rule"] == "learned line")
    assert f"− [learned line] {line}" in copydesk("show", article, "--removed").splitlines()

    copydesk("restore", article, "learned line")
    copydesk("crawl", url)  # that page alone…
    copydesk("clean")  # …and the whole source, from what is stored
    restored = shown(copydesk, article)
    assert line in restored["text"].split("\n")
    assert (restored["restored"], restored["revisions"]) == ([{"text": line, "rule": "learned line"}], [])
    assert line in copydesk("show", article, "--removed").splitlines()

    copydesk("clean", article, "--again")
    assert line not in shown(copydesk, article)["text"]
    copydesk("crawl", url)  # cleaned by what is known of its source, though fetched alone
    again = shown(copydesk, article)
    assert line not in again["text"]
    assert again["revisions"] == []


def shown(copydesk, article: str) -> dict:
    return json.loads(copydesk("show", article, "--json"))
