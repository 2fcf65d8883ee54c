"""Puts right what a check found and what can be put right without a loss."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from storage.care.drift import make_missing_indexes
from storage.care.finding import Repair
from storage.care.invariants import IsAlive, dead_holders
from storage.care.raw import raw_connection
from storage.care.words import rebuild_words
from storage.insert import table_of
from storage.leases import remove_dead
from storage.models import Article, Base
from storage.recorded import Clock, update_articles
from storage.runs import close_abandoned_runs
from storage.session import Database
from storage.stories.duplicates import lock_filing

_ARTICLES = table_of(Article)
_LONGEST_CHAIN = 30


def repair(database: Database, wanted: Collection[Repair], is_alive: IsAlive, clock: Clock) -> None:
    """Do each of the repairs, in transactions of their own; whoever files meanwhile waits."""
    for each in Repair:  # in this order: rows that are let go may have been the roots of chains
        if each not in wanted:
            continue
        if each is Repair.WORDS:
            rebuild_words(database)
        elif each is Repair.INDEXES:
            _rebuild_indexes(database)
        else:
            with database.write() as session:
                lock_filing(session)
                _repair_rows(session, each, is_alive, clock())


def _repair_rows(session: Session, what: Repair, is_alive: IsAlive, now: datetime) -> None:
    match what:
        case Repair.MISSING_INDEXES:
            make_missing_indexes(session.connection())
        case Repair.KEYS:
            for table in Base.metadata.sorted_tables:
                for key in table.foreign_key_constraints:
                    _let_go(session, key)
            _forget_shares(session, now)
        case Repair.CHAINS:
            _shorten_chains(session, now)
        case Repair.SHARES:
            _forget_shares(session, now)
        case Repair.RUNS:
            close_abandoned_runs(session, now)
        case Repair.HOLDERS:
            for holder in dead_holders(session.connection(), is_alive):
                remove_dead(session, holder.id, holder.beats, now)
        case _:
            raise AssertionError(what)


def _rebuild_indexes(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        with raw_connection(database) as connection:
            connection.execute("REINDEX")
        return
    for table in Base.metadata.sorted_tables:
        with database.write() as session:
            session.execute(text(f'REINDEX TABLE "{table.name}"'))


def _let_go(session: Session, key: ForeignKeyConstraint) -> None:
    """What the database would have done when the row was deleted that is referred to."""
    [element] = key.elements
    child, parent = element.parent, element.column
    other = parent.table.alias()
    lost = child.is_not(None), ~exists().where(other.c[parent.name] == child)
    if (key.ondelete or "").upper() == "SET NULL":
        session.execute(update(child.table).where(*lost).values({child.name: None}))
    else:
        session.execute(delete(child.table).where(*lost))


def _forget_shares(session: Session, now: datetime) -> None:
    shares = or_(_ARTICLES.c.similarity.is_not(None), _ARTICLES.c.coverage.is_not(None))
    alone = update_articles(now).where(_ARTICLES.c.duplicate_of.is_(None), shares)
    session.execute(alone.values(similarity=None, coverage=None))


def _shorten_chains(session: Session, now: datetime) -> None:
    further, copy = aliased(Article), aliased(Article)
    copies = select(copy.id).where(copy.duplicate_of.is_not(None))
    in_chain = _ARTICLES.c.duplicate_of.in_(copies)
    root = select(further.duplicate_of).where(further.id == _ARTICLES.c.duplicate_of).scalar_subquery()
    alone = {"duplicate_of": None, "similarity": None, "coverage": None}
    while True:
        session.execute(update_articles(now).where(_ARTICLES.c.duplicate_of == _ARTICLES.c.id).values(alone))
        for _ in range(_LONGEST_CHAIN):
            session.execute(update_articles(now).where(in_chain).values(duplicate_of=root))
        first = session.scalar(select(func.min(_ARTICLES.c.id)).where(in_chain))
        if first is None:
            return
        # It goes round in a circle: the first that was filed is the root.
        session.execute(update_articles(now).where(_ARTICLES.c.id == first).values(alone))
