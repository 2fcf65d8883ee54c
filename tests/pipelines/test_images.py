"""Pictures with what is written under them, and what sort of page they make."""

from collections.abc import Callable

import pytest

from pipelines.article import ArticleKind, Image, Reading

Build = Callable[..., str]
Read = Callable[..., Reading]
URL = "https://post.example/img/pier.jpg"


@pytest.mark.parametrize(
    ("figure", "image"),
    [
        (
            '<figure><img src="/img/pier.jpg"><figcaption>A pier. Photo: Tomás Ruiz</figcaption></figure>',
            Image(url=URL, caption="A pier.", credit="Photo: Tomás Ruiz"),
        ),
        (
            (
                '<figure><img src="data:image/gif;base64,R0" data-src="/img/pier.jpg"><figcaption>A pier.'
                '<span class="credit">Tomás Ruiz</span></figcaption></figure>'
            ),
            Image(url=URL, caption="A pier.", credit="Tomás Ruiz"),
        ),
        (
            (
                '<div><img srcset="/img/pier.jpg 640w, /img/b.jpg 2x"><p class="image-caption">The pier '
                "seen from the quay.</p></div>"
            ),
            Image(url=URL, caption="The pier seen from the quay."),
        ),
    ],
)
def test_captions_are_kept_apart_from_the_text(
    page: Build, read: Read, paragraphs: list[str], figure: str, image: Image
) -> None:
    article = read(page(figure)).article
    assert article is not None
    assert article.images == (image,)
    assert article.text.split("\n") == paragraphs


def test_a_picture_without_words_is_none(page: Build, read: Read) -> None:
    article = read(page('<figure><img src="/img/pier.jpg"></figure>')).article
    assert article is not None
    assert article.images == ()


def kind(reading: Reading) -> ArticleKind:
    assert reading.article is not None, reading
    return reading.article.kind


def test_kinds(page: Build, read: Read, paragraphs: list[str]) -> None:
    figures = "".join(
        f'<figure><img src="/{n}.jpg"><figcaption>Diver {n} goes down at low tide.</figcaption></figure>'
        for n in range(12)
    )
    assert kind(read(page())) is ArticleKind.ARTICLE
    assert kind(read(page(figures))) is ArticleKind.GALLERY
    assert kind(read(page("<video src='/film.mp4'></video>"))) is ArticleKind.VIDEO
    long = "".join(f"<p>{text}</p>" for text in paragraphs * 4)
    assert kind(read(page("<video src='/film.mp4'></video>", after=long))) is ArticleKind.ARTICLE
    blog = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Bridge"}</script>'
    assert kind(read(page(head=blog))) is ArticleKind.LIVE_BLOG
