"""A template knows where a site has its authors and dates; the rest of a page is searched for want alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml.html import fromstring
from marrow import labels_of, learned, page_of, read_html

from pipelines.article import TEMPLATE, Article
from pipelines.metadata.places import Field
from pipelines.templates.learn import learn_templates
from pipelines.templates.places import LearnedPlaces, learn_places, told_by
from pipelines.templates.template import Templates

NAMES = (
    "Ada Holm",
    "Ben Ortiz",
    "Cleo Marsh",
    "Dan Weller",
    "Eva Lindt",
    "Finn Sorley",
    "Gus Hale",
    "Hedda Roe",
)


def with_byline(number: int) -> str:
    name = NAMES[number % len(NAMES)]
    return page_of(
        number, lead=f'<div class="top"><span class="{name[:3].lower()} byline">{name}</span></div>'
    )


def marked_day(number: int) -> str:
    """A page that states a bare day in its head, and the time of day in its text."""
    page = page_of(number, lead=f'<p class="date-line">{number + 1} March 2026, 10:{10 + number} CET</p>')
    return page.replace('content="2026-', 'data-was="2026-')


def read_fast(html: str, templates: Templates) -> Article:
    article = read_html(html, templates, number=50).article
    assert article is not None
    assert article.read_by == TEMPLATE
    return article


def places_of(make: Callable[[int], str]) -> tuple[Templates, LearnedPlaces]:
    templates = learned([make(number) for number in range(6)])
    places = templates.templates[0].places
    assert places is not None
    return templates, places


def test_bylines_are_where_they_were_on_the_other_pages() -> None:
    templates, places = places_of(with_byline)
    assert [str(place) for place in places.at[Field.AUTHORS]] == ["span.byline"]
    assert Field.AUTHORS in places.usual
    assert read_fast(with_byline(7), templates).authors == ("Hedda Roe",)


def test_a_byline_that_is_not_in_its_place_is_searched_where_pages_usually_have_one() -> None:
    templates, _ = places_of(with_byline)
    elsewhere = page_of(20, lead='<address class="author">Ida Brandt</address>')
    assert read_fast(elsewhere, templates).authors == ("Ida Brandt",)


def test_it_is_not_searched_where_pages_usually_have_none() -> None:
    templates, places = places_of(page_of)
    assert Field.AUTHORS not in places.usual
    elsewhere = page_of(20, lead='<address class="author">Ida Brandt</address>')
    assert read_fast(elsewhere, templates).authors == ()


def test_what_the_head_states_is_believed_wherever_bylines_stand() -> None:
    templates, _ = places_of(with_byline)
    page = page_of(
        20, head='<meta name="author" content="Ola Finsen">', lead='<b class="byline">Kit Moor</b>'
    )
    assert read_fast(page, templates).authors == ("Ola Finsen",)


def test_dates_are_where_they_were_on_the_other_pages() -> None:
    templates, places = places_of(marked_day)
    assert [str(place) for place in places.at[Field.PUBLISHED]] == ["p.date-line"]
    assert places.usual == {Field.PUBLISHED, Field.TIME}
    fast, slow = read_fast(marked_day(9), templates), read_html(marked_day(9)).article
    assert slow is not None
    assert (fast.published_at, fast.dates) == (slow.published_at, slow.dates)
    assert fast.published_at is not None
    assert fast.published_at.isoformat() == "2026-03-10T10:19:00+01:00"


def test_a_date_that_is_not_in_its_place_is_searched_where_pages_usually_have_one() -> None:
    templates, _ = places_of(marked_day)
    article = read_fast(marked_day(9).replace("date-line", "published-on"), templates)
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-03-10T10:19:00+01:00"


def test_what_a_change_is_marked_by_is_learned_too() -> None:
    def changed(number: int) -> str:
        return page_of(number, lead=f'<i class="changed" itemprop="dateModified">2026-05-{number + 10}</i>')

    templates, places = places_of(changed)
    assert [str(place) for place in places.at[Field.MODIFIED]] == ["i.changed"]
    modified = read_fast(changed(7), templates).modified_at
    assert modified is not None
    assert modified.isoformat() == "2026-05-17T00:00:00+00:00"


def test_labels_that_do_not_tell_leave_the_places_unknown() -> None:
    pool = [replace(labels_of(with_byline(number)), places=None) for number in range(6)]
    templates = learn_templates(pool)
    assert templates.templates[0].places is None
    assert read_fast(with_byline(7), templates).authors == ("Hedda Roe",)


def test_a_place_needs_two_pages() -> None:
    page = {Field.AUTHORS: ("span.byline", "span.name")}
    assert learn_places([page]) is None
    assert learn_places([page, {Field.AUTHORS: ("div.by",)}, None]) == LearnedPlaces(
        usual=frozenset({Field.AUTHORS}), at={}
    )
    learned_places = learn_places([page, {Field.AUTHORS: ("span.name",)}, {}, {}, {}])
    assert learned_places is not None
    assert [str(place) for place in learned_places.at[Field.AUTHORS]] == ["span.name"]
    assert learned_places.usual == frozenset()


@pytest.mark.parametrize(
    ("html", "places"),
    [
        ('<div class="meta"><b id="who-17">A</b></div>', ("b#who-0",)),
        ('<div class="meta"><b>A</b></div>', ("div.meta > b",)),
        ("<div><b>A</b></div>", ()),
    ],
)
def test_an_element_is_told_by_what_it_or_the_one_around_it_is_called(
    html: str, places: tuple[str, ...]
) -> None:
    element = next(fromstring(html).iter("b"))
    assert told_by({Field.AUTHORS: element, Field.TIME: None}) == {Field.AUTHORS: places, Field.TIME: ()}


def test_what_was_learned_can_be_kept() -> None:
    templates, places = places_of(with_byline)
    assert LearnedPlaces.from_json(places.to_json()) == places
    assert Templates.from_json(templates.to_json()) == templates
