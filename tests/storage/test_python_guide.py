"""docs/python.md: its examples run as they stand, on an archive."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.article import Article, Removed
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import file_article
from storage.candidates import Candidate, add_pages
from storage.session import open_database
from storage.sources import SourceDraft, add_source

GUIDE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = "\n".join(re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL))
TEXT = "The harbour wall is to be rebuilt by the spring, the council said on Monday after a storm."


def test_examples_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_database("copydesk.sqlite") as database, database.write() as session:
        now = datetime.now(UTC)
        source = add_source(session, SourceDraft(name="The Paper", url="https://paper.example/"), now)
        for number, title in ((1, "Wall to be rebuilt"), (1, "Harbour wall to be rebuilt"), (2, "A copy")):
            url = f"https://paper.example/2024/05/story-{number}"
            story = Article(
                url=url,
                canonical_url=url,
                title=title,
                text=TEXT,
                language="en",
                published_at=now,
                removed=(Removed(text="Read more", rule="see also", at=1),),
                fingerprint=fingerprint(TEXT),
            )
            file_article(session, source.id, story, now, resemblance)
        add_pages(session, source.id, None, [Candidate(url="https://paper.example/2024/05/story-1")], now)
    names: dict[str, object] = {}
    exec(compile(EXAMPLES, "docs/python.md", "exec"), names)  # noqa: S102  our own guide
    told = capsys.readouterr().out
    names["archive"].close()  # type: ignore[attr-defined]
    for line in (
        f"Harbour wall to be rebuilt {len(TEXT)}",
        "['see also']",
        "The Paper https://paper.example/2024/05/story-2 1.0",
        "1 Wall to be rebuilt",
        "headline Wall to be rebuilt → Harbour wall to be rebuilt",
        "https://paper.example/2024/05/story-1 waiting found in None",
        "The Paper new None 2",
        "mistyped.sqlite does not exist: run `copydesk init` to make it",
        "stub",
    ):
        assert line in told
    assert len(names["longest"]) == 2  # type: ignore[arg-type]
    assert names["per_day"].sum() == 2  # type: ignore[attr-defined]
