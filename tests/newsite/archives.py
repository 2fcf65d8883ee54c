"""Two sites with a long past: one has a sitemap for each month, one has lists to leaf through."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsite.behaviours.articles import NEWEST, article_page, paragraphs_of, title_of
from newsite.exchange import XML, Answer, Request, html_answer, plain_answer
from newsite.feeds import FeedEntry, rss
from newsite.sitemaps import MapEntry, sitemap, sitemap_index
from newsite.wire import Wire

STORIES = 46
"""One each seventeen days: a little more than two years."""
ON_A_PAGE = 6
IN_THE_FEED = 3


def published_of(number: int) -> datetime:
    """Number 1 is the newest."""
    return NEWEST - timedelta(days=17 * (number - 1))


def path_of(host: str, number: int) -> str:
    if host == "leaflet.example":
        return f"/story/{number}"
    return f"/{published_of(number):%Y/%m}/repairs-day-{number}"


@dataclass(frozen=True, kw_only=True)
class ArchiveSite:
    """chronicle.example has an index of sitemaps, a month each; leaflet.example lists of stories alone."""

    host: str

    def forbids(self, path: str) -> bool:
        return path.startswith("/2024/12/") and self.host == "chronicle.example"

    async def respond(self, request: Request, _wire: Wire, _edition: int) -> Answer:
        found = self._of_both(request) or (
            self._chronicle(request) if self.host == "chronicle.example" else self._leaflet(request)
        )
        return found or plain_answer(404, "Not found\n")

    def url(self, request: Request, number: int) -> str:
        return request.root + path_of(self.host, number)

    def _of_both(self, request: Request) -> Answer | None:
        if request.path == "/feed.xml":
            newest = [
                FeedEntry(url=self.url(request, n), title=title_of(n), published=published_of(n))
                for n in range(1, IN_THE_FEED + 1)
            ]
            return Answer(body=rss("Repairs", request.root, newest), content_type="text/xml", etag=True)
        number = next((n for n in range(1, STORIES + 1) if path_of(self.host, n) == request.path), None)
        if number is None:
            return None
        return html_answer(article_page(title_of(number), paragraphs_of(number), published_of(number)))

    def _chronicle(self, request: Request) -> Answer | None:
        months: dict[str, list[int]] = {}
        for number in range(1, STORIES + 1):
            months.setdefault(f"/sitemap-{published_of(number):%Y-%m}.xml", []).append(number)
        match request.path:
            case "/robots.txt":
                closed = "User-agent: *\nDisallow: /2024/12/\n"
                return plain_answer(200, f"{closed}Sitemap: {request.root}/index.xml\n")
            case "/":
                return self._page(request, range(1, IN_THE_FEED + 1), "")
            case "/index.xml":
                body = sitemap_index(MapEntry(url=request.root + path) for path in months)
                return Answer(body=body, content_type=XML, etag=True)
        if request.path not in months:
            return None
        rows = (MapEntry(url=self.url(request, n), modified=published_of(n)) for n in months[request.path])
        return Answer(body=sitemap(rows), content_type=XML, etag=True)

    def _leaflet(self, request: Request) -> Answer | None:
        """The last page answers for every number behind it, too; a calendar beside it has no end."""
        if request.path != "/" and not request.path.startswith("/page/"):
            return None
        number = min(int(request.path.removeprefix("/page/").strip("/") or 1), 1 + (STORIES - 1) // ON_A_PAGE)
        first = 1 + (number - 1) * ON_A_PAGE
        shown = int(request.path.removeprefix("/page/").strip("/") or 1)
        more = f'<a href="/page/{shown + 1}/">Older</a> <a href="/calendar/{shown + 1}">A week ago</a>'
        return self._page(request, range(first, min(first + ON_A_PAGE, STORIES + 1)), more)

    def _page(self, request: Request, numbers: Iterable[int], more: str) -> Answer:
        rows = "".join(
            f'<li><h2><a href="{self.url(request, n)}">{title_of(n)}, the report in full</a></h2></li>'
            for n in numbers
        )
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        return html_answer(
            f'<!doctype html><html lang="en"><head><title>Repairs</title>{feed}</head>'
            f"<body><h1>Repairs</h1><ul>{rows}</ul><p>{more}</p></body></html>"
        )


def archive_sites() -> tuple[ArchiveSite, ...]:
    """Both of them."""
    return tuple(ArchiveSite(host=host) for host in ("chronicle.example", "leaflet.example"))
