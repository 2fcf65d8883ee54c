"""One form for each page's address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metadata.canonical import (
    MAX_LENGTH,
    believed_canonical,
    canonical_url,
    is_front_page,
    registered_domain,
)

SITE = "https://www.example.com"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        # case, port, fragment, empty path, dot segments
        ("HTTPS://WWW.Example.COM:443/News/A#top", f"{SITE}/News/A"),
        ("http://example.com:80", "http://example.com/"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        (f"{SITE}/a/./b/../c", f"{SITE}/a/c"),
        ("http://example.com./a", "http://example.com/a"),
        ("  https://www.example.com/a\n", f"{SITE}/a"),
        # one spelling of escapes, RFC 3986 6.2.2
        (f"{SITE}/%7euser/%e4%BD%a0", f"{SITE}/~user/%E4%BD%A0"),
        (f"{SITE}/你", f"{SITE}/%E4%BD%A0"),
        (f"{SITE}/a b|c", f"{SITE}/a%20b%7Cc"),
        (f"{SITE}/100%-sure", f"{SITE}/100%25-sure"),
        (f"{SITE}/a%2Fb", f"{SITE}/a%2Fb"),
        ("http://münchen.example/ä", "http://xn--mnchen-3ya.example/%C3%A4"),
        # tracking
        (f"{SITE}/a?utm_source=x&id=7&fbclid=abc", f"{SITE}/a?id=7"),
        (f"{SITE}/a?b=2&a=1", f"{SITE}/a?b=2&a=1"),
        (f"{SITE}/?20481", f"{SITE}/?20481"),
        (f"{SITE}/a?q=", f"{SITE}/a?q="),
        (f"{SITE}/a?ref=home", f"{SITE}/a"),
        (f"{SITE}/a?ref=20481", f"{SITE}/a?ref=20481"),
        (f"{SITE}/a?cid=31&gallery=2", f"{SITE}/a?cid=31&gallery=2"),
        (f"{SITE}/a;jsessionid=0A1B?x=1", f"{SITE}/a?x=1"),
        (f"{SITE}/a?wt_mc=rss.red&maca=de-rss", f"{SITE}/a"),
        # AMP
        (f"{SITE}/story/amp", f"{SITE}/story"),
        (f"{SITE}/story/amp/", f"{SITE}/story"),
        (f"{SITE}/story.amp.html", f"{SITE}/story.html"),
        (f"{SITE}/story?outputType=amp", f"{SITE}/story"),
        (f"{SITE}/story?amp=1&id=3", f"{SITE}/story?id=3"),
        (f"{SITE}/amp", f"{SITE}/amp"),
        ("https://amp.example.com/story", f"{SITE}/story"),
        ("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/story", f"{SITE}/story"),
        ("https://www.google.com/amp/s/www.example.com/story", f"{SITE}/story"),
        # mobile
        ("https://m.example.com/story", f"{SITE}/story"),
        ("https://mobile.example.co.uk/story", "https://www.example.co.uk/story"),
        ("https://en.m.example.org/story", "https://en.example.org/story"),
        ("https://m.com/story", "https://m.com/story"),
        # as they are
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("http://localhost:8000/a", "http://localhost:8000/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        # one wrapped in another
        ("https://www.google.com/amp/s/www.google.com/amp/s/paper.example/x", "https://paper.example/x"),
        ("https://m.google.com/amp/s/paper.example/x", "https://paper.example/x"),
        ("https://m.m.example.com/a", f"{SITE}/a"),
        ("https://en.m.m.example.com/a", "https://en.example.com/a"),
        (f"{SITE}/a/amp/amp", f"{SITE}/a"),
        (f"{SITE}/a/b/..amp", f"{SITE}/a/b/"),
    ],
)
def test_an_address_has_one_form(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "story.html",
        "//example.com/a",
        "mailto:a@example.com",
        "javascript:void(0)",
        "ftp://example.com/a",
        "https://user:secret@example.com/",
        "https:///a",
        "http://[::1/",
        "http://exam ple.com/",
        "http://example.com:99999/",
        "http://example.com/\ud800",
        f"{SITE}/{'a' * MAX_LENGTH}",
    ],
)
def test_what_is_no_page_has_no_form(url: str) -> None:
    assert canonical_url(url) is None


ADDRESSES = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "HTTPS", "https"]),
    st.sampled_from(
        ["example.com", "m.example.com", "WWW.Example.co.uk:443", "en.m.example.org", "1.2.3.4:80"]
    ),
    st.text(alphabet="/abAB.%2F0e9~;&ä漢 -_amp", max_size=30).map(lambda path: f"/{path}"),
    st.text(alphabet="?&=#abutm_source%20ä.;amp", max_size=30).map(lambda query: f"?{query}"),
)


@given(ADDRESSES | st.text(max_size=60))
def test_the_form_is_ascii_short_and_its_own_form(url: str) -> None:
    form = canonical_url(url)
    if form is not None:
        assert canonical_url(form) == form
        assert form.isascii()
        assert len(form) <= MAX_LENGTH
        assert " " not in form


PAGE = f"{SITE}/2024/03/05/harbour-bridge-closed"


@pytest.mark.parametrize(
    ("declared", "believed"),
    [
        ([], PAGE),
        ([f"{SITE}/news/harbour-bridge-closed-1234"], f"{SITE}/news/harbour-bridge-closed-1234"),
        (["/news/bridge-1234"], f"{SITE}/news/bridge-1234"),
        (["https://news.example.com/bridge-1234"], "https://news.example.com/bridge-1234"),
        # another site's, a front page, a section above, or no address at all
        (["https://example.org/2024/03/05/harbour-bridge-closed"], PAGE),
        ([f"{SITE}/"], PAGE),
        ([f"{SITE}/en/"], PAGE),
        ([f"{SITE}/2024/"], PAGE),
        ([f"{SITE}/2024/03/05"], PAGE),
        (["", "http://[::1", "mailto:desk@example.com"], PAGE),
        # the second is heard if the first is not believed
        ([f"{SITE}/", f"{SITE}/news/bridge-1234"], f"{SITE}/news/bridge-1234"),
        # only the scheme differs
        (["http://www.example.com/2024/03/05/harbour-bridge-closed"], PAGE),
    ],
)
def test_a_declared_address_is_believed_on_the_same_site(declared: list[str], believed: str) -> None:
    assert believed_canonical(PAGE, declared) == believed


def test_the_section_is_not_the_address_of_its_stories() -> None:
    assert believed_canonical(f"{SITE}/news/harbour-bridge-closed", [f"{SITE}/news/"]) == (
        f"{SITE}/news/harbour-bridge-closed"
    )


def test_a_following_page_may_name_the_first() -> None:
    assert believed_canonical(f"{PAGE}/2", [PAGE]) == PAGE


def test_the_source_s_home_is_a_front_page_though_it_has_a_path() -> None:
    home = f"{SITE}/local-edition"
    assert believed_canonical(PAGE, [home], site_url=f"{home}/") == PAGE
    assert is_front_page(home, f"{home}/")


def test_a_canonical_form_needs_an_address() -> None:
    with pytest.raises(ValueError, match="not the address"):
        believed_canonical("story.html", [])


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://news.example.com:8080/", "example.com"),
        ("https://one.blogspot.com/", "one.blogspot.com"),
        ("http://news.marrow.example/", "marrow.example"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
        ("http://EXAMPLE.com./", "example.com"),
    ],
)
def test_the_registered_domain_is_the_publisher_s(url: str, domain: str) -> None:
    assert registered_domain(url) == domain


def test_no_host_no_domain() -> None:
    with pytest.raises(ValueError, match="no host"):
        registered_domain("story.html")
