"""A scheduled visit asks for the feed, and where that has news, for the new pages."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from crawler.crawl import crawl_source
from crawler.desk import Desk
from newsite.press import Press
from storage.agenda import set_schedule
from storage.models import RunState, Seed
from storage.sources import SourceDraft, add_source


async def visit(desk: Desk, press: Press, source_id: int, host: str) -> tuple[Sequence[str], int]:
    """What a run asks for that looks for news, and how much of that had not changed."""
    press.forget()
    await desk.archive.write(lambda session: set_schedule(session, source_id, "every 1 h", None))
    report = await crawl_source(desk, source_id, scheduled=True)
    assert report is not None
    assert report.state is RunState.DONE
    return sorted(press.stats[host].paths.elements()), press.stats[host].not_modified


@pytest.mark.parametrize(
    ("host", "first_told_by", "not_modified"),
    [
        ("www.harbour-gazette.example", "/feed/", 1),
        ("radio-ansty.example", "/rss.xml", 1),
        ("visnyk-zarichchia.example", "/atom.xml", 1),
        ("www.obertal-anzeiger.example", "/", 0),  # no feed, and a front page without validators
    ],
)
async def test_what_has_not_changed_costs_one_request_a_feed(
    desk: Desk, press: Press, host: str, first_told_by: str, not_modified: int
) -> None:
    draft = SourceDraft(name=host, url=f"http://{host}/")
    source_id = await desk.archive.write(lambda session: add_source(session, draft, datetime.now(UTC)).id)
    asked, _ = await visit(desk, press, source_id, host)
    assert len(asked) > 8
    assert await visit(desk, press, source_id, host) == ([first_told_by], not_modified)
    before = {truth.url for truth in press.articles}
    press.publish(2)
    asked, _ = await visit(desk, press, source_id, host)
    new = {truth.path for truth in press.articles if truth.host == host and truth.url not in before}
    changed = {truth.path for truth in press.articles if truth.host == host and truth.edition == 2}
    pages = [path for path in asked if path != first_told_by]
    assert len(pages) == len(set(pages))
    assert {path.partition("&")[0] for path in pages} <= new | changed
    assert len(pages) >= len(new) > 0
    seeds = await desk.archive.read(lambda session: session.scalars(select(Seed)).all())
    assert all(seed.failures == 0 for seed in seeds)
