"""Pages that say themselves what became of their blocks: what the extractor would have taught by them."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count

from lxml import html as lxml_html
from marrow import story

from pipelines.article import ArticleKind
from pipelines.document.layout import block_of, read_layout
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.outline import Outline, Run, outline_of
from pipelines.templates.template import Templates

FIRST_DAY = date(2026, 3, 1)


def outlined(body: str) -> tuple[Outline, list[Run]]:
    tree = lxml_html.document_fromstring(f"<html><body>{body}</body></html>")
    return outline_of(read_layout(tree))


def labelled(
    body: str,
    *,
    name: str | None = None,
    day: int | None = 0,
    kind: ArticleKind = ArticleKind.ARTICLE,
) -> Labels:
    """The labels of a page with this body.

    A block is text, unless it or something around it has an attribute `out`: the rule that took it out, ""
    where the extractor left it out. `name`: equal for copies of one article. `day`: days after the first.
    """
    outline, runs = outlined(body)
    rules = []
    for run in runs:
        block = block_of(run.place.elements[0])
        rules.append(next((e.get("out") for e in (block, *block.iterancestors()) if "out" in e.attrib), None))
    return Labels(
        outline=outline,
        rules=tuple(rules),
        kind=kind,
        story=body if name is None else name,
        day=None if day is None else FIRST_DAY + timedelta(days=day),
    )


def paragraphs(number: int, count: int = 4) -> str:
    """Paragraphs that no other number has."""
    return "".join(f"<p>{text}</p>" for text in story(number, count))


def bodies(frame: str, numbers: Sequence[int] = range(4)) -> list[str]:
    """A page's body for each number: `frame` with %t for paragraphs, %p for prose and %n for the number.

    No two of them are alike.
    """
    return [_filled(frame, number) for number in numbers]


def _filled(frame: str, number: int) -> str:
    prose = count(1_000 * (number + 1))
    texts = {"%t": lambda: paragraphs(next(prose)), "%p": lambda: story(next(prose), 1)[0]}
    return re.sub("%[tpn]", lambda found: texts.get(found[0], lambda: str(number))(), frame)


def taught(
    frame: str,
    numbers: Sequence[int] = range(4),
    known: Templates | None = None,
    *,
    kind: ArticleKind = ArticleKind.ARTICLE,
) -> Templates:
    """What pages that are made alike teach."""
    return learn_templates(pool(frame, numbers, kind=kind), known)


def pool(
    frame: str, numbers: Sequence[int] = range(4), *, kind: ArticleKind = ArticleKind.ARTICLE
) -> list[Labels]:
    found = zip(numbers, bodies(frame, numbers), strict=True)
    return [labelled(body, day=number, kind=kind) for number, body in found]
