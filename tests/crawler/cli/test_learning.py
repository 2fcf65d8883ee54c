"""`copydesk learn`: what is known of a source's pages, in words, as JSON and as a page that shows it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hostile import ACTS, CONTROLS
from lxml import html as lxml_html
from marrow import box, lessons_of, page_of, read_html

from crawler.cli.learning_page import page_of as shown_page
from pipelines.article import Reading, Removed
from pipelines.source_templates import learn_now, note_lessons
from pipelines.templates.refusals import Refusal
from storage.session import open_database
from storage.stored import StoredArticle, read_by_templates

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
SHOP = "Read more of the oyster in our shop of books today."
READINGS = [read_html(page_of(number, inside=box(number))) for number in range(6)]


def note(archive: Path, *readings: Reading) -> None:
    with open_database(str(archive)) as database, database.write() as session:
        note_lessons(session, 1, lessons_of(readings), NOW)


@pytest.fixture
def kept(archive: Path) -> Path:
    """Six pages of The Paper are kept to learn from."""
    note(archive, *READINGS)
    return archive


@pytest.fixture
def learned(kept: Path, file_story: Callable[..., int]) -> Path:
    """They were learned from, and a template has read an article."""
    with open_database(str(kept)) as database:
        learn_now(database, 1, NOW)
    file_by_template(file_story, 30, SHOP)
    return kept


def file_by_template(file_story: Callable[..., int], number: int, *removed: str) -> int:
    return file_story(
        number,
        f"Read {number}",
        "A paragraph that the template has kept, of the harbour.\nAnd one more of the bridge.",
        read_by="template",
        template=1,
        template_version=1,
        removed=tuple(
            Removed(text=text, rule="learned block: template", at=at) for at, text in enumerate(removed)
        ),
    )


def told_of(copydesk: Callable[..., int]) -> dict[str, object]:
    told: dict[str, object] = json.loads(copydesk.out)  # type: ignore[attr-defined]
    return told


def test_nothing_is_known_of_a_source_that_was_never_crawled(archive: Path, copydesk) -> None:
    for arguments in ([], ["--show"]):
        assert copydesk("learn", "The Paper", *arguments) == 0
        assert copydesk.out == "nothing is known yet; 0 articles kept to learn from: it takes 5\n"
    assert copydesk("learn", "The Paper", "--json") == 0
    told = told_of(copydesk)
    assert (told["source"], told["articles_kept"], told["templates"]) == ("The Paper", 0, [])


def test_pages_without_a_common_element_are_told_of(archive: Path, copydesk) -> None:
    bare = [
        read_html(
            page_of(number)
            .replace(' class="story-body"', "")
            .replace(f'article class="post-{number} tag-{number}"', "section")
            .replace("main>", "section>")
        )
        for number in range(6)
    ]
    note(archive, *bare)
    assert copydesk("learn", "The Paper") == 0
    assert "no element with a class, an id or a telling tag holds the text of several of them" in copydesk.out


def test_what_is_learned_is_told_in_words(kept: Path, copydesk) -> None:
    assert copydesk("learn", "the paper") == 0, copydesk.err
    lines = copydesk.out.splitlines()
    assert lines[0] == "template 1, version 1, of each article:"
    assert lines[1] == "  the body is in div.story-body"
    assert lines[2].startswith("  learned from 6 articles of some ")
    assert lines[3:5] == ["  it reads pages by itself", "  text are p"]
    assert lines[5] == "  left out are p of div.promo [named: promo]"
    assert copydesk.err == ""


def test_show_learns_nothing(kept: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--show") == 0
    assert copydesk.out.startswith("nothing is known yet; 6 articles kept")
    assert copydesk("learn", "https://paper.example/") == 0
    assert copydesk("learn", "The Paper", "--show") == 0
    assert copydesk.out.startswith("template 1, version 1")


def test_lines_that_were_left_out_are_told_as_examples_each_once(
    learned: Path, copydesk, file_story: Callable[..., int]
) -> None:
    file_by_template(file_story, 31, SHOP, "Share this " + "very " * 40)
    assert copydesk("learn", "The Paper", "--show") == 0
    told, examples = copydesk.out.split("taken out of the newest articles that they read:\n")
    assert examples.count(f"  [learned block: template] {SHOP}\n") == 1
    assert all(len(line) <= 30 + 90 for line in examples.splitlines())
    assert any(line.endswith("…") for line in examples.splitlines())
    assert SHOP not in told


def test_json_tells_the_same(learned: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--json") == 0
    told = told_of(copydesk)
    assert (told["source"], told["articles_kept"], told["off"], told["suspended_at"]) == (
        "The Paper", 6, False, None,
    )  # fmt: skip
    [template] = told["templates"]  # type: ignore[misc]
    assert template["container"] == "div.story-body"
    assert template["learned_from"] == 6
    assert told["use"]["coverage"] is None  # type: ignore[index]


def test_reset_forgets_all(learned: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--reset") == 0
    assert copydesk.err == "copydesk: The Paper: forgotten; the next crawls learn anew\n"
    assert copydesk("learn", "The Paper", "--json") == 0
    assert (told_of(copydesk)["articles_kept"], told_of(copydesk)["templates"]) == (0, [])


def test_off_and_on(learned: Path, copydesk) -> None:
    switched_off = "switched off: the extractor reads all pages (--on takes that back)"
    assert copydesk("learn", "The Paper", "--off") == 0
    assert copydesk.out.splitlines()[0] == switched_off
    assert copydesk("learn", "The Paper") == 0  # learning does not switch them on
    assert copydesk.out.splitlines()[0] == switched_off
    assert copydesk("learn", "The Paper", "--on") == 0
    assert "switched off" not in copydesk.out
    assert copydesk.out.startswith("template 1, version 1")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["The Papr"], 2, "did you mean 'The Paper'?"),
        (["The Paper", "--off", "--on"], 2, "one of --show, --reset, --off and --on at a time"),
        (["The Paper", "--show", "--reset"], 2, "one of --show, --reset, --off and --on at a time"),
        ([], 2, "SOURCE is missing"),
        (["The Paper", "--article", "1"], 2, "--article goes with --html"),
        (["The Paper", "--html", "-", "--json"], 2, "both write to stdout"),
        (
            ["Zeitung", "--html", "x.html", "--article", "1"],
            1,
            "#1 is an article of The Paper, not of Zeitung",
        ),
        (["The Paper", "--html", "x.html", "--article", "99"], 1, "no article 99 in the archive"),
        (["The Paper", "--html", "x.html", "--article", "what"], 2, "neither the number of an article"),
        (["The Paper", "--html", "copydesk.sqlite"], 1, "copydesk.sqlite is an archive"),
        (["Zeitung", "--html", "x.html"], 1, "no article of Zeitung was read by a template yet"),
    ],
)
def test_what_cannot_be_done_is_told(
    learned: Path, copydesk, arguments: list[str], status: int, told: str
) -> None:
    assert copydesk("learn", *arguments) == status
    assert told in copydesk.err
    assert not Path("x.html").exists()


def test_a_file_that_cannot_be_written_is_told(learned: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--html", "none/x.html") != 0
    assert "none/x.html" in copydesk.err
    assert "a fault of copydesk" not in copydesk.err


def test_a_page_shows_an_article_with_each_block_marked(learned: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--show", "--html", "body.html") == 0
    assert "a page of it is in body.html" in copydesk.err
    page = lxml_html.fromstring(Path("body.html").read_text(encoding="utf-8"))
    marked = [(p.get("class"), p.text_content()) for p in page.iter("p")]
    assert marked == [
        ("block", f"learned block: template{SHOP}"),
        ("text", "A paragraph that the template has kept, of the harbour."),
        ("text", "And one more of the bridge."),
    ]
    said = page.text_content()
    assert "the body is in div.story-body" in said
    assert "https://paper.example/2024/05/story-30, read by template 1, version 1" in said
    assert [item.text for item in page.findall(".//ul[2]/li")] == ["text: 2", "learned block: 1"]


def test_a_page_goes_to_standard_output_alone(learned: Path, copydesk) -> None:
    assert copydesk("learn", "The Paper", "--show", "--html", "page.html") == 0
    assert copydesk("learn", "The Paper", "--show", "--html", "-") == 0
    assert copydesk.out == Path("page.html").read_text(encoding="utf-8")
    assert copydesk.err == ""
    assert not Path("-").exists()


@pytest.mark.parametrize("name", ["1", "#1", "https://paper.example/2024/05/story-1"])
def test_a_page_of_another_article(learned: Path, copydesk, name: str) -> None:
    assert copydesk("learn", "The Paper", "--show", "--html", "-", "--article", name) == 0
    assert "<h2>Harbour wall to be rebuilt</h2>" in copydesk.out
    assert "https://paper.example/2024/05/story-1, read by the extractor</div>" in copydesk.out
    assert "READ MORE: The foghorn" in copydesk.out


def stored(archive: Path) -> StoredArticle:
    with open_database(str(archive)) as database, database.read() as session:
        return read_by_templates(session, 1, limit=1)[0]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</p></body><img src=x onerror=alert(1)>",
        "\"' onmouseover='alert(1)",
        "<!-- -->]]>&lt;b&gt;",
        ACTS,
    ],
)
def test_text_of_a_stranger_does_nothing_on_the_page(learned: Path, hostile: str) -> None:
    article = stored(learned)
    changed = replace(
        article,
        title=hostile,
        canonical_url=f"https://paper.example/{hostile}",
        text=f"Before {' '.join(hostile.split())}\nAfter",
        removed=tuple(Removed(text=hostile, rule=rule, at=at) for at, rule in enumerate(("call", hostile))),
        makes=(),
    )
    page = shown_page(hostile, changed, [f"the body is in div.{hostile}"])
    assert not CONTROLS.search(page.replace("\n", ""))
    tree = lxml_html.fromstring(page)
    tags = {str(element.tag) for element in tree.iter()}
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "ul",
        "li",
        "div",
        "p",
        "b",
        "span",
    }
    names = {name for element in tree.iter() for name in element.attrib}
    assert names <= {"lang", "charset", "http-equiv", "content", "name", "class", "title"}
    assert len(list(tree.iter("p"))) == 4
    assert {p.get("class") for p in tree.iter("p")} <= {"text", "other"}


def test_status_tells_how_templates_do(learned: Path, copydesk) -> None:
    article = READINGS[0].article
    assert article is not None
    read = Reading(article=replace(article, read_by="template"))
    refused = Reading(article=replace(article, refused=Refusal.TOO_SHORT))
    note(learned, read, read, refused)
    assert copydesk("status", "The Paper") == 0
    told = " ".join(copydesk.out.split())
    assert "templates: 1 in use 2 pages read by them; refused: too short 1" in told
    assert "of the last 3 pages 67% were read by them" in told
    assert copydesk("status", "The Paper", "--json") == 0
    [paper] = json.loads(copydesk.out)["sources"]
    assert paper["templates"]["in_use"] == 1
    assert paper["templates"]["use"]["fast"] == 2
    assert paper["templates"]["use"]["refused"] == {"too short": 1}
    assert copydesk("learn", "The Paper", "--off") == 0
    assert copydesk("status", "The Paper") == 0
    assert "templates: switched off" in copydesk.out
    assert copydesk("status", "The Paper", "--json") == 0
    [paper] = json.loads(copydesk.out)["sources"]
    assert (paper["templates"]["in_use"], paper["templates"]["off"]) == (0, True)


def test_status_tells_why_templates_are_suspended(learned: Path, copydesk) -> None:
    article = READINGS[0].article
    assert article is not None
    read = Reading(article=replace(article, read_by="template"), audit=0.25)
    note(learned, read, read, read)
    why = "in the last audits they agreed on 25%, 25%, 25% of the words"
    assert copydesk("status", "The Paper") == 0
    assert f"templates: suspended since 2024-05-10 12:00Z, {why}" in copydesk.out
    assert copydesk("learn", "The Paper", "--show") == 0
    assert copydesk.out.startswith(f"suspended since 2024-05-10 12:00Z: {why}\n")
    assert copydesk("status", "The Paper", "--json") == 0
    [paper] = json.loads(copydesk.out)["sources"]
    assert (paper["templates"]["in_use"], paper["templates"]["suspended_why"]) == (0, why)
    assert copydesk("learn", "The Paper") == 0  # they read the pages kept: they are taken up again
    assert "suspended" not in copydesk.out


def test_the_list_of_all_sources_tells_nothing_of_templates(learned: Path, copydesk) -> None:
    assert copydesk("status", "--json") == 0
    assert all("templates" not in source for source in json.loads(copydesk.out)["sources"])
