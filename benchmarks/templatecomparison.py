"""A page as the extractor alone reads it, beside what is read of it with templates: F1, and what differs."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from pipelines.article import TEMPLATE, Article

DIFFERS = 0.002
PATHS = ("template", "corrected", "extractor", "rejected")
_CJK = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A page as it was read by the extractor alone, and by what was known of its source."""

    site: str
    page: str
    path: str
    """One of PATHS: what read it."""
    refused: str | None
    slow: float
    new: float
    """F1 of either text."""
    lost: tuple[str, ...]
    added: tuple[str, ...]
    """Lines of the extractor's text that are not in the other, and the other way round."""
    score_slow: Any = None
    score_new: Any = None
    """Of a real page: what its set's metric sums up."""


def compared(
    site: str, page: str, slow: Article | None, new: Article | None, score: Callable[[str], Any]
) -> Compared:
    one, other = slow.text if slow else "", new.text if new else ""
    before, after = one.split("\n"), other.split("\n")
    score_slow, score_new = score(one), score(other)
    return Compared(
        site=site,
        page=page,
        path=path_of(new),
        refused=str(new.refused) if new and new.refused else None,
        slow=score_slow if isinstance(score_slow, float) else score_slow["f1"],
        new=score_new if isinstance(score_new, float) else score_new["f1"],
        lost=tuple(line for line in before if line not in after),
        added=tuple(line for line in after if line not in before),
        score_slow=None if isinstance(score_slow, float) else score_slow,
        score_new=None if isinstance(score_new, float) else score_new,
    )


def path_of(article: Article | None) -> str:
    if article is None:
        return "rejected"
    if article.read_by == TEMPLATE:
        return "template"
    return "corrected" if article.template is not None else "extractor"


def f1(text: str, paragraphs: Iterable[str]) -> float:
    """That of the words of a text, each counted as often as it stands."""
    found, true = Counter(_WORD.findall(text)), Counter(_WORD.findall("\n".join(paragraphs)))
    total = found.total() + true.total()
    return 2 * (found & true).total() / total if total else 1.0


def by_path(rows: Sequence[Compared]) -> dict[str, Any]:
    """Of each path: the pages, F1 of either way, and the worst page."""
    found = {}
    for path in (*PATHS, "all"):
        mine = [row for row in rows if path in (row.path, "all")]
        if mine:
            worst = min(mine, key=lambda row: row.new - row.slow)
            found[path] = {
                "pages": len(mine),
                "slow": round(fmean(row.slow for row in mine), 4),
                "new": round(fmean(row.new for row in mine), 4),
                "worst": round(worst.new - worst.slow, 4),
                "worst_page": f"{worst.site} {worst.page}",
            }
    return found


def refusals(rows: Iterable[Compared]) -> dict[str, int]:
    return dict(Counter(row.refused for row in rows if row.refused).most_common())


def differing(rows: Iterable[Compared]) -> list[dict[str, Any]]:
    """The pages that are read otherwise, the worst first."""
    mine = [row for row in rows if abs(row.new - row.slow) > DIFFERS]
    wanted = ("site", "page", "path", "refused", "slow", "new", "lost", "added")
    return [
        {name: asdict(row)[name] for name in wanted} for row in sorted(mine, key=lambda r: r.new - r.slow)
    ]


def show_paths(paths: dict[str, Any]) -> None:
    for path, found in paths.items():
        print(
            f"  {path:10} {found['pages']:5} pages   F1 extractor {found['slow']:.4f}"
            f"   new {found['new']:.4f}   worst {found['worst']:+.4f} ({found['worst_page']})"
        )


def show_differing(rows: Sequence[dict[str, Any]], *, full: bool) -> None:
    worse = sum(row["new"] < row["slow"] for row in rows)
    print(f"  {len(rows)} pages differ by more than {DIFFERS}, {worse} of them for the worse")
    for row in rows if full else ():
        head = f"{row['new'] - row['slow']:+.4f} {row['site']} {row['page']} {row['path']}"
        print(f"    {head} {row['refused'] or ''}")
        for what in ("lost", "added"):
            for line in row[what][:6]:
                print(f"      {what:5} {line[:110]}")
