"""Which links of a front or section page lead to articles."""

import pytest

from crawler.discovery.sections import address_shape, read_section

URL = "https://paper.example/news/"
HEADLINE = "The harbour wall will be rebuilt by spring"


def page(*parts: str) -> bytes:
    return f"<html><head><title>Paper</title></head><body>{''.join(parts)}</body></html>".encode()


def a(href: str, text: str = HEADLINE) -> str:
    return f'<a href="{href}">{text}</a>'


def paths(body: bytes) -> list[str]:
    return [found.url.removeprefix("https://paper.example") for found in read_section(body, URL)]


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/2024/05/06/harbour", 2),
        ("/harbour-wall-will-be-rebuilt", 2),
        ("/news/harbour_wall_will_be_rebuilt/index.html", 2),
        ("/story/1234567/", 2),
        ("/page.php?id=1234567", 2),
        ("/news/%D1%81%D1%82%D0%B5%D0%BD%D0%B0-%D0%B2-%D0%BF%D0%BE%D1%80%D1%82%D1%83-1", 1),
        ("/2024/%E6%B8%AF%E5%8F%A3%E5%B0%86%E4%BA%8E%E6%98%A5%E5%AD%A3%E9%87%8D%E5%BB%BA", 2),
        ("/news/story47.html", 1),
        ("/harbour-wall-rebuilt", 1),
        ("/sport/", 0),
        ("/about-us", 0),
        ("/tag/harbour-wall-of-the-town", None),
        ("/category/news/local", None),
        ("/news/page/12345", None),
        ("/2024/05/06/topics/harbour", 2),
        ("/files/harbour-wall-will-be-rebuilt.pdf", None),
    ],
)
def test_the_shape_of_an_address(path: str, shape: int | None) -> None:
    assert address_shape(f"https://paper.example{path}") == shape


def test_articles_are_told_from_menus_lists_and_other_sites() -> None:
    body = page(
        "<nav>", a("/2024/05/06/in-the-nav-of-the-page"), "</nav>",
        '<div role="navigation">', a("/2024/05/06/in-a-navigation-role"), "</div>",
        '<ul class="main-menu">', a("/sport/", "Sport"), "</ul>",
        '<ul class="main-menu">', a("/town-and-country-side", "Town and country"), "</ul>",
        "<main>", a("/2024/05/06/harbour"), a("/sport/", "Sport"), a("/about-us", "About us"),
        a("/news/storm-closes-the-bridge", "Storm closes the bridge"), a("/tag/harbour-and-its-wall"),
        a("https://other.example/2024/05/06/elsewhere"), a("mailto:a@b.example"), a("#top"), a(""), a("/"),
        a("/news/", "All the news of this week"), a("https://www.paper.example/2024/05/05/fair"), "</main>",
        "<footer>", a("/2024/05/06/in-the-footer-of-it"), "</footer>",
    )  # fmt: skip
    assert paths(body) == [
        "/2024/05/06/harbour",
        "/news/storm-closes-the-bridge",
        "https://www.paper.example/2024/05/05/fair",
    ]


def test_the_headline_is_the_title_wherever_the_same_address_is_linked() -> None:
    body = page(
        '<a href="/2024/05/06/harbour"><img src="h.jpg" alt="A crane"></a>',
        f'<a href="/2024/05/06/harbour#more"><h2>{HEADLINE}</h2><p>And a long summary of it all.</p></a>',
        a("/2024/05/06/harbour?utm_source=front", "Read more"),
    )
    (found,) = read_section(body, URL)
    assert (found.url, found.title) == ("https://paper.example/2024/05/06/harbour", HEADLINE)


def test_a_page_that_names_its_body_a_menu_still_gives_its_articles() -> None:
    body = page(
        '<div class="page no-menu">', *(a(f"/2024/05/06/story-of-day-{n}") for n in range(3)), "</div>"
    )
    assert len(paths(body)) == 3


def test_an_old_site_of_tables_is_read_by_its_headlines() -> None:
    body = page(
        "<table><tr><td>", a("wall.html"),
        "<td>", a("ferry.html", "Ferry to the islands runs again on Sundays"),
        "<td>", a("bridge.html", "Bridge closed after the storm of Friday night"), "</table>",
        a("/imprint.html", "Imprint"), a("/shop/all.html", "Order a photograph from our newspaper"),
    )  # fmt: skip
    assert paths(body) == ["/news/wall.html", "/news/ferry.html", "/news/bridge.html"]


def test_a_script_without_spaces_has_headlines_too() -> None:
    body = page(a("/article/1021", "港口防波堤将于明年春季重建完成"), a("/category3", "体育"))
    assert paths(body) == ["/article/1021"]


def test_the_base_address_and_the_charset_of_the_page_count() -> None:
    body = '<base href="/archive/"><a href="harbour-wall-will-be-rebuilt">Mur du port : la fête du café</a>'
    (found,) = read_section(body.encode("latin-1"), URL, "text/html; charset=iso-8859-1")
    assert found.url == "https://paper.example/archive/harbour-wall-will-be-rebuilt"
    assert found.title == "Mur du port : la fête du café"


@pytest.mark.parametrize("name", ["hex", "base64", "zlib", "idna", "punycode", "undefined", "no such thing"])
def test_a_charset_that_is_none_costs_no_link(name: str) -> None:
    body = f'<meta charset="{name}"><h2><a href="/a-café-is-closed-today">A café is closed, today</a></h2>'
    found = read_section(body.encode(), "https://paper.example/", f"text/html; charset={name}")
    assert [candidate.title for candidate in found] == ["A café is closed, today"]


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"<!-- -->", b"\0\0", b"%PDF-1.7 \xff", b"<div>" * 50_000, b'{"a": 1}']
)
def test_what_is_no_page_gives_nothing(body: bytes) -> None:
    assert read_section(body, URL) == []
