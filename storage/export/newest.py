"""The newest articles to which a request applies, for a feed."""

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from storage.export.reading import Row
from storage.export.request import Request
from storage.export.rows import rows_of
from storage.filters import conditions, date_of
from storage.models import Article
from storage.search.hits import search


def newest_rows(session: Session, request: Request, limit: int) -> list[Row]:
    """Those that are asked for, so many at most, newest first. Raises `BadQuery`.

    The newest are those last published, or last seen for the first time where no date is known.
    """
    return list(rows_of(session, _newest_ids(session, request, limit), request.keys))


def _newest_ids(session: Session, request: Request, limit: int) -> list[int]:
    wanted = request.wanted
    if request.query is not None and request.now is not None:
        every, now = request.all_copies, request.now
        found = search(session, request.query, wanted, limit, "newest", all_copies=every, now=now)
        return [hit.id for hit in found]
    statement = select(Article.id).where(*conditions(session, wanted))
    if not request.all_copies:
        other = aliased(Article)
        earlier = or_(
            other.id == Article.duplicate_of,
            and_(other.duplicate_of == Article.duplicate_of, other.id < Article.id),
        )
        told = exists().where(earlier, *conditions(session, wanted, other))
        statement = statement.where(or_(Article.duplicate_of.is_(None), ~told))
    return list(session.scalars(statement.order_by(date_of().desc(), Article.id.desc()).limit(limit)))
