"""Corrects what was read without a template by what is known of the source's pages."""

from collections.abc import Sequence

from pipelines.lines import Line, insert, kept, line_at
from pipelines.templates.judge import judge
from pipelines.templates.labels import LEFT_OUT, covered
from pipelines.templates.outline import Outline, Run
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import Template, Templates

_MOST = 0.4
"""Of the text that may be taken out; where it would be more, nothing is changed."""


def correct(
    lines: list[Line], outline: Outline, runs: Sequence[Run], templates: Templates
) -> Template | None:
    """Take out blocks that are never text on this source's pages, and put in those that always are.

    Of the first template whose container is there. Gives it, where it changed anything.
    """
    for template in templates.templates:
        judged = judge(template, outline)
        if judged.refusal is not Refusal.NO_CONTAINER:
            return template if _correct(lines, judged.rules, runs) else None
    return None


def _correct(lines: list[Line], rules: Sequence[str | None], runs: Sequence[Run]) -> bool:
    by_number = {
        n: rule
        for run, rule in zip(runs, rules, strict=True)
        for n in range(run.place.first, run.place.last + 1)
    }
    before = kept(lines)
    out = [(line, rule) for line in before if (rule := _rule_for(line, by_number)) is not None]
    if sum(len(line.text) for line, _ in out) > _MOST * sum(len(line.text) for line in before):
        return False
    for line, rule in out:
        line.rule = rule
    there = covered(lines)
    missed = [
        line_at(run.text, run.place)
        for run, rule in zip(runs, rules, strict=True)
        if rule is None
        and all(there.get(n, LEFT_OUT) == LEFT_OUT for n in range(run.place.first, run.place.last + 1))
    ]
    for line in missed:
        insert(lines, line)
    return bool(out or missed)


def _rule_for(line: Line, rules: dict[int, str | None]) -> str | None:
    """The rule by which most of a line's text nodes are none of the text; None if they are, or nobody knows."""
    if line.place is None:
        return None
    found = [rules.get(number) for number in range(line.place.first, line.place.last + 1)]
    return max(found, key=lambda rule: (found.count(rule), rule is None))
