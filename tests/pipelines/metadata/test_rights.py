"""What a page and its headers reserve."""

import pytest
from lxml import html

from pipelines.metadata.head import read_head
from pipelines.metadata.rights import reservations_in

NO_HEAD = read_head(html.document_fromstring("<p>x"))


@pytest.mark.parametrize(
    ("name", "value", "reserved"),
    [
        ("X-Robots-Tag", "noarchive, NoIndex", ["x-robots-tag: noindex", "x-robots-tag: noarchive"]),
        ("X-Robots-Tag", "none", ["x-robots-tag: noindex"]),
        ("X-Robots-Tag", "index, follow, all, max-snippet:20, max-image-preview: large", []),
        ("X-Robots-Tag", "max-snippet: -1, noarchive", ["x-robots-tag: noarchive"]),
        ("X-Robots-Tag", "otherbot: noindex", []),
        ("X-Robots-Tag", "CopyDesk: noai, noimageai", ["x-robots-tag: noai", "x-robots-tag: noimageai"]),
        ("X-Robots-Tag", "googlebot: nosnippet", ["x-robots-tag: googlebot nosnippet"]),
        (
            "X-Robots-Tag",
            "unavailable_after: 25 Jun 2031 15:00:00 PST",
            ["x-robots-tag: unavailable_after 2031-06-25"],
        ),
        (
            "X-Robots-Tag",
            "noindex, unavailable_after: 2031-06-25",
            ["x-robots-tag: unavailable_after 2031-06-25", "x-robots-tag: noindex"],
        ),
        ("X-Robots-Tag", "unavailable_after: soon", []),
        ("X-Robots-Tag", "noarchived noaix", []),
        ("TDM-Reservation", "1", ["header: tdm-reservation"]),
        ("TDM-Reservation", "0", []),
        ("TDM-Reservation", "yes", []),
        ("Content-Usage", "train-ai=n", ["header: content-usage train-ai=n"]),
        ("Content-Usage", "train-ai=y, search=n;x=1", ["header: content-usage search=n"]),
        ("Content-Usage", "train-ai=n, train-ai=y", []),
        ("Content-Usage", "unheard-of=n", []),
        ("Content-Signal", "search=yes,ai-train=no", ["header: content-signal ai-train=no"]),
        ("Content-Signal", "=no,,no,ai-train", []),
        ("Server", "noindex", []),
    ],
)
def test_headers(name: str, value: str, reserved: list[str]) -> None:
    assert list(reservations_in(NO_HEAD, [(name, value)])) == reserved


def test_headers_that_come_more_than_once_are_all_read() -> None:
    headers = [("X-Robots-Tag", "noai"), ("X-Robots-Tag", "googlebot: noindex"), ("X-Robots-Tag", "noai")]
    reserved = "x-robots-tag: noai", "x-robots-tag: googlebot noindex"
    assert reservations_in(NO_HEAD, headers) == reserved


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("https://paper.example/tdm", ["header: tdm-policy https://paper.example/tdm"]),
        ("javascript:alert(1)", []),
        ("https://paper.example/" + "a" * 300, []),
    ],
)
def test_a_policy_is_told_beside_a_reservation(policy: str, told: list[str]) -> None:
    headers = [("tdm-policy", policy), ("tdm-reservation", "1")]
    assert list(reservations_in(NO_HEAD, headers)) == ["header: tdm-reservation", *told]
    assert reservations_in(NO_HEAD, headers[:1]) == ()


@pytest.mark.parametrize(
    ("meta", "reserved"),
    [
        ('name="robots" content="noindex,noarchive"', ["meta: noindex", "meta: noarchive"]),
        ('name="ROBOTS" content="NOAI"', ["meta: noai"]),
        ('name="copydesk" content="noindex"', ["meta: noindex"]),
        ('name="googlebot" content="noindex"', ["meta: googlebot noindex"]),
        ('name="otherbot" content="noindex"', []),
        ('name="robots" content="index, follow, max-image-preview:large"', []),
        ('name="tdm-reservation" content="1"', ["meta: tdm-reservation"]),
        ('name="tdm-reservation" content=" 0 "', []),
        ('name="description" content="noai"', []),
    ],
)
def test_metas(meta: str, reserved: list[str]) -> None:
    head = read_head(html.document_fromstring(f"<html><head><meta {meta}></head><body><p>x"))
    assert list(reservations_in(head, ())) == reserved
