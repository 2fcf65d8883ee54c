"""What is a copy, what an update, and what only looks like one: a table of pairs in several scripts."""

# ruff: noqa: E501  a paragraph is a line

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.fingerprint import fingerprint
from pipelines.likeness import Relation, compare

STORM = """A storm tore a hole of eleven metres into the harbour wall of Skerrow on Monday night, the council said.
Two fishing boats sank at their moorings, and 340 households were without power until the morning.
“I have never seen waves like these in 40 years,” said Moira Bell, who runs the ferry office on the north mole.
Engineers from Dunmore will look at the oldest part of the wall, which was laid by hand in 1871, before repairs begin.
The ferry to the islands is to leave from the fish dock for at least three weeks, and lorries must book a day ahead.
Insurers put the damage at 2,500,000 pounds, but the figure may rise once divers have been down to the footings."""
LOCAL = """Readers in Garston will remember the flood of their own harbour, when the town hall stood in water for days
and the brass band played on its roof. This time the town was spared."""
FOOTBALL = """{home} beat {away} {a}-{b} at {ground} on {day} to move up to {place} in the table.
{one} scored in the {m} minute from the edge of the box and {two} doubled the lead before the break.
The visitors had the better chances after half-time, but the goalkeeper was equal to everything they tried.
The crowd of {crowd} saw {home} take their tally to {points} points, and they travel to {next} at the weekend."""
FIRST = {"home": "Ashford", "away": "Brindle", "a": 2, "b": 1, "ground": "Mill Lane", "day": "Saturday"} | {
    "place": "4th",
    "one": "Alder",
    "two": "Baines",
    "m": "12th",
    "crowd": "4,210",
    "points": 31,
    "next": "Carrick",
}
SECOND = {"home": "Dunmore", "away": "Elland", "a": 3, "b": 0, "ground": "Park Road", "day": "Sunday"} | {
    "place": "9th",
    "one": "Coyle",
    "two": "Farrow",
    "m": "33rd",
    "crowd": "3,877",
    "points": 22,
    "next": "Kelso",
}
CHINESE = """据气象部门消息，强台风周一夜间在东部沿海登陆，造成港口堤坝出现十余米长的缺口，两艘渔船沉没，三百多户居民断电。
工程技术人员将对一八七一年修建的老堤坝进行全面检查，随后才能开始维修工作，渡轮将改从渔港出发，至少持续三个星期。
保险公司估计损失超过二百万元，但潜水员检查水下基础之后，这一数字可能还会进一步上升，当地政府已经启动应急预案。"""
CHINESE_WEATHER = """{city}市{m}月{d}日白天晴间多云，最高气温{high}摄氏度，夜间最低气温{low}摄氏度，风力{wind}级，相对湿度百分之{wet}。
气象专家提醒市民注意及时增减衣物，外出时携带雨具，驾车出行请注意交通安全，预计未来三天气温变化不大。"""
HINDI = """सोमवार की रात आए तूफ़ान ने बंदरगाह की दीवार में ग्यारह मीटर का छेद कर दिया, नगर परिषद ने मंगलवार को बताया।
दो नावें डूब गईं और 340 घरों में सुबह तक बिजली नहीं थी, जबकि स्कूल और बाज़ार दिन भर बंद रहे।
इंजीनियर दीवार के सबसे पुराने हिस्से की जाँच करेंगे, जो हाथ से बनाया गया था, और उसके बाद ही मरम्मत शुरू होगी।"""
ARABIC = """قال المجلس البلدي إن العاصفة التي ضربت الميناء ليلة الاثنين أحدثت فجوة طولها أحد عشر مترا في الجدار القديم.
وغرق قاربان للصيد وانقطعت الكهرباء عن 340 منزلا حتى الصباح، بينما أغلقت المدارس والأسواق أبوابها طوال اليوم.
وسيفحص المهندسون أقدم جزء من الجدار قبل أن تبدأ أعمال الإصلاح التي قد تستمر ثلاثة أسابيع على الأقل."""
THAI = """พายุพัดถล่มกำแพงท่าเรือเก่าเมื่อคืนวันจันทร์ ทำให้เกิดช่องโหว่ยาวสิบเอ็ดเมตร เจ้าหน้าที่เทศบาลกล่าวกับผู้สื่อข่าวเมื่อวันอังคาร
เรือประมงสองลำจมลงและบ้านเรือนหลายร้อยหลังไม่มีไฟฟ้าใช้จนถึงเช้า วิศวกรจะตรวจสอบกำแพงส่วนที่เก่าแก่ที่สุดก่อนเริ่มซ่อมแซม"""


