"""Writes what `copydesk export` is asked for to its file, or to standard output."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TextIO, cast

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation
from crawler.cli.selection import article_filter
from crawler.cli.terminal import counted, note, say, show_whole
from crawler.cli.times import read_time
from crawler.cli.whole_file import whole_binary_file, whole_file
from storage.export import write_csv, write_jsonl
from storage.export.manifest import Tally, differences, digest_of, manifest_of
from storage.export.request import Request
from storage.export.rows import count_rows, export_rows
from storage.export.target import open_target

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_SETTLED = timedelta(minutes=5)
"""What was fetched is filed within so much time, and bears the time of its fetch."""
_MANIFEST = ".manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command line asks for."""

    form: str
    output: Path | None
    """None: standard output."""
    compressed: bool
    filters: tuple[str | None, str | None, str | None, str | None, str | None, str | None]
    """Source, since, until, language, author, without reservations."""
    query: str | None
    all_copies: bool
    as_of: str | None
    columns: tuple[str, ...]
    limit: int | None
    manifest: bool | None
    title: str | None
    feed_url: str | None
    as_is: bool
    """CSV without a guard against what spreadsheets run."""


def write_export(invocation: Invocation, order: Order) -> None:
    """Write rows, and their manifest if it is wanted."""
    now = datetime.now(UTC)
    with invocation.open_existing() as database, database.read() as session:
        request = _request(session, order, now)
        if order.form == "parquet":
            from storage.export.parquet import check_parquet

            check_parquet()
        # Closed before the session is, also when whoever reads the pipe has gone away.
        with closing(export_rows(session, request)) as rows:
            if order.output is None:
                _to_stdout(order, request, rows)
                return
            tally = Tally()
            with_manifest = order.manifest or (order.manifest is None and order.as_of is not None)
            with (
                _shown(session, request) as going_by,
                whole_binary_file(order.output) as file,
                open_target(file, compressed=order.compressed, hashed=with_manifest) as target,
            ):
                _write(order, request, tally.counting(going_by(rows)), target.text, target.binary)
    note(f"{counted(tally.articles, 'article')} written to {order.output}")
    beside = order.output.with_name(order.output.name + _MANIFEST)
    if not with_manifest:
        if beside.exists():
            note(f"{beside} is of an earlier export: --manifest writes it anew")
    else:
        with whole_file(beside) as told:
            told.write(manifest_of(request, order.form, tally, target.file, target.content))
        note(f"its manifest is {beside}")


def _write(
    order: Order, request: Request, rows: Iterable[Mapping[str, Any]], text: TextIO, binary: BinaryIO
) -> None:
    match order.form:
        case "csv":
            write_csv(rows, text, request.keys, as_is=order.as_is)
        case "parquet":
            from storage.export.parquet import write_parquet

            write_parquet(rows, binary, request.keys)
        case _:
            write_jsonl(rows, text, request.keys)


def _to_stdout(order: Order, request: Request, rows: Iterable[Mapping[str, Any]]) -> None:
    _write(order, request, rows, sys.stdout, sys.stdout.buffer)


def write_feed(invocation: Invocation, order: Order) -> None:
    """Write the newest as a feed."""
    from storage.export.feeds import Feed, feed_of
    from storage.export.newest import newest_rows

    with invocation.open_existing() as database, database.read() as session:
        request = _request(session, order, datetime.now(UTC))
        rows = newest_rows(session, request, order.limit or 0)
    asked = [order.query, *order.filters[:-1]]
    about = ", ".join(part for part in asked if part) or "the newest articles"
    feed = Feed(title=order.title or f"copydesk: {about}", about=about, url=order.feed_url)
    written = feed_of(cast("Literal['atom', 'rss']", order.form), feed, rows)
    if order.output is None:
        show_whole(written.decode())
        return
    with (
        whole_binary_file(order.output) as file,
        open_target(file, compressed=order.compressed, hashed=False) as target,
    ):
        target.binary.write(written)
    note(f"{counted(len(rows), 'article')} written to {order.output}")


def verify_file(manifest: Path) -> None:
    """Tell whether the file beside a manifest is as it says. Raises CommandFailed if it is not."""
    if not manifest.name.endswith(_MANIFEST):
        raise WrongUsage(f"{manifest}: a manifest is named FILE{_MANIFEST}")
    told = manifest.read_text(encoding="utf-8")
    place = manifest.with_name(manifest.name.removesuffix(_MANIFEST))
    with place.open("rb") as file:
        digest = digest_of(file)
    try:
        wrong = differences(told, digest)
    except ValueError as error:
        raise CommandFailed(f"{manifest} is no manifest of an export: {error}") from None
    if wrong:
        raise CommandFailed(f"{place} is not what {manifest.name} says: {', '.join(wrong)}")
    say(f"{place} is as its manifest says: {digest.size:,} bytes, sha256 {digest.sha256}")


def _request(session: "Session", order: Order, now: datetime) -> Request:
    """What is asked for, in the archive's terms. Raises WrongUsage."""
    moment = _moment(order.as_of, now) if order.as_of is not None else None
    source, *others = order.filters
    try:
        if source is not None and moment is not None and _was_source(session, source):
            from dataclasses import replace

            wanted = replace(article_filter(session, None, *others), source=source)
        else:
            wanted = article_filter(session, source, *others)
        return Request(
            wanted=wanted,
            query=order.query,
            now=now,
            as_of=moment,
            all_copies=order.all_copies,
            columns=order.columns,
            limit=order.limit,
        )
    except ValueError as error:
        raise WrongUsage(f"--columns: {error}") from None


def _was_source(session: "Session", name: str) -> bool:
    from storage.export.past import was_source
    from storage.sources import get_source

    return get_source(session, name) is None and was_source(session, name)


def _moment(text: str, now: datetime) -> datetime:
    """The moment that --as-of means. Raises WrongUsage for one that is not over."""
    begin, end = read_time(text, now), read_time(text, now, end=True)
    moment = end if begin == end else end - timedelta(microseconds=1)  # the end of a day is still that day
    if moment > now:
        over = "" if begin > now else f"; to have it up to now: --as-of {now:%Y-%m-%dT%H:%M}"
        raise WrongUsage(f"--as-of {text} is not over yet, and would be another archive tomorrow{over}")
    if now - moment < _SETTLED:
        note("what was fetched in these minutes may still be on its way into the archive")
    return moment


@contextmanager
def _shown(
    session: "Session", request: Request
) -> Iterator[Callable[[Iterable[Mapping[str, Any]]], Iterator[Mapping[str, Any]]]]:
    """A bar on a terminal while rows go by what is given."""
    if not sys.stderr.isatty():
        yield iter
        return
    from crawler.cli.progress_bar import shown_count

    with shown_count("articles", count_rows(session, request)) as advance:

        def going_by(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
            for number, row in enumerate(rows, 1):
                yield row
                if number % _STEP == 0:
                    advance(_STEP)

        yield going_by


_STEP = 100
