"""What a template takes for text on a page, and when it is not to be believed."""

from dataclasses import replace

import pytest
from labelled import outlined
from marrow import story

from pipelines.article import ArticleKind
from pipelines.templates.agreement import agreement, words_in_common
from pipelines.templates.judge import (
    DROPPED,
    OUTSIDE,
    REPEATED,
    holders_in,
    judge,
)
from pipelines.templates.outline import key_of_line
from pipelines.templates.refusals import Refusal
from pipelines.templates.selector import Selector
from pipelines.templates.template import Template

HOUSE_LINE = "The Marrow is owned by its readers; anybody may join them."
TEMPLATE = Template(
    number=1,
    version=1,
    kind=ArticleKind.ARTICLE,
    container=Selector.read("div.body"),
    count=1,
    makes={
        "p<^": None,
        "p.lead.wide<^": None,
        "p.ad.small.grey<^": "call",
        "a:p<^": DROPPED,
        "div.card<^": DROPPED,
    },
    lines=frozenset({key_of_line(HOUSE_LINE)}),
    beside={"p.standfirst": True},
    outside=frozenset({"p.job"}),
    learned_from=8,
    median=600,
    agreement=1.0,
)
TEXT = "".join(f"<p>{text}</p>" for text in story(1, 5))
LONG = " ".join(story(2, 2))


def judged(inside: str = "", outside: str = "", template: Template = TEMPLATE) -> dict[str, str | None]:
    """The rules by the blocks' texts, of a page that has `inside` among its paragraphs."""
    outline, runs = outlined(f'{outside}<div class="body">{TEXT}{inside}</div>')
    found = judge(template, outline)
    return {run.text: rule for run, rule in zip(runs, found.rules, strict=True)}


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        pytest.param("<p>Said</p>", None, id="known as text"),
        pytest.param(
            '<p class="small ad grey">Said</p>', "call", id="known as none, in any order of classes"
        ),
        pytest.param('<p><a href="/x">Said</a></p>', DROPPED, id="all link"),
        pytest.param("<h2>Said</h2>", None, id="unknown, but written: a heading"),
        pytest.param("<ul><li>Said</li></ul>", None, id="unknown, but written: a list"),
        pytest.param("<blockquote><p>Said</p></blockquote>", None, id="unknown, but written: a quotation"),
        pytest.param('<p id="x">Said</p>', None, id="known as text, whatever its id"),
        pytest.param('<pre id="x">Said</pre>', DROPPED, id="unknown, with an id"),
        pytest.param('<p class="new">Said</p>', DROPPED, id="unknown, with a class"),
        pytest.param('<div class="new"><p>Said</p></div>', DROPPED, id="unknown, in what has a class"),
        pytest.param("<aside>Said</aside>", DROPPED, id="unknown, with an odd tag"),
        pytest.param('<h2><a href="/">Said</a></h2>', DROPPED, id="unknown, all link"),
        pytest.param('<p class="lead wide first">Said</p>', None, id="nearly as text is: a class more"),
        pytest.param('<p class="lead">Said</p>', None, id="nearly as text is: a class less"),
        pytest.param('<p class="ad small">Said</p>', "call", id="nearly as what is none"),
        pytest.param('<p class="ad x">Said</p>', DROPPED, id="a quarter alike"),
        pytest.param('<section class="lead wide">Said</section>', DROPPED, id="another tag"),
        pytest.param(f"<p>{HOUSE_LINE.upper()}!</p>", REPEATED, id="a repeated line"),
        pytest.param(f'<p class="ad small grey">{HOUSE_LINE}</p>', "call", id="a repeated line, by its make"),
    ],
)
def test_a_block_in_the_container(markup: str, rule: str | None) -> None:
    rules = judged(inside=markup)
    [text] = [text for text in rules if text.casefold().startswith(("said", HOUSE_LINE[:20].casefold()))]
    assert rules[text] == rule
    assert all(rules[text] is None for text in story(1, 5))


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ('<p class="standfirst">Said</p>', None),
        ('<p class="standfirst x">Said</p>', OUTSIDE),
        ("<p>Said</p>", OUTSIDE),
        ('<p class="job">Said</p>', OUTSIDE),
    ],
)
def test_a_block_outside_the_container(markup: str, rule: str | None) -> None:
    assert judged(outside=markup)["Said"] == rule


