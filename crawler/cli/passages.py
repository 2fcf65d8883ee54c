"""How the lines are shown that cleaning takes out of articles, and that come back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from crawler.cli.terminal import console, styled

if TYPE_CHECKING:
    from pipelines.source_cleaning import Recleaned
    from storage.stored import StoredArticle

GONE = "−"
BACK = "+"


class Passage(Protocol):
    """A line and its rule, as the pipelines or the archive give it."""

    @property
    def text(self) -> str: ...
    @property
    def rule(self) -> str: ...


def lines_in_place(article: "StoredArticle") -> list[tuple[str, str | None]]:
    """All lines of an article in page order, each with the rule that took it out; None for one that stays."""
    from pipelines.article import Removed
    from pipelines.lines import woven

    removed = [Removed(text=out.text, rule=out.rule, at=out.at) for out in article.removed]
    return [(line.text, line.rule) for line in woven(article.text, removed)]


def marked(mark: str, passage: Passage) -> str:
    """A passage as a line for a person: "− [see also] See also: The foghorn"."""
    return f"{mark} [{passage.rule}] {passage.text}"


def show_change(change: "Recleaned") -> None:
    """An article, what goes from it and what comes back."""
    out = console()
    out.print(styled(f"#{change.article_id} ", "dim").append(styled(change.title, "bold")), soft_wrap=True)
    show_passages(GONE, change.removed)
    show_passages(BACK, change.restored)


def show_passages(mark: str, passages: Sequence[Passage]) -> None:
    """A line for each, those that go dimmed."""
    out = console()
    for passage in passages:
        out.print(styled("  " + marked(mark, passage), "dim" if mark == GONE else ""), soft_wrap=True)


def change_as_json(change: "Recleaned") -> dict[str, Any]:
    """The same for a program."""
    return {
        "id": change.article_id,
        "title": change.title,
        "removed": [asdict(passage) for passage in change.removed],
        "restored": [asdict(passage) for passage in change.restored],
    }
