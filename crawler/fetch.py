"""Fetches one address inside a crawl, with its manners: seeds, probes, single pages."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import FetchFailed, failure_of_exception, failure_of_response
from crawler.revisit import WITHIN_RUN, Retries, retry_at
from pipelines.page import Page


async def fetch(crawler: Crawler, url: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer of an address: 2xx, or 304 where `headers` are conditional. Raises FetchFailed."""
    request = Request(url, headers=dict(headers or {}), callback=NO_CALLBACK, dont_filter=True)
    assert crawler.engine is not None
    try:
        response = await crawler.engine.download_async(request)
    except Exception as error:
        raise FetchFailed(url, failure_of_exception(error)) from error
    if failure := failure_of_response(response, datetime.now(UTC)):
        raise FetchFailed(url, failure)
    return response


async def fetch_patiently(
    crawler: Crawler, url: str, headers: Mapping[str, str] | None, retries: Retries
) -> Response:
    """As `fetch`, trying again as often as a run does for a page. Raises the last FetchFailed."""
    attempts = 0
    while True:
        try:
            return await fetch(crawler, url, headers)
        except FetchFailed as failed:
            attempts += 1
            now = datetime.now(UTC)
            again = retry_at(failed.failure, attempts, retries, now)
            if not failed.failure.visited or again is None or again - now > WITHIN_RUN:
                raise
            await asyncio.sleep((again - now).total_seconds())


def header(response: Response, name: str) -> str | None:
    """A header's value; None where it is missing or empty."""
    value = response.headers.get(name)
    return value.decode("latin-1").strip() or None if value else None


def page_of(
    response: Response,
    site_url: str | None = None,
    hint_title: str | None = None,
    hint_published_at: datetime | None = None,
) -> Page:
    """A page for the workers, from the answer that brought it and what a seed said of it."""
    return Page(
        url=response.url,
        body=response.body,
        content_type=header(response, "Content-Type"),
        status=response.status,
        site_url=site_url,
        hint_title=hint_title,
        hint_published_at=hint_published_at,
    )
