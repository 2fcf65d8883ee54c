"""What is an edit, and what changes by itself: tables, each with the sentence most like it that counts."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.edits import Edit, edit_between

PROSE = "The harbour wall of Skerrow is to be rebuilt by the spring, the council said on Monday."
MORE = "The ferry will leave from the north mole until the work is done."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """An article at one time; its lines are parted by a vertical bar between two spaces."""

    text: str = PROSE
    title: str = "Harbour wall to be rebuilt"
    standfirst: str | None = None
    removed: Sequence[Mapping[str, Any]] = field(default_factory=list)


def stand(*lines: str, removed: Sequence[str] = (), **more: Any) -> Stand:
    return Stand(text="\n".join(lines), removed=[{"text": line} for line in removed], **more)


COUNTERS = {
    "comments": ("Comments (12)", "Comments (13)"),
    "a thousand of them": ("1,234 shares", "1.2K shares"),
    "views": ("12 views", "3,456 views"),
    "ago": ("3 minutes ago", "2 hours ago"),
    "ago, by the clock": ("Updated 10:45", "Updated 23:10 CET"),
    "a date": ("Last updated on 5 May 2024 at 10:45", "Last updated on 6 June 2024 at 9:00 am"),
    "reading time": ("5 min read", "6 min read"),
    "an icon": ("💬 12", "💬 13"),
    "German": ("vor 3 Minuten", "vor 2 Stunden"),
    "German reading time": ("Lesezeit: 5 Min.", "Lesezeit: 6 Min."),
    "French": ("Il y a 3 minutes", "Il y a 2 heures"),
    "Spanish": ("Hace 3 minutos", "Hace 2 horas"),
    "Polish": ("3 komentarze", "12 komentarzy"),
    "Russian": ("Просмотров: 1 204", "Просмотров: 3 377"),
    "Arabic": ("منذ 3 دقائق", "منذ ساعة"),
    "Chinese": ("阅读量：1234", "阅读量：5678"),
    "Japanese": ("コメント12件", "コメント130件"),
    "Korean": ("댓글 12개", "댓글 13개"),
    "Hindi": ("3 मिनट पहले", "2 घंटे पहले"),
    "Thai": ("3 นาทีที่แล้ว", "2 ชั่วโมงที่แล้ว"),
    "a part of a line": (
        "By Ada Marsh | 5 min read | 12 comments",
        "By Ada Marsh | 5 min read | 13 comments",
    ),
}
LABELS = ["Advertisement", "Anzeige", "Publicité", "Реклама", "広告", "12 comments", "Just updated"]


@pytest.mark.parametrize(("then", "now"), COUNTERS.values(), ids=COUNTERS)
def test_a_counter_that_goes_on_is_no_edit(then: str, now: str) -> None:
    assert edit_between(stand(PROSE, then, MORE), stand(PROSE, now, MORE)) is None


@pytest.mark.parametrize("label", [*LABELS, *(line for line, _ in COUNTERS.values() if "Marsh" not in line)])
def test_a_label_that_comes_or_goes_is_no_edit(label: str) -> None:
    assert edit_between(stand(PROSE, MORE), stand(PROSE, label, MORE)) is None
    assert edit_between(stand(label, PROSE, MORE), stand(PROSE, MORE)) is None


EDITED = {
    "killed": ("At least 5 people were killed.", "At least 7 people were killed."),
    "killed, as a line of its own": ("5 killed", "7 killed"),
    "a toll as a list has it": ("Deaths: 12", "Deaths: 15"),
    "in brackets": ("Deaths (12)", "Deaths (15)"),
    "a score": ("Skerrow 2–1 Ansty", "Skerrow 2–2 Ansty"),
    "a score alone": ("2:1", "2:2"),
    "a price": ("A coffee is 3.20 now.", "A coffee is 3.40 now."),
    "a date": ("The hearing is on 5 May.", "The hearing is on 6 May."),
    "an hour": ("Doors open at 10:45", "Doors open at 11:45"),
    "a span": ("20 minutes", "30 minutes"),
    "shares of another kind": ("Shares fell 12 per cent", "Shares fell 13 per cent"),
    "views of another kind": ("12 viewed the body", "13 viewed the body"),
    "somebody's reading": (
        "Five minutes ago the line went dead, she said",
        "Ten minutes ago the line went dead, she said",
    ),
    "ago, within a sentence": (
        "It began 3 minutes ago – or so he says",
        "It began 5 minutes ago – or so he says",
    ),
    "a subheading": ("The background", "The aftermath"),
    "a name": ("Ada Marsh", "Ada Marsch"),
    "votes": ("Votes: 1,204", "Votes: 1,304"),
    "an update that tells": ("Update: the wall stands", "Update: the wall fell"),
    "German toll": ("Tote: 12", "Tote: 15"),
    "German span": ("Vor 3 Jahren starb er", "Vor 4 Jahren starb er"),
    "Chinese toll": ("死亡人数：12", "死亡人数：15"),
    "Japanese toll": ("死者12人", "死者15人"),
    "case": ("The council", "The Council"),
    "a comma": ("Let us eat, grandma", "Let us eat grandma"),
    "a full stop": ("It is over.", "It is over?"),
}


@pytest.mark.parametrize(("then", "now"), EDITED.values(), ids=EDITED)
def test_what_a_reader_learns_is_an_edit(then: str, now: str) -> None:
    assert edit_between(stand(PROSE, then, MORE), stand(PROSE, now, MORE)) is Edit.TEXT
    assert edit_between(stand(PROSE, now, MORE), stand(PROSE, then, MORE)) is Edit.TEXT


@pytest.mark.parametrize(
    "line", ["5 killed", "The background", "20 minutes", "Deaths: 12", "2:1", "Ada Marsh", PROSE]
)
def test_a_line_that_comes_or_goes_is_an_edit(line: str) -> None:
    assert edit_between(stand(MORE), stand(line, MORE)) is Edit.TEXT
    assert edit_between(stand(line, MORE), stand(MORE)) is Edit.TEXT


TYPOGRAPHY = {
    "quotes": ('He said "no" and left', "He said “no” and left"),
    "quotes of France": ("Il a dit « non » ; puis rien", "Il a dit «non»; puis rien"),
    "apostrophe": ("It's over", "It’s over"),
    "dash": ("Skerrow - a town", "Skerrow — a town"),
    "ellipsis": ("And then...", "And then…"),
    "spaces": ("A  long\u00a0way", "A long way"),
    "soft hyphen": ("Donau\u00addampf\u00adschiff", "Donaudampfschiff"),
    "zero width": ("Donau\u200bdampf\ufeffschiff", "Donaudampfschiff"),
    "reading direction": ("\u202bשלום\u202c", "שלום"),
    "composed": (unicodedata.normalize("NFD", "Café Müller Ångström"), "Café Müller Ångström"),
}


@pytest.mark.parametrize(("then", "now"), TYPOGRAPHY.values(), ids=TYPOGRAPHY)
def test_typography_is_no_edit(then: str, now: str) -> None:
    assert edit_between(stand(PROSE, then), stand(PROSE, now)) is None
    assert edit_between(Stand(title=then), Stand(title=now)) is None
    assert edit_between(Stand(standfirst=then), Stand(standfirst=now)) is None


def test_where_a_paragraph_ends_is_no_edit() -> None:
    assert edit_between(stand(PROSE, MORE), stand(f"{PROSE} {MORE}")) is None
    assert edit_between(stand("港の壁。", "春に。"), stand("港の壁。春に。")) is None


TITLES = {
    "a word": ("Wall to be rebuilt", "Wall to be torn down", Edit.HEADLINE),
    "a toll": ("5 killed in storm", "7 killed in storm", Edit.HEADLINE),
    "a counter, of all things": ("12 comments", "13 comments", Edit.HEADLINE),
    "case": ("Wall To Be Rebuilt", "Wall to be rebuilt", Edit.HEADLINE),
}


@pytest.mark.parametrize(("then", "now", "edit"), TITLES.values(), ids=TITLES)
def test_title(then: str, now: str, edit: Edit) -> None:
    assert edit_between(Stand(title=then), Stand(title=now)) is edit


def test_another_title_is_a_headline_only_over_the_same_text() -> None:
    assert edit_between(Stand(title="A"), Stand(title="B", standfirst="Told anew")) is Edit.HEADLINE
    assert edit_between(Stand(title="A"), Stand(title="B", text=MORE)) is Edit.TEXT
    assert edit_between(Stand(), Stand(standfirst="Told anew")) is Edit.TEXT
    assert edit_between(stand(PROSE, "12 comments", title="A"), stand(PROSE, title="B")) is Edit.HEADLINE


def test_another_cleaning_is_no_edit_and_what_hides_behind_it_is() -> None:
    assert edit_between(stand(PROSE, MORE), stand(PROSE, removed=[MORE])) is None
    assert edit_between(stand(PROSE, removed=[MORE]), stand(PROSE, MORE)) is None
    assert edit_between(stand(PROSE, "12 comments", MORE), stand(PROSE, removed=[MORE])) is None
    assert edit_between(stand(PROSE, MORE), stand(PROSE)) is Edit.TEXT
    assert edit_between(stand(PROSE, MORE), stand(MORE, PROSE)) is Edit.TEXT


WORDS = st.sampled_from(
    ["harbour", "Skerrow", "12", "killed", "the", "council", "said", "2024", "“no”", "コメント", "死者", "é"]
)
LINES = st.lists(st.lists(WORDS, min_size=3, max_size=12).map(" ".join), min_size=1, max_size=8)


@given(LINES, st.data())
def test_labels_put_anywhere_are_no_edit_and_a_figure_in_prose_always_is(
    lines: list[str], data: st.DataObject
) -> None:
    labelled = list(lines)
    for label in data.draw(st.lists(st.sampled_from(LABELS), max_size=3)):
        labelled.insert(data.draw(st.integers(0, len(labelled))), label)
    assert edit_between(stand(*lines), stand(*labelled)) is None
    place = data.draw(st.integers(0, len(lines) - 1))
    counted = [*lines[:place], f"{lines[place]}, and 5 of them were saved.", *lines[place + 1 :]]
    recounted = [*lines[:place], f"{lines[place]}, and 6 of them were saved.", *lines[place + 1 :]]
    assert edit_between(stand(*counted), stand(*recounted)) is Edit.TEXT


@given(LINES)
def test_a_text_is_no_edit_of_itself_in_any_form(lines: list[str]) -> None:
    for form in ("NFC", "NFD"):
        shown = [unicodedata.normalize(form, line.replace(" ", "\u00a0 ")) for line in lines]
        assert edit_between(stand(*lines), stand(*shown)) is None
