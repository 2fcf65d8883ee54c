"""A batch holds no more than it may, and gives out what it held in order."""

import pytest

from crawler.cli.batches import Answer, Batch, host_of
from crawler.cli.names import UNKNOWN_URL
from pipelines.article import Article, Reading, Rejection
from pipelines.fingerprint import fingerprint


def answer(number: int, letters: int = 100) -> Answer:
    text = "x" * letters
    url = f"https://paper.example/{number}"
    article = Article(url=url, canonical_url=url, title="", text=text, fingerprint=fingerprint(text))
    return Answer(page_id=number, host=host_of(url), reading=Reading(article=article))


def test_it_is_full_by_pages_or_by_bytes() -> None:
    few = Batch(most_pages=3)
    small = Batch(most_bytes=2500)
    full = []
    for number in range(3):
        few.add(answer(number))
        small.add(answer(number, letters=1000))
        full.append((few.is_full, small.is_full))
    assert full[0] == (False, False)
    assert full[-1] == (True, True)


def test_what_is_no_article_keeps_its_place_and_the_batch_is_empty_afterwards() -> None:
    batch = Batch()
    rejected = Answer(page_id=1, reading=Reading(rejection=Rejection.STUB))
    answers = [answer(0), rejected, Answer(page_id=None, error="not JSON"), answer(3)]
    for each in answers:
        batch.add(each)
    released = list(batch.release())
    assert released[1:3] == answers[1:3]
    assert [each.page_id for each in released] == [0, 1, None, 3]
    assert [each.reading.article is not None for each in released if each.reading] == [True, False, True]
    assert list(batch.release()) == []
    assert not batch.is_full


@pytest.mark.parametrize(
    ("url", "host"), [("https://Paper.Example:8080/a", "paper.example"), (UNKNOWN_URL, None)]
)
def test_pages_are_compared_with_those_of_their_host(url: str, host: str | None) -> None:
    assert host_of(url) == host
