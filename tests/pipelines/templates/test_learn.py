"""What the pages of a source teach: where their text stands, and which blocks there are text."""

from itertools import pairwise

import pytest
from labelled import bodies, labelled, outlined, paragraphs, pool, taught
from marrow import story

from pipelines.article import ArticleKind
from pipelines.templates.agreement import agreement_with
from pipelines.templates.judge import DROPPED, OUTSIDE, REPEATED, judge
from pipelines.templates.labels import Labels
from pipelines.templates.learn import (
    FEWEST,
    MOST_TEMPLATES,
    learn_templates,
)
from pipelines.templates.outline import key_of_line
from pipelines.templates.template import CODE_VERSION, Template, Templates

NAV = (
    '<nav out="" class="menu"><p>Home of the news, of the weather and of all that is for sale here</p></nav>'
)
TEASERS = f'<ul out="" class="teasers"><li>{story(7_001, 1)[0]}</li><li>{story(7_002, 1)[0]}</li></ul>'
HOUSE_LINE = "The Marrow is owned by its readers; anybody may join them, and three thousand have."


def only(templates: Templates) -> Template:
    [template] = templates.templates
    return template


def makes_of(frame: str) -> dict[str, str | None]:
    """What pages teach of the blocks in their container."""
    return dict(only(taught(frame)).makes)


def rules_on(template: Template, body: str) -> dict[str, str | None]:
    """What a template makes of each block of a page, by the block's text."""
    outline, runs = outlined(body)
    return {run.text: rule for run, rule in zip(runs, judge(template, outline).rules, strict=True)}


@pytest.mark.parametrize(
    ("frame", "container"),
    [
        pytest.param(f'{NAV}<div class="body">%t</div>', "div.body", id="by its class"),
        pytest.param(f'{NAV}<div id="content">%t</div>', "div#content", id="by its id"),
        pytest.param(f'{NAV}<div id="story-%n">%t</div>', "div#story-0", id="digits are masked in an id"),
        pytest.param(f'{NAV}<div class="s-%n">%t</div>', "div.s-0", id="digits are masked in a class"),
        pytest.param(
            f'<main class="page"><div>%t</div>{TEASERS}</main>', "main.page > div", id="by what is around it"
        ),
        pytest.param(
            f'<div class="page">{TEASERS}<div class="body">%t</div></div>', "div.body", id="the purest"
        ),
        pytest.param(
            f'<div class="body col">%t</div><div><div><div class="col">{TEASERS}</div></div></div>',
            "div.body",
            id="the purest before the deepest",
        ),
        pytest.param(
            '<article class="outer"><div class="middle"><div class="inner">%t</div></div></article>',
            "div.inner",
            id="the deepest of those equally pure",
        ),
        pytest.param(
            '<div class="body"><p class="text">%p</p></div>', "div.body", id="never the paragraph itself"
        ),
        pytest.param(
            f'{NAV}<div class="bg-[#fff]">%t</div>',
            "div.bg-[#fff]",
            id="a class with a colour in it",
        ),
        pytest.param(
            f'{NAV}<div id="a > b" class="text">%t</div>',
            "div.text",
            id="never by an id of several words",
        ),
    ],
)
def test_container_is_the_element_that_holds_the_text(frame: str, container: str) -> None:
    known = taught(frame)
    assert str(only(known).container) == container
    assert Templates.from_json(known.to_json()) == known


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param("<section><div>%t</div></section>", id="nothing has a name"),
        pytest.param('<div class="a-one">%t</div>', id="one article alone"),
        pytest.param('<p class="text">%p</p>', id="nothing around the paragraph"),
    ],
)
def test_where_there_is_no_such_element_nothing_is_learned(frame: str) -> None:
    numbers = range(1) if "one" in frame else range(4)
    assert taught(frame, numbers) == Templates()


def test_an_element_that_holds_less_than_nine_tenths_of_the_text_is_no_container() -> None:
    half = '<div class="page"><div class="body">%t</div><div class="rest"><p>%p</p><p>%p</p></div></div>'
    assert str(only(taught(half)).container) == "div.page"


def test_text_in_several_elements_of_one_class_counts_them() -> None:
    parts = f'<div class="part"><p>%p</p></div>{NAV}<div class="part">%t</div>'
    template = only(taught(parts))
    assert (str(template.container), template.count) == ("div.part", 2)


def test_what_has_the_class_of_the_container_but_no_text_is_not_counted() -> None:
    more = f'<div class="body">%t</div><div out="" class="body">{TEASERS}</div>'
    assert only(taught(more)).count == 1


