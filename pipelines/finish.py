"""Makes an article of the copy that was read of a page, or says why it is none."""

from collections.abc import Sequence

from pipelines.article import Article, ArticleKind, Reading
from pipelines.asides import STAYING
from pipelines.cleaning import RULES_VERSION, put_back
from pipelines.copy import Copy
from pipelines.corrections import corrections_in
from pipelines.fingerprint import fingerprint
from pipelines.kinds import kind_of
from pipelines.language import language_of
from pipelines.lines import Line, removed_of, text_of_lines
from pipelines.metadata.agencies import credited_agency
from pipelines.metadata.canonical import believed_canonical
from pipelines.metadata.record import Metadata
from pipelines.metadata.rights import reservations_in
from pipelines.page import Page
from pipelines.rules import apply_learned, lines_from_scripts
from pipelines.validate import verdict_on_text


def finish(copy: Copy) -> Reading:
    """The article, with what the source's own lines tell to leave out; or the verdict."""
    opened, metadata = copy.opened, copy.metadata
    apply_learned(copy.lines, copy)
    rules = {block.aside.rule for block in copy.taken}
    kind = kind_of(opened.head, opened.tree, copy.lines, copy.images, rules)
    lines = lines_from_scripts(copy) or copy.lines
    put_back(lines, opened.cleaning.keep | STAYING)
    dated = metadata.published is not None and metadata.published.origin != "guess"
    if verdict := verdict_on_text(opened.page, opened.head, copy.layout, lines, dated=dated):
        return verdict
    return Reading(article=_article(copy, lines, kind))


def _article(copy: Copy, lines: Sequence[Line], kind: ArticleKind) -> Article:
    opened, metadata = copy.opened, copy.metadata
    page, text = opened.page, text_of_lines(lines)
    published = metadata.published
    title = metadata.title or text.partition("\n")[0][:120]
    return Article(
        url=page.url,
        canonical_url=_canonical(page, metadata),
        title=title,
        text=text,
        kicker=metadata.kicker,
        standfirst=metadata.standfirst,
        authors=metadata.authors,
        published_at=published.when if published else None,
        modified_at=metadata.modified_at,
        date_precision=("minute" if published.has_time else "day") if published else None,
        date_from=published.origin if published else None,
        date_confidence=metadata.date_confidence,
        date_flag=metadata.date_flag,
        dates=metadata.dates,
        language=language_of(opened.head, opened.tree.get("lang") or opened.tree.get("xml:lang"), text),
        image=metadata.image,
        section=metadata.section,
        tags=metadata.tags,
        credit=metadata.credit or credited_agency(text, [line.text for line in lines]),
        access=metadata.access,
        reservations=tuple(dict.fromkeys([*page.reserved, *reservations_in(opened.head, page.headers)])),
        removed=removed_of(lines),
        corrections=corrections_in([title, metadata.standfirst, *(line.text for line in lines)]),
        makes=tuple(line.make for line in lines),
        rules_version=RULES_VERSION,
        learned_version=opened.cleaning.learned.version if opened.cleaning.learned else None,
        fingerprint=fingerprint(text),
        kind=kind,
        images=copy.images,
    )


def _canonical(page: Page, metadata: Metadata) -> str:
    try:
        return believed_canonical(page.url, metadata.canonicals, page.site_url)
    except ValueError:  # a page from a file may have no address, or one that is no http(s) address
        return page.url
