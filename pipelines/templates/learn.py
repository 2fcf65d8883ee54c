"""Learns the templates of a source from the pages that were read without one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from pipelines.article import ArticleKind
from pipelines.templates.agreement import agreement_with
from pipelines.templates.container import choose_container, holding
from pipelines.templates.labels import Labels
from pipelines.templates.selector import Selector
from pipelines.templates.template import CODE_VERSION, Template, Templates
from pipelines.templates.verdicts import template_of

MOST_TEMPLATES = 5
FEWEST = 2
"""Articles from which on there is something to learn."""
_SECOND = 3
"""Articles from which on pages that no template holds make one of their own."""
_SAME_STORY = 0.6
"""Of the shorter article's lines that another one has too: a copy, or a later state of it."""
_STAYS = 0.95
"""Agreement with the version before it from which on a new one may follow."""


def learn_templates(pool: Iterable[Labels], known: Templates | None = None) -> Templates:
    """What these pages teach, in whatever order; `known`: what was known before, whose numbers go on.

    Live blogs, galleries and films have templates of their own. The version of a template goes up where a
    page would be read otherwise; that of all of them, where anything changes.
    """
    known = known or Templates()
    articles = _stories(pool)
    found: list[Template] = []
    for kind in sorted({labels.kind for labels in articles}):
        found += _of_kind([labels for labels in articles if labels.kind is kind], kind)
    found.sort(key=lambda t: (-t.learned_from, str(t.container), t.kind))
    return _numbered(found[:MOST_TEMPLATES], known, articles)


def _stories(pool: Iterable[Labels]) -> list[Labels]:
    """The pages in an order of their own, copies of one article once."""
    pages = list(pool)
    times = Counter(labels.story for labels in pages)

    def order(labels: Labels) -> tuple[str, date, bytes]:
        same = labels.to_bytes() if times[labels.story] > 1 else b""
        return labels.story, labels.day or date.min, same

    ordered = sorted(pages, key=order, reverse=True)
    found: list[tuple[Labels, frozenset[int]]] = []
    for labels in ordered:
        keys = frozenset(block.key for block, _ in labels.kept() if block.key)
        if any(labels.story == one.story or _is_copy(keys, other) for one, other in found):
            continue
        found.append((labels, keys))
    return [labels for labels, _ in found]


def _is_copy(keys: frozenset[int], others: frozenset[int]) -> bool:
    return len(keys & others) > _SAME_STORY * max(1, min(len(keys), len(others)))


def _of_kind(articles: Sequence[Labels], kind: ArticleKind) -> list[Template]:
    templates: list[Template] = []
    left = {number: holding(labels) for number, labels in enumerate(articles)}
    while len(templates) < MOST_TEMPLATES:
        selector, held = choose_container(left)
        if selector is None or len(held) < (_SECOND if templates else FEWEST):
            break
        templates.append(template_of(selector, [articles[number] for number in held], kind))
        left = {number: found for number, found in left.items() if number not in held}
    return templates


def _numbered(found: Sequence[Template], known: Templates, articles: Sequence[Labels]) -> Templates:
    """The templates with their numbers, each following the one before it with the same container and kind."""
    if known.code_version != CODE_VERSION:
        before: dict[tuple[Selector, ArticleKind], Template] = {}
    else:
        before = {(one.container, one.kind): one for one in known.templates}
    last = known.last_number
    following: list[Template] = []
    for template in found:
        old = before.get((template.container, template.kind))
        if old is None:
            last += 1
            following.append(replace(template, number=last))
        elif old.tells_the_same(template):
            following.append(replace(template, number=old.number, version=old.version))
        else:
            following.append(_follower(old, template, articles))
    if tuple(following) == known.templates and known.code_version == CODE_VERSION:
        return known
    return Templates(version=known.version + 1, templates=tuple(following), last_number=last)


def _follower(old: Template, new: Template, articles: Sequence[Labels]) -> Template:
    """The new version where it reads as the old one does, or better; else the old one."""
    newer = replace(new, number=old.number, version=old.version + 1)
    pages = [labels for labels in articles if labels.kind is new.kind]
    both = [(agreement_with(old, labels), agreement_with(newer, labels)) for labels in pages]
    lost = sum(one - other for one, other in both if one is not None and other is not None)
    return newer if lost <= (1 - _STAYS) * len(pages) else old
