"""Keeps the sources: which sites the archive follows."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.errors import SourceExists
from storage.insert import insert_into, table_of
from storage.models import Article, Page, Seed, SeedKind, Source
from storage.recorded import update_articles
from storage.rows import check_row, is_fit_text

_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDraft:
    """An address to poll for news, not stored yet."""

    url: str
    kind: SeedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """A source that is not stored yet."""

    name: str
    url: str
    """The site's home address."""
    schedule: str = "auto"
    seeds: tuple[SeedDraft, ...] = ()


def add_source(session: Session, draft: SourceDraft, now: datetime) -> Source:
    """Store a source and its seeds. What is known of its host and belongs to no source becomes its own.

    Raises `SourceExists` if the name or the address is taken, `CannotStore` if one cannot be kept.
    """
    row = {"name": draft.name, "url": draft.url, "schedule": draft.schedule}
    check_row(table_of(Source), row)
    statement = insert_into(session, Source).values(**row, enabled=True, created_at=now)
    source_id = session.scalar(statement.on_conflict_do_nothing().returning(Source.id))
    if source_id is None:
        raise _taken(session, draft)
    add_seeds(session, source_id, draft.seeds)
    _adopt(session, source_id, draft.url, now)
    return session.get_one(Source, source_id)


def _adopt(session: Session, source_id: int, home: str, now: datetime) -> None:
    """Give a source the articles and pages of its host that have none: it was removed once, perhaps."""
    host = _bare(urlsplit(home).netloc)
    if not host:
        return
    forms = [f"{scheme}://{www}{host}/" for scheme in ("https", "http") for www in ("", "www.")]
    for model, statement in ((Article, update_articles(now)), (Page, update(table_of(Page)))):
        # lower(): a server's redirect may have capitals in its host, and LIKE minds them on PostgreSQL.
        on_host = or_(*(func.lower(model.url).startswith(form, autoescape=True) for form in forms))
        session.execute(
            statement.where(model.source_id.is_(None), on_host)
            .values(source_id=source_id)
            .execution_options(synchronize_session=False)
        )


def add_seeds(session: Session, source_id: int, drafts: Sequence[SeedDraft]) -> None:
    """Give a source more seeds; those it has already are left as they are. Raises `CannotStore`.

    Nothing is added to a source that was removed meanwhile.
    """
    # The lock keeps it from being removed until they are in.
    if session.scalar(select(Source.id).where(Source.id == source_id).with_for_update(read=True)) is None:
        return
    seeds = [{"source_id": source_id, "url": s.url, "kind": s.kind, "failures": 0} for s in drafts]
    for seed in seeds:
        check_row(table_of(Seed), seed)
    if seeds:
        session.execute(insert_into(session, Seed).on_conflict_do_nothing(), seeds)


def _taken(session: Session, draft: SourceDraft) -> SourceExists:
    by_url = session.scalar(select(Source.name).where(Source.url == draft.url))
    if by_url is not None:
        return SourceExists(f"{draft.url} is a source already, named {by_url!r}", source=by_url)
    return SourceExists(
        f"there is a source named {draft.name!r} already: choose another name", source=draft.name
    )


def get_source(session: Session, name_or_url: str) -> Source | None:
    """The source with that name (in any case, if no other differs only by it) or that home address."""
    if not is_fit_text(name_or_url):
        return None
    by_name = session.scalar(select(Source).where(Source.name == name_or_url))
    if by_name is not None:
        return by_name
    found = session.scalars(select(Source).where(Source.url.in_(_spellings(name_or_url)))).first()
    if found is not None:
        return found
    # Not lower() in SQL: SQLite's knows no letters but A to Z.
    wanted = name_or_url.casefold()
    ids = [row.id for row in session.execute(select(Source.id, Source.name)) if row.name.casefold() == wanted]
    return session.get(Source, ids[0]) if len(ids) == 1 else None


def _spellings(url: str) -> list[str]:
    bare = url.rstrip("/")
    forms = [bare] if "://" in bare else [f"https://{bare}", f"http://{bare}"]
    return [form + slash for form in forms for slash in ("", "/")]


def near_names(wanted: str, names: Iterable[str]) -> list[str]:
    """Up to three of `names` that whoever wrote `wanted` may have meant, the likeliest first."""
    by_folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(wanted.casefold(), by_folded, n=3)
    near += [folded for folded in by_folded if wanted.casefold() in folded and folded not in near]
    return [by_folded[folded] for folded in near[:3]]


def home_of(session: Session, source_id: int) -> str | None:
    """A source's address; None if there is no such source."""
    return session.scalar(select(Source.url).where(Source.id == source_id))


def list_sources(session: Session) -> Sequence[Source]:
    """Every source, by name."""
    return session.scalars(select(Source).order_by(Source.name, Source.id)).all()


def seeds_by_source(session: Session) -> dict[int, list[SeedDraft]]:
    """The seeds of every source, without those that an index of sitemaps named: what an export lists."""
    rows = session.execute(
        select(Seed.source_id, Seed.url, Seed.kind)
        .where(Seed.parent_id.is_(None), Seed.kind != SeedKind.ARCHIVE)
        .order_by(Seed.id)
    )
    seeds: dict[int, list[SeedDraft]] = {}
    for source_id, url, kind in rows:
        seeds.setdefault(source_id, []).append(SeedDraft(url=url, kind=kind))
    return seeds


def remove_source(session: Session, source_id: int, now: datetime) -> bool:
    """Forget a source, its seeds, its runs and the pages that gave no article; its articles stay.

    False if there is no such source.
    """
    session.execute(delete(Page).where(Page.source_id == source_id, Page.article_id.is_(None)))
    articles = table_of(Article)
    left = update_articles(now).where(articles.c.source_id == source_id)
    session.execute(left.values(source_id=None))  # while its name is there to be kept for the past
    gone = session.scalar(delete(Source).where(Source.id == source_id).returning(Source.id))
    session.expire_all()  # the database has changed rows by itself
    return gone is not None


def set_enabled(session: Session, source_id: int, enabled: bool) -> bool:
    """Let a source be crawled or not. False if there is no such source."""
    statement = update(Source).where(Source.id == source_id).values(enabled=enabled).returning(Source.id)
    return session.scalar(statement) is not None


def source_of_host(session: Session, host: str) -> Source | None:
    """The source whose home stands on `host` ("example.com", "localhost:8000"), with or without "www."."""
    wanted = _bare(host)
    for source_id, url in session.execute(select(Source.id, Source.url).order_by(Source.id)):
        if _bare(urlsplit(url).netloc) == wanted:
            return session.get(Source, source_id)
    return None


def _bare(host: str) -> str:
    return host.rpartition("@")[2].lower().removeprefix("www.")


def unique_name(session: Session, wanted: str) -> str:
    """`wanted`, or `wanted` with the first number that makes it a name no source has."""
    wanted = wanted.strip()[: _NAME_LENGTH - 8] or "source"
    taken = {name.casefold() for name in session.scalars(select(Source.name))}
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted} {number}"
    return name
