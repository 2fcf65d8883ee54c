"""Templates that do badly are suspended, audited, and taken up again."""

from dataclasses import replace

import pytest
from labelled import taught
from marrow import page_of, read_html

from pipelines.article import Article
from pipelines.templates.drift import (
    LAST,
    Use,
    begun_anew,
    holds,
    is_audited,
    noted,
    outcome_of,
    why_suspend,
)
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import Templates

NONE = str(Refusal.NO_CONTAINER)


def used(*outcomes: str, audits: tuple[float, ...] = ()) -> Use:
    return noted(Use(), outcomes, audits)


@pytest.mark.parametrize(
    ("outcomes", "suspended"),
    [
        pytest.param([NONE] * 6 + [""] * 14, False, id="six of twenty"),
        pytest.param([NONE] * 7 + [""] * 13, True, id="seven of twenty"),
        pytest.param([NONE] * 19, False, id="too few to tell"),
        pytest.param([NONE] * 20 + [""] * 14, False, id="long ago"),
        pytest.param(
            [Refusal.UNKNOWN_PARTS, Refusal.TEXT_OUTSIDE, Refusal.AUDIT] * 3 + [""] * 11, True, id="any fault"
        ),
        pytest.param(
            [Refusal.ANOTHER_KIND, Refusal.TOO_SHORT, Refusal.CONTRADICTED] * 7,
            False,
            id="by the page's own fault",
        ),
    ],
)
def test_templates_that_refuse_too_many_pages_are_suspended(outcomes: list[str], suspended: bool) -> None:
    assert (why_suspend(used(*outcomes)) is not None) is suspended


def test_the_reason_is_told_in_figures() -> None:
    assert why_suspend(used(*[NONE] * 8, *[""] * 12)) == (
        "8 of the last 20 pages were not made as they were before"
    )
    assert why_suspend(used(audits=(0.5, 0.91, 0.8))) == (
        "in the last audits they agreed on 50%, 91%, 80% of the words"
    )


@pytest.mark.parametrize(
    ("audits", "suspended"),
    [
        ((0.1, 0.1), False),
        ((0.89, 0.9, 0.9), True),
        ((0.9, 0.9, 0.9), False),
        ((0.1, 0.1, 0.1, 0.95, 0.95, 0.95), False),
        ((1.0, 1.0, 1.0, 1.0, 1.0, 0.5), True),
    ],
)
def test_templates_that_audits_belie_are_suspended(audits: tuple[float, ...], suspended: bool) -> None:
    assert (why_suspend(used(audits=audits)) is not None) is suspended


def test_only_the_last_are_judged_but_all_are_counted() -> None:
    use = used(*[NONE] * 5, *[""] * LAST, audits=(0.1,) * 3 + (1.0,) * LAST)
    assert (use.fast, use.refused, use.coverage) == (LAST, {NONE: 5}, 1.0)
    assert use.audits == (1.0,) * LAST


def test_what_is_learned_anew_is_judged_anew() -> None:
    use = begun_anew(used(*[NONE] * 10, *[""] * 10, audits=(0.1,) * 3))
    assert why_suspend(use) is None
    assert (use.last, use.audits, use.coverage) == ((), (), None)
    assert (use.fast, use.refused) == (10, {NONE: 10})


def article() -> Article:
    found = read_html(page_of(0)).article
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("read_by", "refused", "outcome"),
    [
        ("template", None, ""),
        ("extractor", Refusal.TOO_SHORT, "too short"),
        ("extractor", None, None),
    ],
)
def test_outcome_of_a_page(read_by: str, refused: Refusal | None, outcome: str | None) -> None:
    assert outcome_of(replace(article(), read_by=read_by, refused=refused)) == outcome


@pytest.mark.parametrize(
    ("agreements", "held"),
    [([], False), ([0.9], True), ([0.89], False), ([1.0, 1.0, 0.7], True), ([1.0, 0.0], False)],
)
def test_templates_are_taken_up_again_where_they_read_the_newest_pages(
    agreements: list[float], held: bool
) -> None:
    assert holds(taught('<div class="body">%t</div>'), agreements) is held
    assert not holds(Templates(), agreements)


@pytest.mark.parametrize(("learned_from", "every"), [(5, 10), (19, 10), (20, 50), (30, 50)])
def test_one_page_in_so_many_is_audited_the_same_each_time(learned_from: int, every: int) -> None:
    known = taught('<div class="body">%t</div>')
    templates = replace(known, templates=(replace(known.templates[0], learned_from=learned_from),))
    urls = [f"https://marrow.example/2026/{number}" for number in range(5_000)]
    audited = [url for url in urls if is_audited(url, templates)]
    assert 0.8 * 5_000 / every < len(audited) < 1.2 * 5_000 / every
    assert [url for url in reversed(urls) if is_audited(url, templates)] == audited[::-1]
    assert is_audited("https://marrow.example/\ud800", templates) in (True, False)
