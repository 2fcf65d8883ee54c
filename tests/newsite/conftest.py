"""A client of the press: what any browser or crawler behind its proxy would get."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from aiohttp import ClientSession, ClientTimeout
from lxml import html
from multidict import CIMultiDictProxy
from yarl import URL

from newsite.press import Press


@dataclass(frozen=True, kw_only=True)
class Got:
    """One answer."""

    url: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def words(self) -> str:
        """The page's text with single spaces, scripts left out."""
        charset = self.headers.get("Content-Type", "").partition("charset=")[2] or "windows-1252"
        tree = html.document_fromstring(self.body.decode(charset))
        for element in list(tree.iter("script", "style")):
            element.drop_tree()
        return " ".join(str(tree.text_content()).split())


Get = Callable[..., Awaitable[Got]]


@pytest.fixture
async def get(press: Press) -> AsyncIterator[Get]:
    """`await get(url, **headers)` through the proxy; an address without a host is one of the behaviours."""
    async with ClientSession(timeout=ClientTimeout(total=5)) as session:

        async def fetch(url: str, *, proxied: bool = True, **headers: str) -> Got:
            address = URL(urljoin("http://behaviours.example/", url), encoded=True)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            proxy = press.proxy_url if proxied else None
            answer = session.get(address, proxy=proxy, headers=named, allow_redirects=False)
            async with answer as got:
                return Got(url=url, status=got.status, headers=got.headers, body=await got.read())

        yield fetch
