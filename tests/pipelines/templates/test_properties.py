"""What holds of any pages that a source may have, however they are made: found by trying many."""

import json
import random
from dataclasses import replace
from datetime import date
from html import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled import labelled, outlined, pool
from marrow import story

from pipelines.article import ArticleKind
from pipelines.document.layout import block_of
from pipelines.document.makes import LINKED
from pipelines.templates.agreement import agreement_with
from pipelines.templates.drift import LAST, Use, noted
from pipelines.templates.judge import judge
from pipelines.templates.labels import LEFT_OUT, Labels
from pipelines.templates.learn import MOST_TEMPLATES, learn_templates
from pipelines.templates.outline import Block, Node, Outline, make_of_outside
from pipelines.templates.template import Templates

tried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

LAYOUTS = [
    '<div class="body">%t</div>',
    '<div class="body">%t<p class="ad" out="">Buy %n of it</p></div>',
    '<div class="body">%t<p out="">The Marrow is owned by its readers</p></div>',
    '<p class="lead">%p</p><div class="body">%t</div>',
    '<div id="c"><div>%t</div></div><ul out=""><li>%p</li></ul>',
    '<section class="part">%t</section><aside out="">%p</aside><section class="part"><p>%p</p></section>',
    '<main class="a b-%n"><h2 class="x#y">What %n</h2>%t</main>',
    "<p>%p</p><p>%p</p>",
]
PAGES = [
    labels
    for number, frame in enumerate(LAYOUTS)
    for first, kind in ((0, ArticleKind.ARTICLE), (400, ArticleKind.GALLERY))
    for labels in pool(frame, range(first + 20 * number, first + 20 * number + 4), kind=kind)
]
pages = st.lists(st.sampled_from(PAGES), max_size=14)

words = st.text(st.sampled_from("ab0#.>^:é\ud800\"'"), max_size=4)
makes = st.builds(
    lambda tag, names: ".".join([tag, *names]),
    st.sampled_from(["p", "div", "li", "x.y"]),
    st.lists(words, max_size=3),
)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """Any tree, with blocks anywhere in it in page order."""
    count = draw(st.integers(1, 12))
    nodes = tuple(
        Node(parent=draw(st.integers(-1, number - 1)), make=draw(makes), name=draw(words))
        for number in range(count)
    )
    at = sorted(draw(st.lists(st.integers(0, count - 1), max_size=12)))
    sizes = st.integers(1, 3_000)
    blocks = tuple(
        Block(node=node, key=draw(st.integers(0, 6)), size=draw(sizes), linked=draw(st.booleans()))
        for node in at
    )
    return Outline(nodes=nodes, blocks=blocks)


classes = st.text(st.sampled_from('ab0 .<^:é\t"'), max_size=9).map(escape)
said = st.sampled_from(
    ["The harbour.", "<b>The</b> harbour.<br>It is built.", '<a href="/">The harbour.</a>']
)
markup = st.recursive(
    st.builds('<p class="{}">{}</p>'.format, classes, said),
    lambda inner: st.builds(
        '<{0} class="{1}">{2}</{0}>'.format,
        st.sampled_from(["div", "section", "article", "blockquote", "ul", "span"]),
        classes,
        st.lists(inner, min_size=1, max_size=3).map("".join),
    ),
    max_leaves=8,
)
"""Paragraphs, and what may be around them."""


@st.composite
def any_labels(draw: st.DrawFn) -> Labels:
    outline = draw(outlines())
    rules = st.sampled_from([None, None, None, LEFT_OUT, "fact box", "named: share", "tail"])
    return Labels(
        outline=outline,
        rules=tuple(draw(rules) for _ in outline.blocks),
        kind=draw(st.sampled_from(ArticleKind)),
        story=draw(words),
        day=draw(st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 3))),
    )


@tried
@given(found=pages, seed=st.integers(0, 9))
def test_the_order_of_pages_does_not_matter(found: list[Labels], seed: int) -> None:
    other = random.Random(seed).sample(found, len(found))
    assert learn_templates(other) == learn_templates(found)


@tried
@given(found=pages, again=st.lists(st.integers(0, 13), max_size=8))
def test_a_page_that_comes_many_times_teaches_what_it_teaches_once(
    found: list[Labels], again: list[int]
) -> None:
    copies = [found[number] for number in again if number < len(found)]
    once = list({id(labels): labels for labels in found}.values())
    assert learn_templates(found + copies) == learn_templates(once)


