"""What a stranger may ask for: on either engine an answer or a sentence, and never an engine's own error."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.article import Article
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import file_article
from storage.errors import BadQuery
from storage.export import Request, export_rows
from storage.filters import ArticleFilter
from storage.search.hits import matching_ids, search
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source, get_source
from storage.stored import find_article, find_page

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
TEXT = "The harbour wall is 100% new: near, not old. 東京の港"
NASTY = [
    "harbour' OR 1=1 --",
    "harbour'; DROP TABLE articles; --",
    'title : harbour AND NEAR("harbour" "wall", 5)',
    "harbour* ^wall {title text}: x",
    "-title:harbour wall",
    "^harbour + wall",
    "'harbour':* <-> wall & !old | (new)",
    "harbour <2> wall:*A",
    "§source1 §x §nothing",
    "\\",
    "\\'",
    "harbour\0wall",
    "\0",
    "harbour\ud800wall",
    "\udcff",
    "%",
    "_",
    "%%%_%",
    '"',
    '"harbour',
    "((((((((((((((((((((harbour",
    "(" * 900,
    "-(" * 400 + "a" + ")" * 400,
    "title:" * 160 + "a",
    "-" * 999 + "a",
    "harbour " * 120,
    "a OR " * 190 + "a",
    " ".join(f"w{n}" for n in range(10_000)),
    "x" * 100_000,
    "東" * 999,
    "lang:en' kind:article' source:%",
    'author:"%" source:"The _aper"',
    "after:0001 before:9999 harbour",
    "after:9999999h",
    "before:0000-00-00",
    "harbour after:99999",
    "*",
    "har*bour",
    "\u202eharbour\u2066",
    "\x00\x01\x02\x03\x1b[2J",
    "﷽" * 200,
    "ﬁ" * 900,
]
LETTERS = "ab harbour§'\"\\%_*()[]{}:&|!<>-^~+=@#$;,./?\0\n\t\x1b\x02\x03\u00a0\u0301東京\ud800\udfff😀ßİı"
WORDS = st.sampled_from(
    [
        "harbour",
        "OR",
        "AND",
        "NOT",
        "NEAR",
        "title:",
        "author:",
        "source:",
        "lang:",
        "kind:",
        "after:2024",
        "before:7d",
        "<->",
        ":*",
        "!",
        "&",
        "|",
        "''",
        '"',
    ]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=LETTERS, max_size=60),
    st.lists(st.one_of(WORDS, st.text(alphabet=LETTERS, max_size=6)), max_size=12).map(" ".join),
    st.lists(st.one_of(WORDS, st.text(alphabet=LETTERS, max_size=6)), max_size=12).map("".join),
)


@pytest.fixture(scope="module")
def archive(lasting_database_url: str) -> Database:
    with open_database(lasting_database_url) as database:
        with database.write() as session:
            source = add_source(session, SourceDraft(name="The Paper", url="https://paper.example/"), NOW)
            url = "https://paper.example/1"
            one = Article(
                url=url,
                canonical_url=url,
                title="Harbour",
                text=TEXT,
                authors=("Ann 100% Writer_",),
                language="en",
                fingerprint=fingerprint(TEXT),
            )
            file_article(session, source.id, one, NOW, resemblance)
        yield database


def asked_everywhere(database: Database, text: str) -> None:
    """Ask with a text wherever one may be given. Whatever is raised must be a sentence for the user."""
    asks: list[Callable[..., object]] = [
        lambda session: search(session, text, now=NOW),
        lambda session: search(session, f"harbour {text}", now=NOW, sort="newest", all_copies=True),
        lambda session: search(session, "harbour", ArticleFilter(author=text), now=NOW),
        lambda session: search(session, "harbour", ArticleFilter(source=text), now=NOW),
        lambda session: search(session, "harbour", ArticleFilter(language=text), now=NOW),
        lambda session: search(session, "harbour", ArticleFilter(kind=text), now=NOW),
        lambda session: list(export_rows(session, Request(wanted=ArticleFilter(author=text)))),
        lambda session: list(
            export_rows(session, Request(wanted=ArticleFilter(source=text, language=text, kind=text)))
        ),
        lambda session: list(export_rows(session, Request(query=text, now=NOW))),
        lambda session: list(islice(matching_ids(session, text, NOW), 10)),
        lambda session: get_source(session, text),
        lambda session: find_article(session, text),
        lambda session: find_page(session, text),
    ]
    for ask in asks:
        with database.read() as session, suppress(BadQuery):
            ask(session)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_what_is_nasty_gets_an_answer_or_a_sentence_soon(archive: Database, text: str) -> None:
    begun = time.monotonic()
    asked_everywhere(archive, text)
    assert time.monotonic() - begun < 10
    with archive.read() as session:
        assert [hit.title for hit in search(session, "harbour", now=NOW)] == ["Harbour"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_no_text_brings_out_an_error_of_the_engine(archive: Database, text: str) -> None:
    asked_everywhere(archive, text)


@pytest.mark.parametrize(("author", "finds"), [("100%", True), ("10%", False), ("Wr_ter", False)])
def test_what_like_would_take_for_anything_is_no_wildcard(
    archive: Database, author: str, finds: bool
) -> None:
    with archive.read() as session:
        assert bool(search(session, "harbour", ArticleFilter(author=author), now=NOW)) == finds
