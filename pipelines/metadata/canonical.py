"""The one form by which a page's address is known."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from pipelines.metadata.tracking import is_tracking

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_LENGTH = 2000
"""Longest canonical URL, in characters."""

_LONGEST_HOST = 253
"""Characters of a host that are looked at, for each is remembered; no name has more (RFC 1035, 2.3.4)."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_~-]+(\.[a-z0-9_~-]+)*|\[[0-9a-f:.]+\]")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_UNRESERVED = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)  # RFC 3986, 2.3

_AMP_PATH = re.compile(r"(?<=[^/])/amp/?$|[.]amp(?=(?:[.]html?)?$)|(?<=[^/])/amp[.]html$", re.IGNORECASE)
_AMP_CACHE_PATH = re.compile(r"(?:/amp)?/(?:[civ]/)?(s/)?([^/]+\.[^/]+)(/.*)?$")
_MOBILE_LABELS = frozenset({"m", "mobile", "mobil", "amp"})
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
_DOTS = re.compile(r"/\.\.?(?:/|$)")
# A story's own part of its address; and what is put behind it for its second page or its printed form.
_SLUG = re.compile(r"\d{5}|[-_][^-_]*[-_]|[a-z][^a-z\d]*\d|\d[^a-z\d]*[a-z]|\.[a-z]+$", re.IGNORECASE)
_PART = re.compile(r"(?:p|page)?/?\d{1,3}|print|all|full|single|comments|gallery|photos", re.IGNORECASE)
_LANGUAGE_ROOT = re.compile(r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?|index\.[a-z]{3,5}|home/?)?", re.IGNORECASE)


@cache
def _suffixes() -> "TLDExtract":
    """The public suffix list that is bundled with tldextract: nothing is fetched, nothing is cached on disk.

    Private suffixes count, so that two blogs of one host are two publishers.
    """
    import tldextract  # brings an HTTP client along: a command that asks for no domain need not wait for it

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def canonical_url(url: str) -> str | None:
    """The form by which the page at `url` is known: ASCII, percent-encoded, at most `MAX_LENGTH` characters.

    Scheme and host in lower case, no default port, no fragment, no dot segments, percent-encoding as RFC 3986
    (6.2.2) normalises it, no tracking or session parameters, and the plain form of an AMP or mobile address.
    The order of the other parameters and their empty values stay, because the result is fetched.
    None for what is no http(s) address, has credentials or no valid host, or is too long.
    """
    try:
        parts = urlsplit(safe_url_string(url.strip()[: 4 * MAX_LENGTH]))
        port, host = parts.port, (parts.hostname or "").rstrip(".").lower()
    except ValueError:  # an impossible port or bracket, a lone surrogate
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return None
    scheme, host, path = _plain(scheme, host, _spelled(parts.path))
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    result = urlunsplit((scheme, netloc, path, _plain_query(_spelled(parts.query)), ""))
    return result if len(result) <= MAX_LENGTH else None


