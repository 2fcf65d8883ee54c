"""What is an article, and what else was served in its place."""

import json
from collections.abc import Callable

import pytest

from pipelines.article import Reading, Rejection
from pipelines.extract import read_page
from pipelines.page import Page

Read = Callable[..., Reading]
URL = "https://www.marrowpost.example/news/harbour-bridge-closed"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "text/html"),
        (b'{"title": "Bridge closed"}', "application/json"),
        (b'[{"a": "<p>Bridge closed</p>"}]', "application/json"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "application/xml"),
        (b"<?xml version='1.0'?><urlset></urlset>", "text/xml"),
        (b"Just some words", "text/plain"),
        (b"Just some words", None),
        (b"<html></html>", "video/mp4"),
        (b"PK\x03\x04", "application/zip"),
        # a program, and noise, with a "<" somewhere
        (b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x03\0>\0<html><p>" + b"\0" * 60, None),
        (bytes(range(256)) * 8 + b"<p>", "text/html; charset=utf-8"),
    ],
)
def test_what_is_not_html_is_told_by_its_bytes(body: bytes, content_type: str | None) -> None:
    reading = read_page(Page(url=URL, body=body, content_type=content_type))
    assert reading.rejection is Rejection.NOT_HTML
    assert reading.detail


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n ",
        b"<html></html>",
        b"<html><body></body></html>",
        b"<html><body><script>x</script></body></html>",
        b"<html><frameset><frame src='a'></frameset></html>",
        b"<!-- nothing -->",
        b"<p>...</p>",
    ],
)
def test_a_page_without_a_word_is_empty(body: bytes) -> None:
    assert read_page(Page(url=URL, body=body, content_type="text/html")).rejection is Rejection.EMPTY


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-16", None),
        ("utf-16-le", "text/html; charset=utf-16le"),
        ("iso2022_jp", "text/html; charset=iso-2022-jp"),
    ],
)
def test_wide_characters_are_no_binary_file(
    page: Callable[..., str], encoding: str, content_type: str | None
) -> None:
    body = page(lang="ja").replace('<meta charset="utf-8">', "").encode(encoding)
    assert read_page(Page(url=URL, body=body, content_type=content_type)).article


def test_a_stray_zero_makes_no_binary_file(page: Callable[..., str]) -> None:
    body = page().replace("<head>", "<head>\0\0").encode()
    assert read_page(Page(url=URL, body=body)).article


@pytest.mark.parametrize(
    "content_type", [None, "text/html", "application/xhtml+xml", "text/plain", "x/y", ";;"]
)
def test_html_is_read_whatever_its_type_says(page: Callable[..., str], content_type: str | None) -> None:
    assert read_page(Page(url=URL, body=page().encode(), content_type=content_type)).article


def _html(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("document", "rejection"),
    [
        (
            _html(
                "Just a moment...",
                "<h1>www.marrowpost.example</h1><p>Verifying you are human. This may take a few seconds.</p>",
            ),
            Rejection.BOT_WALL,
        ),
        (
            _html("Marrow Post", "<p>Checking your browser before accessing marrowpost.example.</p>"),
            Rejection.BOT_WALL,
        ),
        (
            _html("Attention Required! | Shield", "<p>Please complete the security check</p>"),
            Rejection.BOT_WALL,
        ),
        (
            _html(
                "Access Denied", "<h1>Access Denied</h1><p>You don't have permission to access this page.</p>"
            ),
            Rejection.BOT_WALL,
        ),
        (
            _html("", "<script src='/cdn-cgi/challenge-platform/h/b.js'></script><p>One more step</p>"),
            Rejection.BOT_WALL,
        ),
        (_html("Вы не робот?", "<p>Подтвердите, что вы человек</p>"), Rejection.BOT_WALL),
        (
            _html(
                "Page not found | The Marrow Post",
                "<h1>404</h1><p>The page you are looking for has moved.</p>",
            ),
            Rejection.ERROR_PAGE,
        ),
        (_html("The Marrow Post - Page not found", "<p>We could not find it.</p>"), Rejection.ERROR_PAGE),
        (
            _html("Marrow Post", "<h1>Seite nicht gefunden</h1><p>Die gewünschte Seite existiert nicht.</p>"),
            Rejection.ERROR_PAGE,
        ),
        (_html("Página no encontrada", "<p>La página que busca no existe.</p>"), Rejection.ERROR_PAGE),
        (_html("Oops! Something went wrong", "<p>Please try again later.</p>"), Rejection.ERROR_PAGE),
        (_html("503 Service Unavailable", "<h1>Service Unavailable</h1>"), Rejection.ERROR_PAGE),
        (
            _html("Log in | The Marrow Post", "<form><label>Password</label><input type=password></form>"),
            Rejection.LOGIN,
        ),
        (
            _html(
                "Marrow Post",
                "<h1>Anmelden</h1><form>Kennwort <input type='password'></form><p>Passwort vergessen?</p>",
            ),
            Rejection.LOGIN,
        ),
        (
            _html(
                "Marrow Post",
                "<form><p>Your name</p><input name=u><p>Your password</p><input type=password></form>",
            ),
            Rejection.LOGIN,
        ),
        (_html("About", "<h1>About</h1><p>Not an article.</p>"), Rejection.STUB),
        (
            _html("Video", "<h1>The bridge from above</h1><p>A drone shows the piers at low tide.</p>"),
            Rejection.STUB,
        ),
    ],
)
def test_an_impostor_is_told_apart(read: Read, document: str, rejection: Rejection) -> None:
    reading = read(document)
    assert reading.rejection is rejection, reading
    assert reading.detail


