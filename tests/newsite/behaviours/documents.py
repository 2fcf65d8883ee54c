"""Behaviours of the document: what is no HTML, empty, too deep, or no article."""

import zlib
from struct import pack

from newsite.behaviours.articles import article_page, numbered_page, paragraphs_of, published_of
from newsite.behaviours.call import Call
from newsite.exchange import HTML, Answer, html_answer

DEPTH = 50_000

_PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200]>> endobj
trailer <</Root 1 0 R>>
%%EOF
"""


async def pdf(call: Call) -> Answer:
    """/pdf: a document of another kind; /pdf/as-html says it is HTML."""
    return Answer(body=_PDF, content_type=HTML if call.rest == "as-html" else "application/pdf")


async def image(call: Call) -> Answer:
    """/image: a PNG of one pixel; /image/as-html says it is HTML."""
    return Answer(body=_png(), content_type=HTML if call.rest == "as-html" else "image/png")


async def json_document(call: Call) -> Answer:
    """/json: an article as an interface would give it; /json/as-html says it is HTML."""
    kind = HTML if call.rest == "as-html" else "application/json"
    return Answer(
        body=b'{"title": "Repairs", "body": ["A crew went back to the sea wall."]}', content_type=kind
    )


async def untyped(call: Call) -> Answer:
    """/untyped: an article without any Content-Type."""
    return html_answer(numbered_page(70), content_type=None)


async def empty(call: Call) -> Answer:
    """/empty: no byte; /empty/spaces and /empty/tags: nothing to read."""
    return html_answer(
        {"spaces": " \n" * 40, "tags": "<html><body><div></div></body></html>"}.get(call.rest, "")
    )


async def deep(call: Call) -> Answer:
    """/deep: DEPTH nested elements, and a paragraph at the bottom."""
    nested = "<div>" * DEPTH + paragraphs_of(71)[0] + "</div>" * DEPTH
    return html_answer(article_page("Far down", paragraphs_of(71), published_of(71), before=nested))


async def many_elements(call: Call) -> Answer:
    """/wide?elements=200000: an article behind that many siblings."""
    spans = "<b>x</b> " * int(call.number("elements", 200_000))
    return html_answer(
        article_page("Far along", paragraphs_of(72), published_of(72), before=f"<p>{spans}</p>")
    )


async def soft_404(call: Call) -> Answer:
    """/soft-404: "page not found", served as 200."""
    return html_answer(
        '<!doctype html><html lang="en"><title>Page not found | Behaviours</title><h1>Page not found</h1>'
        "<p>Sorry, the page you are looking for does not exist or has been moved. "
        'Try the <a href="/">front page</a> or search for it.</p></html>'
    )


async def noscript(call: Call) -> Answer:
    """/app: the shell of an application whose text only a browser would load."""
    return html_answer(
        '<!doctype html><html><head><title>App</title><script src="/bundle.js"></script></head><body>'
        '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript></body>'
    )


def _png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    size = pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\0\x1f\x4e\x79")
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", size) + part(b"IDAT", pixel) + part(b"IEND", b"")
