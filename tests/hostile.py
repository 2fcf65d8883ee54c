"""What a stranger may write, planted into every text of an archive."""

import io
import json
import os
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipelines.article import Article, Removed
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import file_article
from storage.candidates import Candidate
from storage.frontier import VisitRecord, record_visits
from storage.models import Base, PageState, Run, RunState, SeedKind
from storage.seeds import SeedVisit, record_seed_visit
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_source

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
FORGED = "FORGED"
ACTS = (
    f"\n{FORGED}\x1b[2J\x1b]0;a\x07\x1b]8;;u\x1b\\\x9b1m\x85\x9d\r\x08\x7f\x0b\x0c\u2028{FORGED}\u2029\u202e\u2066"
    "\u200b\ufeff\U000e0041[bold][/x][link=u]=1]]></script>"
)
"""A line break that forges a line, and all that a terminal, a spreadsheet, a browser or rich acts on."""
SHORT = "\x1b[2J\x9b"
"""For columns that hold a few characters only."""
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\ufeff\U000e0000-\U000e007f\ud800-\udfff]"
)
"""What may not come out."""
NAME = f"The Paper{ACTS}"

_WHOLE = {
    "articles": {"content_hash", "text_hash", "makes", "dates", "restored", "read_by"},
    "revisions": {"content_hash"},
    "sources": {"schedule", "rhythm", "health", "health_evidence"},
    "learned": {"lines", "makes"},
    "templates": {"known", "use"},
    "template_samples": {"story", "kind"},
    "seeds": {"body_hash", "habits"},
    "pages": {"body_hash"},
    "changes": {"kind"},
    "leases": {"name"},
    "article_states": {"earlier"},
    "hosts": {"host"},
}
"""Columns that hold no text of a stranger's: hashes, names of states, and what the program itself reads."""


def fill(database: Database) -> None:
    """An archive with something for every command to tell of."""
    text = (
        "The harbour wall of Skerrow is to be rebuilt by the spring, the council said on Monday.\nIt cracked."
    )
    with database.write() as session:
        seeds = (SeedDraft(url="https://paper.example/feed", kind=SeedKind.FEED),)
        draft = SourceDraft(name="The Paper", url="https://paper.example/", seeds=seeds)
        source = add_source(session, draft, NOW)
        add_source(session, SourceDraft(name="Zeitung", url="https://zeitung.example/"), NOW)
        for number, (title, body) in enumerate(
            [("Harbour", text), ("Harbour again", text), ("Ferry", text[::-1])], start=1
        ):
            url = f"https://paper.example/2024/05/story-{number}"
            each = Article(
                url=url,
                canonical_url=url,
                title=title,
                text=body,
                kicker="Kicker",
                standfirst="Standfirst",
                section="Harbour",
                credit="agency",
                image=f"{url}.jpg",
                authors=("Ann Writer",),
                tags=("harbour",),
                language="en",
                published_at=NOW,
                date_precision="day",
                date_from="meta",
                date_flag="doubt",
                removed=(Removed(text="READ MORE: The foghorn", rule="see also", at=0),),
                fingerprint=fingerprint(body),
            )
            file_article(session, source.id, each, NOW, resemblance)
        edited = Article(**{name: getattr(each, name) for name in each.__slots__} | {"title": "Ferry late"})
        file_article(session, source.id, edited, NOW + timedelta(hours=1), resemblance)
        found = [Candidate(url=f"https://paper.example/2024/05/story-{n}", title="Hint") for n in (1, 9)]
        record_seed_visit(session, 1, SeedVisit(status=500, error="http 500", full=True), found, (), NOW)
        run = Run(source_id=source.id, state=RunState.FAILED, started_at=NOW, ended_at=NOW, error="it broke")
        run.counts = {"rejected": {"stub": 3}, "failed": {"http 500": 2}, "found": 5}
        session.add(run)
        session.flush()
        answer = {"run_id": run.id, "at": NOW, "status": 200, "size": 12, "milliseconds": 6, "due_at": None}
        more = {"outcome": "rejected", "reason": "section page", "final_url": "https://paper.example/x"}
        record_visits(session, [VisitRecord(page_id=2, state=PageState.REJECTED, **answer, **more)])
        source.health, source.health_reason, source.failures = "failing", "because", 3
        source.health_since = source.last_run_at = NOW