@pytest.mark.parametrize(
    ("inside", "make", "verdict"),
    [
        pytest.param("<h2>What %p</h2>", "h2<^", None, id="what is text"),
        pytest.param('<p class="ad" out="">Buy %n</p>', "p.ad<^", DROPPED, id="what is left out"),
        pytest.param(
            '<p class="cap" out="caption">%p</p>',
            "p.cap<^",
            "caption",
            id="what a rule takes out, by its name",
        ),
        pytest.param(
            '<p class="cap" out="named: share">%p</p>',
            "p.cap<^",
            "named: share",
            id="by its whole name, with which it may be kept",
        ),
        pytest.param(
            '<p class="cap" out="named: share">%p</p><p class="cap" out="named: ad">%p</p>'
            '<p class="cap" out="named: ad">%p</p><p class="cap">%p</p><p class="cap" out="tail">%p</p>',
            "p.cap<^",
            "named: ad",
            id="by that of most of the family that took out most",
        ),
        pytest.param(
            '<p class="x" out="caption">Ab %p</p><p class="x" out="tail">Cd %p</p>',
            "p.x<^",
            DROPPED,
            id="by no rule that took out half alone",
        ),
        pytest.param(
            '<p class="see" out=""><a href="/x">%p</a></p>', "a:p.see<^", DROPPED, id="what is all link"
        ),
        pytest.param(
            '<p class="x">%p %p</p><p class="x" out="">Day %n</p>', "p.x<^", None, id="what is mostly text"
        ),
        pytest.param(
            '<p class="x" out="tail">%p %p</p><p class="x">Day %n</p>',
            "p.x<^",
            DROPPED,
            id="what is rarely text",
        ),
        pytest.param(
            '<div class="a"><div class="b"><div class="c"><p out="">%p</p></div></div></div>',
            "p<div.c<div.b",
            DROPPED,
            id="three levels of it",
        ),
    ],
)
def test_blocks_of_one_make_are_judged_alike(inside: str, make: str, verdict: str | None) -> None:
    makes = makes_of(f'<div class="body">{inside}%t</div>')
    assert makes["p<^"] is None
    assert makes[make] == verdict


def test_a_fact_box_teaches_nothing_as_it_is_known_anywhere() -> None:
    assert set(makes_of('<div class="body">%t<p class="f" out="fact box">%p</p></div>')) == {"p<^"}


def test_what_stands_on_all_pages_has_no_say_beside_what_is_new_on_each() -> None:
    """A house line that the extractor keeps each time does not make text of the calls beside it."""
    long = f"{HOUSE_LINE} {HOUSE_LINE}"
    makes = makes_of(f'<div class="body">%t<p class="x">{long}</p><p class="x" out="">%p</p></div>')
    assert makes["p.x<^"] == DROPPED


@pytest.mark.parametrize(
    ("inside", "make", "verdict"),
    [
        pytest.param('<p class="first" out="">%p</p>', "p.first<^", None, id="the first paragraph"),
        pytest.param('<p class="first" out="">Day %n</p>', "p.first<^", DROPPED, id="short"),
        pytest.param('<p class="first" out="call">%p</p>', "p.first<^", "call", id="taken out by a rule"),
        pytest.param('<div class="first" out="">%p</div>', "div.first<^", DROPPED, id="another tag"),
        pytest.param('<div class="b"><p out="">%p</p></div>', "p<div.b<^", DROPPED, id="in another element"),
        pytest.param(
            f'<p class="first" out="">{story(7_003, 1)[0]}</p>', "p.first<^", DROPPED, id="on every page"
        ),
        pytest.param('<p class="first" out=""><a href="/">%p</a></p>', "a:p.first<^", DROPPED, id="all link"),
    ],
)
def test_prose_that_is_left_out_beside_the_text_is_text(inside: str, make: str, verdict: str | None) -> None:
    assert makes_of(f'<div class="body">{inside}%t</div>')[make] == verdict


@pytest.mark.parametrize(
    ("frame", "beside"),
    [
        pytest.param('<p class="lead">%p</p><div class="body">%t</div>', {"p.lead": True}, id="above it"),
        pytest.param('<div class="body">%t</div><p class="end">%p</p>', {"p.end": False}, id="below it"),
        pytest.param(
            '<p class="lead" out="">%p</p><div class="body">%t</div>', {}, id="where it is left out"
        ),
        pytest.param(
            '<p class="l" out="">%p</p><p class="l">%p a</p><div class="body">%t</div>', {}, id="half of it"
        ),
    ],
)
def test_what_is_text_outside_the_container_on_most_pages(frame: str, beside: dict[str, bool]) -> None:
    frame = frame.replace("%t", "%t" * 3)
    assert only(taught(frame)).beside == beside


