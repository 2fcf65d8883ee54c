"""A page's bytes in, an article or the reason why it is none out."""

import logging

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from pipelines.article import Article, Reading, Rejection
from pipelines.canonical import believed_canonical, canonical_url
from pipelines.fingerprint import fingerprint
from pipelines.page import Page

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read_page(page: Page) -> Reading:
    """Read a page. Never raises for bad input: a page that cannot be read comes back as a rejection."""
    tree = load_html(page.body) if page.body.strip() else None
    if tree is None:
        return Reading(rejection=Rejection.EMPTY, detail="nothing to read")
    document = bare_extraction(tree, url=page.url, include_comments=False, with_metadata=True)
    if not isinstance(document, Document) or not document.text:
        return Reading(rejection=Rejection.NO_TEXT, detail="no main text found")
    if canonical_url(page.url) is None:
        return Reading(rejection=Rejection.UNREADABLE, detail="not an http(s) address")
    return Reading(
        article=Article(
            url=page.url,
            canonical_url=believed_canonical(page.url, [document.url] if document.url else [], page.site_url),
            title=document.title or page.hint_title or "",
            text=document.text,
            fingerprint=fingerprint(document.text),
        )
    )
