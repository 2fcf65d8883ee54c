"""A feed or sitemap that names files and addresses to be loaded into it has none loaded."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.discovery.sitemaps import NotASitemap, read_sitemap

HOME = "http://paper.example/"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


@pytest.mark.parametrize("read", [read_feed, read_sitemap])
@pytest.mark.parametrize("form", ["entities", "address", "path", "include"])
def test_nothing_is_fetched_or_opened(
    read: Callable[..., object], form: str, listener: socket.socket, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("the secret", encoding="utf-8")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/a"
    declared = f'<!ENTITY f SYSTEM "{(tmp_path / "secret").as_uri()}"><!ENTITY h SYSTEM "{address}">'
    body = {
        "entities": f'<!DOCTYPE rss SYSTEM "{address}" [{declared}<!ENTITY % p SYSTEM "{address}">%p;]>',
        "include": f'<?xml-stylesheet href="{address}"?>',
    }.get(form, "")
    items = (
        "<item><title>A &f; &h;</title><link>http://paper.example/2024/a-wall-1</link></item>"
        f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{address}"/>'
    )
    whole = f'<?xml version="1.0"?>{body}<rss version="2.0"><channel>{items}</channel></rss>'
    if read is read_sitemap:
        whole = whole.replace('rss version="2.0"', "urlset").replace("rss>", "urlset>").replace("item", "url")
        whole = whole.replace("link>", "loc>").replace("<channel>", "").replace("</channel>", "")
    whole = {"address": address, "path": str(tmp_path / "secret")}.get(form, whole)
    found: object = None
    with contextlib.suppress(NotAFeed, NotASitemap):
        found = read(whole.encode(), HOME)
    assert "the secret" not in repr(found)
    with pytest.raises(TimeoutError):
        listener.accept()
