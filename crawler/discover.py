"""Finds out what a site offers to poll: its feeds, news sitemaps and sitemaps, or else its front page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response

from crawler.desk import Desk
from crawler.discovery.autodetect import WELL_KNOWN_PATHS, kind_of, seeds_in_page
from crawler.discovery.candidates import absolute
from crawler.discovery.feeds import NotAFeed
from crawler.discovery.sitemaps import NotASitemap
from crawler.errand import run_errand
from crawler.failures import FetchFailed
from crawler.fetch import FetchOne, header, page_of
from crawler.rights import respecting
from crawler.seeds.answers import SeedReading, parse, read_seed
from crawler.seeds.reader import was_stopped
from crawler.workers import WorkLost
from pipelines.article import Reading
from pipelines.page import Page
from storage.candidates import Candidate
from storage.models import SeedKind
from storage.sources import SeedDraft

PROBES = 12
"""Addresses tried of those that the page and robots.txt name."""
SUFFICIENT = {SeedKind.FEED, SeedKind.SITEMAP, SeedKind.NEWS_SITEMAP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What a site offers."""

    url: str
    """Its home, after redirects."""
    name: str
    """A name for it: its host, without "www."."""
    seeds: tuple[SeedDraft, ...]
    problems: tuple[str, ...] = ()
    """What the site names, but could not be read, and why."""


class DiscoveryFailed(Exception):
    """What a site offers cannot be told now; the message names the address that failed, and the reason.

    It does not answer at all, or what it names may answer at another time, or the crawl is being stopped.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Why an address gave no seed."""

    text: str
    may_pass: bool = False
    """Whether it may give one at another time."""


def is_site_address(url: str) -> bool:
    """Whether an address names a site rather than an article: a bare host, or a language's root ("/en/")."""
    parts = urlsplit(url if "://" in url else f"//{url}")
    path = parts.path.strip("/")
    return not parts.query and (not path or (len(path) == 2 and path.isalpha()))


def with_schemes(url: str) -> tuple[str, ...]:
    """The addresses that a person may mean by one: as it stands, or without a scheme https, then http."""
    return (url,) if "://" in url else (f"https://{url}", f"http://{url}")


async def discover(desk: Desk, url: str) -> Discovery:
    """What the site at `url` offers to poll. Raises DiscoveryFailed."""
    return await run_errand(desk, url, lambda fetch: explore(desk, fetch, url, {}))


async def explore(desk: Desk, fetch: FetchOne, url: str, answers: dict[str, Response]) -> Discovery:
    """As `discover`, inside a crawl that is under way. `answers` receives what was fetched, by address."""
    home = await _home(fetch, url)
    own_kind = await _kind_of(desk, home)
    found = {home.url: own_kind} if own_kind else {}
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(home.url))
    site = origin + "/" if own_kind else home.url
    named = [] if own_kind else await _named(desk, home, origin)
    problems = await _probe(desk, fetch, _fresh(named, found)[:PROBES], found, answers)
    if not SUFFICIENT & set(found.values()):
        guesses = [urljoin(origin, path) for path in WELL_KNOWN_PATHS]
        await _probe(desk, fetch, _fresh(guesses, found), found, answers)
    if not found:
        # A seed that is stored stays: the links of the front page must not stand in for a feed that is down.
        if passing := [problem.text for problem in problems if problem.may_pass]:
            raise DiscoveryFailed(passing[0])
        found[home.url] = SeedKind.SECTION
    answers[home.url] = home
    return Discovery(
        url=site,
        name=(urlsplit(site).hostname or site).removeprefix("www."),
        seeds=tuple(SeedDraft(url=address, kind=kind) for address, kind in found.items()),
        problems=tuple(problem.text for problem in problems),
    )


async def _named(desk: Desk, home: Response, origin: str) -> list[str]:
    """The addresses that a front page and its host's robots.txt name as feeds and sitemaps."""
    of_robots = (absolute(address, origin) for address in desk.rules.sitemaps_of(origin))
    try:
        in_page = await parse(desk.workers, home.body, seeds_in_page, home.url, header(home, "Content-Type"))
    except WorkLost:
        in_page = ()
    return [*in_page, *(address for address in of_robots if address)]


