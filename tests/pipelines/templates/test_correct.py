"""What was read without a template is corrected by what is known, unless that would be much of it."""

from dataclasses import replace

import pytest
from labelled import outlined, taught
from marrow import learned, page_of, read_html, story

from pipelines.article import EXTRACTOR
from pipelines.lines import Line, kept, line_at
from pipelines.templates.correct import correct, correcting
from pipelines.templates.judge import DROPPED, OUTSIDE
from pipelines.templates.template import CORRECTS_FROM, Templates

FRAME = '<div class="body">%t<p class="ad" out="">Buy %n</p></div><p class="job" out="">%p</p>'
KNOWN = taught(FRAME, range(6))
AD = "A call to buy what nobody needs."


def page(*, ads: int = 1, before: str = "", inside: str = "", text: int = 6) -> str:
    """A page with some calls to buy among its paragraphs."""
    told = "".join(f"<p>{line}</p>" for line in story(80, text))
    calls = "".join(f'<p class="ad">{AD[:-1]} {n}.</p>' for n in range(ads))
    return f'{before}<div class="body">{told}{calls}{inside}</div>'


def corrected(
    body: str, *, missed: tuple[str, ...] = (), known: Templates = KNOWN, number: int | None = 1
) -> list[Line]:
    """The lines of a page of which the extractor gave all but `missed`, as corrected by template `number`."""
    outline, runs = outlined(body)
    lines = [line_at(run.text, run.place) for run in runs if run.text not in missed]
    template = correct(lines, outline, runs, correcting(known, runs[0].layout.roots[0]))
    assert (template and template.number) == number
    return lines


def test_what_is_never_text_is_taken_out() -> None:
    lines = corrected(page(ads=2))
    assert [line.text for line in kept(lines)] == story(80)
    assert [line.rule for line in lines if line.rule] == [DROPPED] * 2


def test_what_is_always_text_is_put_in_where_it_stands() -> None:
    text = story(80)
    lines = corrected(page(ads=0), missed=(text[0], text[3], text[5]))
    assert [line.text for line in kept(lines)] == text


def test_what_is_right_is_left_as_it_is() -> None:
    lines = corrected(page(ads=0), number=None)
    assert [line.text for line in lines] == story(80)


@pytest.mark.parametrize(
    ("before", "rule"),
    [
        pytest.param(f'<p class="job">{AD}</p>', OUTSIDE, id="made as others that were none"),
        pytest.param(f'<p class="new">{AD}</p>', None, id="made as nothing was"),
    ],
)
def test_what_stands_outside(before: str, rule: str | None) -> None:
    lines = corrected(page(ads=1, before=before))
    assert {line.text: line.rule for line in lines}[AD] == rule


@pytest.mark.parametrize(("ads", "taken"), [(15, True), (30, False)])
def test_more_than_two_fifths_of_a_text_are_never_taken_out(ads: int, taken: bool) -> None:
    body = page(ads=ads)
    _, runs = outlined(body)
    calls = sum(len(run.text) for run in runs if run.text.startswith(AD[:-1]))
    share = calls / sum(len(run.text) for run in runs)
    assert (share < 0.4) is taken
    lines = corrected(body, number=1 if taken else None)
    assert len(kept(lines)) == 6 + (0 if taken else ads)


@pytest.mark.parametrize(("learned_from", "number"), [(CORRECTS_FROM - 1, None), (CORRECTS_FROM, 1)])
def test_of_too_few_pages_nothing_is_known_well_enough(learned_from: int, number: int | None) -> None:
    few = replace(KNOWN, templates=(replace(KNOWN.templates[0], learned_from=learned_from),))
    corrected(page(), known=few, number=number)


@pytest.mark.parametrize(
    ("body", "number"),
    [
        pytest.param(page().replace('"body"', '"other"'), None, id="no container"),
        pytest.param(page(text=1, ads=1), None, id="too short"),
        pytest.param(page(inside=f'<div class="x">{" ".join(story(81, 2))}</div>'), 1, id="unknown parts"),
    ],
)
def test_where_the_template_does_not_fit_nothing_is_changed(body: str, number: int | None) -> None:
    lines = corrected(body, number=number)
    assert any(line.rule for line in lines) is (number is not None)


def test_the_first_template_that_fits_corrects() -> None:
    both = taught(FRAME.replace('"body"', '"other"'), range(20, 26), KNOWN)
    both = replace(both, templates=(*both.templates, *KNOWN.templates))
    assert [str(one.container) for one in both.templates] == ["div.other", "div.body"]
    lines = corrected(page(), known=both)
    assert [line.text for line in kept(lines)] == story(80)


def test_a_line_that_was_not_found_on_the_page_stays() -> None:
    outline, runs = outlined(page())
    lines = [line_at(run.text, run.place) for run in runs]
    lines.append(Line("A line of nowhere."))
    assert correct(lines, outline, runs, KNOWN.templates) is not None
    assert lines[-1].rule is None


def test_what_is_made_as_nothing_was_before_stays_as_the_extractor_has_it() -> None:
    few = learned([page_of(number) for number in range(CORRECTS_FROM)])
    speech = "".join(f'<div class="speech"><p>{part}</p></div>' for part in story(70)[:2])
    html = page_of(50, inside=speech)
    slow, article = read_html(html).article, read_html(html, few).article
    assert slow is not None
    assert article is not None
    assert all(part in slow.text for part in story(70)[:2])
    assert (article.read_by, article.text) == (EXTRACTOR, slow.text)


def test_the_headline_is_not_put_into_the_text() -> None:
    """Not even where the extractor has often left it there."""
    few = learned([_nameless(number) for number in range(CORRECTS_FROM)])
    [template] = few.templates
    with_headline = replace(template, beside={"h1<div.post-0.tag-0<div": True})
    html = _nameless(51)
    slow = read_html(html).article
    article = read_html(html, replace(few, templates=(with_headline,))).article
    assert slow is not None
    assert article is not None
    assert article.text == slow.text


def test_a_paragraph_outside_that_was_text_where_it_was_seen_stays() -> None:
    one, other = (f"{story(n)[0].partition('.')[0]}." for n in (80, 81))
    lead = '<p class="lead-in">{}</p>'
    pages = [page_of(n, lead=lead.format(one) if n == 0 else "") for n in range(CORRECTS_FROM + 1)]
    html = page_of(52, lead=lead.format(other))
    slow, article = read_html(html).article, read_html(html, learned(pages)).article
    assert slow is not None
    assert article is not None
    assert slow.text.startswith(other)
    assert article.text == slow.text


def _nameless(number: int) -> str:
    """A page in which the extractor finds the paragraphs alone."""
    html = page_of(number, body="leaf")
    for tag in ("main", "article"):
        html = html.replace(f"<{tag}", "<div").replace(f"</{tag}>", "</div>")
    return html
