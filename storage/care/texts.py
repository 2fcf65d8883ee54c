"""Looks at every text of an archive: whether it is what was filed, and whether its copies can be found."""

from collections.abc import Iterator
from typing import Any, Protocol

from sqlalchemy import JSON, Connection, and_, exists, func, not_, or_, select

from storage.care.finding import Finding, OnStep, Weight, some
from storage.care.invariants import among
from storage.fileable import TextFingerprint
from storage.models import Article, Band, Base, Revision
from storage.revisions import content_hash

_BATCH = 500
"""Rows held in memory at a time."""


class Fingerprints(Protocol):
    """What makes a text's hash and bands."""

    def __call__(self, text: str) -> TextFingerprint: ...


def check_texts(
    connection: Connection, fingerprint: Fingerprints, on_step: OnStep, *, quick: bool
) -> Iterator[Finding]:
    """Look at the texts that have no bands, and, unless `quick`, at each and every one."""
    on_step("texts without a fingerprint")
    yield from _without_bands(connection, fingerprint)
    if quick:
        return
    on_step("every text")
    yield from _texts(connection, Article, "articles")
    yield from _texts(connection, Revision, "revisions")
    if connection.dialect.name == "sqlite":
        yield from _documents(connection)


def _without_bands(connection: Connection, fingerprint: Fingerprints) -> Iterator[Finding]:
    """Very short texts have none; so each text that has none is looked at."""
    article = Article.__table__.c
    bare = not_(exists().where(Band.__table__.c.article_id == article.id))
    statement = select(article.id, article.text).where(bare).order_by(article.id)
    wrong: list[object] = []
    with connection.execute(statement.execution_options(yield_per=_BATCH)) as rows:
        wrong.extend(row.id for row in rows if fingerprint(row.text).bands)
    if wrong:
        yield Finding(
            name="bands",
            weight=Weight.FAULT,
            what=f"articles have nothing by which their near-duplicates are found: {some(wrong, len(wrong))}",
            means="a copy of them that differs by a word is taken for another story",
            way_out="fetch them again: `copydesk crawl URL`",
        )


def _texts(connection: Connection, model: Any, name: str) -> Iterator[Finding]:
    """A hash over what a reader sees is kept beside it: what does not meet it was changed behind our back."""
    table = model.__table__.c
    statement = select(table.id, table.title, table.standfirst, table.text, table.content_hash)
    wrong: list[object] = []
    with connection.execute(statement.order_by(table.id).execution_options(yield_per=_BATCH)) as rows:
        wrong.extend(
            row.id for row in rows if content_hash(row.title, row.standfirst, row.text) != row.content_hash
        )
    if wrong:
        yield Finding(
            name="texts",
            weight=Weight.DAMAGE,
            what=f"{name} have another text than was filed: {some(wrong, len(wrong))}",
            means="the disk or another program has changed them",
            way_out="restore a backup, or fetch them again: `copydesk crawl URL`",
        )


def _documents(connection: Connection) -> Iterator[Finding]:
    """SQLite keeps any text where a document should be; PostgreSQL does not."""
    for table in Base.metadata.sorted_tables:
        documents = [c for c in table.columns if isinstance(c.type, JSON)]
        if not documents:
            continue
        number = table.primary_key.columns[0]
        count, examples = among(
            connection, number, or_(*(and_(c.is_not(None), func.json_valid(c) == 0) for c in documents))
        )
        if count:
            yield Finding(
                name="documents",
                weight=Weight.DAMAGE,
                what=f"{table.name} hold what is no JSON: {examples}",
                means="commands that read them fail",
                way_out="restore a backup",
            )