def test_what_is_text_outside_on_few_pages_is_none_on_the_others() -> None:
    frame = '<div class="body">%t%t%t</div>'
    odd = pool(f'<p class="guest">%p</p>{frame}', range(2))
    assert only(learn_templates(odd + pool(frame, range(2, 8)))).beside == {}
    assert only(learn_templates(odd + pool(frame, range(2, 4)))).beside == {"p.guest": True}


def test_what_stands_outside_by_the_dozen_is_no_text() -> None:
    comments = '<p class="said">So say I</p>' * 4
    assert only(taught(f'<div class="body">%t%t</div>{comments}')).beside == {}


def test_paragraphs_outside_that_are_no_text_are_known() -> None:
    template = only(
        taught(f'<div class="body">%t</div>{NAV}<p class="job" out="">%p</p><div out="">x %p</div>')
    )
    assert template.outside == {"p<nav.menu", "p.job"}


def lines_learned(on: int, of: int, *, days: int = 100, out: bool = True) -> bool:
    """Whether a line that stands on so many pages of so many, on so many days, is known as repeated."""
    line = f"<p{' out=' if out else ''}>{HOUSE_LINE}</p>"
    pages = [
        labelled(f'<div class="body">{paragraphs(n)}{line if n < on else ""}</div>', day=n % days)
        for n in range(of)
    ]
    template = only(learn_templates(pages))
    return key_of_line(HOUSE_LINE) in template.lines


@pytest.mark.parametrize(
    ("on", "of", "days", "known"),
    [
        (1, 4, 100, False),
        (2, 4, 100, True),
        (2, 9, 1, True),
        (2, 10, 100, False),
        (3, 10, 100, True),
        (3, 10, 1, False),
        (3, 10, 2, True),
    ],
)
def test_a_line_is_known_as_repeated_from_enough_pages_and_days(
    on: int, of: int, days: int, known: bool
) -> None:
    assert lines_learned(on, of, days=days) is known


def test_a_line_that_is_kept_wherever_it_stands_is_text() -> None:
    assert lines_learned(4, 6) is True
    assert lines_learned(4, 6, out=False) is False


def test_a_repeated_line_is_taken_out_of_the_next_page_whatever_its_digits() -> None:
    line = "Call us at 555 12 34 if you have seen the same"
    template = only(taught(f'<div class="body">%t<p out="">{line}</p></div>'))
    other = "Call us at 777 99 00 if you have seen the same"
    rules = rules_on(template, f'<div class="body">{paragraphs(90)}<p>{other}</p></div>')
    assert rules[other] == REPEATED
    assert all(rules[text] is None for text in story(90, 4))


@pytest.mark.parametrize(("others", "templates"), [(2, ["div.body"]), (3, ["div.body", "section.text"])])
def test_three_pages_of_another_layout_make_a_second_template(others: int, templates: list[str]) -> None:
    pages = pool('<div class="body">%t</div>', range(6))
    pages += pool('<section class="text">%t</section>', range(10, 10 + others))
    assert [str(one.container) for one in learn_templates(pages).templates] == templates


def test_each_kind_of_page_has_a_template_of_its_own() -> None:
    frame = '<div class="body">%t</div>'
    pages = pool(frame, range(5)) + pool(frame, range(10, 13), kind=ArticleKind.LIVE_BLOG)
    found = learn_templates(pages).templates
    assert [(one.kind, one.learned_from) for one in found] == [
        (ArticleKind.ARTICLE, 5),
        (ArticleKind.LIVE_BLOG, 3),
    ]
    assert learn_templates(pages[:5]).templates[0].makes == found[0].makes


def test_pages_of_another_kind_do_not_teach_articles() -> None:
    frame = '<div class="body">%t<p class="post"{}>%p</p></div>'
    articles = pool(frame.format(' out=""'), range(4))
    posts = pool(frame.format(""), range(10, 30), kind=ArticleKind.LIVE_BLOG)
    by_kind = {one.kind: one for one in learn_templates(articles + posts).templates}
    # prose beside prose is text by itself: only what the posts say may not count here
    assert by_kind[ArticleKind.ARTICLE].makes == only(learn_templates(articles)).makes


def test_no_more_than_five_templates_those_of_most_pages() -> None:
    pages = [
        labels
        for layout, letter in enumerate("abcdefg")
        for labels in pool(
            f'<div class="{letter * 3}">%t</div>', range(10 * layout, 10 * layout + 3 + layout)
        )
    ]
    found = learn_templates(pages).templates
    assert len(found) == MOST_TEMPLATES == 5
    assert [one.learned_from for one in found] == [9, 8, 7, 6, 5]


