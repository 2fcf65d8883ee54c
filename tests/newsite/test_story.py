"""Stories as they are written, and the themes that they are drawn with."""

from pathlib import Path

import pytest

from newsite.story import Block, as_html, as_text, block_html, load_stories
from newsite.theme import Html, Theme

FRONT = """+++
title = "Fog"
published = 2026-10-06T07:42:00+01:00
section = "News"
+++
"""

BODY = """First *line*,
still the first.

## A heading

- one
- two

> said

::related other
::promo Buy

Last, with [a link](/x).
"""


def test_a_story_is_its_front_matter_and_its_blocks(tmp_path: Path) -> None:
    (tmp_path / "fog.md").write_text(FRONT + BODY, encoding="utf-8")
    (story,) = load_stories(tmp_path)
    assert (story.slug, story.edition, story.kind, story.group) == ("fog", 1, "article", None)
    assert story.published_at.isoformat() == "2026-10-06T07:42:00+01:00"
    expected = ["paragraph", "heading", "list", "quote", "related", "promo", "paragraph"]
    assert [block.kind for block in story.blocks] == expected
    assert story.paragraphs == (
        "First line, still the first.", "A heading", "one", "two", "said", "Last, with a link."
    )  # fmt: skip


def test_the_wires_text_is_taken_in_where_it_is_named(tmp_path: Path) -> None:
    wire, carrier = tmp_path / "wire", tmp_path / "carrier"
    wire.mkdir()
    carrier.mkdir()
    (wire / "cable.md").write_text(f"{FRONT}From the agency.\n", encoding="utf-8")
    (carrier / "ours.md").write_text(f"{FRONT}Our lead.\n\n::wire cable\n", encoding="utf-8")
    (story,) = load_stories(carrier, {story.slug: story for story in load_stories(wire)})
    assert story.group == "cable"
    assert story.paragraphs == ("Our lead.", "From the agency.")


def test_a_later_state_has_its_edition_in_its_name(tmp_path: Path) -> None:
    for name in ("fog.md", "fog.edition-2.md"):
        (tmp_path / name).write_text(FRONT + BODY, encoding="utf-8")
    assert {(story.slug, story.edition) for story in load_stories(tmp_path)} == {("fog", 1), ("fog", 2)}


@pytest.mark.parametrize(
    ("text", "told"),
    [("no front matter", "no front matter"), (FRONT.replace("section", "part"), "'section'")],
)
def test_a_file_that_is_no_story_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "odd.md").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"odd\.md.*{told}"):
        load_stories(tmp_path)


def test_inline_markup() -> None:
    source = "**Town** 2, *said* [Carrow](/c) & co <3"
    assert as_text(source) == "Town 2, said Carrow & co <3"
    assert as_html(source) == '<strong>Town</strong> 2, <em>said</em> <a href="/c">Carrow</a> &amp; co &lt;3'
    assert block_html(Block(kind="list", text="a\nb")) == "<ul><li>a</li><li>b</li></ul>"


def test_a_theme_escapes_text_and_keeps_markup(tmp_path: Path) -> None:
    path = tmp_path / "theme.html"
    path.write_text("<!-- piece: a -->\n<b>$text</b> for $$1\n\n<!-- piece: b -->\n$x\n", encoding="utf-8")
    theme = Theme(path)
    assert theme("a", text="R&D's <b>") == "<b>R&amp;D's &lt;b&gt;</b> for $1"
    assert theme("b", x=Html("<i>")) == "<i>"
    with pytest.raises(KeyError):
        theme("a")
    with pytest.raises(KeyError):
        theme("c")
