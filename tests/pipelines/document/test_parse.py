"""From text to a tree, within bounds."""

from time import perf_counter

import pytest

from pipelines.document.parse import MOST_CHARACTERS, MOST_ELEMENTS, MOST_NAMES, TooDeep, parse, strip_unseen


def test_comments_and_instructions_are_gone_and_what_follows_them_is_not() -> None:
    root = parse("<html><body><p>One<!-- a comment --> two<?php echo 1 ?> three</p></body></html>")
    assert root is not None
    assert root.text_content() == "One two three"
    assert root.xpath("//comment()|//processing-instruction()") == []


@pytest.mark.parametrize(
    "prologue",
    [
        '<?xml version="1.0" encoding="iso-8859-1"?>',
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1.dtd"/>',
        "<!doctype html>\n\n",
        "",
    ],
)
@pytest.mark.parametrize(
    "html", ["<html>", '<html lang="en" />', '<html xmlns="http://www.w3.org/1999/xhtml">']
)
def test_any_prologue_leads_to_the_body(prologue: str, html: str) -> None:
    root = parse(f"{prologue}{html}<body><p>Überall</p></body></html>")
    assert root is not None
    assert root.findtext(".//p") == "Überall"


@pytest.mark.parametrize("text", ["", "   \n", "<!-- nothing -->"])
def test_no_element_no_tree(text: str) -> None:
    assert parse(text) is None


def test_old_pages_that_never_close_a_tag_are_read_to_the_end() -> None:
    root = parse("<html><body>" + "<font>word " * 700 + "end</body></html>")
    assert root is not None
    assert root.text_content().endswith("end")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("<html><body>" + "<div>" * 50_000 + "deep", "nested"),
        ("<p>x" * (MOST_ELEMENTS + 1), "too large: .* elements"),
        ("x" * (MOST_CHARACTERS + 1), "too large: .* characters"),
    ],
)
def test_what_nobody_reads_is_refused_at_once(document: str, why: str) -> None:
    start = perf_counter()
    with pytest.raises(TooDeep, match=why):
        parse(document)
    assert perf_counter() - start < 5


def test_what_is_not_seen_goes_but_for_json_ld() -> None:
    root = parse(
        "<html><head><style>p{}</style></head><body>"
        "One<script>var a</script> two<svg><title>x</title></svg> three"
        '<script type="application/ld+json">{"@type": "Article"}</script></body></html>'
    )
    assert root is not None
    strip_unseen(root)
    assert [script.get("type") for script in root.iter("script")] == ["application/ld+json"]
    body = root.find("body")
    assert body is not None
    assert "".join(body.itertext()).startswith("One two three")


def test_names_of_an_element_are_kept_to_a_length() -> None:
    root = parse(f'<html><body><p class="lead {"x " * 5000}" id="{"y" * 5000}" title="{"z" * 5000}">One</p>')
    assert root is not None
    strip_unseen(root)
    kept = root.find(".//p").attrib
    assert kept["class"].startswith("lead x ")
    assert [len(kept[name]) for name in ("class", "id", "title")] == [MOST_NAMES, MOST_NAMES, 5000]
