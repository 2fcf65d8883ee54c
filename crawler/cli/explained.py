"""How an explanation is shown: the story of one address, in order."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.cli.explained_article import (
    change_lines,
    cleaning_lines,
    date_lines,
    revision_lines,
    rights_lines,
    story_lines,
    verdict_lines,
)
from crawler.cli.terminal import console, counted, shown_size, styled
from crawler.cli.times import shown_time
from crawler.explain.explanation import Explanation
from storage.care.pruned import PRUNED
from storage.explain import Facts, KeptPage, KeptVisit
from storage.explain_sources import SeedAt

if TYPE_CHECKING:
    from crawler.explain.prospects import Prospect

_LABEL = 13
"""Columns before what is told."""
Section = tuple[str, Sequence[str]]
"""A label, and what is told under it, a line each."""


def show(explanation: Explanation, *, full: bool) -> None:
    """All of it, a section after the other; with `full`, what was taken out whole, and every copy."""
    out, facts = console(), explanation.facts
    title = facts.article.title if facts.article else None
    out.print(styled(title or explanation.canonical_url, "bold"), soft_wrap=True)
    for label, lines in _sections(explanation, full=full):
        for number, line in enumerate(lines):
            before = styled(f"{label if number == 0 else '':<{_LABEL}}", "dim")
            out.print(before.append(styled(line)), soft_wrap=True)


def _sections(explanation: Explanation, *, full: bool) -> Iterator[Section]:
    facts = explanation.facts
    yield "known", [_known(facts)]
    yield "address", list(_addresses(explanation))
    yield "seed", [line for seed in facts.seeds for line in _seed(seed)]
    yield "found", list(_found(facts.pages))
    yield "robots", list(_robots(explanation))
    yield "state", list(_state(explanation))
    yield "visits", list(_visits(facts))
    yield "verdict", list(verdict_lines(facts))
    if facts.article is not None:
        yield "date", list(date_lines(facts.article))
        yield "rights", list(rights_lines(facts.article))
        yield "cleaning", list(cleaning_lines(facts.article, facts.learned_version, full=full))
        yield "same story", list(story_lines(facts, full=full))
        yield "revisions", list(revision_lines(facts))
        yield "changes", list(change_lines(facts, full=full))
    yield "sources", [line for prospect in explanation.prospects for line in _prospect(prospect)]
    yield "fetch", list(_fetch(explanation))


def _known(facts: Facts) -> str:
    if (article := facts.article) is not None:
        kind = "" if article.kind == "article" else f" ({article.kind})"
        return f"article #{article.id}{kind} of {article.source or 'no source'}"
    if facts.pages and facts.pages[0].reason == PRUNED:
        return "a page whose article was pruned"
    if facts.pages:
        return "a page that gave no article" if facts.pages[0].visited_at else "a page, not fetched yet"
    if facts.homes:
        names = " and ".join(map(repr, facts.homes))
        return f"the home of {names}; its seeds are polled (`copydesk status` with its name lists them)"
    return "a seed, polled for news" if facts.seeds else "never met"


def _addresses(explanation: Explanation) -> Iterator[str]:
    """Every address that leads to it."""
    facts, told = explanation.facts, {explanation.canonical_url}
    yield explanation.canonical_url
    if facts.article is not None and facts.article.url not in told:
        told.add(facts.article.url)
        yield f"{facts.article.url} (where it was fetched, after redirects)"
    for page in facts.pages:
        if page.asked_url and page.asked_url not in told:
            told.add(page.asked_url)
            yield f"{page.asked_url} (as it is asked for)"
        if page.url not in told:
            told.add(page.url)
            yield f"{page.url} ({page.state}; leads to the same article)"
    for visit in facts.visits:
        if visit.final_url and visit.final_url not in told:
            told.add(visit.final_url)
            yield f"{visit.final_url} (redirected to)"


def _seed(seed: SeedAt) -> Iterator[str]:
    kind = str(seed.kind).replace("_", " ")
    yield f"{kind} of {seed.source!r}" + (f", named by {seed.parent}" if seed.parent else "")
    if seed.visited_at is None:
        yield "not polled yet"
        return
    answer = seed.error or (f"http {seed.status}" if seed.status else "no answer")
    failures = f", {counted(seed.failures, 'failure')} in a row" if seed.failures else ""
    due = f"; due {shown_time(seed.due_at)}" if seed.due_at else ""
    yield f"last polled {shown_time(seed.visited_at)}: {answer}{failures}{due}"
    if seed.moved_to:
        yield f"says that it has moved to {seed.moved_to}"


def _found(pages: Sequence[KeptPage]) -> Iterator[str]:
    for page in pages:
        where = "given by hand, or by a seed that is no more"
        if page.seed is not None:
            where = f"in {page.seed} ({str(page.seed_kind).replace('_', ' ')})"
        past = ", by a backfill" if page.priority else ""
        which = f": {page.url}" if len(pages) > 1 else ""
        yield f"{shown_time(page.found_at)} {where}{past}{_of(page.source)}{which}"
        hints = [
            f'"{page.hint_title}"' if page.hint_title else None,
            f"published {shown_time(page.hint_published_at)}" if page.hint_published_at else None,
            f"changed {shown_time(page.hint_modified_at)}" if page.hint_modified_at else None,
        ]
        if any(hints):
            yield f"  which said: {', '.join(filter(None, hints))}"


def _of(source: str | None) -> str:
    return f", for {source!r}" if source else ", for no source"


def _robots(explanation: Explanation) -> Iterator[str]:
    robots = explanation.robots
    yield robots.why
    read = f", read {shown_time(robots.read_at)}" if robots.read_at else ""
    yield f"{robots.robots_txt}{read}"
    asks = f" (it asks for {robots.crawl_delay:g} s)" if robots.crawl_delay else ""
    yield f"between two requests to the host: {explanation.delay:g} s{asks}"


def _state(explanation: Explanation) -> Iterator[str]:
    if (outlook := explanation.outlook) is None:
        return
    page = explanation.facts.pages[0]
    yield str(page.state) + (f": {page.reason}" if page.reason else "")
    article = explanation.facts.article
    if article is not None and article.gone_at is not None:
        yield f"gone from the web since {shown_time(article.gone_at)} ({article.gone_how})"
    if outlook.due_at is None:
        yield f"not fetched again by itself: {outlook.why}"
    elif outlook.overdue:
        yield f"due since {shown_time(outlook.due_at)}: {outlook.why}"
    else:
        yield f"due {shown_time(outlook.due_at)}: {outlook.why}"


def _visits(facts: Facts) -> Iterator[str]:
    if not facts.pages:
        return
    if not facts.visits_in_all:
        yield "none"
        return
    shown = len(facts.visits)
    yield counted(facts.visits_in_all, "visit") + (
        f"; the last {shown} (--all lists them)" if shown < facts.visits_in_all else ""
    )
    pages = {page.id: page.url for page in facts.pages} if len(facts.pages) > 1 else {}
    for visit in facts.visits:
        yield _visit(visit) + (f"  {pages[visit.page_id]}" if pages else "")


_NOT_ASKED = dict.fromkeys(
    ("robots.txt", "private address", "port", "credentials", "host", "scheme"), "not asked"
)
"""What a fetch that was never made says in place of a status, by its reason."""


def _visit(visit: KeptVisit) -> str:
    reason = (visit.reason or "").partition(":")[0]
    parts = [
        shown_time(visit.at),
        f"http {visit.status}" if visit.status else _NOT_ASKED.get(reason, "no answer"),
        shown_size(visit.size) if visit.size is not None else None,
        f"{visit.milliseconds:,} ms" if visit.milliseconds is not None else None,
        visit.outcome + (f": {visit.reason}" if visit.reason else ""),
        f"run {visit.run_id}" if visit.run_id is not None else None,
        f"→ {visit.final_url}" if visit.final_url else None,
    ]
    return "  ".join(part for part in parts if part)


def _prospect(prospect: "Prospect") -> Iterator[str]:
    problem = f", {prospect.failures} failed runs in a row" if prospect.failures else ""
    health = prospect.health + (f": {prospect.health_reason}" if prospect.health_reason else "")
    due = f"next run {shown_time(prospect.due_at)}" if prospect.due_at else "next run at once"
    state = (
        f"{health}{problem}; {due}" if prospect.enabled else "disabled: nothing of it is fetched by itself"
    )
    yield f"{prospect.source!r} ({state})"
    yield f"  would {'' if prospect.taken else 'not '}take it for a candidate: {prospect.why}"


def _fetch(explanation: Explanation) -> Iterator[str]:
    """Whether it would be fetched now, where nobody did yet."""
    facts = explanation.facts
    if facts.article is not None or facts.seeds or facts.homes:
        return
    if not explanation.prospects and not facts.is_known:
        follow = f"`copydesk add {_origin(explanation.url)}`"
        yield f"no source is on its site, so nothing finds it: {follow} follows the site"
    if explanation.obstacles:
        yield from (f"it would not be fetched: {obstacle}" for obstacle in explanation.obstacles)
    else:
        yield f"`copydesk crawl {explanation.url}` fetches it now"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
