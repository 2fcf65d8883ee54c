"""Whether everybody may read an article, as its page says."""

from collections.abc import Iterator
from typing import Any

from pipelines.article import Access
from pipelines.metadata.head import Head

# By the last part of a meta tag's name, without signs. article:content_tier is Facebook's (free, metered,
# locked), dcterms.accessRights Dublin Core's; the others are those of content and analytics systems.
_TIERS = frozenset({"contenttier", "access", "accesslevel", "accessrights", "accesstype", "articleaccess"})
_PAID_IF_TRUE = frozenset(
    {"premium", "ispremium", "paywall", "paywalled", "ispaywalled", "ispaid", "paid", "islocked"}
    | {"subscribersonly", "requiressubscription"}
)
_FREE_IF_TRUE = frozenset({"isaccessibleforfree", "isfree"})
_YES = frozenset({"true", "yes", "1", "y", "on"})
_NO = frozenset({"false", "no", "0", "n", "off", "none"})
_FREE = frozenset({"free", "public", "open", "openaccess", "open access", "unlocked"})
_PAID = frozenset(
    """locked metered paid premium plus subscriber subscribers subscription subscribersonly registered member
    members restricted hard paywall closed""".split()  # noqa: SIM905 - quoted, thrice as long
)
_SIGNS = str.maketrans("", "", "._-")


def access_of(head: Head) -> Access:
    """What JSON-LD (isAccessibleForFree of the article, or of its parts) and meta tags say.

    https://developers.google.com/search/docs/appearance/structured-data/paywalled-content. If anything says
    that readers are kept out, by a price, a meter or a registration, it is PAID.
    """
    said = {*_in_jsonld(head), *_in_metas(head)}
    return next((access for access in (Access.PAID, Access.FREE) if access in said), Access.UNKNOWN)


def _in_jsonld(head: Head) -> Iterator[Access]:
    parts = head.article.get("hasPart") if head.article else None
    for node in (head.article, *(parts if isinstance(parts, list) else [parts])):
        if isinstance(node, dict):
            yield from _free_if(node.get("isAccessibleForFree"))


def _in_metas(head: Head) -> Iterator[Access]:
    for name, contents in head.metas.items():
        last = name.rpartition(":")[2].translate(_SIGNS).removeprefix("dcterms").removeprefix("dc")
        value = contents[0].strip().casefold()
        if last in _TIERS:
            yield from (Access.FREE,) if value in _FREE else (Access.PAID,) if value in _PAID else ()
        elif last in _FREE_IF_TRUE:
            yield from _free_if(value)
        elif last in _PAID_IF_TRUE:
            yield from (Access.PAID,) if value in _YES else (Access.FREE,) if value in _NO else ()


def _free_if(value: Any) -> Iterator[Access]:
    """`value` is true or false, in any of the forms that pages use: `true`, "True", "http://schema.org/True"."""
    text = str(value).rpartition("/")[2].casefold()
    if text in _YES:
        yield Access.FREE
    elif text in _NO and value is not None:
        yield Access.PAID
