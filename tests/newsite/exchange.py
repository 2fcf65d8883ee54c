"""What passes between a client and the press: requests as they were asked, answers as they are meant."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.client import responses
from urllib.parse import parse_qsl

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, with its host named however it was asked: by a proxy's client, or directly."""

    method: str
    host: str
    """The publisher's host name, lower case, also where the client asked a port of its own."""
    authority: str
    """What stands between `http://` and the path in the client's eyes: a host name, or 127.0.0.1:port."""
    path: str
    """Percent-encoded, without the query."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    scheme: str = "http"

    @property
    def root(self) -> str:
        """What the site's own absolute links start with."""
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def parameter(self, name: str, default: str = "") -> str:
        return dict(parse_qsl(self.query, keep_blank_values=True)).get(name, default)

    def accepts(self, coding: str) -> bool:
        """Whether the client says it can undo this content coding."""
        offered = (part.split(";") for part in self.headers.get("accept-encoding", "").split(","))
        return any(name.strip() == coding and "q=0" not in "".join(rest) for name, *rest in offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response as a value; the server adds its length, the date and what keeps a connection open."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = HTML
    headers: tuple[tuple[str, str], ...] = ()
    last_modified: datetime | None = None
    etag: bool = False
    """Whether an ETag made from the body is sent, and If-None-Match understood."""
    coding: str | None = None
    """The content coding to use where the client accepts it; the body here is always the plain one."""

    @property
    def reason(self) -> str:
        return responses.get(self.status, "Unknown")


def html_answer(page: str, *, status: int = 200, content_type: str | None = HTML) -> Answer:
    return Answer(status=status, body=page.encode(), content_type=content_type)


def plain_answer(status: int, text: str) -> Answer:
    return Answer(status=status, body=text.encode(), content_type="text/plain; charset=utf-8")


def redirect(status: int, location: str) -> Answer:
    return Answer(
        status=status, body=b"moved\n", content_type="text/plain", headers=(("Location", location),)
    )


def etag_of(answer: Answer) -> str | None:
    return f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"' if answer.etag else None


def validators(answer: Answer) -> tuple[tuple[str, str], ...]:
    """The headers by which a client can ask later whether anything changed."""
    rows = []
    if etag := etag_of(answer):
        rows.append(("ETag", etag))
    if answer.last_modified:
        rows.append(("Last-Modified", format_datetime(answer.last_modified.astimezone(UTC), usegmt=True)))
    return tuple(rows)


def is_unchanged(request: Request, answer: Answer) -> bool:
    """Whether the client has this answer already; If-None-Match goes before dates (RFC 9110, 13.2.2)."""
    if answer.status != 200:
        return False
    if known := request.headers.get("if-none-match"):
        etag = etag_of(answer)
        return etag is not None and (known.strip() == "*" or etag in known)
    since = request.headers.get("if-modified-since")
    if since is None or answer.last_modified is None:
        return False
    try:
        return parsedate_to_datetime(since) >= answer.last_modified.replace(microsecond=0)
    except ValueError:
        return False
