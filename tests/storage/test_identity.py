"""Which article a page belongs to: a table of what is stored and what the page says."""

import pytest

from storage.identity import Identity, StoredState, identify

HERE, THERE, CLAIMED = "https://a.example/here", "https://a.example/there", "https://a.example/canonical"


def stored(number: int, url: str, canonical_url: str, text: str = "the story") -> StoredState:
    return StoredState(
        id=number,
        url=url,
        canonical_url=canonical_url,
        text=text,
        text_hash="",
        content_hash="",
        duplicate_of=None,
        similarity=None,
    )


def likeness(one: str, other: str) -> float:
    return 1.0 if one == other else 0.0


OF_THIS_PAGE = stored(1, HERE, CLAIMED)
OF_ANOTHER_PAGE = stored(2, THERE, CLAIMED)
ANOTHER_STORY = stored(3, THERE, CLAIMED, "another story")
UNDER_ITS_OWN_ADDRESS = stored(4, HERE, HERE)
CLAIMING_THIS_ADDRESS = stored(5, THERE, HERE)

CASES = {
    "nothing stored": (HERE, [], Identity(canonical_url=CLAIMED)),
    "this page's own article": (
        HERE,
        [OF_THIS_PAGE],
        Identity(canonical_url=CLAIMED, existing=OF_THIS_PAGE),
    ),
    "another page of the same story": (
        HERE,
        [OF_ANOTHER_PAGE],
        Identity(canonical_url=CLAIMED, existing=OF_ANOTHER_PAGE),
    ),
    "a wrong claim": (HERE, [ANOTHER_STORY], Identity(canonical_url=HERE)),
    "a wrong claim, filed before": (
        HERE,
        [ANOTHER_STORY, UNDER_ITS_OWN_ADDRESS],
        Identity(canonical_url=HERE, existing=UNDER_ITS_OWN_ADDRESS),
    ),
    "the owner, after a wrong claim": (
        CLAIMED,
        [ANOTHER_STORY],
        Identity(canonical_url=CLAIMED, usurper=ANOTHER_STORY),
    ),
    "a canonical address named for the first time": (
        HERE,
        [UNDER_ITS_OWN_ADDRESS],
        Identity(canonical_url=CLAIMED, existing=UNDER_ITS_OWN_ADDRESS),
    ),
    "an article of another page under this address stays there": (
        HERE,
        [CLAIMING_THIS_ADDRESS],
        Identity(canonical_url=CLAIMED),
    ),
}


@pytest.mark.parametrize(("url", "known", "expected"), CASES.values(), ids=CASES)
def test_identify(url: str, known: list[StoredState], expected: Identity) -> None:
    assert identify(url, CLAIMED, "the story", known, likeness) == expected


def test_own_page_rewritten_altogether_is_still_the_same_article() -> None:
    assert identify(HERE, CLAIMED, "new words", [OF_THIS_PAGE], likeness).existing == OF_THIS_PAGE