@pytest.mark.parametrize(
    "title",
    [
        "404 reasons to visit the harbour",
        "Error in the tide tables cost the port a pier",
        "Access denied to divers at the second pier, says authority",
        "Just a moment of silence for the old bridge of Marrow",
        "Login scandal: port authority's passwords were on the wall",
        "Are you a robot? The port's new crane talks to its workers",
        "Not found: how the search for the missing ferry ended",
    ],
)
def test_an_article_about_such_things_is_an_article(read: Read, page: Callable[..., str], title: str) -> None:
    reading = read(page().replace("Harbour bridge closed for three weeks", title))
    assert reading.article is not None, reading
    assert reading.article.title == title


def _teasers(
    count: int, text: str = "Divers found cracks in two of its piers, and nobody knows what comes next."
) -> str:
    return "".join(
        f'<article class="teaser"><h3><a href="/news/story-{n}">Harbour story number {n} of the day</a></h3>'
        f"<p>{text}</p></article>"
        for n in range(count)
    )


LIST = {"@type": "CollectionPage", "name": "Harbour"}


@pytest.mark.parametrize(
    ("url", "body", "rejection"),
    [
        ("https://www.marrowpost.example/", _teasers(12), Rejection.FRONT_PAGE),
        ("https://www.marrowpost.example/en/", _teasers(12), Rejection.FRONT_PAGE),
        (
            "https://www.marrowpost.example/",
            "<h1>Marrow Post</h1><ul>"
            + '<li><a href="/s">A story of the day at the harbour</a></li>' * 20
            + "</ul>",
            Rejection.FRONT_PAGE,
        ),
        ("https://www.marrowpost.example/harbour", f"<h1>Harbour</h1>{_teasers(12)}", Rejection.SECTION_PAGE),
        (
            "https://www.marrowpost.example/tag/bridge",
            f"<h1>Bridge</h1>{_teasers(4)}",
            Rejection.SECTION_PAGE,
        ),
        (
            "https://www.marrowpost.example/tag/world",
            "<h1>World</h1><p>Stories about the world.</p><ul>"
            + '<li><a href="/s">A story of the day at the harbour</a></li>' * 20
            + "</ul>",
            Rejection.SECTION_PAGE,
        ),
        (
            "https://www.marrowpost.example/harbour",
            f'<script type="application/ld+json">{json.dumps(LIST)}</script><h1>Harbour</h1>'
            + '<p><a href="/s">A story of the day at the harbour</a></p>' * 20,
            Rejection.SECTION_PAGE,
        ),
    ],
)
def test_a_list_of_stories_is_no_story(read: Read, url: str, body: str, rejection: Rejection) -> None:
    reading = read(_html("The Marrow Post", body), url)
    assert reading.rejection is rejection, reading


def test_an_article_with_a_list_of_others_below_it_is_one(
    read: Read, page: Callable[..., str], paragraphs: list[str]
) -> None:
    head = '<meta property="og:type" content="article">'
    reading = read(page(after=f'<div class="more">{_teasers(20)}</div>', head=head))
    assert reading.article is not None, reading
    assert reading.article.text.split("\n") == paragraphs


def test_an_article_at_the_root_of_its_site_is_one(read: Read, page: Callable[..., str]) -> None:
    assert read(page(), "https://bridge.example/").article


def test_the_source_s_home_below_the_root_is_a_front_page() -> None:
    home = "https://www.marrowpost.example/local"
    document = _html("The Marrow Post", _teasers(12)).encode()
    assert read_page(Page(url=f"{home}/", body=document, site_url=home)).rejection is Rejection.FRONT_PAGE


FREE = (
    '<script type="application/ld+json">'
    '{"@type": "NewsArticle", "headline": "x", "isAccessibleForFree": %s}</script>'
)
TEASER = (
    "<h1>Bridge closed</h1><p>Divers found cracks in two piers of the harbour bridge on Monday, and the "
    "council must now decide what to do about them.</p>"
)


@pytest.mark.parametrize(
    ("document", "is_article"),
    [
        # a short report is an article, the same before a paywall is not
        (_html("Bridge closed", TEASER, FREE % "true"), True),
        (_html("Bridge closed", TEASER + "<p>Subscribe to continue reading.</p>", FREE % "false"), False),
        (_html("Bridge closed", TEASER + "<div>Already a subscriber? Log in</div>", FREE % "true"), False),
    ],
)
def test_a_teaser_before_a_paywall_is_a_stub(read: Read, document: str, is_article: bool) -> None:
    reading = read(document)
    assert (reading.article is not None) == is_article, reading
    if not is_article:
        assert reading.rejection is Rejection.STUB


def test_a_whole_article_that_is_not_free_is_one(read: Read, page: Callable[..., str]) -> None:
    long = page(
        "<p>Nobody at the quay had expected the cracks to be as deep as they are, Halloran said.</p>" * 3
    )
    assert read(long.replace("</head>", FREE % "false" + "</head>")).article
