"""Whether everybody may read an article."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml.html import HtmlElement

from pipelines.article import Access
from pipelines.metadata.access import access_of
from pipelines.metadata.head import read_head

PART = {"@type": "WebPageElement", "cssSelector": ".rest"}


@pytest.mark.parametrize(
    ("said", "access"),
    [
        ({"isAccessibleForFree": True}, Access.FREE),
        ({"isAccessibleForFree": "False"}, Access.PAID),
        ({"isAccessibleForFree": "http://schema.org/True"}, Access.FREE),
        ({"isAccessibleForFree": None}, Access.UNKNOWN),
        ({"hasPart": PART | {"isAccessibleForFree": "false"}}, Access.PAID),
        ({"isAccessibleForFree": True, "hasPart": [PART | {"isAccessibleForFree": False}]}, Access.PAID),
        ({"hasPart": [{"@type": "ImageObject"}, "x"]}, Access.UNKNOWN),
        ({}, Access.UNKNOWN),
    ],
)
def test_json_ld(tree: Callable[[str], HtmlElement], said: dict[str, Any], access: Access) -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "Bridge closed"} | said)
    head = read_head(tree(f'<script type="application/ld+json">{data}</script><p>x</p>'))
    assert access_of(head) == access


@pytest.mark.parametrize(
    ("name", "content", "access"),
    [
        ("article:content_tier", "free", Access.FREE),
        ("article:content_tier", "locked", Access.PAID),
        ("article:content-tier", "metered", Access.PAID),
        ("dcterms.accessRights", "Public", Access.FREE),
        ("access", "premium", Access.PAID),
        ("cXenseParse:isPremium", "false", Access.FREE),
        ("paywall", "true", Access.PAID),
        ("isAccessibleForFree", "true", Access.FREE),
        ("access", "something", Access.UNKNOWN),
        ("accessibility", "free", Access.UNKNOWN),
    ],
)
def test_meta_tags(tree: Callable[[str], HtmlElement], name: str, content: str, access: Access) -> None:
    head = read_head(
        tree(f'<html><head><meta name="{name}" content="{content}"></head><body>x</body></html>')
    )
    assert access_of(head) == access
