"""Notices of correction, in many languages, and the sentences most like them."""

import pytest

from pipelines.corrections import corrections_in, is_correction

NOTICES = [
    "Correction: The name of the mayor is Ines Calder.",
    "CORRECTION — An earlier version gave the wrong date.",
    "Correction, May 5: The crew was four strong.",
    "Correction (5 May 2024): The crew was four strong.",
    "Corrections and clarifications",
    "Clarification: the ferry runs on Sundays, too.",
    "An earlier version of this article misstated the height of the wall.",
    "A previous version of this story said that the bridge was closed.",
    "This article was amended on 6 May 2024 because the wall is of granite.",
    "This story has been updated to correct the spelling of Skerrow.",
    "(Corrects paragraph 3 to say million, not billion)",
    "Korrektur: Die Mauer ist aus Granit.",
    "Korrektur vom 5. Mai: Die Mauer ist aus Granit.",
    "Berichtigung",
    "In einer früheren Version dieses Artikels hieß es, die Brücke sei gesperrt.",
    "In einer früheren Version stand, die Brücke sei gesperrt.",
    "Rectificatif : le mur est en granit.",
    "ERRATUM. Le mur est en granit.",
    "Une version précédente de cet article indiquait une autre date.",
    "Corrección: el muro es de granito.",
    "Fe de errores: el muro es de granito.",
    "Una versión anterior de este artículo decía otra cosa.",
    "Correzione: il muro è di granito.",
    "Errata-corrige",
    "Rettelse: Muren er af granit.",
    "Rättelse: Muren är av granit.",
    "Oikaisu 5.5.2024: Muuri on graniittia.",
    "Errata: o muro é de granito.",
    "Sprostowanie: mur jest z granitu.",
    "Исправление: стена из гранита.",
    "Уточнение. Стена из гранита.",
    "В предыдущей версии этой статьи говорилось о другом.",
    "訂正：壁は花崗岩でした。",
    "【訂正】壁は花崗岩でした。",
    "記事の日付を訂正しました。",
    "更正：城墙是花岗岩的。",
    "정정: 벽은 화강암입니다.",
    "تصحيح: الجدار من الجرانيت.",
    "भूल सुधार: दीवार ग्रेनाइट की है।",
    "Düzeltme: Duvar granittir.",
]
PROSE = [
    "Correction officers at the prison said that nobody had left.",
    "Corrections to the wall will take until May: the council has no money.",
    "The correction of the course came too late, the captain said.",
    "An earlier version of the bill would have closed the bridge.",
    "In einer früheren Version des Gesetzes war die Brücke offen.",
    "In a previous version of the game, the wall could be climbed.",
    "Korrektur um 5 Prozent: Die Börse fällt",
    "Korrekturen am Gesetz lehnte er ab.",
    "Oprava mostu potrvá do jara.",
    "Поправка к закону принята в первом чтении.",
    "Уточнение сроков займёт неделю, сказал мэр.",
    "La corrección del muro tardará hasta mayo.",
    "更正后的数字下周公布。",
    "訂正の見込みはない。",
    "The error was corrected within the hour, the railway said.",
    "Updated to version 2 of the software, the trains ran again.",
    "Editor's note: this is the first of three parts.",
    "This article is the first of three.",
]


@pytest.mark.parametrize("line", NOTICES)
def test_notice(line: str) -> None:
    assert is_correction(line)


@pytest.mark.parametrize("line", PROSE)
def test_prose(line: str) -> None:
    assert not is_correction(line)


def test_notices_are_found_among_the_lines() -> None:
    assert corrections_in([None, "", "Prose.", NOTICES[0]]) == (NOTICES[0],)


def test_a_long_line_is_no_notice_and_takes_no_time() -> None:
    assert not is_correction("Correction: " + "an earlier version " * 10_000)
