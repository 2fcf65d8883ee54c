"""Search: the same articles in the same order on both engines, each story once, wherever the dates lie."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from pipelines.article import Article as Story
from storage.articles import Filed
from storage.errors import BadQuery
from storage.filters import EVERYTHING, ArticleFilter
from storage.models import Article
from storage.search import once, walk
from storage.search.asking import asked_for
from storage.search.hits import MATCH_END, MATCH_START, Hit, search
from storage.search.meeting import is_asked_for, leaves
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def hits(database: Database, query: str, wanted: ArticleFilter = EVERYTHING, **how: Any) -> list[Hit]:
    with database.read() as session:
        return search(session, query, wanted, **{"limit": 1000, "now": NOW} | how)


def found(database: Database, query: str, wanted: ArticleFilter = EVERYTHING, **how: Any) -> list[int]:
    return [hit.id for hit in hits(database, query, wanted, **how)]


def row(number: int, title: str, text: str, **values: Any) -> dict[str, Any]:
    """An article as a row; number 3 was published three days ago, by the Gazette if it is odd."""
    url = f"https://gazette.example/{number}"
    texts = {"id": number, "url": url, "canonical_url": url, "title": title, "text": text}
    times = {"published_at": NOW - timedelta(days=number), "first_seen_at": NOW, "fetched_at": NOW}
    whose = {
        "source_id": 2 - number % 2,
        "authors": [],
        "language": None,
        "standfirst": None,
        "kind": "article",
    }
    rest = {"tags": [], "removed": [], "text_hash": "", "content_hash": "", "duplicate_of": None}
    return texts | times | whose | rest | values


def file_rows(database: Database, rows: list[dict[str, Any]]) -> None:
    with database.write() as session:
        for name in ("Gazette", "Harbour Herald"):
            add_source(session, SourceDraft(name=name, url=f"https://{name[:3].lower()}.example/"), NOW)
        session.execute(insert(Article), rows)


CORPUS = [
    row(
        1,
        "The harbour wall",
        "A storm broke it. The mayor of München said: “Don’t go there.”",
        language="en-GB",
    ),
    row(
        2,
        "Storm over the bay",
        "The wall of the harbour stood. A football match was called off.",
        language="en",
    ),
    row(
        3, "Fish market", "Prices of over 7.5 and/or more.", standfirst="Harbours at war", authors=["Ann Lee"]
    ),
    row(
        4,
        "Maeve writes",
        "Nothing of note.",
        authors=["José Núñez Conde", "Maeve Ó Tolland"],
        kind="live blog",
    ),
    row(5, "Łódź und die Straße", "Der Bürgermeister aß Äpfel in Ørsted.", language="de"),
    row(6, "La grève à Orléans", "L’été, où le cœur s’arrête.", language="fr"),
    row(7, "El año de José", "La canción del pingüino.", language="es"),
    row(8, "Новый мост", "Ёлки и берёзы у моста; мой замо\u0301к.", language="ru"),
    row(9, "Η οδός της Αθήνας", "ΟΔΟΣ ΕΡΜΟΥ, κέντρο.", language="el"),
    row(10, "القاهرة تفتتح الجسر", "أعلنت مُحَمَّد يوم الأحد.", language="ar"),
    row(11, "दिल्ली में वर्षा", "यह समाचार हिन्दी में है।", language="hi"),
    row(12, "東京都知事選挙", "昨日、東京で投票が行われた。新しいiPhone発表会。", language="ja"),
    row(13, "中国人工智能AI规制", "北京、上海，京都。雨。", language="zh"),
    row(14, "서울시는 오늘", "대한민국의 수도에서 선거가 열렸다.", language="ko"),
    row(15, "กรุงเทพมหานคร", "การเลือกตั้งในประเทศไทย", language="th"),
    row(16, "İstanbul’da ışık", "Çağ, gün.", language="tr"),
    row(17, "Việt Nam", "Thành phố Hồ Chí Minh.", language="vi"),
    row(18, "שלום", "יְרוּשָׁלַיִם היום.", language="he"),
    row(19, "ＡＩ and ｱﾆﾒ", "Full ﬁgures, half widths.", language="pt-BR", kind="video"),
    row(20, "Undated", "A zebra came to the harbour.", published_at=None, source_id=None),
    row(21, "Long", "The zebra. " + "the wall " * 3000 + "quagga crossing the wall of zebras."),
    row(22, "Wall", "OR and NOT AND (brackets) 'quoted' 10:30 http://www.example.com/a_b?c=d&e C++ 100% a*b"),
]
ALL = [20, *range(1, 20), 21, 22]
"""The newest first: number 20 has no date, and was first seen today."""

FOUND = {
    "harbour": [20, 1, 2],
    "HARBOUR wall": [1, 2],
    "wall harbour": [1, 2],
    '"harbour wall"': [1],
    '"wall of the harbour"': [2],
    '"broke it the mayor"': [1],
    '"wall a storm"': [],
    '"market harbours"': [],
    '"war prices"': [],
    "harb": [],
    "harb*": [20, 1, 2, 3],
    "harbours*": [3],
    "title:harb*": [1],
    '"the harb"*': [20, 1, 2],
    "storm -football": [1],
    "-football storm": [1],
    'storm -"football match"': [1],
    "harbour -title:harbour -source:gazette": [20, 2],
    "football OR fish": [2, 3],
    "football OR fish market": [2, 3],
    "(football OR fish) market": [3],
    "harbour -(football OR zebra)": [1],
    "title:wall": [1, 22],
    "title:storm": [2],
    'title:"harbour wall"': [1],
    "title:(fish OR bay)": [2, 3],
    "author:tolland": [4],
    'author:"maeve o tolland"': [4],
    'author:"conde maeve"': [],
    "author:nunez": [4],
    "author:tol*": [4],
    "tolland": [],
    "source:gazette harbour": [1],
    'source:"harbour herald" harbour': [2],
    "source:har.example harbour": [2],
    "-source:gazette harbour": [20, 2],
    "lang:en": [1, 2],
    "lang:en-gb": [1],
    "lang:pt": [19],
    "harbour lang:en": [1, 2],
    "wall -lang:en": [21, 22],
    "kind:video": [19],
    "kind:live-blog OR lang:pt": [4, 19],
    "after:2026-03-02": [20, 1, 2],
    "after:2026-03-04": [20],
    "after:2d": [20, 1, 2],
    "harbour after:2026-03-03": [20, 1],
    "harbour before:2026-03-03": [2],
    "before:2026-02-12": [21, 22],
    "before:2026-02": [],
    "harbour (before:2026-03-03 OR title:wall)": [1, 2],
    "after:2026-03-02 before:2026-03-03": [2],
    "munchen": [1],
    "MÜNCHEN mayor": [1],
    "dont": [],
    "don't": [1],
    "7.5": [3],
    "and/or": [3],
    "lodz strasse": [5],
    "ØRSTED Äpfel": [5],
    "greve coeur": [6],
    "ano pinguino": [7],
    "елки берёзы": [8],
    "замок мой": [8],
    "оδος": [],
    "οδος ερμου": [9],
    "القاهرة محمد": [10],
    "اعلنت": [10],
    "दिल्ली": [11],
    "दल": [],
    "東京": [12],
    "京都": [12, 13],
    "知事選": [12],
    "東京都 投票": [12],
    "東京投票": [],
    "iphone発表": [12],
    "いiPhone発": [12],
    "雨": [13],
    "智能AI规": [13],
    "上海京都": [],
    "上海、京都": [13],
    "海京": [],
    "서울": [14],
    "민국": [14],
    "국의 수도": [14],
    "กรุงเทพ": [15],
    "เลือก": [15],
    "istanbul ISIK": [16],
    "viet ho chi minh": [17],
    "ירושלים": [18],
    "ai アニメ": [19],
    "figures": [19],
    '"quagga crossing"': [21],
    '"zebra crossing"': [],
    '"crossing the wall of zebras"': [21],
    '"zebras the"': [],
    "brackets quoted": [22],
    "10:30": [22],
    "http://www.example.com/a_b": [22],
    "or": [3, 22],
    "zebra": [20, 21],
}


@pytest.fixture(scope="module")
def library(lasting_database_url: str) -> Iterator[Database]:
    """An archive of articles in many languages, only read."""
    with open_database(lasting_database_url) as database:
        file_rows(database, CORPUS)
        yield database


def test_what_is_found(library: Database) -> None:
    got = {query: found(library, query, sort="newest") for query in FOUND}
    assert got == FOUND


def test_what_is_found_is_the_same_whatever_the_order(library: Database) -> None:
    for query, numbers in FOUND.items():
        assert found(library, query, sort="oldest") == numbers[::-1]
        assert sorted(found(library, query)) == sorted(numbers)


def test_index_tells_the_same_as_the_articles(library: Database) -> None:
    with library.read() as session:
        known = leaves(session, ALL)
        for query, numbers in FOUND.items():
            asked = asked_for(session, query, EVERYTHING, NOW)
            assert [number for number in ALL if is_asked_for(asked, known[number])] == numbers, query


WORDS = [
    "harbour",
    "wall",
    "the",
    "storm",
    "zebra",
    "東京",
    "京",
    "서울",
    "title:wall",
    "author:lee",
    "lang:en",
]
TERMS = st.sampled_from(
    [*WORDS, '"the wall"', "source:gazette", "harb*", "after:2026-02-20", "before:2026-03-01"]
)
QUERIES = st.recursive(
    TERMS,
    lambda part: (
        st.builds("({} {})".format, part, part)
        | st.builds("({} OR {})".format, part, part)
        | st.builds("({} -{})".format, part, part)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(query=QUERIES)
def test_any_query_finds_what_the_articles_themselves_say(library: Database, query: str) -> None:
    with library.read() as session:
        known = leaves(session, ALL)
        asked = asked_for(session, query, EVERYTHING, NOW)
    expected = [number for number in ALL if is_asked_for(asked, known[number])]
    assert found(library, query, sort="newest") == expected


@settings(max_examples=60, deadline=None)
@given(query=st.text(max_size=40) | st.text(alphabet="\"'*:^-+()&|!<>\\%_{}[] abNEAROT§東", max_size=30))
def test_no_query_breaks_the_search(library: Database, query: str) -> None:
    with contextlib.suppress(BadQuery):
        hits(library, query)


FILTERS = {
    "a source by name": (ArticleFilter(source="gazette"), [1]),
    "a source by address": (ArticleFilter(source="har.example"), [2]),
    "a source we do not have": (ArticleFilter(source="Courier"), []),
    "since": (ArticleFilter(since=NOW - timedelta(days=1)), [20, 1]),
    "since, a moment later": (ArticleFilter(since=NOW - timedelta(days=1) + timedelta(seconds=1)), [20]),
    "until, which is not included": (ArticleFilter(until=NOW - timedelta(days=2)), []),
    "until": (ArticleFilter(until=datetime(2026, 3, 2, 6, 7, tzinfo=timezone(timedelta(hours=1)))), [2]),
    "a language and its variants": (ArticleFilter(language="EN"), [1, 2]),
    "a variant": (ArticleFilter(language="en-gb"), [1]),
    "no language that only begins so": (ArticleFilter(language="e"), []),
    "a kind": (ArticleFilter(kind="live blog"), []),
    "several": (ArticleFilter(source="Gazette", language="en", kind="article"), [1]),
}


def test_filters(library: Database) -> None:
    got = {case: found(library, "harbour", wanted, sort="newest") for case, (wanted, _) in FILTERS.items()}
    assert got == {case: expected for case, (_, expected) in FILTERS.items()}


def test_filter_by_author(library: Database) -> None:
    for name, numbers in (("José Núñez", [4]), ("o tolland", [4]), ("Conde Maeve", []), ("ann lee", [3])):
        assert found(library, "after:2020", ArticleFilter(author=name)) == numbers


@pytest.mark.parametrize(
    ("query", "wanted", "message"),
    [
        (" ... ", EVERYTHING, "no word in the query"),
        ("source:gazete x", EVERYTHING, "did you mean 'Gazette'"),
        ("bridge", ArticleFilter(author="%"), "no name in '%'"),
    ],
)
def test_query_for_nothing_is_refused(
    library: Database, query: str, wanted: ArticleFilter, message: str
) -> None:
    with pytest.raises(BadQuery, match=message):
        hits(library, query, wanted)


def test_unknown_order_is_refused(library: Database) -> None:
    with pytest.raises(BadQuery, match="choose from relevance, newest, oldest"):
        hits(library, "bridge", sort="best")


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        ArticleFilter(since=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))


def test_time_that_is_none_in_utc_is_refused() -> None:
    with pytest.raises(ValueError, match="no such time in UTC"):
        ArticleFilter(since=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))))


def test_hit_tells_what_a_list_needs(library: Database) -> None:
    [hit] = hits(library, "harbour munchen")
    assert (hit.source, hit.title, hit.language) == ("Gazette", "The harbour wall", "en-GB")
    assert (hit.duplicate_of, hit.sightings) == (None, 0)
    assert hit.title_marked == f"The {MATCH_START}harbour{MATCH_END} wall"
    assert f"mayor of {MATCH_START}München{MATCH_END} said" in hit.passage
    assert hit.score > 0


def test_passage_is_of_the_standfirst_if_only_that_matches(library: Database) -> None:
    [hit] = hits(library, "war -storm")
    assert hit.passage == f"Harbours at {MATCH_START}war{MATCH_END}"


# Rank.

RANKED = [
    row(1, "Zebra", "Nothing.", published_at=NOW - timedelta(days=400)),
    row(2, "Story", "A zebra crossing.", published_at=NOW - timedelta(days=400)),
    row(3, "Story", "Nothing.", standfirst="Of a zebra", published_at=NOW - timedelta(days=400)),
    row(4, "Story", "w " * 400 + "zebra", published_at=NOW - timedelta(days=1)),
    row(5, "A crossing for the zebra of the town", "Nothing.", published_at=NOW - timedelta(days=400)),
    row(6, "Story", "A crossing. A zebra.", published_at=NOW - timedelta(days=400)),
    row(7, "Story", "A zebra.", published_at=NOW - timedelta(days=1)),
]


def test_rank(database: Database) -> None:
    file_rows(database, RANKED)
    assert found(database, "zebra") == [1, 5, 7, 3, 6, 2, 4]
    assert found(database, "zebra crossing") == [5, 2, 6]
    assert found(database, "zebra", limit=2) == [1, 5]


def test_best_are_found_among_more_than_are_ranked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.search.hits._CANDIDATES", 20)
    rows = [row(n, "Story", "A crossing. A zebra.") for n in range(1, 60)]
    file_rows(database, [*rows, row(60, "Zebra crossing", "x"), row(61, "Zebra", "A crossing.")])
    assert found(database, "zebra crossing", limit=3)[:2] == [60, 61]


def test_a_story_in_many_places_leaves_room_for_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.search.hits._CANDIDATES", 5)
    first = row(1, "Story", "A zebra.", published_at=NOW - timedelta(hours=9))
    copies = [row(n, "Story", "A zebra.", duplicate_of=1, similarity=1.0) for n in range(2, 40)]
    others = [row(n, "Story", "A zebra.", published_at=NOW - timedelta(days=n)) for n in range(40, 44)]
    file_rows(database, [first, *copies, *others])
    assert found(database, "zebra", limit=9) == [1, 40, 41, 42, 43]


def test_which_of_a_story_is_shown_is_told_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    told = once.is_asked_for
    monkeypatch.setattr(once, "is_asked_for", lambda asked, leaf: read.append(leaf.id) or told(asked, leaf))
    first = row(1, "Story", "A horse.", published_at=NOW - timedelta(hours=9))
    copies = [row(n, "Story", "A zebra.", duplicate_of=1, similarity=1.0) for n in range(2, 90)]
    file_rows(database, [first, *copies])
    assert found(database, "zebra", sort="newest") == [89]
    assert read == [1, 89]


# However the dates lie.


@pytest.mark.parametrize("newest", [True, False])
def test_every_article_comes_in_the_order_of_dates_however_few_are_taken_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch, newest: bool
) -> None:
    days = [0, 0, 1, 1, 1, 400, 401, 401, 3000, 9000, 9001, 9001, 9001]
    rows = [row(n, "Story", "zebra", published_at=NOW - timedelta(days=day)) for n, day in enumerate(days, 1)]
    rows += [row(n, "Story", "zebra", published_at=NOW - timedelta(seconds=n)) for n in range(14, 40)]
    file_rows(database, rows)
    for name, number in (("_FEW", 0), ("_FIRST", 3), ("_MOST", 4), ("_ENOUGH", 2)):
        monkeypatch.setattr(walk, name, number)
    dated = sorted(((one["published_at"], one["id"]) for one in rows), reverse=newest)
    assert found(database, "zebra", sort="newest" if newest else "oldest") == [number for _, number in dated]


# The index is kept in step by the database itself, however a row is changed.


@pytest.fixture
def stocked(database: Database) -> Database:
    file_rows(database, [row(1, "The opening", "A bridge.", authors=["Ann"]), row(2, "Toll", "A bridge.")])
    return database


CHANGES = {
    "text": ({"text": "A zebra."}, "zebra", "bridge opening"),
    "title": ({"title": "Zebra"}, "title:zebra bridge", "opening"),
    "authors": ({"authors": ["José Ó"]}, "author:jose", "author:ann"),
    "source": ({"source_id": 2}, 'source:"Harbour Herald" opening', "source:gazette opening"),
    "date": ({"published_at": NOW - timedelta(days=900)}, "before:2024 opening", "after:2024 opening"),
    "language": ({"language": "en"}, "lang:en", "-lang:en opening"),
}


@pytest.mark.parametrize(("values", "now_found", "no_more"), CHANGES.values(), ids=CHANGES)
def test_index_follows_an_update(
    stocked: Database, values: dict[str, Any], now_found: str, no_more: str
) -> None:
    with stocked.write() as session:
        session.execute(update(Article).where(Article.id == 1).values(**values))
    assert found(stocked, now_found) == [1]
    assert found(stocked, no_more) == []
    with stocked.write() as session:
        session.execute(delete(Article).where(Article.id == 1))
    assert found(stocked, now_found) == []


def test_index_forgets_what_was_rolled_back(stocked: Database) -> None:
    def change_and_fail() -> None:
        with stocked.write() as session:
            session.execute(update(Article).values(text="zebra"))
            raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert found(stocked, "zebra") == []
    assert found(stocked, "opening") == [1]


def test_index_follows_a_revision(database: Database, file: File, article: MakeArticle) -> None:
    file(article("market", "A bridge.", title="Toll"))
    file(article("market", "Prices fell.", title="Cheaper fish"))
    assert found(database, "bridge") == []
    assert found(database, "fell cheaper") == [1]


# A story comes once.


@pytest.fixture
def copied(database: Database) -> Database:
    """A story that stands in four places, twice with a sentence more."""
    places = [
        row(1, "First", "A zebra."),
        row(2, "Second", "A zebra.", duplicate_of=1, language="en"),
        row(3, "Third", "A zebra and a giraffe.", duplicate_of=1, language="de"),
        row(4, "Fourth", "A zebra and a giraffe.", duplicate_of=1, language="de"),
    ]
    file_rows(database, places)
    return database


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_story_in_several_places_comes_once(copied: Database, sort: str) -> None:
    [hit] = hits(copied, "zebra", sort=sort)
    assert (hit.title, hit.sightings) == ("First", 3)
    assert found(copied, "zebra giraffe", sort=sort) == [4]  # the earlier of the two
    assert found(copied, "giraffe", ArticleFilter(since=NOW - timedelta(days=3, hours=1)), sort=sort) == [3]
    assert found(copied, "zebra", ArticleFilter(language="en"), sort=sort) == [2]
    assert sorted(found(copied, "zebra", sort=sort, all_copies=True)) == [1, 2, 3, 4]
