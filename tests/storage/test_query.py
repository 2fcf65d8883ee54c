"""Queries: words and phrases; whatever else stands in them is harmless."""

import pytest

from storage.errors import BadQuery
from storage.query import Query, read_query

QUERIES = {
    "words": ("harbour bridge", Query(phrases=("harbour", "bridge"))),
    "a phrase": ('the "harbour bridge"', Query(phrases=("the", "harbour bridge"))),
    "typographic marks": ("“harbour bridge” „und“ «так»", Query(phrases=("harbour bridge", "und", "так"))),
    "an open phrase": ('"harbour bridge', Query(phrases=("harbour", "bridge"))),
    "an empty phrase": ('"" bridge " … "', Query(phrases=("bridge",))),
    "operators of other engines": (
        "NOT (a OR b*) NEAR:c",
        Query(phrases=("NOT", "(a", "OR", "b*)", "NEAR:c")),
    ),
    "punctuation alone": ("bridge - & ! :", Query(phrases=("bridge",))),
    "control characters": ("brid\0ge\udc80", Query(phrases=("brid\ufffdge\ufffd",))),
    "a script without spaces": ("東京 Tokyo 「選挙」", Query(phrases=("Tokyo",), passages=("東京", "選挙"))),
    "decomposed letters": ("Cafe\u0301", Query(phrases=("Café",))),
}


@pytest.mark.parametrize(("written", "query"), QUERIES.values(), ids=QUERIES)
def test_read_query(written: str, query: Query) -> None:
    assert read_query(written) == query


@pytest.mark.parametrize("written", ["", "   ", '""', "?!", '" … "', "🙂"])
def test_query_without_a_word_is_refused(written: str) -> None:
    with pytest.raises(BadQuery, match="no word in the query"):
        read_query(written)


@pytest.mark.parametrize(
    ("written", "message"), [("a " * 600, "1200 characters"), ("x" * 301, "301 characters")]
)
def test_query_out_of_proportion_is_refused(written: str, message: str) -> None:
    with pytest.raises(BadQuery, match=message):
        read_query(written)