def refusal_of(body: str, template: Template = TEMPLATE) -> Refusal | None:
    return judge(template, outlined(body)[0]).refusal


def page(characters: int, more: str = "") -> str:
    return f'<div class="body"><p>{("word " * 2_000)[:characters].strip()}</p>{more}</div>'


@pytest.mark.parametrize(
    ("body", "median", "refusal"),
    [
        pytest.param("<div>nothing of it</div>", 600, Refusal.NO_CONTAINER, id="no container"),
        pytest.param("", 600, Refusal.NO_CONTAINER, id="nothing at all"),
        pytest.param(page(248), 600, Refusal.TOO_SHORT, id="too short for any article"),
        pytest.param(page(252), 600, None, id="just long enough"),
        pytest.param(page(1_498), 10_000, Refusal.TOO_SHORT, id="too short for this source"),
        pytest.param(page(1_502), 10_000, None, id="long enough for this source"),
        pytest.param(
            page(900, f'<div class="x">{"word " * 9}</div>'),
            600,
            Refusal.UNKNOWN_PARTS,
            id="a twentieth of it unknown",
        ),
        pytest.param(
            page(900, f'<div class="x">{"word " * 6}</div>'), 600, None, id="a thirtieth of it unknown"
        ),
        pytest.param(
            page(900, f'<div class="x"><a href="/">{"word " * 100}</a></div>'), 600, None, id="unknown links"
        ),
        pytest.param(
            page(900, f'<div class="card">{"word " * 100}</div>'), 600, None, id="as much that is known"
        ),
        pytest.param(page(900, f"<h2>{'word ' * 100}</h2>"), 600, None, id="as much that is written"),
    ],
)
def test_when_a_template_is_not_believed(body: str, median: int, refusal: Refusal | None) -> None:
    assert refusal_of(body, replace(TEMPLATE, median=median)) == refusal


def test_the_reason_of_a_refusal_is_told_in_figures() -> None:
    assert judge(TEMPLATE, outlined("<p>x</p>")[0]).detail == "there is no div.body"
    assert judge(TEMPLATE, outlined(page(100))[0]).detail == "99 characters of text, where 600 are common"


@pytest.mark.parametrize(("count", "kept"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (9, [1, 2, 3])])
def test_of_more_containers_than_there_were_the_first_count(count: int, kept: list[int]) -> None:
    body = "".join(f'<div class="body"><p>{number} {LONG}</p></div>' for number in (1, 2, 3))
    outline, runs = outlined(f'<div class="body">ad</div>{body}')
    rules = judge(replace(TEMPLATE, count=count), outline).rules
    found = [int(run.text[0]) for run, rule in zip(runs, rules, strict=True) if rule is None]
    assert found == kept
    assert len(holders_in(TEMPLATE.container, count, outline)) == len(kept)


def test_agreement_is_by_characters() -> None:
    outline, _ = outlined("<p>aaaa</p><p>bbbbbbbb</p>")
    blocks = outline.blocks
    assert agreement([None, None], [None, None], blocks) == 1
    assert agreement([None, "x"], ["x", None], blocks) == 0
    assert agreement(["x", "x"], ["y", "z"], blocks) == 1
    assert agreement([None, None], [None, "x"], blocks) == pytest.approx(2 * 4 / (12 + 4))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("", "", 1), ("a", "", 0), ("a b c", "c b a", 1), ("a a b", "a b b", 2 / 3), ("A, b!", "a b", 1)],
)
def test_words_in_common_count_as_often_as_they_stand(one: str, other: str, share: float) -> None:
    assert words_in_common(one, other) == pytest.approx(share)
