"""Behaviours of robots.txt, one a host: `robots-500.example` and so on."""

import asyncio

from newsite.behaviours.call import Behaviour, Call
from newsite.exchange import Answer, html_answer, plain_answer, redirect

CLOSED = "/private/"


async def ordinary(call: Call) -> Answer:
    return plain_answer(200, f"User-agent: *\nDisallow: {CLOSED}\n")


async def failing(call: Call) -> Answer:
    """A server that cannot say: everything is forbidden (RFC 9309, 2.3.1.4)."""
    return plain_answer(500, "out of order\n")


async def missing(call: Call) -> Answer:
    """No rules: everything is allowed (RFC 9309, 2.3.1.3)."""
    return plain_answer(404, "none\n")


async def denied(call: Call) -> Answer:
    """Also "unavailable", and so allowed."""
    return plain_answer(403, "no\n")


async def slow(call: Call) -> Answer:
    await asyncio.sleep(call.number("seconds", 30))
    return await ordinary(call)


async def moved(call: Call) -> Answer:
    return redirect(301, "/rules/robots.txt")


async def page(call: Call) -> Answer:
    """A web page in its place, as sites that answer everything with their front page send."""
    return html_answer("<!doctype html><title>Welcome</title><p>Welcome. Disallow: nothing.</p>")


async def closing(call: Call) -> Answer:
    return plain_answer(200, "User-agent: *\nDisallow: /\n")


async def delaying(call: Call) -> Answer:
    return plain_answer(200, f"User-agent: *\nCrawl-delay: 0.3\nDisallow: {CLOSED}\n")


async def huge(call: Call) -> Answer:
    """A megabyte of rules; a crawler need not read more than 500 kB (RFC 9309, 2.5)."""
    rules = "".join(f"Disallow: /nothing/{n}\n" for n in range(45_000))
    return plain_answer(200, f"User-agent: *\nDisallow: {CLOSED}\n{rules}")


ROBOTS: dict[str, Behaviour] = {
    "behaviours.example": ordinary,
    "robots-500.example": failing,
    "robots-404.example": missing,
    "robots-403.example": denied,
    "robots-slow.example": slow,
    "robots-moved.example": moved,
    "robots-html.example": page,
    "robots-closed.example": closing,
    "robots-delay.example": delaying,
    "robots-huge.example": huge,
}
"""The hosts that behave; they differ in nothing but this."""
