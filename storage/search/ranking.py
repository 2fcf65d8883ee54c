"""Says how well an article answers a query: by where its words stand, and by how new it is.

Not left to the engines: FTS5's bm25() and PostgreSQL's ts_rank() disagree, go through all matches to rank
any, and know nothing of dates.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.search.meeting import Leaf, times
from storage.search.query import Field, Term

LEAD = 600
"""Characters of the text that count as its beginning."""

_ANYWHERE, _LEAD, _STANDFIRST, _TITLE = 1.0, 2.0, 3.0, 8.0
"""What a word is worth by where it stands; several places add up."""
_AGAIN = 0.5
"""For each time more that it stands in the lead, up to three."""
_ALL_IN_TITLE = 6.0
_SHARE = 4.0
"""For a title of the query's words alone; less for a longer one."""
_AS_TYPED = 4.0
"""For words that stand side by side in the title as in the query; half of it in standfirst or lead."""
_NEW = 0.6
"""How much more an article of this moment is worth than one of long ago."""
_AGES_IN = timedelta(days=30)
"""After so long half of that is gone, after thrice as long three quarters."""


def score(wanted: Sequence[Term], leaf: Leaf, now: datetime) -> float:
    """How well an article that matches answers what is looked for; higher is better.

    Of its text only the lead is looked at.
    """
    title, standfirst = leaf.heading
    spread = [_worth(term, title, standfirst, leaf.body) for term in wanted if term.shown]
    worth = sum(spread) / len(spread) if spread else _ANYWHERE
    worth += _together(wanted, title, standfirst, leaf.body)
    age = max(now - leaf.date, timedelta(0))
    return worth * (1 + _NEW / (1 + age / _AGES_IN))


def _worth(term: Term, title: str, standfirst: str, lead: str) -> float:
    if term.field is not None:
        return _TITLE if term.field is Field.TITLE else _ANYWHERE
    worth = _ANYWHERE
    worth += _TITLE if times(term, title) else 0.0
    worth += _STANDFIRST if times(term, standfirst) else 0.0
    if often := times(term, lead):
        worth += _LEAD + _AGAIN * min(3, often - 1)
    return worth


def _together(wanted: Sequence[Term], title: str, standfirst: str, lead: str) -> float:
    """What all terms are worth as one."""
    plain = [term for term in wanted if term.field is None and term.shown]
    if not plain:
        return 0.0
    worth = 0.0
    if all(times(term, title) for term in plain):
        asked = sum(len(term.words) for term in plain)
        worth += _ALL_IN_TITLE + _SHARE * min(1.0, asked / max(1, title.count(" ") - 1))
    if len(plain) > 1:
        words = tuple(word for term in plain for word in term.words)
        typed = Term(words=words, prefix=plain[-1].prefix)
        if times(typed, title):
            worth += _AS_TYPED
        elif times(typed, standfirst) or times(typed, lead):
            worth += _AS_TYPED / 2
    return worth
