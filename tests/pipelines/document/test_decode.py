"""From bytes to text, whatever encoding they claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.document.decode import decode

RUSSIAN = "Мост закрыт на три недели, сообщили власти порта в понедельник. " * 10
GERMAN = "Die Brücke bleibt für drei Wochen gesperrt, sagte die Hafenbehörde. " * 10
CHINESE = "港务局周一表示，大桥将关闭至少三周，以便工程师检查缆绳。" * 10
JAPANESE = "港湾当局は月曜日、橋を少なくとも三週間閉鎖すると発表した。" * 10


@pytest.mark.parametrize(
    ("text", "encoding", "content_type", "meta"),
    [
        (RUSSIAN, "utf-8", "text/html; charset=utf-8", None),
        (RUSSIAN, "utf-8", None, None),
        # declared in one place only
        (RUSSIAN, "cp1251", "text/html; charset=windows-1251", None),
        (RUSSIAN, "koi8-r", "text/html", "koi8-r"),
        (GERMAN, "latin-1", "text/html; charset=ISO-8859-1", None),
        (CHINESE, "gbk", "text/html", "gb2312"),
        (JAPANESE, "shift_jis", "text/html", "shift_jis"),
        (JAPANESE, "euc-jp", "text/html; charset=euc-jp", None),
        (JAPANESE, "iso2022_jp", "text/html", "iso-2022-jp"),
        # a byte order mark, or none
        (RUSSIAN, "utf-16", None, None),
        (RUSSIAN, "utf-16-le", "text/html; charset=utf-16le", None),
        # the header is the server's default, the document knows
        (RUSSIAN, "cp1251", "text/html; charset=iso-8859-1", "windows-1251"),
        # lies: UTF-8 that says it is Latin-1, and the reverse
        (RUSSIAN, "utf-8", "text/html; charset=iso-8859-1", "iso-8859-1"),
        (RUSSIAN, "cp1251", "text/html; charset=utf-8", "utf-8"),
        (CHINESE, "gbk", "text/html; charset=iso-8859-1", "utf-8"),
        (RUSSIAN, "cp1251", "text/html; charset=iso-8859-1", None),
        # nothing is said, or nothing that is known
        (RUSSIAN, "cp1251", None, None),
        (GERMAN, "cp1252", "text/html; charset=klingon", "x-unknown"),
    ],
)
def test_text_comes_out_whole(text: str, encoding: str, content_type: str | None, meta: str | None) -> None:
    declared = f'<meta charset="{meta}">' if meta else ""
    document = f"<html><head>{declared}</head><body><p>{text}</p></body></html>"
    assert text in decode(document.encode(encoding), content_type)


def test_a_body_cut_within_a_letter_loses_the_letter() -> None:
    body = RUSSIAN.encode()[:-3]
    assert decode(body, "text/html; charset=utf-8").startswith(RUSSIAN[:-3])


def test_controls_and_surrogates_go() -> None:
    assert decode(b"a\x00b\x0bc\x1fd") == "abcd"
    assert "\ud800" not in decode("a\ud800b".encode("utf-8", "surrogatepass"))


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/html; charset=utf-8", "text/html; charset=gbk", "x"]),
)
def test_any_bytes_give_text_that_can_be_written(body: bytes, content_type: str | None) -> None:
    decode(body, content_type).encode("utf-8")
