"""Pages and lines that once broke the reading of pages, or were taken for what they are not."""

import time
from collections.abc import Callable

import pytest

from pipelines import jsonld
from pipelines.article import Reading
from pipelines.decode import decode

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