def cut(text: str, lines: int) -> str:
    return "\n".join(text.split("\n")[:lines])


def in_halves(text: str) -> str:
    return text[: len(text) * 55 // 100]


UPDATED = f"""Three fishermen are missing after the storm that hit Skerrow, and the army has been called in.
{STORM.replace("Two fishing boats", "Six fishing boats").replace("340", "1,200").replace("2,500,000", "4,100,000")}
Soldiers from the barracks at Redcar filled sandbags through the night, and a field kitchen was set up at the school.
The minister for ports will visit on Thursday, her office said, and is expected to promise help with the repairs."""

CASES = {
    "the same": (STORM, STORM, "copy"),
    "cut to half": (STORM, cut(STORM, 3), "copy"),
    "cut to half, and a local lead": (STORM, f"{LOCAL}\n{cut(STORM, 4)}", "copy"),
    "a paragraph dropped": (STORM, STORM.replace(STORM.split("\n")[2] + "\n", ""), "copy"),
    "a paragraph added": (STORM, f"{STORM}\n{LOCAL}", "copy"),
    "in another order": (STORM, "\n".join([*STORM.split("\n")[3:], *STORM.split("\n")[:3]]), "copy"),
    "typography": (
        STORM,
        STORM.replace("“", '"').replace("”", '"').replace("2,500,000", "2\u00a0500\u00a0000").replace("fi", "ﬁ")
        .replace("ferry", "fer\u00adry").upper(),
        "copy",
    ),
    "a word here and there": (STORM, STORM.replace("tore", "ripped").replace("begin", "start"), "copy"),
    "one figure put right": (STORM, STORM.replace("340", "350"), "copy"),
    "two match reports": (FOOTBALL.format(**FIRST), FOOTBALL.format(**SECOND), "other"),
    "a cut match report": (FOOTBALL.format(**FIRST), cut(FOOTBALL.format(**FIRST), 2), "copy"),
    "another story": (STORM, FOOTBALL.format(**FIRST), "other"),
    "two paragraphs of background": (
        f"{FOOTBALL.format(**FIRST)}\n{cut(STORM, 2)}", f"{LOCAL} {LOCAL}\n{cut(STORM, 2)}", "other"
    ),
    "a newer, longer version": (STORM, UPDATED, "update"),
    "the newer version, cut": (UPDATED, cut(UPDATED, 6), "copy"),
    "Chinese, cut": (CHINESE, in_halves(CHINESE), "copy"),
    "Chinese weather": (
        CHINESE_WEATHER.format(city="上海", m=5, d=6, high=21, low=12, wind=3, wet=40),
        CHINESE_WEATHER.format(city="成都", m=8, d=17, high=34, low=25, wind=1, wet=85),
        "other",
    ),
    "Hindi, cut": (HINDI, in_halves(HINDI), "copy"),
    "Arabic, cut": (ARABIC, in_halves(ARABIC), "copy"),
    "Thai, cut": (THAI, in_halves(THAI), "copy"),
    "nothing": ("", "", "other"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "relation"), CASES.values(), ids=CASES.keys())
def test_what_one_text_is_to_another(one: str, other: str, relation: str) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there.relation == relation, there
    assert (back.relation, back.of_first, back.of_second) == (relation, there.of_second, there.of_first)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2] != "other"])
def test_what_is_alike_shares_a_key(name: str) -> None:
    one, other, _ = CASES[name]
    assert set(fingerprint(one).bands) & set(fingerprint(other).bands)


def test_shares_are_of_each_text() -> None:
    likeness = compare(STORM, cut(STORM, 3))
    assert likeness.of_second == 1
    assert 0.4 < likeness.of_first < 0.6
    assert likeness.contradictions == 0


def test_a_new_lead_over_a_longer_text_is_seen() -> None:
    assert compare(STORM, UPDATED).rewritten
    assert not compare(STORM, f"{STORM}\n{LOCAL}").rewritten
    assert not compare(STORM, STORM).rewritten


def test_what_is_said_thousands_of_times_takes_no_time() -> None:
    one, other = (" ".join(f"0 0 0 0 {name}{n}" for n in range(2400)) for name in "ab")
    started = process_time()
    compare(one, other)
    assert process_time() - started < 4


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    likeness = compare(one, other)
    assert 0 <= likeness.of_first <= 1
    assert likeness.relation in Relation
