"""Says in the archive's terms what a request for a page came to."""

from datetime import datetime
from typing import Any

from scrapy.http import Response

from crawler.assignment import Assignment
from crawler.failures import Failure
from crawler.fetch import header
from crawler.revisit import retry_at
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
        }
    return Visited(page_id=page.id, source_id=job.source_id, run_id=job.run_id, at=now, **answer, **outcome)


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
