"""Passwords are known by where they stand, and left out."""

import time

import pytest

from storage.redacted import without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://desk:S3CRET@db.example/news",
        "postgresql://desk:a/S3CRET@db.example/news is no URL",
        "postgresql://desk:a@S3CRET@db.example/news",
        "proxy http://user:S3CRET@127.0.0.1:3128 says 407",
        "http://S3CRET@hooks.example/",
        "host=db password=S3CRET dbname=news",
        "host=db password='S3CRET S3CRET' dbname=news",
        "postgresql://db/news?sslpassword=S3CRET&sslmode=require",
        "{'password': 'S3CRET', 'host': 'db'}",
        '{"api_token": "S3CRET"}',
        "Proxy-Authorization: Basic S3CRET=",
        "{b'Proxy-Authorization': [b'Basic S3CRET=']}",
        "authorization: bearer S3CRET",
    ],
)
def test_a_password_is_left_out(text: str) -> None:
    told = without_secrets(text)
    assert "S3CRET" not in told
    assert "***" in told


@pytest.mark.parametrize(
    "text",
    [
        "https://paper.example/@desk/story",
        "https://paper.example:8080/@desk",
        "http://[::1]:80/a@b",
        "postgresql+psycopg://me@localhost/news",
        "write to desk@paper.example: the password policy is a secret",
        "Secret: the harbour wall",
        "https://paper.example/a:b@c",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "text", ["://a:" * 20_000 + "@", "password" * 12_000, "a-" * 50_000 + "token=", "http://@" * 12_000]
)
def test_a_long_line_takes_no_long_time(text: str) -> None:
    begun = time.monotonic()
    without_secrets(text)
    assert time.monotonic() - begun < 2
