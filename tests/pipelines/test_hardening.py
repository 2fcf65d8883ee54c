"""Pages and lines that once broke the reading of pages, or were taken for what they are not."""

import time
from collections.abc import Callable

import pytest

from pipelines.article import Reading, Rejection
from pipelines.document.decode import decode
from pipelines.document.parse import parse
from pipelines.fingerprint import fingerprint, words_of
from pipelines.metadata import jsonld, pagedates
from pipelines.metadata.dates import parse_date

Build = Callable[..., str]
Read = Callable[..., Reading]


@pytest.mark.parametrize(
    "broken",
    ["{" + " " * 50_000 + "x", "{" + "/* " * 100_000, "{" + " //" * 100_000, "\n" * 100_000 + "x"],
)
def test_broken_json_takes_no_time(page: Build, read: Read, broken: str) -> None:
    began = time.perf_counter()
    document = page(head=f'<script type="application/ld+json">{broken}</script>')
    assert read(document).article is not None
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        '<!-- {"a": 1} -->',
        '// <![CDATA[\n{"a": 1}\n// ]]>',
        '{"a": 1};',
        '/* one */ {"a": /* two */ 1,\n  // three\n}',
    ],
)
def test_what_stands_around_json_is_passed_over(text: str) -> None:
    assert jsonld._loads(text) == {"a": 1}


@pytest.mark.parametrize(
    "name",
    """base64 hex rot13 zlib bz2 uu quopri punycode idna undefined unicode_escape raw_unicode_escape
    unicode-escape mbcs none""".split(),  # noqa: SIM905 - quoted, twice as long
)
def test_a_codec_that_is_no_encoding_is_not_believed(name: str) -> None:
    body = f"<meta charset={name}><p>Le café est fermé".encode("latin-1")
    assert decode(body, f"text/html; charset={name}").endswith("café est fermé")


@pytest.mark.parametrize("markup", [b"<script ", b"<style>", b"<"])
def test_unclosed_scripts_take_no_time(markup: bytes) -> None:
    began = time.perf_counter()
    decode(markup * 50_000 + b"</style\xe9")
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a&#1;b&#x1B;c&#27;d&#0;e&#11;f&#127;g", "abcdefg"),
        ("a&#xD800;b&#57343;c&#xFFFE;d&#64976;e", "abcde"),
        (
            "&#9;&#10;&#13;&#128512;&#x1F600;&#146;&#270;&#x1bc;",
            "&#9;&#10;&#13;&#128512;&#x1F600;&#146;&#270;&#x1bc;",
        ),
    ],
)
def test_what_no_text_may_hold_does_not_come_in_by_number(written: str, read: str) -> None:
    assert decode(written.encode()) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"a\u0000b\u001b[2Jc\u009bd"', "ab[2Jcd"),
        (r'"a\ud800b\udc00\ud800c"', "abc"),
        (r'"\ud83d\ude00 \u00e9 \\u0000 \\\u0007 \n \t"', "\U0001f600 é \\u0000 \\ \n \t"),
    ],
)
def test_what_no_text_may_hold_does_not_come_in_by_json(written: str, read: str) -> None:
    assert jsonld._loads(written) == read


def test_an_article_whose_data_name_half_a_character_is_fit_to_be_filed(page: Build, read: Read) -> None:
    headline = r"Harbour br\ud800idge closed\u0000 for three weeks"
    data = f'{{"@type": "NewsArticle", "headline": "{headline}", "author": {{"name": "Ann \\u001bLee"}}}}'
    article = read(page(head=f'<script type="application/ld+json">{data}</script>')).article
    assert article is not None
    assert (article.title, article.authors) == (
        headline.replace(r"\ud800", "").replace(r"\u0000", ""),
        ("Ann Lee",),
    )


@pytest.mark.parametrize("escaped", ["&", "&amp;", "&amp;amp;", r"\u0026"])
def test_a_number_of_five_thousand_digits_names_no_character(page: Build, read: Read, escaped: str) -> None:
    number = f"{escaped}#{'9' * 5000};"
    article = read(
        page(
            f"<p>By Ann {number}</p>",
            head=f'<meta name="author" content="Ann {number}"><script type="application/ld+json">'
            f'{{"@type": "NewsArticle", "headline": "{number} &amp; Harbour bridge"}}</script>',
        )
    ).article
    assert article is not None


