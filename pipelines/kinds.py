"""What sort of page an article stands on: told by the page's own data, else by how it is made."""

from collections.abc import Collection, Sequence

from lxml.html import HtmlElement

from pipelines.article import ArticleKind, Image
from pipelines.fingerprint import count_words
from pipelines.lines import Line, text_of_lines
from pipelines.live import is_live_blog
from pipelines.metadata.head import Head
from pipelines.metadata.jsonld import types_of

_GALLERIES = frozenset({"ImageGallery", "MediaGallery", "PhotoGallery"})
_FEWEST_PICTURES = 6
"""Of a gallery that does not say so."""
_WORDS_A_PICTURE = 30
"""Words of text for each picture, below which the pictures are what the page is about."""
_LITTLE_PROSE = 120
"""Words beside a player, below which the film is what the page is about; twice as many where it says so."""
_PLAYERS = ("youtube.com/embed", "youtube-nocookie.com/embed", "player.vimeo.com", "dailymotion.com/embed")


def kind_of(
    head: Head, tree: HtmlElement, lines: Sequence[Line], images: Sequence[Image], rules: Collection[str]
) -> ArticleKind:
    """The kind of a page; `rules` are those by which something was taken out of it before extraction."""
    if is_live_blog(head.nodes) or "live post" in rules:
        return ArticleKind.LIVE_BLOG
    types = {name for node in head.nodes for name in types_of(node)}
    pictures = sum(image.caption is not None for image in images)
    most = max(2 * _LITTLE_PROSE, _WORDS_A_PICTURE * pictures if pictures >= _FEWEST_PICTURES else 0)
    words = count_words(text_of_lines(lines), most)
    if types & _GALLERIES or (pictures >= _FEWEST_PICTURES and words < _WORDS_A_PICTURE * pictures):
        return ArticleKind.GALLERY
    told = (head.meta("og:type") or "").lower().startswith("video")
    told = told or ("VideoObject" in types and head.article is None)
    if words < (2 * _LITTLE_PROSE if told else _LITTLE_PROSE) and (told or _has_player(tree)):
        return ArticleKind.VIDEO
    return ArticleKind.ARTICLE


def _has_player(tree: HtmlElement) -> bool:
    """Whether a film stands in the document's article or main element."""
    around = next(tree.iter("article", "main"), None)
    if around is None:
        return False
    frames = (frame.get("src") or frame.get("data-src") or "" for frame in around.iter("iframe"))
    return any(player in address for address in frames for player in _PLAYERS) or (
        next(around.iter("video"), None) is not None
    )
