"""Behaviours of encoding: content codings, charsets right and wrong, a bomb."""

import zlib
from functools import cache

from newsite.behaviours.articles import article_page, numbered_page, published_of
from newsite.behaviours.call import Call
from newsite.codings import encode
from newsite.exchange import HTML, Answer, html_answer

TITLES = {
    "en": "Café Zoë reopens on the “old” quay",
    "uk": "Нічний потяг до Заріччя знову на колії",
    "ja": "港の市場が三年ぶりに再開",
}
PARAGRAPHS = {
    "en": (
        "Café Zoë, the blue house at the end of the quay, opened its doors again on Friday – after eleven "
        "months, two floods and a bill of £48,000. “We nearly gave up in March,” said its owner, Zoë Müller.",
        "The first guest was her neighbour, René Ångström, who had kept the coffee machine dry in his attic. "
        "He paid with a five-pound note, drank a crème and left without his change, as he always does.",
        "The council’s surveyor says the new flood gate would hold back a tide of 4½ metres. Nobody in the "
        "street believes it – but the insurance company does, and that is what counts.",
    ),
    "uk": (
        "Після дворічної перерви нічний потяг до Заріччя знову вийшов на колію. Перший рейс відправився в "
        "четвер о двадцять другій сорок, і в шести вагонах не було жодного вільного місця.",
        "«Ми чекали на нього, як на свято», — каже провідниця Ганна Їжакевич, яка працює на цьому маршруті "
        "з дев’яностих років. За її словами, вагони відремонтували, а чай у підсклянниках лишився тим самим.",
        "Квиток коштує двісті сорок гривень. Залізниця обіцяє, що до зими потяг курсуватиме щоночі, а з "
        "нового року зупинятиметься ще й у Ґанках, де відбудовують платформу.",
    ),
    "ja": (
        "港の市場が金曜日、三年ぶりに再開した。午前五時の開場とともに、近隣の町から集まった買い物客で通路はいっぱいになった。",
        "「また同じ場所で魚を売れるのがうれしい」と、四十年にわたって店を営む田所はるさんは話す。屋根は新しくなったが、秤は祖父の代のものだという。",
        "市によると、工事には二億三千万円かかった。来年の春には二階に食堂も開く予定で、地元の漁師たちが交代で料理を出す。",
    ),
}

CHARSETS: dict[str, tuple[str, str, str | None, str]] = {
    # name: (language, the bytes' real charset, charset in the header, charset in a meta tag)
    "header": ("en", "windows-1252", "windows-1252", ""),
    "meta": ("uk", "windows-1251", None, "windows-1251"),
    "missing": ("uk", "utf-8", None, ""),
    "missing-1251": ("uk", "windows-1251", None, ""),
    "wrong": ("uk", "utf-8", "iso-8859-1", "utf-8"),
    "wrong-meta": ("uk", "utf-8", "utf-8", "windows-1252"),
    "unknown": ("uk", "utf-8", "utf-ate", "utf-8"),
    "latin-1-for-1252": ("en", "windows-1252", "iso-8859-1", ""),
    "bom": ("uk", "utf-8-sig", None, ""),
    "utf-16": ("uk", "utf-16", None, ""),
    "utf-16-header": ("uk", "utf-16-le", "utf-16le", ""),
    "koi8-u": ("uk", "koi8-u", "koi8-u", ""),
    "shift_jis": ("ja", "shift_jis", None, "shift_jis"),
    "euc-jp": ("ja", "euc-jp", "euc-jp", ""),
}

BOMB_SIZE = 200_000_000
"""Bytes that the bomb unpacks to; some 200 kB before."""


async def charset(call: Call) -> Answer:
    """/charset/NAME: an article in a charset that is declared as CHARSETS says."""
    language, real, in_header, in_meta = CHARSETS[call.rest]
    head = f'<meta charset="{in_meta}">' if in_meta else ""
    page = article_page(TITLES[language], PARAGRAPHS[language], published_of(1), language=language, head=head)
    content_type = f"text/html; charset={in_header}" if in_header else "text/html"
    return Answer(body=page.encode(real), content_type=content_type)


async def broken_bytes(call: Call) -> Answer:
    """/broken-bytes: an article in UTF-8 with bytes that are none, and a NUL."""
    body = (
        numbered_page(65).encode().replace(b"tonnes", b"ton\xff\xfenes", 1).replace(b"crew", b"cr\x00ew", 1)
    )
    return Answer(body=body, content_type=HTML)


async def coded(call: Call) -> Answer:
    """/gzip, /brotli, /zstd: an article in that content coding, whatever the client said it accepts."""
    coding = {"/brotli": "br"}.get(call.request.path, call.request.path.strip("/"))
    body = encode(numbered_page(66).encode(), coding)
    return Answer(body=body, headers=(("Content-Encoding", coding),))


async def wrongly_coded(call: Call) -> Answer:
    """/gzip-not: says gzip, and is plain."""
    return Answer(body=numbered_page(67).encode(), headers=(("Content-Encoding", "gzip"),))


async def gzip_bomb(call: Call) -> Answer:
    """/gzip-bomb: little on the wire, BOMB_SIZE in memory."""
    return Answer(body=_bomb(), headers=(("Content-Encoding", "gzip"),))


async def sitemap_bomb(call: Call) -> Answer:
    """/sitemap-bomb.xml.gz: the same, as a file and not as a coding."""
    return Answer(body=_bomb(), content_type="application/gzip")


async def truncated_gzip(call: Call) -> Answer:
    """/gzip-cut: a gzip stream that ends in the middle; its Content-Length is right."""
    body = encode(numbered_page(68).encode(), "gzip")
    return Answer(body=body[: len(body) // 2], headers=(("Content-Encoding", "gzip"),))


async def plain(call: Call) -> Answer:
    """/plain: an article with no coding at all."""
    return html_answer(numbered_page(69))


@cache
def _bomb() -> bytes:
    packer, block = zlib.compressobj(9, wbits=31), b" " * 1_000_000
    packed = [packer.compress(b"<!doctype html><title>Bomb</title>")]
    packed += [packer.compress(block) for _ in range(BOMB_SIZE // len(block))]
    return b"".join((*packed, packer.flush()))
