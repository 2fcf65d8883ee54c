"""The one way to write articles anew: it tells when, so that what stood there before is known as of a date.

The database keeps the earlier values by itself (storage/migrations/versions/v0006_history.py).
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Update, update

from storage.insert import table_of
from storage.models import Article

Clock = Callable[[], datetime]
"""Gives the time. Who writes in more than one transaction asks it in each."""

_ARTICLES = table_of(Article)


def update_articles(now: datetime) -> Update:
    """An UPDATE of the table of articles, written at `now`, to which `where` and `values` are added.

    `recordings` tells the database that the time is this writer's: a second write in the same moment could
    not be told from one that named none.
    """
    return update(_ARTICLES).values(recorded_at=now, recordings=_ARTICLES.c.recordings + 1)
