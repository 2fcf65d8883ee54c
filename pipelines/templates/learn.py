"""Learns the templates of a source from the pages that were read without one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median

from pipelines.article import ArticleKind
from pipelines.asides import EMBEDDED_POST, FACT_BOX, LIVE_POST, TABLE
from pipelines.completion import PARAGRAPHS
from pipelines.document.makes import LINKED, tag_of
from pipelines.templates.judge import (
    DROPPED,
    agreement,
    holders_in,
    is_set_among,
    judge,
    make_around,
    make_outside,
)
from pipelines.templates.labels import LEFT_OUT, Labels
from pipelines.templates.selector import Selector, selectors_of
from pipelines.templates.selector import tag_of as tag_of_node
from pipelines.templates.template import CODE_VERSION, Template, Templates

MOST_TEMPLATES = 5
FEWEST = 2
"""Articles from which on there is something to learn."""
_HELD = 0.9
"""Of an article's text that its container must hold."""
_NEARLY_AS_MANY = 0.9
"""Of the pages on which some element does so."""
_LEAST = 0.2
"""Of an article's text in an element that may be one of several containers."""
_SECOND = 3
"""Articles from which on pages that no template holds make one of their own."""
_SAME_STORY = 0.6
"""Of the shorter article's lines that another one has too: a copy, or a later state of it."""
_KNOWN = 10
"""Articles from which on a line must stand on three pages, on two days, to be one that is repeated."""
_LINKED = 0.6
_BESIDE = 0.8
_BESIDE_PAGES = 0.5
_MOST_BESIDE = 3
_PROSE = 80
"""Characters of a block, on average, that is prose."""
_MOST_OUTSIDE = 200
_MOST_MAKES = 200
_MOST_CONTAINERS = 100
_ASIDES = frozenset({EMBEDDED_POST, FACT_BOX, LIVE_POST, TABLE})
"""Rules that know a block wherever it stands, and apply to what a template reads as well."""
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
    ordered = sorted(
        pool, key=lambda labels: (labels.story, labels.day or date.min, labels.to_bytes()), reverse=True
    )
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
    left = list(articles)
    while len(left) >= (_SECOND if templates else FEWEST) and len(templates) < MOST_TEMPLATES:
        chosen = _container(left)
        if chosen is None:
            break
        selector, held = chosen
        if len(held) >= (_SECOND if templates else FEWEST):
            templates.append(_template(selector, held, kind))
        left = [labels for labels in left if all(labels is not one for one in held)]
    return templates


@dataclass(slots=True)
class _Candidate:
    """A selector, and how it does on the pages of a source."""

    held: list[int] = field(default_factory=list)
    """Numbers of the pages whose text it holds."""
    purity: list[float] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)


def _container(articles: Sequence[Labels]) -> tuple[Selector, list[Labels]] | None:
    """The selector that holds the text of most pages, the purest, then the deepest; and those pages."""
    candidates: defaultdict[Selector, _Candidate] = defaultdict(_Candidate)
    for number, labels in enumerate(articles):
        for selector, purity, depth in _holding(labels):
            candidate = candidates[selector]
            candidate.held.append(number)
            candidate.purity.append(purity)
            candidate.depth.append(depth)
    most = max((len(c.held) for c in candidates.values()), default=0)
    fitting = {selector: c for selector, c in candidates.items() if len(c.held) >= _NEARLY_AS_MANY * most}
    best = max(fitting, key=lambda selector: (_worth(fitting[selector]), selector), default=None)
    return (best, [articles[number] for number in fitting[best].held]) if best else None


def _worth(candidate: _Candidate) -> tuple[float, float]:
    return round(20 * median(candidate.purity)) / 20, median(candidate.depth)


