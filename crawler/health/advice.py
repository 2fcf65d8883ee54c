"""What to do for a source that is not well, in words that name the command."""

import shlex

from crawler.health.verdict import Health
from storage.facts import Evidence


def advice(state: Health, name: str, url: str, reason: str | None, evidence: Evidence) -> str | None:
    """What to do; None where there is nothing to be done."""
    source, address = shlex.quote(name), shlex.quote(url)
    match state:
        case Health.GONE:
            return (
                "If it stands elsewhere now: copydesk add NEWADDRESS. If not, copydesk sources remove "
                f"{source} forgets it and keeps its articles. Until then it is still tried, ever less often."
            )
        case Health.MOVED:
            return (
                f"copydesk add {shlex.quote(evidence.leads_to or 'NEWADDRESS')} follows it there; then "
                f"copydesk sources remove {source}: its articles stay."
            )
        case Health.BLOCKED:
            return _of_blocked(source, reason or "")
        case Health.FAILING:
            return _of_failing(source, address, reason or "")
        case Health.BROKEN:
            return _of_broken(source, evidence)
        case Health.QUIET:
            return (
                f"See whether it publishes: {url}. If it does, copydesk add {address} --preview shows what "
                f"it offers to poll now; copydesk status {source} shows what is polled."
            )
    return None


def _of_blocked(source: str, reason: str) -> str:
    if "robots.txt" in reason:
        ask = "Its robots.txt forbids it: ask the publisher"
    elif "login" in reason or "http 401" in reason or "http 402" in reason:
        ask = "It wants readers to sign in, which copydesk does not: ask the publisher for another way"
    else:
        ask = "Set `contact` and a longer crawl.delay in copydesk.toml, or ask the publisher to let us in"
    return (
        f"{ask}. copydesk sources disable {source} lets it rest; copydesk crawl {source} --limit 1 tries it."
    )


def _of_failing(source: str, address: str, reason: str) -> str:
    if reason.partition(",")[0] == "port":
        return f"If its pages stand at that port, name it in crawl.ports: {address}"
    if "private address" in reason:
        return f"If it is meant to stand in your own network, name its host in crawl.allow_private: {address}"
    if "feed" in reason or "sitemap" in reason or "http 4" in reason:
        return (
            f"What is polled is not there any more: copydesk add {address} --preview shows what the site "
            f"offers. To take that: copydesk sources remove {source}, then copydesk add {address}; its "
            "articles stay."
        )
    return f"It is tried again by itself, ever less often. copydesk crawl {source} --limit 1 tries it now."


def _of_broken(source: str, evidence: Evidence) -> str:
    bad, good = evidence.first_bad, evidence.last_good
    look = f"copydesk extract {shlex.quote(bad.url)} shows what is read now" if bad else "Look at its pages"
    before = f"; copydesk show {good.article_id} what was before" if good and good.article_id else ""
    return (
        f"{look}{before}. If its pages are no articles any more, copydesk sources disable {source}; if they "
        "are, copydesk reads its new layout wrongly: please tell us of that page."
    )
