"""Pages of one host that are read together inform one another: what they repeat is taken out of each."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from pipelines.article import Article, Reading
from pipelines.article_lines import lines_in, with_lines
from pipelines.cleaning import put_back
from pipelines.learned import Learned, mark_learned
from pipelines.learning import Sample, learn


def inform(
    readings: Sequence[tuple[str | None, Reading]], keep: Collection[str] = frozenset()
) -> list[Reading]:
    """The readings of a batch, each with the host it is from, cleaned by what the pages of its host repeat.

    They come back in the order given. One without a host stands alone. The order in which the pages of a host
    come makes no difference. `keep`: rules whose lines stay, as in pipelines/cleaning.py.
    """
    by_host: defaultdict[str, list[Article]] = defaultdict(list)
    for host, reading in readings:
        if host and reading.article:
            by_host[host].append(reading.article)
    learned = {host: learn(map(_sample, articles)) for host, articles in by_host.items() if len(articles) > 1}
    return [_cleaned(reading, learned.get(host or ""), keep) for host, reading in readings]


def _sample(article: Article) -> Sample:
    return Sample(
        title=article.title,
        day=article.published_at.date() if article.published_at else None,
        story=article.fingerprint.text_hash,
        lines=lines_in(article),
    )


def _cleaned(reading: Reading, learned: Learned | None, keep: Collection[str]) -> Reading:
    if reading.article is None or learned is None:
        return reading
    lines = lines_in(reading.article)
    mark_learned(lines, learned)
    put_back(lines, keep)
    return replace(reading, article=with_lines(reading.article, lines, learned.version))