def _holding(labels: Labels) -> list[tuple[Selector, float, int]]:
    """The selectors that hold a page's text, each with the share of text in what it holds, and its depth."""
    outline = labels.outline
    text, everything = Counter[int](), Counter[int]()
    for block, rule in zip(outline.blocks, labels.rules, strict=True):
        for above in outline.above(block.node):
            everything[above] += block.size
            text[above] += block.size if rule is None else 0
    likely = [n for n, size in text.items() if size >= _LEAST * labels.size and _may_hold(labels, n)]
    found = []
    for selector in sorted({selector for n in likely for selector in selectors_of(outline, n)}):
        places = holders_in(selector, _MOST_CONTAINERS, outline)
        inside = sum(text[place] for place in places)
        if inside >= _HELD * labels.size:
            depth = max(sum(1 for _ in outline.above(place)) for place in places)
            found.append((selector, inside / sum(everything[place] for place in places), depth))
    return found


def _may_hold(labels: Labels, number: int) -> bool:
    """Whether an element may be a container: never a paragraph itself."""
    return tag_of_node(labels.outline.nodes[number]) not in PARAGRAPHS


@dataclass(slots=True)
class _Make:
    """What is known of the blocks of one make."""

    pages: set[int] = field(default_factory=set)
    blocks: int = 0
    size: int = 0
    kept: int = 0
    fresh: int = 0
    """Characters of blocks that stand on no other page."""
    kept_fresh: int = 0
    between: int = 0
    """Blocks that have text of the article before and behind them."""
    rules: Counter[str] = field(default_factory=Counter)


def _template(selector: Selector, held: Sequence[Labels], kind: ArticleKind) -> Template:
    everywhere = [holders_in(selector, _MOST_CONTAINERS, labels.outline) for labels in held]
    count = max(_needed(labels, found) for labels, found in zip(held, everywhere, strict=True))
    places = [holders_in(selector, count, labels.outline) for labels in held]
    inside: defaultdict[str, _Make] = defaultdict(_Make)
    beside: defaultdict[str, _Make] = defaultdict(_Make)
    above: Counter[str] = Counter()
    repeated = _repeated(held)
    lines: Counter[int] = Counter()
    for page, (labels, found) in enumerate(zip(held, places, strict=True)):
        outline, holders = labels.outline, found
        within = _within(labels, holders)
        text = [number for _, number in labels.kept() if number in within]
        seen = False
        for number, (block, rule) in enumerate(zip(outline.blocks, labels.rules, strict=True)):
            seen = seen or number in within
            if rule in _ASIDES:
                continue
            if number in within:
                make = outline.make_within(block, holders)
                _count(inside[make], page, block.size, rule, fresh=block.key not in repeated)
                inside[make].between += bool(text) and text[0] < number < text[-1]
                if block.key in repeated:
                    lines[block.key] += 1 if rule is not None else -1
            else:
                make = make_outside(outline, block)
                _count(beside[make], page, block.size, rule, fresh=True)
                above[make] += -1 if seen else 1
    makes = {make: _verdict(inside[make]) for make in _most_common(inside, _MOST_MAKES)}
    makes |= _promoted({make: inside[make] for make in makes}, makes)
    texts = {make for make, one in beside.items() if _is_beside(one, len(held))}
    template = Template(
        number=0,
        version=1,
        kind=kind,
        container=selector,
        count=count,
        makes=makes,
        lines=frozenset(key for key, times in lines.items() if times > 0 and key),
        beside={make: above[make] > 0 for make in sorted(texts)},
        outside=frozenset(
            sorted(make for make, one in beside.items() if tag_of(make) == "p" and _is_outside(one))[
                :_MOST_OUTSIDE
            ]
        ),
        learned_from=len(held),
        median=int(median(labels.size for labels in held)),
        agreement=0.0,
    )
    return replace(template, agreement=median(agreement_with(template, labels) for labels in held))


def _needed(labels: Labels, places: frozenset[int]) -> int:
    """How many of the containers on a page have text of the article in them."""
    nodes = (block.node for block, _ in labels.kept())
    return len({above for node in nodes for above in labels.outline.above(node) if above in places})


def _most_common(makes: Mapping[str, _Make], most: int) -> list[str]:
    """The makes that stand on most pages."""
    return sorted(makes, key=lambda make: (-len(makes[make].pages), -makes[make].size, make))[:most]


