"""An explanation as an object for a program."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from crawler.explain.explanation import Explanation
from storage.stored import StoredArticle


def as_object(explanation: Explanation) -> dict[str, Any]:
    """All of an explanation; of its article what concerns its origin, and not its text."""
    facts = explanation.facts
    article = facts.article
    return {
        "url": explanation.url,
        "canonical_url": explanation.canonical_url,
        "known": facts.is_known,
        "homes": list(facts.homes),
        "seeds": _objects(facts.seeds),
        "pages": _objects(facts.pages),
        "robots": asdict(explanation.robots),
        "delay": explanation.delay,
        "next": asdict(explanation.outlook) if explanation.outlook else None,
        "visits": {"total": facts.visits_in_all, "listed": _objects(facts.visits)},
        "article": _article_object(article) if article else None,
        "filed_by": asdict(facts.filed_by) if facts.filed_by else None,
        "learned_version_by_now": facts.learned_version,
        "original": asdict(facts.original) if facts.original else None,
        "copies": {"total": facts.copies_in_all, "listed": _objects(facts.copies)},
        "apart_from": list(facts.apart_from),
        "revisions": _objects(facts.states),
        "changes": _objects(facts.changes),
        "sources": _objects(explanation.prospects),
        "obstacles": list(explanation.obstacles),
    }


def _objects(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]


_ELSEWHERE = frozenset({"text", "makes", "images", "image", "standfirst", "kicker"})
"""What `copydesk show --json` tells."""


def _article_object(article: StoredArticle) -> dict[str, Any]:
    told = {name: value for name, value in asdict(article).items() if name not in _ELSEWHERE}
    return told | {"removed_by_rule": dict(Counter(line.rule for line in article.removed))}
