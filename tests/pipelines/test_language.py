"""The language of an article."""

from collections.abc import Callable

import pytest
from lxml.html import HtmlElement

from pipelines.language import language_of, normal_code
from pipelines.metadata.head import Head, read_head

SENTENCES = {
    "en": "The harbour bridge will stay closed for at least three weeks, the authority said on Monday.",
    "de": "Die Hafenbrücke bleibt für mindestens drei Wochen gesperrt, wie die Behörde mitteilte.",
    "fr": "Le pont du port restera fermé pendant au moins trois semaines, a annoncé lundi l'autorité.",
    "es": "El puente del puerto permanecerá cerrado durante al menos tres semanas, dijo la autoridad.",
    "ru": "Мост в порту закрыт по меньшей мере на три недели, сообщили в понедельник власти порта.",
    "uk": "Міст у порту буде закритий щонайменше на три тижні, повідомила влада порту, і це все.",
    "ja": "港湾当局は月曜日、少なくとも三週間は橋を閉鎖すると発表した。",
    "zh": "港务局周一表示，大桥将关闭至少三周，以便工程师检查缆绳。",
    "el": "Η γέφυρα του λιμανιού θα παραμείνει κλειστή για τουλάχιστον τρεις εβδομάδες.",
    "ar": "سيظل جسر الميناء مغلقا لمدة ثلاثة أسابيع على الأقل حسبما أعلنت هيئة الميناء.",
}
TEXTS = {code: f"{sentence} " * 4 for code, sentence in SENTENCES.items()}


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("declared", ["own", None, "en-US", "xx", "nonsense tag"])
def test_the_text_decides_where_the_page_is_wrong_or_silent(language: str, declared: str | None) -> None:
    said = language if declared == "own" else declared
    assert language_of(Head(), said, TEXTS[language]) == language


def test_a_region_and_an_old_code_are_no_matter() -> None:
    norwegian = "Broen er stengt, og det er ikke kjent når den åpner for trafikk som før i byen. " * 3
    assert language_of(Head(), "de-AT", TEXTS["de"]) == "de"
    assert language_of(Head(), "no", norwegian) == "nb"


def test_too_little_text_leaves_what_is_declared() -> None:
    assert language_of(Head(), "fi", "Silta") == "fi"
    assert language_of(Head(), None, "Silta") is None
    assert language_of(Head(), None, "12:15 – 14:30") is None


def test_the_meta_tags_are_asked_too(tree: Callable[[str], HtmlElement]) -> None:
    head = read_head(
        tree('<html><head><meta property="og:locale" content="pt_BR"></head><body>x</body></html>')
    )
    assert language_of(head, None, "Ponte") == "pt"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-GB", "en"),
        ("zh-Hant-TW", "zh"),
        ("EN", "en"),
        ("iw", "he"),
        ("pt_BR", "pt"),
        ("und", None),
        ("", None),
        (None, None),
        ("english", None),
        ("en,de", None),
    ],
)
def test_a_tag_has_one_code(tag: str | None, code: str | None) -> None:
    assert normal_code(tag) == code