async def _kind_of(desk: Desk, answer: Response) -> SeedKind | None:
    try:
        return await parse(desk.workers, answer.body, kind_of, answer.url, header(answer, "Content-Type"))
    except WorkLost:
        return None  # what cannot be read within our limits is nothing to poll


async def _home(fetch: FetchOne, url: str) -> Response:
    failed: FetchFailed | None = None
    for address in with_schemes(url):
        try:
            return await fetch(address, patient=len(with_schemes(url)) == 1)
        except FetchFailed as error:
            failed = failed or error
    raise DiscoveryFailed(str(failed)) from failed


async def _probe(
    desk: Desk,
    fetch: FetchOne,
    addresses: Iterable[str],
    found: dict[str, SeedKind],
    answers: dict[str, Response],
) -> list[_Problem]:
    """Fetch addresses and keep those that parse as a feed or a sitemap; what became of the others.

    Raises DiscoveryFailed where the crawl is being stopped.
    """
    problems = []
    for address in addresses:
        try:
            answer = await fetch(address, patient=False)
        except FetchFailed as failed:
            if was_stopped(failed):
                raise DiscoveryFailed(str(failed)) from failed
            may_pass = failed.failure.retry and failed.failure.this_run
            problems.append(_Problem(text=str(failed), may_pass=may_pass))
            continue
        if kind := await _kind_of(desk, answer):
            found.setdefault(answer.url, kind)
            answers[answer.url] = answer
        else:
            problems.append(_Problem(text=f"{address}: neither a feed nor a sitemap"))
    return problems


def _fresh(addresses: Iterable[str], known: dict[str, SeedKind]) -> list[str]:
    return [address for address in dict.fromkeys(addresses) if address not in known]


async def preview(desk: Desk, discovery: Discovery, count: int = 3) -> list[Reading]:
    """The first articles of a site as they would be stored; nothing is. Pages that fail are left out."""
    return await run_errand(desk, discovery.url, lambda fetch: _sample(desk, fetch, discovery, count))


async def _sample(desk: Desk, fetch: FetchOne, discovery: Discovery, count: int) -> list[Reading]:
    readings: list[Reading] = []
    tries = 0
    for candidate in await _candidates(desk, fetch, discovery.seeds, 3 * count):
        if len([r for r in readings if r.article]) == count or tries == 3 * count:
            break
        tries += 1
        try:
            answer = await fetch(candidate.url)
        except FetchFailed:
            continue
        hints = candidate.title, candidate.published_at, None
        page = page_of(answer, discovery.url, *hints, desk.reserved(answer.url) or ())
        reading = await desk.workers.read(page, desk.cleaning)
        readings.append(respecting(reading, desk.config.rights.exclude))
    return readings


async def _candidates(
    desk: Desk, fetch: FetchOne, seeds: Sequence[SeedDraft], wanted: int
) -> list[Candidate]:
    """Candidates of the first seeds that have any; one level down where a seed is an index of sitemaps."""
    found: list[Candidate] = []
    queue = list(seeds)
    while queue and len(found) < wanted:
        seed = queue.pop(0)
        try:
            reading = await _read(desk, await fetch(seed.url), seed.kind)
        except (FetchFailed, NotAFeed, NotASitemap, WorkLost):
            continue
        found += reading.candidates
        if seed in seeds:
            queue += reading.children[:2]
    return found


async def _read(desk: Desk, answer: Response, kind: SeedKind) -> SeedReading:
    content_type = header(answer, "Content-Type")
    return await parse(desk.workers, answer.body, read_seed, kind, answer.url, content_type)


async def fetch_page(desk: Desk, url: str) -> Page:
    """One page, fetched with a crawl's manners. Raises FetchFailed."""
    answer = await run_errand(desk, url, lambda fetch: fetch(url))
    return page_of(answer, reserved=desk.reserved(answer.url) or ())
