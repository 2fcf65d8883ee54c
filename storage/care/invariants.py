"""What must hold between the rows of an archive, looked at by SQL; nothing is locked or changed by it."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from storage.care.finding import Finding, OnStep, Repair, Weight, some
from storage.care.pruned import PRUNED
from storage.leases import HolderState
from storage.models import Article, Base, Holder, Page, PageState, Revision, Run, RunState

IsAlive = Callable[[HolderState], bool]
"""Whether a process lives, as far as one look can tell."""

_EXAMPLES = 3
_HEX = 64
"""Characters of a SHA-256."""


def check_rows(connection: Connection, is_alive: IsAlive, on_step: OnStep) -> Iterator[Finding]:
    """Look at what refers to what, at copies, pages and runs."""
    on_step("what refers to what")
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            yield from _broken_key(connection, table, key)
    on_step("copies, pages and runs")
    for check in (_chains, _shares, _lost_articles, _hashes, _revisions, _pages_of_nobody, _open_runs):
        yield from check(connection)
    yield from _dead_holders(connection, is_alive)


def among(
    connection: Connection, column: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> tuple[int, str]:
    """How many rows there are of a kind, and the first of them in words."""
    count = connection.scalar(select(func.count()).select_from(column.table).where(*conditions)) or 0
    if not count:
        return 0, ""
    first = connection.scalars(select(column).where(*conditions).order_by(column).limit(_EXAMPLES)).all()
    return count, some(list(first), count)


def _broken_key(connection: Connection, table: Table, key: ForeignKeyConstraint) -> Iterator[Finding]:
    [element] = key.elements
    child, parent = element.parent, element.column
    other = parent.table.alias() if parent.table is table else parent.table
    # A table of which it is a key and nothing else (the leases) has no number to tell it by.
    number = table.primary_key.columns[0]
    lost = and_(child.is_not(None), ~exists().where(other.c[parent.name] == child))
    count, examples = among(connection, number, lost)
    if count:
        yield Finding(
            name="keys",
            weight=Weight.FAULT,
            what=f"{table.name}.{child.name} refers to {parent.table.name} that are not there: {examples}",
            means="something was deleted by a program that does not heed foreign keys",
            way_out="`copydesk db check --repair`",
            repair=Repair.KEYS,
        )


def _chains(connection: Connection) -> Iterator[Finding]:
    article, other = Article.__table__, aliased(Article)
    roots_that_are_copies = select(other.id).where(other.duplicate_of.is_not(None))
    count, examples = among(connection, article.c.id, article.c.duplicate_of.in_(roots_that_are_copies))
    if count:
        yield Finding(
            name="chains",
            weight=Weight.FAULT,
            what=f"articles are copies of articles that are copies themselves: {examples}",
            means="a search gives a story twice, and `copydesk show` not all its places",
            way_out="`copydesk db check --repair`",
            repair=Repair.CHAINS,
        )


def _shares(connection: Connection) -> Iterator[Finding]:
    article = Article.__table__.c
    lonely = and_(article.duplicate_of.is_(None), article.similarity.is_not(None))
    count, examples = among(connection, article.id, lonely)
    if count:
        yield Finding(
            name="likeness",
            weight=Weight.NOTE,
            what=f"articles are like an article that is gone: {examples}",
            means="they stand alone now, and their likeness says nothing",
            way_out="nothing, or `copydesk db check --repair`",
            repair=Repair.SHARES,
        )


def _lost_articles(connection: Connection) -> Iterator[Finding]:
    page = Page.__table__.c
    lost = and_(
        page.state == PageState.STORED,
        page.article_id.is_(None),
        or_(page.reason.is_(None), page.reason != PRUNED),
    )
    count, examples = among(connection, page.url, lost)
    if count:
        yield Finding(
            name="articles",
            weight=Weight.DAMAGE,
            what=f"pages gave an article that is not there, and was not pruned: {examples}",
            means="articles were deleted by another program",
            way_out="restore a backup, or fetch them again: `copydesk crawl URL`",
        )


def _hashes(connection: Connection) -> Iterator[Finding]:
    for name, columns in (("articles", ("text_hash", "content_hash")), ("revisions", ("content_hash",))):
        table = Base.metadata.tables[name].c
        wrong = or_(*(func.length(table[column]) != _HEX for column in columns))
        count, examples = among(connection, table.id, wrong)
        if count:
            yield Finding(
                name="hashes",
                weight=Weight.FAULT,
                what=f"{name} have no hash of their text: {examples}",
                means="they are not known for copies, and their next visit makes a revision",
                way_out="fetch them again: `copydesk crawl URL`",
            )


def _revisions(connection: Connection) -> Iterator[Finding]:
    revision = Revision.__table__.c
    gaps = (
        select(revision.article_id)
        .group_by(revision.article_id)
        .having(func.max(revision.number) != func.count())
        .order_by(revision.article_id)
    )
    found = connection.scalars(gaps).all()
    if found:
        yield Finding(
            name="revisions",
            weight=Weight.DAMAGE,
            what=f"articles lack some of their earlier states: {some(list(found), len(found))}",
            means="`copydesk diff` cannot show each edit",
            way_out="restore a backup",
        )


def _pages_of_nobody(connection: Connection) -> Iterator[Finding]:
    page = Page.__table__.c
    count, examples = among(connection, page.url, page.source_id.is_(None), page.due_at.is_not(None))
    if count:
        yield Finding(
            name="pages",
            weight=Weight.NOTE,
            what=f"pages are due and belong to no source: {examples}",
            means="their source was removed, or they were fetched alone: no schedule comes to them",
            way_out="nothing; `copydesk add` takes them up again with their site",
        )


def _open_runs(connection: Connection) -> Iterator[Finding]:
    run, holder = Run.__table__.c, Holder.__table__.c
    lost = and_(
        run.state == RunState.RUNNING,
        or_(run.holder_id.is_(None), run.holder_id.not_in(select(holder.id))),
    )
    count, examples = among(connection, run.id, lost)
    if count:
        yield Finding(
            name="runs",
            weight=Weight.NOTE,
            what=f"runs were never closed, and nobody runs them: {examples}",
            means="a process was killed; what it had not fetched is still due",
            way_out="nothing, the next crawl closes them; or `copydesk db check --repair`",
            repair=Repair.RUNS,
        )


def _dead_holders(connection: Connection, is_alive: IsAlive) -> Iterator[Finding]:
    dead = dead_holders(connection, is_alive)
    if dead:
        yield Finding(
            name="leases",
            weight=Weight.NOTE,
            what=f"processes are dead, and have left what they had: {some(list(dead), len(dead))}",
            means="what they had for themselves is free as soon as another process finds them dead",
            way_out="nothing, the next crawl does; or `copydesk db check --repair`",
            repair=Repair.HOLDERS,
        )


def dead_holders(connection: Connection, is_alive: IsAlive) -> list[HolderState]:
    """The processes that left without a word."""
    columns = [Holder.__table__.c[name] for name in HolderState.__slots__]
    rows = connection.execute(select(*columns).order_by(columns[0]))
    holders = [HolderState(**row._mapping) for row in rows]
    return [holder for holder in holders if not is_alive(holder)]
