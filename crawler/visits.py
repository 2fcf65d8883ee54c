"""Says in the archive's terms what a request for a page came to."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from crawler.assignment import Assignment
from crawler.failures import Failure
from crawler.fetch import header
from crawler.revisit import retry_at
from pipelines.article import Reading, Rejection
from pipelines.metadata.canonical import canonical_url, is_front_page
from pipelines.store import Visited
from storage.frontier import DuePage
from storage.models import PageState


def visited(
    job: Assignment, page: DuePage, now: datetime, response: Response | None, **outcome: Any
) -> Visited:
    """A visit and its outcome: `reading`, `unchanged`, or what `failed` gives."""
    answer: dict[str, Any] = {}
    if response is not None:
        answer = {
            "status": response.status,
            "size": len(response.body),
            "milliseconds": round(1000 * response.meta.get("download_latency", 0.0)),
            "final_url": response.url if response.meta.get("redirect_times") else None,
            "etag": header(response, "ETag"),
            "last_modified": header(response, "Last-Modified"),
            "body_hash": body_hash(response) if response.status != 304 else None,
        }
    return Visited(page_id=page.id, source_id=job.source_id, run_id=job.run_id, at=now, **answer, **outcome)


def body_hash(response: Response) -> str:
    """SHA-256, hexadecimal, of a body as it was decoded from its transfer."""
    return hashlib.sha256(response.body).hexdigest()


def is_unchanged(page: DuePage, response: Response) -> bool:
    """Whether a page with an article is what was last read: the server says so, or its body is the same."""
    if response.status == 304:
        return True
    return page.article_id is not None and page.body_hash == body_hash(response)


def led_away(page: DuePage, url: str, home: str | None, reading: Reading | None = None) -> Failure | None:
    """That an article's page is gone, where `url`, to which its address leads now, is a front page.

    Or a section page, which only a `reading` can tell. Only on the site's own host: many a consent form and
    login page stands at a root, and sends the reader back. `home` is the source's address.
    """
    asked, final = canonical_url(page.url), canonical_url(url)
    if page.article_id is None or asked is None or final is None or final == asked:
        return None
    if _host(final) not in {_host(asked), _host(home or "")}:
        return None
    where = None
    if is_front_page(final, home) and not is_front_page(asked, home):
        where = Rejection.FRONT_PAGE
    elif reading is not None and reading.rejection in (Rejection.FRONT_PAGE, Rejection.SECTION_PAGE):
        where = reading.rejection
    return (
        Failure(reason=str(where), detail=f"it leads to {final}", retry=False, gone=True) if where else None
    )


def unread(reading: Reading) -> Failure | None:
    """That a page could not be read, which may be no fault of its own: it is tried again, ever more rarely.

    A worker that is killed, by whoever is short of memory, or that was frozen with the machine, says nothing
    of its page.
    """
    if reading.rejection not in (Rejection.TIMEOUT, Rejection.WORKER_DIED):
        return None
    return Failure(reason=str(reading.rejection), detail=reading.detail, this_run=False)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def failed(
    job: Assignment, page: DuePage, now: datetime, failure: Failure, response: Response | None = None
) -> Visited:
    """A visit that gave no page, and when to try again."""
    state = PageState.GONE if failure.gone else PageState.FORBIDDEN if failure.forbidden else PageState.FAILED
    return visited(
        job,
        page,
        now,
        response,
        failure=failure.reason,
        detail=failure.detail,
        failed_as=state,
        attempted=failure.visited,
        due_at=retry_at(failure, page.attempts + failure.visited, job.desk.retries, now),
    )