def agreement_with(template: Template, labels: Labels) -> float:
    """How far a template reads a page as it was read without one; 0 where it refuses it."""
    judged = judge(template, labels.outline)
    if judged.refusal is not None:
        return 0.0
    known = [None if rule in _ASIDES else rule for rule in labels.rules]
    rules = [
        other if rule in _ASIDES else own
        for rule, own, other in zip(labels.rules, judged.rules, known, strict=True)
    ]
    return agreement(rules, known, labels.outline.blocks)


def _within(labels: Labels, holders: frozenset[int]) -> frozenset[int]:
    """The numbers of the blocks in one of these elements."""
    outline = labels.outline
    return frozenset(
        number
        for number, block in enumerate(outline.blocks)
        if not holders.isdisjoint(outline.above(block.node))
    )


def _count(make: _Make, page: int, size: int, rule: str | None, *, fresh: bool) -> None:
    make.pages.add(page)
    make.blocks += 1
    make.size += size
    make.fresh += size if fresh else 0
    if rule is None:
        make.kept += size
        make.kept_fresh += size if fresh else 0
    elif rule != LEFT_OUT:
        make.rules[rule.partition(":")[0]] += 1


def _repeated(held: Sequence[Labels]) -> frozenset[int]:
    """Keys of lines that stand on several pages, on several days once many are known."""
    pages: defaultdict[int, set[int]] = defaultdict(set)
    for page, labels in enumerate(held):
        for block in labels.outline.blocks:
            if block.key:
                pages[block.key].add(page)
    known = len(held) >= _KNOWN
    return frozenset(
        key
        for key, found in pages.items()
        if len(found) >= (3 if known else 2) and (not known or len({held[page].day for page in found}) > 1)
    )


def _verdict(make: _Make) -> str | None:
    """None for text, else the rule: that by which most of it was taken out, if one did."""
    kept, size = (make.kept_fresh, make.fresh) if make.fresh else (make.kept, make.size)
    if kept > 0.5 * size:
        return None
    named = make.rules.most_common(1)
    return named[0][0] if named and named[0][1] > 0.5 * make.blocks else DROPPED


def _promoted(makes: dict[str, _Make], verdicts: dict[str, str | None]) -> dict[str, None]:
    """Makes of prose that extraction left out beside the text it took: the first paragraph, a drop cap.

    And those of headings and list items among it: they are lost where it takes a page's paragraphs alone.
    """
    held = Counter[tuple[str, str]]()
    for make, one in makes.items():
        if verdicts[make] is None:
            held[_tag_and_parent(make)] += one.kept
    largest = {beside for beside, size in held.items() if size >= 0.25 * sum(held.values())}
    left_out = {
        make: one
        for make, one in makes.items()
        if verdicts[make] == DROPPED
        and not make.startswith(LINKED)
        and not one.rules
        and one.fresh >= 0.9 * one.size
    }
    return {
        make: None
        for make, one in left_out.items()
        if (_tag_and_parent(make) in largest and one.size >= _PROSE * one.blocks)
        or (one.between == one.blocks and is_set_among(make, {parent for _, parent in largest}))
    }


def _tag_and_parent(make: str) -> tuple[str, str]:
    return tag_of(make), make_around(make)


def _is_beside(make: _Make, pages: int) -> bool:
    return (
        len(make.pages) >= max(2, _BESIDE_PAGES * pages)
        and make.kept >= _BESIDE * make.size
        and make.blocks <= _MOST_BESIDE * len(make.pages)
    )


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
    one = [agreement_with(old, labels) for labels in pages]
    other = [agreement_with(newer, labels) for labels in pages]
    return newer if sum(other) >= sum(one) - (1 - _STAYS) * len(pages) else old


def _is_outside(make: _Make) -> bool:
    """Whether blocks outside the container are none of the text, as far as they are known."""
    return make.kept <= (1 - _BESIDE) * make.size
