"""The hosts whose addresses are behaviours: one small function each, and the table of routes."""

from collections import Counter
from dataclasses import dataclass, field

from newsite.behaviours import answers, documents, edits, encodings, robots, seeds, transport
from newsite.behaviours.call import Behaviour, Call
from newsite.exchange import Answer, Request, plain_answer
from newsite.wire import Wire

ROUTES: dict[str, Behaviour] = {
    # A route also answers for what follows it behind a slash: that is its call's `rest`.
    "/": seeds.home,
    "/article": answers.article,
    "/status": answers.status,
    "/retry-after": answers.retry_after,
    "/flaky": answers.flaky,
    "/redirect-loop": answers.redirect_loop,
    "/redirect-to": answers.redirect_to,
    "/redirect-chain": answers.redirect_chain,
    "/slow": transport.slow,
    "/stall": transport.stall,
    "/drip": transport.drip,
    "/cut": transport.cut,
    "/chunked": transport.chunked,
    "/huge": transport.huge,
    "/endless": transport.endless,
    "/reset": transport.reset,
    "/hang-up": transport.hang_up,
    "/not-http": transport.not_http,
    "/charset": encodings.charset,
    "/broken-bytes": encodings.broken_bytes,
    "/gzip": encodings.coded,
    "/brotli": encodings.coded,
    "/zstd": encodings.coded,
    "/plain": encodings.plain,
    "/gzip-not": encodings.wrongly_coded,
    "/gzip-cut": encodings.truncated_gzip,
    "/gzip-bomb": encodings.gzip_bomb,
    "/bomb": encodings.bomb,
    "/sitemap-bomb.xml.gz": encodings.sitemap_bomb,
    "/pdf": documents.pdf,
    "/image": documents.image,
    "/json": documents.json_document,
    "/untyped": documents.untyped,
    "/empty": documents.empty,
    "/deep": documents.deep,
    "/wide": documents.many_elements,
    "/edited": edits.edited,
    "/soft-404": documents.soft_404,
    "/app": documents.noscript,
    "/feed.xml": seeds.feed,
    "/mixed-feed.xml": seeds.mixed_feed,
    "/broken-feed": seeds.broken_feed,
    "/empty-feed": seeds.empty_feed,
    "/html-feed": seeds.html_feed,
    "/strange-feed": seeds.feed_of_strangers,
    "/entity-feed": seeds.entity_feed,
    "/vast-feed.xml": seeds.vast_feed,
    "/deep-feed.xml": seeds.deep_feed,
    "/loop-sitemap.xml": seeds.loop_sitemap,
    "/endless-sitemap.xml": seeds.endless_sitemap,
    "/cut-sitemap.xml": seeds.cut_sitemap,
    "/rules/robots.txt": robots.ordinary,
}


@dataclass(frozen=True, kw_only=True)
class BehaviourSite:
    """One host of them; all have the same routes, each its own robots.txt."""

    host: str
    robots: Behaviour
    attempts: Counter[str] = field(default_factory=Counter)

    def forbids(self, path: str) -> bool:
        return path.startswith(robots.CLOSED) or (self.robots is robots.closing and path != "/robots.txt")

    async def respond(self, request: Request, wire: Wire, edition: int) -> Answer | None:
        behaviour, rest = self._route(request.path)
        if behaviour is None:
            return plain_answer(404, "no such behaviour\n")
        self.attempts[request.target] += 1
        try:
            call = Call(request=request, wire=wire, rest=rest, attempts=self.attempts, edition=edition)
            return await behaviour(call)
        except (ValueError, KeyError) as error:  # an address that names no number, or no such variant
            return plain_answer(404, f"no such variant: {error}\n")

    def _route(self, path: str) -> tuple[Behaviour | None, str]:
        if path == "/robots.txt":
            return self.robots, ""
        if path.startswith("/sitemap-") and path not in ROUTES:
            return seeds.numbered_sitemap, path.removeprefix("/sitemap-")
        first, _, rest = path[1:].partition("/")
        return ROUTES.get(path) or ROUTES.get(f"/{first}"), "" if path in ROUTES else rest


def behaviour_sites() -> tuple[BehaviourSite, ...]:
    """Every such host, none asked yet."""
    return tuple(BehaviourSite(host=host, robots=rules) for host, rules in robots.ROBOTS.items())
