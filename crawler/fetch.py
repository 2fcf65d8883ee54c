"""Fetches one address inside a crawl, with its manners: seeds, probes, single pages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.addresses import place_of
from crawler.failures import FetchFailed, failure_of_exception, failure_of_response
from crawler.revisit import WITHIN_RUN, Retries, retry_at
from pipelines.metadata.rights import READ_HEADERS
from pipelines.page import Page
from storage.errors import StorageError

FetchOne = Callable[..., Awaitable[Response]]
"""What `fetcher` gives."""


async def fetch(
    crawler: Crawler,
    url: str,
    headers: Mapping[str, str] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Response:
    """The answer of an address: 2xx, or 304 where `headers` are conditional.

    Raises FetchFailed, with what Scrapy raised as its cause; StorageError if the archive failed meanwhile.
    """
    assert crawler.engine is not None
    try:
        place_of(url)  # before Scrapy stumbles over what is no address
        request = Request(
            url, headers=dict(headers or {}), meta=dict(meta or {}), callback=NO_CALLBACK, dont_filter=True
        )
        response = await crawler.engine.download_async(request)
    except StorageError:
        raise
    except Exception as error:
        raise FetchFailed(url, failure_of_exception(error)) from error
    conditional = is_conditional(response.request)
    if failure := failure_of_response(response, datetime.now(UTC), conditional=conditional):
        raise FetchFailed(url, failure)
    return response


async def fetch_patiently(
    crawler: Crawler,
    url: str,
    headers: Mapping[str, str] | None,
    retries: Retries,
    meta: Mapping[str, Any] | None = None,
) -> Response:
    """As `fetch`, trying again as often as a run does for a page. Raises the last FetchFailed."""
    attempts = 0
    while True:
        try:
            return await fetch(crawler, url, headers, meta)
        except FetchFailed as failed:
            attempts += 1
            now = datetime.now(UTC)
            again = retry_at(failed.failure, attempts, retries, now)
            if not failed.failure.visited or again is None or again - now > WITHIN_RUN:
                raise
            if not await _pause(crawler, (again - now).total_seconds()):
                raise


def fetcher(crawler: Crawler, retries: Retries) -> FetchOne:
    """A `fetch(url, headers=None, *, patient=True)` for one crawl; `patient`: try again as a run does."""

    async def fetch_one(
        url: str, headers: Mapping[str, str] | None = None, *, patient: bool = True
    ) -> Response:
        return await fetch_patiently(crawler, url, headers, retries if patient else Retries(times=0))

    return fetch_one


async def _pause(crawler: Crawler, seconds: float) -> bool:
    """Wait; False where the crawl was asked to stop meanwhile."""
    desk = getattr(crawler.spider, "desk", None)
    if desk is None:
        await asyncio.sleep(seconds)
        return True
    with suppress(TimeoutError):
        await asyncio.wait_for(desk.stopping.wait(), seconds)
    return not desk.stopping.is_set()


def is_conditional(request: Request | None) -> bool:
    """Whether a request carried validators, so that a 304 is an answer to it."""
    return request is not None and any(
        request.headers.get(name) for name in ("If-None-Match", "If-Modified-Since")
    )


def header(response: Response, name: str) -> str | None:
    """A header's value; None where it is missing or empty."""
    value = response.headers.get(name)
    return value.decode("latin-1").strip() or None if value else None


def headers_on_rights(response: Response) -> tuple[tuple[str, str], ...]:
    """The headers of an answer that may reserve rights, each as often as it came."""
    return tuple(
        (name, value.decode("latin-1")) for name in READ_HEADERS for value in response.headers.getlist(name)
    )


def moved_for_good(response: Response, asked: str) -> str | None:
    """Where permanent redirects (301, 308) led from the address `asked`; None where they led nowhere else.

    A temporary redirect on the way ends it: what stands behind it may be another tomorrow.
    """
    meta = response.request.meta if response.request else {}
    places = [*meta.get("redirect_urls", ()), response.url][1:]
    moved = asked
    for place, reason in zip(places, meta.get("redirect_reasons", ()), strict=False):
        if reason not in (301, 308):
            break
        moved = place
    return moved if moved != asked else None


def page_of(
    response: Response,
    site_url: str | None = None,
    hint_title: str | None = None,
    hint_published_at: datetime | None = None,
    seen_at: datetime | None = None,
    reserved: tuple[str, ...] = (),
) -> Page:
    """A page for the workers, from the answer that brought it and what a seed and its host said of it."""
    return Page(
        url=response.url,
        body=response.body,
        content_type=header(response, "Content-Type"),
        status=response.status,
        site_url=site_url,
        hint_title=hint_title,
        hint_published_at=hint_published_at,
        seen_at=seen_at,
        headers=headers_on_rights(response),
        reserved=reserved,
    )
