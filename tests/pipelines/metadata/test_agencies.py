"""The agency a text is credited to."""

import pytest

from pipelines.metadata.agencies import agency_named, credited_agency

BODY = "The harbour bridge will stay closed for at least three weeks, the authority said. " * 4


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        (f"MARROW (Reuters) - {BODY}", "Reuters"),
        (f"MARROW, March 5 (AP) — {BODY}", "Associated Press"),
        (f"{BODY} (dpa)", "Deutsche Presse-Agentur"),
        (f"{BODY} (ih/dpa)", "Deutsche Presse-Agentur"),
        (f"{BODY}\n© AFP", "Agence France-Presse"),
        (f"{BODY}\n（新华社）", "Xinhua"),
        # named in the story, not credited
        (f"{BODY} Reuters moved to a new house last year, and AP did so, too. {BODY}", None),
        ("The AP is an agency. " + BODY, None),
        ("", None),
    ],
)
def test_the_credit_stands_at_the_edge_of_the_text(text: str, credit: str | None) -> None:
    assert credited_agency(text) == credit


def test_the_credit_may_be_a_line_that_cleaning_took_out() -> None:
    assert credited_agency(BODY, [BODY, "Source: Reuters", "Share this"]) == "Reuters"
    assert credited_agency(BODY, ["Source: Reuters", BODY, BODY, BODY]) is None


@pytest.mark.parametrize(
    ("name", "agency"),
    [
        ("AP", "Associated Press"),
        ("ap", None),
        ("reuters", "Reuters"),
        ("sda", "Keystone-SDA"),
        ("Nobody", None),
    ],
)
def test_an_abbreviation_in_capitals_is_known_in_capitals(name: str, agency: str | None) -> None:
    assert agency_named(name) == agency
