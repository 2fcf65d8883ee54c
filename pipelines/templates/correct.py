"""Corrects what was read without a template by what is known of the source's pages."""

from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from pipelines.lines import Line, insert, kept, line_at
from pipelines.templates.judge import OUTSIDE, Judgement, judge
from pipelines.templates.labels import LEFT_OUT, covered
from pipelines.templates.outline import Outline, Run
from pipelines.templates.refusals import Refusal
from pipelines.templates.selector import tag_of
from pipelines.templates.template import CORRECTS_FROM, Template, Templates

_CORRECTABLE = (None, Refusal.UNKNOWN_PARTS)
"""What is known of the others does not hold for such a page."""
_MOST = 0.4
"""Of the text that may be taken out; where it would be more, nothing is changed."""


def correcting(templates: Templates, tree: HtmlElement) -> list[Template]:
    """The templates that may say something of what the extractor gives for a document."""
    known = (one for one in templates.templates if one.learned_from >= CORRECTS_FROM)
    return [one for one in known if one.container.elements_in(tree)]


def correct(
    lines: list[Line], outline: Outline, runs: Sequence[Run], templates: Iterable[Template]
) -> Template | None:
    """Take out blocks that are never text on this source's pages, and put in those that always are.

    By the first template that fits so far. Gives it, where it changed anything. Of blocks that are made as
    nothing was before it says nothing.
    """
    for template in templates:
        judged = judge(template, outline)
        if judged.refusal in _CORRECTABLE:
            return template if _correct(lines, judged, outline, runs) else None
    return None


def _correct(lines: list[Line], judged: Judgement, outline: Outline, runs: Sequence[Run]) -> bool:
    rules = [
        None if number in judged.unknown or _is_unknown_outside(judged, outline, number) else rule
        for number, rule in enumerate(judged.rules)
    ]
    by_number = {n: rule for run, rule in zip(runs, rules, strict=True) for n in run.numbers}
    before = kept(lines)
    out = [(line, rule) for line in before if (rule := _rule_for(line, by_number)) is not None]
    if sum(len(line.text) for line, _ in out) > _MOST * sum(len(line.text) for line in before):
        return False
    for line, rule in out:
        line.rule = rule
    there = covered(lines)
    missed = [
        line_at(run.text, run.place)
        for run, rule, block in zip(runs, judged.rules, outline.blocks, strict=True)
        if rule is None
        and tag_of(outline.nodes[block.node]) != "h1"  # it is filed as the title
        and all(there.get(n, LEFT_OUT) == LEFT_OUT for n in run.numbers)
    ]
    for line in missed:
        insert(lines, line)
    return bool(out or missed)


def _is_unknown_outside(judged: Judgement, outline: Outline, number: int) -> bool:
    """Whether a block stands outside the container, and no paragraph there was made like it."""
    block = outline.blocks[number]
    return judged.rules[number] == OUTSIDE and outline.make_outside(block) not in judged.template.outside


def _rule_for(line: Line, rules: dict[int, str | None]) -> str | None:
    """The rule by which most of a line's text nodes are no text; None if they are, or nobody knows."""
    if line.place is None:
        return None
    found = [rules.get(number) for number in range(line.place.first, line.place.last + 1)]
    return max(found, key=lambda rule: (found.count(rule), rule is None))