def poison(database: Database) -> None:
    """Plant `ACTS` into every text there is, whatever the column."""
    with database.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [c for c in table.columns if c.name not in _WHOLE.get(table.name, set())]
            texts = [c for c in columns if isinstance(c.type, sa.JSON | sa.String) and not _is_enum(c)]
            key = list(table.primary_key.columns)
            for row in connection.execute(sa.select(*key, *texts)).mappings().all() if texts else ():
                values = {c.name: _poisoned(c, row[c.name]) for c in texts if row[c.name] is not None}
                here = sa.and_(*(c == row[c.name] for c in key))
                connection.execute(sa.update(table).where(here).values(values))


def _is_enum(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Enum)


def _poisoned(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(column.type, sa.JSON):
        return _deep(value)
    length = getattr(column.type, "length", None)
    acts = ACTS if column.name != "text" else ACTS.replace(FORGED, "")  # its lines are lines of the page
    return f"{value}{SHORT}"[-length:] if length is not None and length < 100 else value + acts


def _deep(value: Any) -> Any:
    match value:
        case str():
            return value + ACTS
        case dict():
            return {
                key + (ACTS if isinstance(inner, int) and key in ("stub", "http 500") else ""): _deep(inner)
                for key, inner in value.items()
            }
        case list():
            return [_deep(inner) for inner in value]
        case _:
            return value


class Output:
    """What a program wrote."""

    def __init__(self) -> None:
        self.out = self.err = ""


@contextmanager
def captured(*, terminal: bool) -> Iterator[Output]:
    """Give sys.stdout and sys.stderr new ends, pipes or pseudo terminals, and collect what comes out."""
    told, before = Output(), (sys.stdout, sys.stderr)
    ends = [os.openpty() if terminal else os.pipe() for _ in range(2)]
    collected: list[list[bytes]] = [[], []]
    threads = []
    try:
        streams = []
        for number, (reading, writing) in enumerate(ends):
            if terminal:
                import tty

                tty.setraw(writing)
            threads.append(threading.Thread(target=_drain, args=(reading, collected[number]), daemon=True))
            threads[-1].start()
            raw = os.fdopen(writing, "wb", 0)
            streams.append(
                io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
            )
        sys.stdout, sys.stderr = streams
        yield told
    finally:
        sys.stdout, sys.stderr = before
        for stream in streams:
            stream.close()
        for thread in threads:
            thread.join(5)
        told.out, told.err = (b"".join(parts).decode("utf-8", "surrogateescape") for parts in collected)


def _drain(descriptor: int, into: list[bytes]) -> None:
    try:
        while piece := os.read(descriptor, 65536):
            into.append(piece)
    except OSError:  # a terminal whose other end is closed
        pass
    finally:
        os.close(descriptor)


_OURS = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|[0-9]*[AK])|\r(?=\x1b)|\r\n|\r$")
"""Colours, the cursor hidden and shown, and a bar that is written over: what rich says by itself."""


def unsafe_in(text: str, *, terminal: bool) -> list[str]:
    """The lines of an output in which something stands that acts."""
    plain = _OURS.sub("", text) if terminal else text
    return [line for line in plain.split("\n") if CONTROLS.search(line) or line.startswith(FORGED)]


def strings_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield key
                yield from strings_in(inner)
        case list():
            for inner in value:
                yield from strings_in(inner)


def json_lines(text: str) -> Sequence[Any]:
    """The values in JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]
