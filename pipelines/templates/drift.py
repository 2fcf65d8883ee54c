"""How well the templates of a source do: when to audit one, when to suspend all, when to learn anew."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from statistics import fmean
from typing import Any

from pipelines.article import TEMPLATE, Article
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import AGREE, Templates

LAST = 20
"""Pages, and audits, by which templates are judged."""
_MOST_REFUSED = 0.3
"""Of the last pages, from which on the site is made otherwise than it was."""
_FEWEST_AUDITS = 3
_UNTRIED = 20
"""Articles that a template was learned from, up to which it is audited often."""
_AUDIT_AT_FIRST, _AUDIT_LATER = 10, 50
"""Every so many pages, one is read both ways."""
_NO_FAULT = frozenset({Refusal.ANOTHER_KIND, Refusal.TOO_SHORT, Refusal.CONTRADICTED})
"""What says something of the page rather than of the template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What use the templates of a source were so far."""

    fast: int = 0
    """Pages that they read."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Pages that they did not, by the reason."""
    last: tuple[str, ...] = ()
    """Of the last pages on which they were tried, the newest last: "" where they read it, else the reason."""
    audits: tuple[float, ...] = ()
    """Of the last pages that were read both ways, the share of words on which these agreed."""

    def to_json(self) -> dict[str, Any]:
        return {
            "fast": self.fast,
            "refused": dict(sorted(self.refused.items())),
            "last": list(self.last),
            "audits": [round(share, 4) for share in self.audits],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Use":
        return cls(
            fast=value.get("fast", 0),
            refused=value.get("refused", {}),
            last=tuple(value.get("last", ())),
            audits=tuple(value.get("audits", ())),
        )

    @property
    def coverage(self) -> float | None:
        """The share of the last pages that templates read, 0 to 1; None if none was tried."""
        return self.last.count("") / len(self.last) if self.last else None


def outcome_of(article: Article) -> str | None:
    """How the templates did on a page: "" where they read it, else why not; None if none was tried."""
    if article.read_by == TEMPLATE:
        return ""
    return str(article.refused) if article.refused is not None else None


def is_fault(article: Article) -> bool:
    """Whether the templates refused a page for how it is made."""
    return article.refused is not None and article.refused not in _NO_FAULT


def noted(use: Use, outcomes: Iterable[str], audits: Iterable[float]) -> Use:
    """The use with what became of further pages."""
    new = list(outcomes)
    refused = Counter(use.refused) + Counter(outcome for outcome in new if outcome)
    return Use(
        fast=use.fast + new.count(""),
        refused=dict(refused),
        last=(*use.last, *new)[-LAST:],
        audits=(*use.audits, *audits)[-LAST:],
    )


def why_suspend(use: Use) -> str | None:
    """Why the templates are not to be used until they were learned anew; None if they are."""
    faults = sum(bool(outcome) and outcome not in _NO_FAULT for outcome in use.last)
    if len(use.last) == LAST and faults > _MOST_REFUSED * LAST:
        return f"{faults} of the last {LAST} pages were not made as they were before"
    if len(use.audits) >= _FEWEST_AUDITS and fmean(use.audits[-_FEWEST_AUDITS:]) < AGREE:
        shares = ", ".join(f"{share:.0%}" for share in use.audits[-_FEWEST_AUDITS:])
        return f"in the last audits they agreed on {shares} of the words"
    return None


def begun_anew(use: Use) -> Use:
    """The use of templates of which some are others than before: what those did says nothing of them."""
    return Use(fast=use.fast, refused=use.refused)


def is_audited(url: str, templates: Templates) -> bool:
    """Whether the page at an address is to be read both ways; the same of one page each time."""
    learned_from = max((template.learned_from for template in templates.templates), default=0)
    every = _AUDIT_AT_FIRST if learned_from < _UNTRIED else _AUDIT_LATER
    return int.from_bytes(blake2b(url.encode("utf-8", "surrogatepass"), digest_size=4).digest()) % every == 0


def holds(templates: Templates, agreements: Sequence[float]) -> bool:
    """Whether templates that were suspended may be used again, by how they read the newest pages kept."""
    return bool(templates.templates) and bool(agreements) and fmean(agreements) >= AGREE