def test_what_is_known_of_makes_is_bounded() -> None:
    def word(number: int) -> str:
        return "".join(chr(97 + int(digit)) for digit in str(number))

    def page(number: int) -> Labels:
        odd = "".join(
            f'<p class="x{word(n)}" out="">Odd {word(n)}</p>' for n in range(400 * number, 400 * number + 400)
        )
        return labelled(f'<div class="body">{paragraphs(number)}{odd}</div>{odd}', day=number)

    template = only(learn_templates([page(number) for number in range(3)]))
    assert len(template.makes) <= 200
    assert template.makes["p<^"] is None
    assert len(template.outside) <= 200


FRAME = '<div class="body">%t{}</div>'


def test_what_teaches_nothing_new_changes_nothing() -> None:
    pages = pool(FRAME.format(""), range(6))
    known = learn_templates(pages)
    assert learn_templates(pages, known) is known
    assert (known.version, known.last_number, known.templates[0].version) == (1, 1, 1)


def test_more_pages_of_the_same_make_raise_the_version_of_all_alone() -> None:
    known = taught(FRAME.format(""), range(4))
    more = taught(FRAME.format(""), range(6), known)
    assert more.version == 2
    assert (only(more).number, only(more).version, only(more).learned_from) == (1, 1, 6)


def test_a_page_that_is_read_otherwise_raises_the_version_of_its_template() -> None:
    known = taught(FRAME.format(""), range(4))
    more = taught(FRAME.format('<p class="ad" out="">Buy %n</p>'), range(4), known)
    assert (only(more).number, only(more).version) == (1, 2)


def test_numbers_go_on_where_a_layout_is_gone() -> None:
    known = taught(FRAME.format(""), range(4))
    other = taught('<section class="text">%t</section>', range(4), known)
    assert (only(other).number, other.last_number, other.version) == (2, 2, 2)
    again = taught(FRAME.format(""), range(4), other)
    assert (only(again).number, again.last_number, again.version) == (3, 3, 3)


def test_a_new_version_that_reads_worse_does_not_follow() -> None:
    """One page is full of what was no text on the others: by letters it is the rule, by pages it is not."""
    notice = '<p class="x" out="tail">%p</p>' * 2
    known = taught(FRAME.format(notice), range(5))
    odd = pool(FRAME.format('<p class="x">%p</p>' * 12), [9])
    pages = pool(FRAME.format(notice), range(5)) + odd
    assert only(learn_templates(pages)).makes["p.x<^"] is None
    assert only(learn_templates(pages, known)) == known.templates[0]
    assert agreement_with(known.templates[0], odd[0]) < 0.6


def test_what_other_code_has_learned_is_followed_by_nothing_but_its_numbers() -> None:
    known = taught(FRAME.format(""), range(4))
    old = Templates(version=7, templates=known.templates, last_number=4, code_version=CODE_VERSION - 1)
    new = taught(FRAME.format(""), range(4), old)
    assert (new.version, new.code_version, new.last_number) == (8, CODE_VERSION, 5)
    assert (only(new).number, only(new).version) == (5, 1)


def test_agreement_is_told_of_the_pages_it_was_learned_from() -> None:
    assert only(taught(FRAME.format(""))).agreement == 1.0
    # half of the prose outside is left to the extractor alone
    outside = '<div class="body">%t%t%t%t</div><div class="more"><p>%p</p></div>'
    template = only(taught(outside))
    assert 0.5 < template.agreement <= 1.0
    rules = rules_on(template, bodies(outside, [70])[0])
    assert (template.agreement == 1.0) is (OUTSIDE not in rules.values())


def test_the_median_is_of_the_texts_and_not_of_the_pages() -> None:
    pages = pool(f"{FRAME.format('')}{TEASERS}", range(5))
    assert only(learn_templates(pages)).median == sorted(labels.size for labels in pages)[2]
    assert pages[0].size == sum(block.size for block in pages[0].outline.blocks[:4])


def test_a_copy_of_an_article_counts_once() -> None:
    body = bodies(FRAME.format(""), [0])[0]
    assert learn_templates([labelled(body)] * FEWEST) == Templates()
    edited = body.replace("</div>", f"<p>{story(55, 1)[0]}</p></div>")
    assert learn_templates([labelled(body), labelled(edited)]) == Templates()
    other = labelled(bodies(FRAME.format(""), [1])[0])
    assert only(learn_templates([labelled(body), labelled(edited), other])).learned_from == 2


def test_the_order_of_templates_is_that_of_their_pages() -> None:
    pages = pool(FRAME.format(""), range(3)) + pool('<section class="t">%t</section>', range(10, 16))
    found = learn_templates(pages).templates
    assert all(one.learned_from >= other.learned_from for one, other in pairwise(found))
    assert [str(one.container) for one in found] == ["section.t", "div.body"]
