"""What a page that is read again says of its article, where it was read another way than before."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pipelines.article import EXTRACTOR, TEMPLATE
from pipelines.article import Article as Story
from storage.articles import Filed, FilingOutcome
from storage.revisions import State, content_hash, has_other_words

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]

LINES = [
    f"The {word} of the harbour was told of on the day before."
    for word in ("bridge", "market", "winter", "letter")
]
WHOLE = "\n".join(LINES)
SHORTER = "\n".join(LINES[:2])
LONGER = f"{WHOLE}\nNobody at the council had a word to say of it."
REWORDED = WHOLE.replace("on the day before", "on the day after")
OTHER_TEMPLATE = {"read_by": TEMPLATE, "template": 2, "template_version": 1}
NEXT_VERSION = {"read_by": TEMPLATE, "template": 1, "template_version": 2}
BY_EXTRACTOR = {"read_by": EXTRACTOR}


@pytest.mark.parametrize(
    ("text", "way", "outcome"),
    [
        pytest.param(
            SHORTER, NEXT_VERSION, FilingOutcome.REVISED, id="lines withdrawn, the template's next version"
        ),
        pytest.param(
            LONGER, NEXT_VERSION, FilingOutcome.REVISED, id="a line added, the template's next version"
        ),
        pytest.param(SHORTER, OTHER_TEMPLATE, FilingOutcome.UNCHANGED, id="lines gone, another template"),
        pytest.param(LONGER, BY_EXTRACTOR, FilingOutcome.UNCHANGED, id="a line more, the extractor"),
        pytest.param(REWORDED, BY_EXTRACTOR, FilingOutcome.REVISED, id="lines reworded, the extractor"),
    ],
)
def test_whole_lines_tell_of_an_edit_where_the_way_of_reading_is_the_same(
    file: File, article: MakeArticle, now: datetime, text: str, way: dict[str, object], outcome: FilingOutcome
) -> None:
    file(article("a", WHOLE, read_by=TEMPLATE, template=1, template_version=1))
    again = file(article("a", text, **way), now=now + timedelta(hours=1))
    assert again.outcome is outcome


def test_a_page_that_owns_to_a_mistake_was_edited_however_it_was_read(
    file: File, article: MakeArticle, now: datetime
) -> None:
    file(article("a", WHOLE, read_by=TEMPLATE, template=1, template_version=1))
    said = "Correction: an earlier version of this article named the wrong captain."
    owning = article("a", f"{WHOLE}\n{said}", corrections=(said,), **BY_EXTRACTOR)
    assert file(owning, now=now + timedelta(hours=1)).outcome is FilingOutcome.REVISED
    assert file(owning, now=now + timedelta(hours=2)).outcome is FilingOutcome.UNCHANGED


def test_texts_that_differ_in_very_many_lines_are_not_two_readings_of_one_page() -> None:
    one, other = (
        State(title="T", standfirst=None, text=text, removed=[], content_hash=content_hash("T", None, text))
        for text in ("\n".join(f"{letter}{number}" for number in range(150)) for letter in "ab")
    )
    assert has_other_words(one, other)
