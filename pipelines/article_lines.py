"""An article as the lines it was made of, and back."""

from collections.abc import Sequence
from dataclasses import replace

from pipelines.article import Article
from pipelines.fingerprint import fingerprint
from pipelines.lines import Line, removed_of, text_of_lines, woven


def lines_in(article: Article) -> list[Line]:
    """All lines of an article, kept and removed, in page order."""
    return woven(article.text, article.removed, article.makes)


def with_lines(article: Article, lines: Sequence[Line], learned_version: int | None = None) -> Article:
    """The article with these lines kept and removed; the same object if that changes nothing."""
    text, removed = text_of_lines(lines), removed_of(lines)
    if text == article.text and removed == article.removed and learned_version == article.learned_version:
        return article
    return replace(
        article,
        text=text,
        removed=removed,
        learned_version=learned_version,
        fingerprint=article.fingerprint if text == article.text else fingerprint(text),
    )