@tried
@given(found=pages)
def test_the_same_article_at_another_address_counts_once(found: list[Labels]) -> None:
    once = list({id(labels): labels for labels in found}.values())
    copies = [replace(labels, story=f"{labels.story} again") for labels in found]
    learned = learn_templates(once + copies)
    assert [t.learned_from for t in learned.templates] == [
        t.learned_from for t in learn_templates(once).templates
    ]


@tried
@given(found=pages)
def test_what_is_learned_again_is_known_already(found: list[Labels]) -> None:
    known = learn_templates(found)
    assert learn_templates(found, known) is known or not known.templates


@tried
@given(found=pages, more=pages)
def test_versions_and_numbers_only_rise(found: list[Labels], more: list[Labels]) -> None:
    known = learn_templates(found)
    after = learn_templates(more, known)
    assert after.version >= known.version
    assert after.last_number >= known.last_number
    numbers = [one.number for one in after.templates]
    assert len(numbers) == len(set(numbers)) <= MOST_TEMPLATES
    assert all(0 < number <= after.last_number for number in numbers)
    before = {one.number: one for one in known.templates}
    for one in after.templates:
        if one.number in before:
            old = before[one.number]
            assert one.version == old.version + (not one.tells_the_same(old))


@settings(parent=tried, max_examples=150)
@given(found=st.lists(any_labels(), max_size=5), known=st.lists(any_labels(), max_size=5))
def test_nothing_that_a_page_is_made_of_breaks_the_learning(found: list[Labels], known: list[Labels]) -> None:
    before = learn_templates(known)
    after = learn_templates(found, before)
    for template in after.templates:
        assert 0 <= template.agreement <= 1
        assert template.learned_from >= 2
        for labels in found:
            assert len(judge(template, labels.outline).rules) == len(labels.rules)
            agreement = agreement_with(template, labels)
            assert agreement is None or 0 <= agreement <= 1
    assert learn_templates(reversed(found), before) == after


@settings(parent=tried, max_examples=150)
@given(labels=any_labels())
def test_labels_come_back_as_they_were_kept(labels: Labels) -> None:
    assert Labels.from_bytes(labels.to_bytes()) == labels


@settings(parent=tried, max_examples=150)
@given(found=st.lists(any_labels(), max_size=5) | pages)
def test_templates_come_back_as_they_were_kept(found: list[Labels]) -> None:
    known = learn_templates(found)
    assert Templates.from_json(json.loads(json.dumps(known.to_json()))) == known


@tried
@given(
    outcomes=st.lists(st.sampled_from(["", "no container", "too short", "audit"]), max_size=60),
    audits=st.lists(st.integers(0, 10_000), max_size=30),
    at=st.integers(0, 60),
)
def test_use_comes_back_as_it_was_kept_and_does_not_depend_on_when_it_was_noted(
    outcomes: list[str], audits: list[int], at: int
) -> None:
    shares = [audit / 10_000 for audit in audits]
    use = noted(Use(), outcomes, shares)
    assert Use.from_json(json.loads(json.dumps(use.to_json()))) == use
    assert noted(noted(Use(), outcomes[:at], shares[:at]), outcomes[at:], shares[at:]) == use
    assert len(use.last) <= LAST
    assert len(use.audits) <= LAST
    assert use.fast + sum(use.refused.values()) == len(outcomes)


@settings(parent=tried, max_examples=150)
@given(body=markup)
def test_a_paragraph_outside_is_made_alike_in_the_outline_and_in_the_document(body: str) -> None:
    outline, runs = outlined(body)
    assert runs
    for block, run in zip(outline.blocks, runs, strict=True):
        element = block_of(run.place.elements[0])
        assert element.tag == "p"
        assert outline.make_outside(block).removeprefix(LINKED) == make_of_outside(element)


def test_a_story_that_grows_all_day_teaches_what_one_article_teaches() -> None:
    shared = "".join(f"<p>{line}</p>" for line in story(3, 6))
    states = [f'<div class="body">{shared}<p>{story(50 + n, 1)[0]}</p></div>' for n in range(12)]
    assert learn_templates(labelled(body, day=n) for n, body in enumerate(states)) == Templates()