@pytest.mark.parametrize("offset", ["+9999", "+99:00"])
def test_an_impossible_offset_costs_a_guess_alone(offset: str) -> None:
    tree = parse(f'<html><body><time datetime="2024-05-10T07:08:09{offset}">then</time><p>{BRIEF}</p>')
    assert tree is not None
    assert pagedates._guessed(tree) is None


def test_what_is_nested_too_deep_for_the_extractor_is_told_so(page: Build, read: Read) -> None:
    lists = "<ul><li>" * 700
    reading = read(
        page(f"<p>The bridge will be closed for three weeks from Monday, it said.{lists}words</p>")
    )
    assert reading.rejection is Rejection.TOO_DEEP


def test_many_lines_in_one_large_block_take_no_time(read: Read) -> None:
    items = "".join(f"<p>Some words of the line with the number {number}.</p>" for number in range(2000))
    began = time.perf_counter()
    read(f"<html><title>A list</title><body><div><div>{'<i></i>' * 8000}{items}</div></div></body></html>")
    assert time.perf_counter() - began < 10


LAST = [
    "More protests are expected to follow in the coming days.",
    "The judges found that the song was a copyright violation and fined the singer 3 million.",
    "Residents who want to sign up can do so at the town hall until Friday.",
    "Das Buch erscheint im Herbst, sagte der Autor.",
    "Los ministros trataron también otros temas.",
    "La banque lui a accordé un crédit de trois millions.",
]


@pytest.mark.parametrize("sentence", LAST)
def test_a_last_sentence_is_no_notice(page: Build, read: Read, sentence: str) -> None:
    article = read(page(after=f"<p>{sentence}</p>")).article
    assert article is not None
    assert article.text.endswith(sentence)


@pytest.mark.parametrize(
    "notice", ["Newsletter", "Follow Ines Halloran on the usual channels.", "Topics", "© Copyright The Post"]
)
def test_a_notice_at_the_end_is_still_taken_out(page: Build, read: Read, notice: str) -> None:
    article = read(page(after=f"<p>{notice}</p>")).article
    assert article is not None
    assert notice not in article.text


@pytest.mark.parametrize(
    "sentence",
    [
        "Already a member of parliament since 2009, Berg was re-elected with 61 percent of the vote.",
        "Get the apple growers involved early, she told the council, and the rest will come.",
        "Follow USA Swimming rules or stay out, the federation told the club.",
        "Share one bridge between cars and trams and both will be late, critics said.",
        "The study may not be reproduced by others, the panel of engineers warned.",
        "The helpline can be reached at 0800 123 456 around the clock, police said.",
        "Sie haben bereits mehr als 500 Unterschriften gegen die Brücke gesammelt.",
        "Sigue abierto el debate sobre la reforma del puerto en el congreso.",
        "Advertising revenue collapsed",
        "Sign up for the marathon closed on Monday with 40,000 names on the list.",
        "Read – who led the council from 1998 to 2004 – called the vote a mistake.",
    ],
)
def test_a_sentence_that_begins_like_a_call_stays(page: Build, read: Read, sentence: str) -> None:
    article = read(page(f"<p>{sentence}</p>")).article
    assert article is not None
    assert sentence in article.text


@pytest.mark.parametrize(
    "call",
    [
        "Get the app",
        "Follow us",
        "Follow us on every channel we have",
        "Already a member? Log in here.",
        "Sign up for the Harbour Briefing newsletter, every day at seven.",
        "Advertisement",
        "Read – Old road to be widened next year",
        "Read more – how the old road was widened – and why",
    ],
)
def test_a_call_is_still_taken_out(page: Build, read: Read, call: str) -> None:
    article = read(page(f"<p>{call}</p>")).article
    assert article is not None
    assert call not in article.text


def test_a_list_of_names_that_are_links_stays(page: Build, read: Read) -> None:
    names = ("Ann Lee", "Jon Fosse", "Siri Berg", "Per Olsen", "Liv Dahl")
    items = "".join(f'<li><a href="/{name}">{name}</a>, from Norway</li>' for name in names)
    article = read(page(f"<p>The nominees are:</p><ul>{items}</ul>")).article
    assert article is not None
    assert all(name in article.text for name in names)


