"""Proposes stored articles that a text may be a copy of, by the keys that they share."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.orm import Session

from storage.models import Article
from storage.stories.root import ROOT

ROWS_OF_A_KEY = 48
"""The newest articles with a key; of one that thousands share (a notice, a form) older ones are not seen."""
_LOOKED_AT = 40
"""Articles whose stories are looked up."""
_TEXTS = 10
"""Texts that are compared for one article."""
_OF_ONE_STORY = 2
"""Of them, so many of one story; it has others only where the text is like those and not like these."""
_BY_ONE_KEY = 4
"""Of them, so many that share a single key: most of those do so by chance."""

_STORIES = select(Article.id, ROOT.label("root"), Article.coverage).where(
    Article.id.in_(bindparam("ids", expanding=True))
)
_TEXTS_OF = select(Article.id, Article.text, Article.source_id).where(
    Article.id.in_(bindparam("ids", expanding=True))
)
_BATCHES = (2, 3, 5)
"""Texts read at a time: the first is the right one as a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An article that shares keys with a text."""

    id: int
    root: int
    """The original of its story."""
    coverage: float | None
    """Share of the original's words that it has; None if it is the original."""
    keys: int
    """Keys in common."""
    text: str
    source_id: int | None


def proposals(session: Session, keys: Collection[int], without: Collection[int] = ()) -> Iterator[Proposal]:
    """The articles most likely to be like a text with these keys, the likeliest first.

    None of those that are `without`, nor whose originals are. A key counts the less the more articles have
    it, so a notice that thousands share hides nobody; and no more rows are looked at for it.
    """
    found = _sharing(session, keys)
    best = sorted(found, key=lambda number: (-found[number][0], number))[:_LOOKED_AT]
    stories = {row.id: row for row in session.execute(_STORIES, {"ids": best})} if best else {}
    chosen: list[int] = []
    of_story: dict[int, int] = defaultdict(int)
    by_one_key = 0
    for number in best:
        root = stories[number].root
        alone = found[number][1] == 1
        if root in without or number in without:
            continue
        if of_story[root] >= _OF_ONE_STORY or (alone and by_one_key >= _BY_ONE_KEY):
            continue
        of_story[root] += 1
        by_one_key += alone
        chosen.append(number)
    for part in _parts(chosen[:_TEXTS]):
        read = {row.id: row for row in session.execute(_TEXTS_OF, {"ids": part})}
        for number in part:
            yield Proposal(
                id=number,
                root=stories[number].root,
                coverage=stories[number].coverage,
                keys=found[number][1],
                text=read[number].text,
                source_id=read[number].source_id,
            )


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    begin = 0
    for size in _BATCHES:
        if part := numbers[begin : begin + size]:
            yield part
        begin += size


def _sharing(session: Session, keys: Collection[int]) -> dict[int, tuple[float, int]]:
    """By article: how much the keys in common count, and how many they are."""
    asked = list(keys)
    if not asked:
        return {}
    told = {f"k{n}": key for n, key in enumerate(asked)} | {"most": ROWS_OF_A_KEY}
    rows = session.execute(_statement(len(asked)), told).all()
    having: dict[int, list[int]] = defaultdict(list)
    for key, article_id in rows:
        having[key].append(article_id)
    found: dict[int, tuple[float, int]] = {}
    for articles in having.values():
        for article_id in articles:
            weight, count = found.get(article_id, (0.0, 0))
            found[article_id] = (weight + 1 / len(articles), count + 1)
    return found


@cache  # to put it together takes longer than to run it
def _statement(keys: int) -> TextClause:
    one = (
        "SELECT * FROM (SELECT key, article_id FROM bands WHERE key = :k#"
        " ORDER BY article_id DESC LIMIT :most) AS of#"
    )
    return text(" UNION ALL ".join(one.replace("#", str(n)) for n in range(keys)))
