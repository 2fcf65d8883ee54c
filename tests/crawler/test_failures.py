"""What exceptions and statuses mean for a page."""

from datetime import UTC, datetime

import aiohttp
import pytest
from scrapy import exceptions
from scrapy.http import Response

from crawler.addresses import CredentialsRefused, HostRefused, PortRefused, PrivateAddress, SchemeRefused
from crawler.failures import FetchFailed, failure_of_exception, failure_of_response, retry_after
from crawler.politeness import CrawlStopping, HostResting
from crawler.refusals import ForbiddenByRobots, ProxyOutOfReach, RobotsUnreachable

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "reason", "retry", "visited"),
    [
        (exceptions.CannotResolveHostError("x"), "unknown host", True, True),
        (exceptions.DownloadConnectionRefusedError("x"), "connection refused", True, True),
        (exceptions.DownloadTimeoutError("x"), "timeout", True, True),
        (exceptions.ResponseDataLossError("x"), "cut short", True, True),
        (exceptions.DownloadCancelledError("x"), "too large", False, True),
        (exceptions.DownloadFailedError("x"), "connection lost", True, True),
        (exceptions.IgnoreRequest("max redirections reached"), "redirect loop", False, True),
        (ForbiddenByRobots("x"), "robots.txt", False, False),
        (RobotsUnreachable("a", "unknown host"), "unknown host", True, False),
        (PrivateAddress("10.0.0.1", "10.0.0.1"), "private address", False, False),
        (
            PrivateAddress("a.example", "10.0.0.1"),
            "private address",
            True,
            True,
        ),  # its resolver may have erred
        (PortRefused("a.example", 22, own=False), "port", False, False),
        (CredentialsRefused("a.example"), "credentials", False, False),
        (HostRefused("a..example"), "host", False, False),
        (SchemeRefused("ftp"), "scheme", False, False),
        (HostResting("a", 90), "host asked to wait", True, False),
        (ProxyOutOfReach("http://p.example:3128", "unknown host"), "proxy out of reach", True, False),
        (CrawlStopping(), "stopped", True, False),
        (RuntimeError("odd"), "broken answer", True, True),
    ],
)
def test_each_exception_has_a_reason(error: Exception, reason: str, retry: bool, visited: bool) -> None:
    failure = failure_of_exception(error)
    assert (failure.reason, failure.retry, failure.visited) == (reason, retry, visited)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://ann:secret@a.example/@b", "http://a.example/@b: scheme"),
        ("http://a.example/?q=http://x@y", "http://a.example/?q=http://x@y: scheme"),
    ],
)
def test_no_password_is_told(url: str, told: str) -> None:
    error = FetchFailed(url, failure_of_exception(SchemeRefused("ftp")))
    assert str(error).startswith(told)
    assert error.url == url


def test_a_bad_certificate_is_told_from_a_closed_port() -> None:
    error = exceptions.DownloadConnectionRefusedError("x")
    error.__cause__ = aiohttp.ServerFingerprintMismatch(b"", b"", "a", 443)
    assert failure_of_exception(error).reason == "connection refused"
    error.__cause__ = aiohttp.ClientConnectorSSLError.__new__(aiohttp.ClientConnectorSSLError)
    assert failure_of_exception(error).reason == "tls error"


@pytest.mark.parametrize(
    ("status", "retry", "this_run", "gone"),
    [
        (403, True, False, False),
        (404, False, False, True),
        (410, False, False, True),
        (429, True, True, False),
        (451, False, False, False),
        (500, True, True, False),
        (503, True, True, False),
    ],
)
def test_statuses(status: int, retry: bool, this_run: bool, gone: bool) -> None:
    failure = failure_of_response(Response("http://a/", status=status), NOW)
    assert failure is not None
    assert failure.reason == f"http {status}"
    assert (failure.retry, failure.gone) == (retry, gone)
    assert not failure.retry or failure.this_run == this_run


@pytest.mark.parametrize("status", [200, 203])
def test_answers_are_no_failures(status: int) -> None:
    assert failure_of_response(Response("http://a/", status=status), NOW) is None


def test_a_304_answers_a_conditional_request_alone() -> None:
    response = Response("http://a/", status=304)
    assert failure_of_response(response, NOW, conditional=True) is None
    failure = failure_of_response(response, NOW)
    assert failure is not None
    assert failure.retry


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("Sun, 01 Nov 2026 12:02:00 GMT", 120),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
        ("99999999999999999999", 86400),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("²", None),
        ("Sun, 01 Nov 2026 12:02:00 +9999999", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after(Response("http://a/", status=503, headers={"Retry-After": header}), NOW) == seconds