def _spelled(part: str) -> str:
    """Escapes in upper case, none where none is needed, and no bare percent sign."""

    def escape(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%25"
        byte = int(match[1], 16)
        return chr(byte) if byte in _UNRESERVED else f"%{match[1].upper()}"

    if not part.isascii():
        part = quote(part, safe="%/:?#[]@!$&'()*+,;=~")
    return _ESCAPE.sub(escape, part) if "%" in part else part


def _plain(scheme: str, host: str, path: str) -> tuple[str, str, str]:
    """The plain form of an address, of which the plain form is itself: one may be wrapped in another."""
    while True:
        before = (scheme, host, path)
        scheme, host, path = _out_of_amp_cache(*before)
        host, path = _plain_host(host), _plain_path(path)
        if (scheme, host, path) == before:
            return before


def _out_of_amp_cache(scheme: str, host: str, path: str) -> tuple[str, str, str]:
    """The publisher's address in that of an AMP cache.

    https://developers.google.com/amp/cache/overview and its viewer's /amp/s/ form.
    """
    if host.endswith(".cdn.ampproject.org") or (path.startswith("/amp/") and host.startswith("www.google.")):
        match = _AMP_CACHE_PATH.fullmatch(path)
        if match and _HOST.fullmatch(match[2]):
            return "https" if match[1] else "http", match[2], match[3] or "/"
    return scheme, host, path


def _plain_host(host: str) -> str:
    """`m.site.tld` is `www.site.tld`, and `en.m.site.tld` is `en.site.tld`."""
    labels = host.split(".")
    if len(labels) < 3 or not _MOBILE_LABELS.intersection(labels[:2]):
        return host
    domain = registered_domain(f"http://{host}/")
    above = host.removesuffix(domain).rstrip(".").split(".")
    if above[-1] not in _MOBILE_LABELS:
        return host
    return ".".join([*(above[:-1] or ["www"]), domain])


def _plain_path(path: str) -> str:
    path = _SESSION_PATH.sub("", path) if ";" in path else path
    if _DOTS.search(path):
        path = urlsplit(urljoin("http://host/", path)).path
    return _AMP_PATH.sub("", path) or "/"


def _plain_query(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if pair and not is_tracking(pair))


def believed_canonical(page_url: str, declared: Sequence[str], site_url: str | None = None) -> str:
    """The canonical URL of a page that was fetched from `page_url` and declares the addresses `declared`.

    `declared` are what rel=canonical and og:url say, the most trusted first; relative ones are resolved.
    One is believed if it is on the same registered domain and neither a front page nor a section above it.
    Raises ValueError if `page_url` is no http(s) address.
    """
    page = canonical_url(page_url)
    if page is None:
        raise ValueError(f"not the address of a page: {page_url!r}")
    for address in declared:
        try:
            wanted = canonical_url(urljoin(page_url, address.strip()))
        except ValueError:
            continue
        if wanted is None or registered_domain(wanted) != registered_domain(page):
            continue
        if wanted.partition(":")[2] == page.partition(":")[2]:
            return page  # only the scheme differs: the one that answered is right
        if not is_front_page(wanted, site_url) and not _is_section_above(wanted, page):
            return wanted
    return page


def is_front_page(url: str, site_url: str | None = None) -> bool:
    """Whether `url`, in canonical form, is a site's root, a language's root, or `site_url`."""
    parts = urlsplit(url)
    if _LANGUAGE_ROOT.fullmatch(parts.path) and not parts.query:
        return True
    site = canonical_url(site_url) if site_url else None
    return site is not None and site.rstrip("/") == url.rstrip("/")


def _is_section_above(wanted: str, page: str) -> bool:
    """Whether `wanted` is a folder above the page: some sites name the section as every story's address."""
    above, below = urlsplit(wanted), urlsplit(page)
    folder = above.path.rstrip("/") + "/"
    if above.query or not below.path.startswith(folder) or below.path == folder:
        return False
    rest = below.path.removeprefix(folder).strip("/")
    return not _SLUG.search(folder.rstrip("/").rpartition("/")[2]) and not _PART.fullmatch(rest)


@lru_cache(maxsize=4096)
def _domain_of_host(host: str) -> str:
    found = _suffixes()(host)
    if found.top_domain_under_public_suffix:
        return found.top_domain_under_public_suffix
    is_address = ":" in host or host.replace(".", "").isdigit()
    return host if is_address else ".".join(host.split(".")[-2:])


def path_of(url: str) -> str:
    """The path of an address; empty for what is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def registered_domain(url: str) -> str:
    """The part of an address's host that its publisher registered ("bbc.co.uk"), in lower case.

    An IP address or a name without a dot is returned whole; of an unknown top-level domain, two labels.
    Raises ValueError where `url` has no host.
    """
    host = urlsplit(url).hostname
    if not host:
        raise ValueError(f"no host in {url!r}")
    return _domain_of_host(host.rstrip(".")[-_LONGEST_HOST:])
