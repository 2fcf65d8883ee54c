"""Why a fetch failed, in words that a person and a table understand."""

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from scrapy import exceptions
from scrapy.http import Response

from crawler.addresses import AddressRefused, PrivateAddress
from crawler.health.network import AGAIN, OurNetworkDown
from crawler.politeness import CrawlStopping, HostResting, HostTaken
from crawler.refusals import ForbiddenByRobots, ProxyOutOfReach, RobotsUnreachable
from storage.redacted import without_secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why no page came, and what that says about trying again."""

    reason: str
    """Counted under this name: "unknown host", "timeout", "http 503"…"""
    detail: str | None = None
    retry: bool = True
    """Whether trying again may help."""
    this_run: bool = True
    """Whether trying again may help within minutes; a name that does not resolve rarely does."""
    retry_after: float | None = None
    """Seconds that the host asked for."""
    status: int | None = None
    gone: bool = False
    forbidden: bool = False
    visited: bool = True
    """False where nothing was asked of the host: the try does not count."""

    ours: bool = False
    """Our own network is at fault: as soon as that is back it may be tried again."""

    @property
    def tells_nothing(self) -> bool:
        """Whether it says nothing of the address, which could not be asked just now but may be later."""
        return self.retry and not self.visited


_TLS_OBJECT = re.compile(r" ssl:(?:<[^>]*>|\w+)")
"""What aiohttp says of how TLS was to be spoken, which is a Python object."""


_CREDENTIALS = re.compile(r"^(\w+://)[^/?#]*@")
"""A user's name and password in an address, which none of ours has that is fetched."""


class FetchFailed(Exception):
    """An address could not be fetched. `failure` says why."""

    def __init__(self, url: str, failure: Failure) -> None:
        detail = f" ({failure.detail})" if failure.detail else ""
        shown = _CREDENTIALS.sub(r"\1", url)
        super().__init__(f"{shown}: {failure.reason}{detail}")
        self.url = url
        self.failure = failure


def failure_of_exception(error: BaseException) -> Failure:
    """What an exception of the download means. An unknown kind is told by its own name, and tried again."""
    detail = without_secrets(_TLS_OBJECT.sub("", str(error))[:2000])[:300] or type(error).__name__
    match error:
        case ForbiddenByRobots():
            return Failure(reason="robots.txt", detail=detail, retry=False, forbidden=True, visited=False)
        case RobotsUnreachable():
            return Failure(reason=error.reason, detail=detail, visited=False)
        case PrivateAddress() if error.resolved:  # who answers for the names of others may not tomorrow
            return Failure(reason=error.reason, detail=detail, this_run=False)
        case AddressRefused() if error.led_to:
            return Failure(reason=error.reason, detail=detail, this_run=False)
        case AddressRefused():
            return Failure(reason=error.reason, detail=detail, retry=False, visited=False)
        case HostTaken():
            return Failure(reason="host taken", detail=detail, retry_after=error.seconds, visited=False)
        case HostResting():
            return Failure(reason="host asked to wait", retry_after=error.seconds, visited=False)
        case OurNetworkDown():
            return Failure(
                reason="our network is down", detail=detail, retry_after=AGAIN, visited=False, ours=True
            )
        case ProxyOutOfReach():
            return Failure(reason="proxy out of reach", detail=detail, this_run=False, visited=False)
        case CrawlStopping():
            return Failure(reason="stopped", visited=False)
        case exceptions.CannotResolveHostError():
            return Failure(reason="unknown host", detail=detail, this_run=False)
        case exceptions.DownloadConnectionRefusedError() if isinstance(
            error.__cause__, (aiohttp.ClientSSLError, ssl.SSLError)
        ):
            return Failure(reason="tls error", detail=detail, this_run=False)
        case exceptions.DownloadConnectionRefusedError():
            return Failure(reason="connection refused", detail=detail, this_run=False)
        case exceptions.DownloadTimeoutError():
            return Failure(reason="timeout", detail=detail)
        case exceptions.ResponseDataLossError():
            return Failure(reason="cut short", detail=detail)
        case exceptions.DownloadCancelledError():
            return Failure(reason="too large", detail=detail, retry=False)
        case exceptions.UnsupportedURLSchemeError() | exceptions.NotSupported():
            return Failure(reason="address not fetched", detail=detail, retry=False)
        case exceptions.IgnoreRequest() if "max redirections" in detail:
            return Failure(reason="redirect loop", detail=detail, retry=False)
        case exceptions.IgnoreRequest() if "decompression" in detail:
            return Failure(reason="too large", detail=detail, retry=False)
        case exceptions.DownloadFailedError():
            return Failure(reason="connection lost", detail=detail)
        case _:
            return Failure(reason="broken answer", detail=f"{type(error).__name__}: {detail}")


def failure_of_response(response: Response, now: datetime, *, conditional: bool = False) -> Failure | None:
    """What an HTTP status means; None where it is an answer to use: 2xx, or 304 to a conditional request."""
    status = response.status
    if 200 <= status < 300 or (status == 304 and conditional):
        return None
    gone = status in (404, 410)
    return Failure(
        reason=f"http {status}",
        status=status,
        retry=not gone and status not in (400, 405, 406, 414, 451),
        this_run=status >= 500 or status in (408, 425, 429),
        retry_after=retry_after(response, now) if status in (429, 503) else None,
        gone=gone,
    )


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds of the Retry-After header, given as seconds or as a date (RFC 9110, 10.2.3); at most a day."""
    header = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if header.isascii() and header.isdigit():
        seconds = float(header[:9])
    else:
        try:
            when = parsedate_to_datetime(header)
            seconds = (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), 86400.0)
