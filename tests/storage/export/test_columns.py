"""What is said of the columns of an export, is said of each."""

import re
from pathlib import Path

from storage.export import COLUMNS, FORMAT_VERSION
from storage.export.manifest import Digest, Tally, manifest_of
from storage.export.request import Request

DOCUMENT = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")


def test_every_column_is_documented_in_its_place() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \| .{8,} \|$", DOCUMENT, re.MULTILINE)
    assert rows == [(column.name, str(column.kind)) for column in COLUMNS]
    assert f"`format_version` in a manifest is {FORMAT_VERSION};" in DOCUMENT
    left_out = DOCUMENT.partition("- `fetched_at` is left out")[2].partition("\n- ")[0]
    without_past = {column.name for column in COLUMNS if not column.of_the_past}
    assert {"fetched_at", *re.findall(r"`(\w+)`", left_out)} == without_past


def test_every_key_of_a_manifest_is_documented() -> None:
    told = manifest_of(Request(), "csv", Tally(), *[Digest(size=0, sha256="")] * 2)
    section = DOCUMENT.partition("## Manifest")[2]
    for key in re.findall(r'^  "(\w+)":', told, re.MULTILINE):
        assert f"`{key}`" in section
