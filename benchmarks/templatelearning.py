"""What pages teach of their site, for templates.py, and from how many articles on it is used."""

import importlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipelines.article import Reading
from pipelines.cleaning import Cleaning
from pipelines.templates import template
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.template import Templates

TEACH = Cleaning(teach=True)


@contextmanager
def thresholds(fewest: int | None) -> Iterator[None]:
    """Have templates read, and correct, from `fewest` articles on; None: as in production."""
    correct: Any = importlib.import_module("pipelines.templates.correct")  # it has a name of its own for it
    before = template.FAST_FROM, correct.CORRECTS_FROM
    if fewest is not None:
        template.FAST_FROM = correct.CORRECTS_FROM = fewest
    try:
        yield
    finally:
        template.FAST_FROM, correct.CORRECTS_FROM = before


def learned(readings: Iterable[Reading]) -> Templates:
    return learn_templates(Labels.from_bytes(one.labels) for one in readings if one.labels is not None)


def learned_from_others(readings: Sequence[Reading]) -> Iterator[Templates]:
    """For each page, what the others teach."""
    for own in readings:
        yield learned(one for one in readings if one is not own)
