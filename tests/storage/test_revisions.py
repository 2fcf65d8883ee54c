"""What makes a revision: a table of two states of an article."""

import pytest

from storage.revisions import State, content_hash, tells_the_same


def state(text: str, *removed: str, title: str = "Title", standfirst: str | None = None) -> State:
    """A state whose lines are parted by a vertical bar."""
    text = text.replace("|", "\n")
    return State(
        title=title,
        standfirst=standfirst,
        text=text,
        removed=[{"text": line, "rule": "r", "at": 0} for line in removed],
        content_hash=content_hash(title, standfirst, text),
    )


SAME = {
    "nothing changed": (state("a|b"), state("a|b")),
    "a line goes": (state("a|b"), state("a", "b")),
    "a line comes back": (state("a", "b"), state("a|b")),
    "one goes, another comes back": (state("a|b", "c"), state("a|c", "b")),
    "noise among the removed": (state("a|b", "x"), state("a", "b", "y", "z")),
    "one of two equal lines goes": (state("a|a|b"), state("a|b", "a")),
    "all goes": (state("a|b"), state("", "a", "b")),
    "no standfirst, and an empty one": (state("a|b"), state("a", "b", standfirst="")),
    "a line comes back, and where it stood was not kept": (state("b|c", "a"), state("a|b|c")),
}
EDITED = {
    "a word": (state("a|b"), state("a|c")),
    "a new line": (state("a"), state("a|b")),
    "a new line as another goes": (state("a|b"), state("a|c", "b")),
    "a line is gone for good": (state("a|b"), state("a")),
    "one line gone, one cleaned away": (state("a|b|c"), state("a", "b")),
    "a line twice that stood once": (state("a|b", "x"), state("a|b|b")),
    "the order": (state("a|b"), state("b|a")),
    "the order, as another line goes": (state("a|b|c"), state("b|a", "c")),
    "title": (state("a|b"), state("a", "b", title="Other")),
    "standfirst": (state("a|b"), state("a", "b", standfirst="Other")),
    "a line filled": (state("a|"), state("a|b")),
}


@pytest.mark.parametrize(("then", "now"), SAME.values(), ids=SAME)
def test_another_cleaning_of_the_same_words_is_no_edit(then: State, now: State) -> None:
    assert tells_the_same(then, now)
    assert tells_the_same(now, then)


@pytest.mark.parametrize(("then", "now"), EDITED.values(), ids=EDITED)
def test_what_the_publisher_changed_is_an_edit(then: State, now: State) -> None:
    assert not tells_the_same(then, now)
    assert not tells_the_same(now, then)