def test_a_word_of_an_indic_script_has_its_vowel_signs() -> None:
    assert words_of("प्रधानमंत्री नरेंद्र मोदी ने कहा।") == ["प्रधानमंत्री", "नरेंद्र", "मोदी", "ने", "कहा"]
    assert fingerprint("राम की माता").text_hash != fingerprint("राम के माते").text_hash


THAI = (
    "รัฐบาลประกาศช่วยเหลือเกษตรกรที่ได้รับผลกระทบจากน้ำท่วมในภาคเหนือ โดยนายกรัฐมนตรีกล่าวว่าจะจ่ายเงินภายในเดือนนี้",
    "ที่กรุงเทพมหานคร โฆษกรัฐบาลกล่าวกับผู้สื่อข่าวเมื่อวันอังคารว่า คณะรัฐมนตรีเห็นชอบงบประมาณจำนวนห้าพันล้านบาทสำหรับโครงการนี้",
    "ฝ่ายค้านวิจารณ์ว่ามาตรการดังกล่าวล่าช้าและไม่ครอบคลุมผู้เช่าที่ดิน ซึ่งเป็นกลุ่มที่เดือดร้อนมากที่สุดจากเหตุการณ์ครั้งนี้",
)


def test_a_thai_opening_is_not_the_headline_for_its_letters(read: Read) -> None:
    title = "นายกรัฐมนตรีแถลงนโยบายช่วยเหลือเกษตรกรทั่วประเทศ หลังน้ำท่วมใหญ่ภาคเหนือ"
    body = "".join(f"<p>{text}</p>" for text in THAI)
    document = (
        f"<html lang=th><title>{title}</title><body><article><h1>{title}</h1>{body}</article></body></html>"
    )
    article = read(document).article
    assert article is not None
    assert article.text.split("\n") == list(THAI)


BRIEF = (
    "Some 500 homes in the north of the town were hit on Monday after a storm felled a line by the station. "
    "Crews expect to be done by noon, the utility said, and nobody was hurt in the night."
)


@pytest.mark.parametrize(
    "title",
    [
        "500 homes without power",
        "404 new cases reported",
        "Maintenance closes harbour bridge",
        "Error in vote count",
        "Register of voters opens",
        "Account of the flood",
        "Blocked road near Lyon",
    ],
)
def test_a_brief_is_not_judged_by_how_its_title_begins(read: Read, title: str) -> None:
    reading = read(f"<html><title>{title}</title><body><article><h1>{title}</h1><p>{BRIEF}</p></article>")
    assert reading.article is not None, reading


@pytest.mark.parametrize("title", ["404", "Page not found | The Post", "Log in - The Post"])
def test_a_page_that_is_nothing_but_such_a_title_is_rejected(read: Read, title: str) -> None:
    assert read(f"<html><title>{title}</title><body><h1>{title}</h1><p>The Post</p>").article is None


def test_a_number_in_the_archives_is_an_article(page: Build, read: Read) -> None:
    links = "".join(
        f'<a href="/c{number}">Category number {number} of our portal</a> ' for number in range(60)
    )
    document = page().replace("<nav>", f"<nav>{links}")
    assert read(document, "https://post.example/archives/20341").article is not None


def test_a_list_at_the_address_of_a_year_is_a_section(read: Read) -> None:
    document = "<html><title>2024</title><body><h1>2024</h1>" + "<p>A short line of text.</p>" * 8
    assert read(document, "https://post.example/archives/2024").rejection is Rejection.SECTION_PAGE


@pytest.mark.parametrize(
    "text", ["Market 12 2024", "12 marrasmaa 2024", "Decorated 12 2024", "Maybe 3, 2024"]
)
def test_a_word_that_begins_like_a_month_is_none(text: str) -> None:
    assert parse_date(text, "text") is None


@pytest.mark.parametrize("month", ["Sept.", "September", "septiembre", "sep", "Sept"])
def test_months_are_read_as_they_are_written(month: str) -> None:
    date = parse_date(f"12 {month} 2024", "text")
    assert date is not None
    assert (date.when.month, date.when.day) == (9, 12)
