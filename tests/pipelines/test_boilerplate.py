"""Lines that are no part of the article, and the sentences that look like them."""

from collections.abc import Callable
from time import process_time

import pytest

from pipelines.article import Article, Reading
from pipelines.boilerplate import is_call, is_notice, mark_top
from pipelines.lines import Line

Build = Callable[..., str]
Read = Callable[..., Reading]


def article_of(reading: Reading) -> Article:
    assert reading.article is not None, reading
    return reading.article


@pytest.mark.parametrize(
    "sentence",
    [
        "O vídeo circulou nas redes sociais e foi visto por dois milhões de pessoas.",
        "残り5分で同点に追いついた。",
        "有料会員は100万人を超えた。",
        "광고 시장은 올해 5% 성장할 것으로 보인다.",
        "경찰에 들어온 제보는 없었다.",
        "广告市场今年增长百分之五。",
        "未经授权的无人机闯入了机场。",
        "Teilen Sie die Sorge, so sagen Sie es laut, hieß es in dem Brief.",
        "Auf Facebook, Twitter und Instagram wurde das Bild tausendfach geteilt.",
        "Vous avez déjà gagné cette course trois fois.",
        "Следователи заблокировали Telegram-канал, через который подозреваемые искали клиентов.",
        "Нашли ошибку в расчётах сами инженеры.",
        "The next scam may already be in your inbox.",
        "She writes a weekly newsletter about the harbour.",
        "He told the port on Twitter at midnight that he would go.",
        "Statt „all rights reserved“ gilt auf der Seite nun „some rights reserved“.",
        "Đăng ký kết hôn tăng năm phần trăm trong năm nay.",
    ],
)
def test_a_sentence_with_the_words_of_a_call_is_none(sentence: str) -> None:
    assert not is_call(sentence)


@pytest.mark.parametrize(
    "line",
    [
        "Siga-nos nas redes",
        "残り1234文字（全文2000文字）",
        "有料会員限定",
        "広告",
        "광고",
        "댓글 12",
        "제보는 카카오톡으로",
        "广告",
        "责编：王海",
        "未经授权不得转载。",
        "Teilen Sie diesen Artikel",
        "Folgen Sie uns auf Facebook, Twitter und Instagram.",
        "Vous avez déjà un compte ?",
        "Подписывайтесь на наш Telegram-канал",
        "Нашли ошибку? Выделите её.",
        "The best of our pages, straight to your inbox.",
        "It is all in our weekly newsletter.",
        "© The Marrow Post. All rights reserved.",
        "Đăng ký nhận bản tin",
    ],
)
def test_a_call_is_one(line: str) -> None:
    assert is_call(line)


@pytest.mark.parametrize(
    "question", ["Haben Sie einen Fehler gefunden?", "Already have an account?", "Abonnieren Sie Zeitungen?"]
)
def test_a_question_between_paragraphs_is_no_call(page: Build, read: Read, question: str) -> None:
    assert question in article_of(read(page(f"<p>{question}</p>"))).text
    assert question not in article_of(read(page(after=f"<p>{question}</p>"))).text


@pytest.mark.parametrize(
    "sentence",
    [
        "“Nobody knows the source: the letters bear no stamp,” the mayor said.",
        "Auf dem Foto: die alte Brücke, wie sie die Stadt seit 1932 kennt.",
        "The inquiry was opened after reporting by The Marrow Post in January.",
        "He was caught with files from the ministry, and fled.",
        "Der Bürgermeister will am Montag in die Hauptstadt reisen. (dpa)",
    ],
)
def test_a_last_sentence_is_no_credit(page: Build, read: Read, sentence: str) -> None:
    assert sentence in article_of(read(page(after=f"<p>{sentence}</p>"))).text


@pytest.mark.parametrize(
    "line",
    [
        "Source: The Marrow Post",
        "Foto: Ada Quill/dpa",
        "Reporting by Ada Quill in Marrow; editing by Bo Marsh.",
        "Ada Quill contributed to this report.",
        "Ada Quill contributed reporting.",
        "The Marrow Post © 2024",
        "(dpa/abc)",
    ],
)
def test_a_credit_at_the_end_goes(page: Build, read: Read, line: str) -> None:
    assert is_notice(line)
    assert line not in article_of(read(page(after=f"<p>{line}</p>"))).text


AUTHOR = '<meta name="author" content="Ada Quill">'


@pytest.mark.parametrize(
    "after",
    [
        "<p>Ada Quill met the minister on the quay after the vote and asked whether he would resign.</p>",
        "<p>Ada Quill was released from hospital on Monday, and the police chief has apologised.</p>",
        "<p>The minister said that Quill had misheard him.</p><p>Ada Quill is a reporter of this paper.</p>",
    ],
)
def test_what_happened_to_an_author_stays(page: Build, read: Read, paragraphs: list[str], after: str) -> None:
    text = article_of(read(page(head=AUTHOR, after=after))).text
    assert len(text.split("\n")) == len(paragraphs) + after.count("<p>")


@pytest.mark.parametrize(
    "line",
    [
        "<p>Ada Quill is a reporter of this paper.</p>",
        "<p><em>Ada Quill writes on ports and ships for this paper.</em></p>",
        '<p>Ada Quill writes on ports and ships. Her book is <a href="/b">The Quay</a>.</p>',
        '<p class="end">Ada Quill writes on ports and ships for this paper.</p>',
    ],
)
def test_what_is_said_of_an_author_goes(page: Build, read: Read, paragraphs: list[str], line: str) -> None:
    assert article_of(read(page(head=AUTHOR, after=line))).text.split("\n") == paragraphs


@pytest.mark.parametrize(
    "line", ["5 March 2024, 14:32 CET", "07.03.2024 Marrow, Quill, Ferry", "March 5, 2024"]
)
def test_a_date_above_the_text_goes(page: Build, read: Read, paragraphs: list[str], line: str) -> None:
    assert article_of(read(page(before=f"<p>{line}</p>"))).text.split("\n") == paragraphs


def test_a_line_that_tells_what_happened_on_a_day_is_no_date() -> None:
    told, date = Line("On 5 March 2024 the bridge fell"), Line("On 5 March 2024")
    mark_top([told, date], [])
    assert (told.rule, date.rule) == (None, "date")


def test_what_was_said_may_be_a_link_as_a_whole(page: Build, read: Read, paragraphs: list[str]) -> None:
    said = "“We will not leave,” she said."
    title = "They will not leave this town while it stands"
    lines = f'<p><a href="/video">{said}</a></p><p><a href="/other">{title}</a></p>'
    assert article_of(read(page(lines))).text.split("\n") == [*paragraphs[:2], said, *paragraphs[2:]]


def test_an_endless_block_in_bold_type_costs_no_more_than_its_length(page: Build, read: Read) -> None:
    headlines = "<br>".join(f"Another headline of the day {n}" for n in range(2_000))
    begin = process_time()
    read(page(after=f"<div><b>{headlines}</b></div>"))
    assert process_time() - begin < 5
