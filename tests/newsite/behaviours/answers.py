"""Behaviours that are whole answers: statuses, redirects, retries."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

from newsite.behaviours.articles import numbered_page
from newsite.behaviours.call import Call
from newsite.exchange import Answer, html_answer, plain_answer, redirect


async def article(call: Call) -> Answer:
    """/article/N: an ordinary page."""
    page = numbered_page(int(call.rest))
    return Answer(body=page.encode(), etag=True)


async def status(call: Call) -> Answer:
    """/status/404 and any other."""
    code = int(call.rest)
    return html_answer(
        f"<!doctype html><title>{code}</title><h1>{code}</h1><p>As you asked.</p>", status=code
    )


async def retry_after(call: Call) -> Answer:
    """/retry-after/429: that status `?times=` times (1), then an article. `?seconds=` (1), `?form=date`."""
    if call.attempt > call.number("times", 1):
        return html_answer(numbered_page(429))
    seconds = call.number("seconds", 1)
    told = f"{seconds:g}"
    if call.request.parameter("form") == "date":
        told = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    body = b"too many requests\n"
    return Answer(
        status=int(call.rest), body=body, content_type="text/plain", headers=(("Retry-After", told),)
    )


async def flaky(call: Call) -> Answer:
    """/flaky?fail=2: fails so often (with `?status=`, 503), then is an article; counted per full address."""
    if call.attempt <= call.number("fail", 1):
        return plain_answer(int(call.number("status", 503)), "try again\n")
    return html_answer(numbered_page(200))


async def redirect_loop(call: Call) -> Answer:
    """/redirect-loop: there and back again."""
    return redirect(302, "/redirect-loop/back" if not call.rest else "/redirect-loop")


async def redirect_to(call: Call) -> Answer:
    """/redirect-to?url=…: anywhere, also to hosts that a crawler must not visit. `?status=` (302)."""
    wanted = call.request.parameter("url", "/")
    return redirect(int(call.number("status", 302)), quote(wanted, safe=":/?&=%#[]@!$'()*+,;~"))


async def redirect_chain(call: Call) -> Answer:
    """/redirect-chain/5: so many redirects, then an article."""
    left = int(call.rest)
    return redirect(301, f"/redirect-chain/{left - 1}") if left else html_answer(numbered_page(301))
