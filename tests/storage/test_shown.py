"""What of a stranger's text may be shown, and how the rest is written so that nothing of it is lost."""

import json
import tomllib
from xml.etree.ElementTree import fromstring

import pytest

from storage.shown import as_json, escaped, in_one_line, printable, referenced, toml_escaped

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Café 港口 שלום\u200f 👩‍👩‍👧 می\u200cخواهم", "Café 港口 שלום\u200f 👩‍👩‍👧 می\u200cخواهم"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b]0;title\x07\x9b2J\x7f\r\x00", "[31mred]0;title2J"),
        ("\u202eabc\u2066\u2069", "abc"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("zero\u200b width\ufeff\u2060", "zero width"),
        (f"{ENGLAND} \U000e0041\U000e0042", f"{ENGLAND} "),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\ud800", ""),
    ],
)
def test_what_acts_is_left_out_and_what_a_script_needs_stays(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_line_stays_one() -> None:
    assert in_one_line("a\nb\tc\u2028d\r") == "a b c d"


@pytest.mark.parametrize(
    "text", ["\x1b\x9b\x7f\u202e\u2028", "\U000e0041\U0001f600", "\ud800", f'{ENGLAND}\\"\n']
)
def test_json_toml_and_xml_bring_it_whole_and_cannot_act(text: str) -> None:
    for told in (as_json({"a": text}), escaped(json.dumps([text], ensure_ascii=False))):
        assert printable(told) == told
        assert text in json.loads(told).values() if told.startswith("{") else json.loads(told) == [text]
    if "\ud800" in text:
        return
    told = toml_escaped(f"a = '{text}'" if "\\" in text or "\n" in text else f'a = "{text}"')
    assert printable(told) == told
    if "\\" not in text:
        assert tomllib.loads(told) == {"a": text}
    xml = referenced(f"<a>{text.replace(chr(27), '')}</a>")
    assert printable(xml) == xml
    assert fromstring(xml).text == text.replace("\x1b", "")  # noqa: S314  written here
