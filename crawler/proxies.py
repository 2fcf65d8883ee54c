"""Reads the proxies that the environment names, before anything is fetched through one or past it."""

from collections.abc import MutableMapping
from urllib.parse import unquote, urlsplit

from crawler.config import ConfigError

_NAMES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


def write_out_proxies(environ: MutableMapping[str, str]) -> None:
    """Give a proxy that is named without a scheme the scheme http, as curl does; else it would be that of the
    pages, and the proxy asked by TLS for those of https.

    Raises ConfigError for one that cannot be used: what is left aside would be fetched past the proxy.
    """
    for name in _NAMES:
        if not (told := environ.get(name, "").strip()):
            continue
        proxy = told if "://" in told else f"http://{told}"
        if not _is_usable(proxy):
            raise ConfigError(  # without the value, which may hold a password
                f"the proxy in the environment's {name} cannot be read: write it like http://host:port,"
                " before the host user:password@, if any, other signs than letters and digits as %XX"
            )
        environ[name] = proxy


def _is_usable(proxy: str) -> bool:
    """Whether it is an HTTP proxy's address, its user and password in Latin-1, as they are sent."""
    try:
        parts = urlsplit(proxy)
        unquote(parts.netloc.rpartition("@")[0]).encode("latin-1")
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:  # UnicodeEncodeError is one
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/")
