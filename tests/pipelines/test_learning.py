"""What a source is found to repeat, and what is left because it belongs to what is told."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.learned import Learned, line_key, mark_learned
from pipelines.learning import Sample, learn
from pipelines.lines import Line, text_of_lines

BODY = "p<div.body<article"
SUBJECTS = [
    ("Harbour", "The {0} wall was repaired after the storm, and engineers measured every {0} crane twice."),
    (
        "Orchard",
        "Apples in the {0} ripened early, so growers hired pickers from the valley to clear the {0}.",
    ),
    ("Theatre", "The old {0} opens its curtain again, and actors rehearse below a painted {0} ceiling."),
    ("Railway", "Trains on the coastal {0} run slower, because sleepers beneath the {0} are rotten."),
    ("Library", "Readers queue at the {0}, whose shelves were emptied when the roof of the {0} leaked."),
    ("Museum", "Visitors found the {0} shut, for its guards demanded a raise from the {0} trustees."),
    ("Bakery", "Flour grew dear, and the {0} raised its prices; customers of the {0} complained loudly."),
    ("Brewery", "Barrels rolled out of the {0} by night, and neighbours of the {0} could not sleep."),
    ("Airport", "Fog closed the {0} until noon, and passengers slept on benches inside the {0} hall."),
    ("Hospital", "Nurses at the {0} won new contracts; the {0} director signed them on Friday."),
    ("Glacier", "Climbers on the {0} saw it retreat, and scientists drilled cores out of the {0} ice."),
    ("Quarry", "Dust from the {0} covered gardens, so the council limited blasting at the {0} pit."),
]
"""Twelve stories that have nothing to do with one another."""


def article(number: int, *more: str, make: str = BODY, middle: Sequence[str] = ()) -> Sample:
    """One of the stories: two paragraphs of its own, `middle` between them, and `more` behind."""
    name, sentence = SUBJECTS[number]
    first = sentence.format(name.lower())
    second = (
        f"Nobody in the {name.lower()} had expected that, said a speaker, who asked not to be named {number}."
    )
    lines = [
        Line(first, make=BODY),
        *(Line(text, make=BODY) for text in middle),
        Line(second, make=BODY),
        *(Line(text, make=make) for text in more),
    ]
    return Sample(
        title=f"{name} in the news", day=date(2024, 5, 1) + timedelta(number), story=name, lines=lines
    )


def taken_out(samples: Sequence[Sample], known: Learned | None = None) -> list[list[str]]:
    """The lines that learning takes out of each sample."""
    known = known or learn(samples)
    out = []
    for sample in samples:
        lines = [replace(line) for line in sample.lines]
        mark_learned(lines, known)
        out.append([line.text for line in lines if line.rule])
    return out


OWNER = "The Gazette is owned by its readers and printed in Marrow by the Quayside Press."


@pytest.mark.parametrize(
    "notice",
    [
        OWNER,
        "Tell your friends",
        "Written by our staff",
        "12 people read this",
        "Читатели присылают фотографии в редакцию",
        "本站文章均由编辑部审核后发布",
    ],
)
@pytest.mark.parametrize("count", [3, 6, 12])
def test_a_line_behind_every_article_is_boilerplate(notice: str, count: int) -> None:
    assert taken_out([article(n, notice) for n in range(count)]) == [[notice]] * count


@pytest.mark.parametrize("count", [3, 8, 12])
def test_a_notice_among_the_paragraphs_is_boilerplate(count: int) -> None:
    samples = [article(n, middle=[OWNER]) for n in range(count)]
    assert taken_out(samples) == [[OWNER]] * count


def test_two_articles_are_enough_for_a_line_behind_the_text() -> None:
    notice = "Written by our staff"
    assert taken_out([article(0, notice), article(1, notice), article(2)]) == [[notice], [notice], []]


def test_two_articles_are_enough_for_a_block_of_its_own() -> None:
    promo = "div.promo<div.body<article"
    samples = [article(n, OWNER, make=promo) for n in range(2)]
    assert taken_out([*samples, article(2)]) == [[OWNER], [OWNER], []]


@pytest.mark.parametrize(
    "sentence",
    [
        "No one was injured.",
        "The police have begun an investigation, and ask those who saw something to call the station.",
    ],
)
def test_two_articles_may_end_with_one_sentence(sentence: str) -> None:
    assert taken_out([article(0, sentence), article(1, sentence), article(2)]) == [[], [], []]


@pytest.mark.parametrize(
    ("line", "make"),
    [
        ("- Salt and pepper", "li<ul<div.body"),
        ("- 200 g flour", "li<ul<div.body"),
        ("It was goalless at half-time.", BODY),
        ("What can you not live without?", BODY),
        ("Serve hot.", BODY),
    ],
)
@pytest.mark.parametrize("count", [5, 12])
def test_what_articles_of_one_kind_have_in_common_stays(line: str, make: str, count: int) -> None:
    samples = [article(n, middle=[line]) for n in range(count)]
    for sample in samples:
        sample.lines[1].make = make
    assert taken_out(samples) == [[]] * count


def test_digits_do_not_make_two_lines_of_one() -> None:
    samples = [article(n, f"{n + 3} people are reading", make="div.count<div.foot<article") for n in range(4)]
    assert taken_out(samples) == [[f"{n + 3} people are reading"] for n in range(4)]


def test_copies_of_one_article_count_once() -> None:
    copies = [article(0, OWNER), article(0, OWNER), article(1), article(2)]
    assert taken_out(copies) == [[], [], [], []]


def test_a_story_that_was_written_on_repeats_nothing() -> None:
    background = [
        "The harbour wall was built in 1880 by convicts, and the harbour master keeps their names in a book.",
        "Storm damage to the harbour wall has cost the town four million crowns in the last ten years alone.",
    ]
    earlier = article(0, *background)
    later = replace(
        article(0, *background),
        story="written on",
        lines=[Line("By night the harbour was closed to ships.", make=BODY), *article(0, *background).lines],
    )
    assert taken_out([earlier, later, article(1), article(2)]) == [[], [], [], []]


def test_the_background_of_a_long_story_stays() -> None:
    sentence = "The harbour strike began in February, when crane drivers of the harbour walked out over pay."
    samples = []
    for number in range(12):
        news = (
            f"Day {number} of the harbour strike: crane drivers met the {SUBJECTS[number][0].lower()} owners."
        )
        told = article(number, sentence)
        samples.append(replace(told, lines=[Line(news, make=BODY), *told.lines]))
    assert taken_out(samples) == [[]] * 12


def test_the_sentences_of_a_weather_report_stay() -> None:
    calm = "Winds remain light and variable, and the sea between the islands stays smooth all day long."
    reports = [
        Sample(
            title=f"Weather for day {number}",
            day=date(2024, 6, 1) + timedelta(number),
            story=f"weather {number}",
            lines=[
                Line(
                    f"A {word} morning gives way to {word} showers, say forecasters of the bureau.", make=BODY
                ),
                Line(calm, make=BODY),
                Line(
                    f"Farmers expect {word} soil, and sailors are told of {word} clouds to the west.",
                    make=BODY,
                ),
                Line(f"High tide at {number + 3}:15", make=BODY),
            ],
        )
        for number, word in enumerate(["misty", "bright", "sullen", "frosty", "humid"])
    ]
    assert taken_out([*reports, *(article(n) for n in range(12))]) == [[]] * 17


def test_a_sentence_that_a_third_of_the_articles_have_among_their_paragraphs_stays() -> None:
    sentence = "Fined a month's wages and banned from driving a car or a lorry until the end of the year."
    samples = [article(n, middle=[sentence] if n % 3 == 0 else []) for n in range(12)]
    assert taken_out(samples) == [[]] * 12


def test_headings_within_the_text_stay() -> None:
    samples = [article(n, middle=["What we know"]) for n in range(6)]
    for sample in samples:
        sample.lines[1].make = "h2<div.body<article"
    assert taken_out(samples) == [[]] * 6


def test_a_heading_left_with_nothing_below_goes_too() -> None:
    samples = [article(n, f"About chapter {SUBJECTS[n][0]}", OWNER) for n in range(4)]
    for sample in samples:
        sample.lines[-2].make = "h3<div.body<article"
    assert [len(out) for out in taken_out(samples)] == [2, 2, 2, 2]


@pytest.mark.parametrize("mark", ["* * *", "___", "–30–", "1."])
def test_marks_between_paragraphs_stay(mark: str) -> None:
    assert taken_out([article(n, middle=[mark]) for n in range(6)]) == [[]] * 6


def test_blocks_of_a_make_that_holds_only_boilerplate_go_whatever_they_say() -> None:
    promo = "div.promo<div.body<article"
    samples = [article(n, f"Offers of the {SUBJECTS[n][0]} for all", make=promo) for n in range(6)]
    for sample in samples[:5]:
        sample.lines[-1].rule = "call"
    known = learn(samples[:5])
    assert known.makes == {promo}
    assert taken_out(samples[5:], known) == [["Offers of the Museum for all"]]


def test_a_make_of_the_prose_is_never_learned() -> None:
    samples = [article(n, "Subscribe") for n in range(5)]
    for sample in samples:
        sample.lines[-1].rule = "call"
    assert learn(samples).makes == frozenset()


def test_most_of_an_article_is_never_taken_out() -> None:
    known = Learned(version=1, lines=frozenset({line_key(OWNER)}), makes=frozenset())
    lines = [Line("A brief.", make=BODY), Line(OWNER, make=BODY)]
    mark_learned(lines, known)
    assert text_of_lines(lines).split("\n") == ["A brief.", OWNER]


def test_what_was_learned_once_is_taken_out_of_the_next_article() -> None:
    known = learn([article(n, OWNER) for n in range(4)])
    assert taken_out([article(9, OWNER)], known) == [[OWNER]]


@given(seed=st.randoms(use_true_random=False))
def test_the_order_of_articles_does_not_matter(seed: random.Random) -> None:
    samples = [article(n, OWNER, *(["Good night"] if n % 3 else [])) for n in range(8)]
    shuffled = list(samples)
    seed.shuffle(shuffled)
    assert learn(shuffled) == learn(samples)


@given(st.lists(st.lists(st.text(max_size=90), max_size=6), max_size=6))
def test_no_text_breaks_it(texts: list[list[str]]) -> None:
    samples = [
        Sample(title=" ".join(lines), day=None, story=str(number), lines=[Line(line) for line in lines])
        for number, lines in enumerate(texts)
    ]
    taken_out(samples)
