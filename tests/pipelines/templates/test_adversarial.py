"""A site that teaches wrong rules loses its own fast path at worst: its texts are not worse than without."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from labelled import labelled
from marrow import box, labels_of, learned, page_of, read_html, story

from pipelines.article import EXTRACTOR, TEMPLATE, Article
from pipelines.fingerprint import words_of
from pipelines.templates.judge import judge
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.outline import Outline
from pipelines.templates.refusals import Refusal
from pipelines.templates.selector import Selector
from pipelines.templates.template import Templates

Make = Callable[[int], str]

BACKGROUND = "The bridge was built in the winter of the flood by a captain of the railway, who named it."
HOUSE_LINE = "The Marrow is owned by its readers, and anybody may join them on the quay."
LATER = 50
"""The number of a page that nothing was learned from."""


def prose(number: int) -> str:
    return story(3_000 + number, 1)[0]


def letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


def article_of(html: str, templates: Templates | None = None) -> Article:
    article = read_html(html, templates).article
    assert article is not None
    return article


def lines_of(html: str, templates: Templates | None = None) -> list[str]:
    return article_of(html, templates).text.split("\n")


def known_of(make: Make, numbers: Sequence[int] = range(8)) -> Templates:
    found = [read_html(make(number)).labels for number in numbers]
    return learn_templates(Labels.from_bytes(data) for data in found if data is not None)


def fake(number: int, count: int = 1) -> str:
    """Elements with the class of the body, around other things."""
    return "".join(
        f'<div class="story-body"><p>{prose(number + 100 * n)}</p><p>{prose(number + 100 * n + 7)}</p></div>'
        for n in range(1, count + 1)
    )


def odd_blocks(number: int, count: int) -> str:
    """Blocks with a class each that no other has."""
    return "".join(
        f'<div class="m{letters(number * count + n)}">A {letters(n)} thing</div>' for n in range(count)
    )


def same(make: Make) -> tuple[Make, Make]:
    """Pages that teach what the next one is made of."""
    return make, make


MANY_CLASSES = " ".join(f"{letters(n * 7919)}x" for n in range(3_000))

ATTACKS: dict[str, tuple[Make, Make]] = {
    "a true paragraph in half of the articles": (
        lambda n: page_of(n, inside=f"<p>{BACKGROUND}</p>" if n % 2 else ""),
        lambda n: page_of(n, text=[*story(n), BACKGROUND]),
    ),
    "a true paragraph in each of them": (
        lambda n: page_of(n, inside=f"<p>{BACKGROUND}</p>"),
        lambda n: page_of(n, text=[*story(n), BACKGROUND]),
    ),
    "text that a style hides where it was shown": (
        lambda n: page_of(n, inside=f'<p class="x">{prose(n)}</p>'),
        lambda n: page_of(n, inside=f'<p class="x" style="color: red; display: none">{prose(n)}</p>'),
    ),
    "text hidden from who hears the page": (
        lambda n: page_of(n, inside=f'<div class="x"><p>{prose(n)}</p></div>'),
        lambda n: page_of(n, inside=f'<div class="x" aria-hidden="true"><p>{prose(n)}</p></div>'),
    ),
    "text that an attribute hides": (
        lambda n: page_of(n, inside=f'<p class="x">{prose(n)}</p>'),
        lambda n: page_of(n, inside=f'<p class="x" hidden>{prose(n)}</p>'),
    ),
    "a promotion as long as a paragraph": (
        lambda n: page_of(n, inside=f'<p class="promo">{prose(n)}</p>'),
        lambda n: page_of(n, inside=f'<p class="promo">{prose(n)}</p>'),
    ),
    "a false body before the true one": (page_of, lambda n: page_of(n, lead=fake(n))),
    "three false bodies behind the true one": (page_of, lambda n: page_of(n, after=fake(n, 3))),
    "a false body on every page": (
        lambda n: page_of(n, lead=fake(n)),
        lambda n: page_of(n, lead=fake(n)),
    ),
    "a false body on every page until now": (lambda n: page_of(n, after=fake(n)), page_of),
    "a false body around everything": (
        page_of,
        lambda n: (
            page_of(n)
            .replace("<main>", '<main><div class="story-body">')
            .replace("</main>", f"{fake(n)}</div></main>")
        ),
    ),
    "thousands of classes": same(
        lambda n: page_of(
            n, body=f"story-body {MANY_CLASSES}", inside=f'<p class="{MANY_CLASSES}">Ad {n}</p>'
        )
    ),
    "a nest of two hundred elements": same(
        lambda n: page_of(n, inside='<div class="q">' * 200 + prose(n) + "</div>" * 200)
    ),
    "a body in a nest": same(lambda n: page_of(n).replace("<main>", '<main><div class="q">' + "<div>" * 150)),
    "hundreds of makes, none twice": same(lambda n: page_of(n, inside=odd_blocks(n, 300))),
    "prose that begins as the house's own lines do": (
        lambda n: page_of(n, inside=f'<div class="note"><p>{HOUSE_LINE}</p></div>'),
        lambda n: page_of(n, text=[*story(n), HOUSE_LINE.replace("the quay", "the quay, said the mayor")]),
    ),
    "a title for a body": same(lambda n: page_of(n).replace("<h1>", '<h1 class="story-body">')),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_is_not_worse_for_what_was_learned(attack: str) -> None:
    teaches, strikes = ATTACKS[attack]
    html = strikes(LATER)
    true = {*story(LATER), *([BACKGROUND] if BACKGROUND in html else [])}
    slow, fast = lines_of(html), lines_of(html, known_of(teaches))
    assert [line for line in slow if line in true and line not in fast] == []
    assert [line for line in fast if line not in true and line not in slow] == []
    assert len(true & set(slow)) >= 6


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_an_attack_teaches_is_small(attack: str) -> None:
    known = known_of(ATTACKS[attack][0])
    assert len(known.templates) <= 5
    for template in known.templates:
        assert len(template.makes) <= 200
        assert len(template.outside) <= 200
        assert all(len(make) <= 3 * 250 for make in template.makes)
        assert len(str(template.container)) <= 500


def test_a_false_body_that_is_far_shorter_is_not_taken_for_the_article() -> None:
    known = known_of(page_of)
    article = article_of(page_of(LATER, lead=fake(LATER)), known)
    assert (article.read_by, article.refused) == (EXTRACTOR, Refusal.NO_CONTAINER)


def test_the_attacks_are_on_a_path_that_is_there() -> None:
    known = learned([page_of(number) for number in range(8)])
    assert article_of(page_of(LATER), known).read_by == TEMPLATE


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<html><body></body></html>",
        "<p>Not found</p>",
        "<html><body>" + "<div>" * 5_000 + "x",
        page_of(1).replace("<p>", '<p style="display:none">').replace("story-body", "hidden"),
        page_of(1, text=[letters(n) for n in range(1_600)]),
        "\x00\ufffd<\ud800>",
    ],
    ids=["empty", "no text", "no article", "too deep", "all hidden", "too many blocks", "no markup"],
)
def test_a_page_without_an_article_teaches_nothing(html: str) -> None:
    body = html.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert read_html(body).labels is None


def test_pages_that_teach_nothing_change_nothing() -> None:
    good = [labels_of(page_of(number, inside=box(number))) for number in range(6)]
    known = learn_templates(good)
    hidden = labelled(f'<div class="trap" style="display: none"><p>{prose(1)}</p></div><p out="">a</p>')
    assert learn_templates([*good, hidden], known) is known


def calls_of(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[Any]:
    """The calls of a method from now on."""
    calls: list[Any] = []
    real = getattr(owner, name)

    def counted(self: Any, *arguments: Any) -> Any:
        calls.append(arguments)
        return real(self, *arguments)

    monkeypatch.setattr(owner, name, counted)
    return calls


def test_elements_with_many_names_in_one_another_are_not_all_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def nest(number: int, depth: int = 150) -> str:
        opening = "".join(
            f'<div class="{" ".join(f"{letters(d)}x{letters(n)}" for n in range(12))}">' for d in range(depth)
        )
        text = "".join(f"<p>{letters(number * 100 + k)} and so on</p>" for k in range(20))
        return 2 * f"{opening}{text}{'</div>' * depth}"

    pages = [labelled(nest(number)) for number in range(2)]
    searches = calls_of(monkeypatch, Selector, "places_in")
    walks = calls_of(monkeypatch, Outline, "above")
    assert learn_templates(pages).templates
    assert len(searches) < 2 * 600
    assert len(walks) < 20_000


def test_a_description_that_stands_everywhere_is_not_looked_for_everywhere() -> None:
    stated = "A harbour that nobody wanted is built after all, and the village has to pay for half of it."
    head = f'<meta name="description" content="{stated}">'
    known = known_of(page_of)
    few = page_of(LATER, lead=f'<p class="lead">{stated}</p>', head=head)
    many = page_of(LATER, lead=f'<p class="lead">{stated}</p>' * 30, head=head)
    assert lines_of(few, known) == [stated, *story(LATER)]
    assert stated not in lines_of(many, known)[1:]


def test_a_template_of_one_site_reads_no_other() -> None:
    known = known_of(page_of)
    other = labels_of(page_of(LATER, body="text").replace("<article", '<section class="story"'))
    judged = judge(known.templates[0], other.outline)
    assert judged.refusal is Refusal.NO_CONTAINER
    assert not any(rule is None for rule in judged.rules)
    assert len(words_of(article_of(page_of(LATER, body="text"), known).text)) > 100
