"""The audit sees what it is there to see: each thing that can be wrong, done wrong once."""

import base64
import hashlib
import re
import tomllib
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from supply.audit import (
    HERE,
    ROOT,
    Pin,
    differences,
    is_permissive,
    known_flaws,
    licence_of,
    read_lock,
    tampered,
    unmet,
    wanted,
)

HASH = f"--hash=sha256:{'0a' * 32}"
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def pin(name: str, version: str) -> Pin:
    return Pin(name=canonicalize_name(name), version=Version(version), marker=None, hashes=1)


def test_the_lock_of_the_house_is_sound() -> None:
    pins, wrong = read_lock(LOCK)
    assert wrong == []
    assert len(pins) > 100
    assert all(pin.hashes for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert list(unmet(wanted(project), pins)) == []
    assert {"hatchling", "psycopg", "pytest", "scrapy"} <= {pin.name for pin in pins}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"scrapy==2.19.0 {HASH}", None),
        (f"scrapy==2.19.0 ; python_version < '3.12' \\\n    {HASH}\n    # via copydesk", None),
        ("# a remark\n", None),
        ("scrapy==2.19.0", "no hash of scrapy"),
        (f"scrapy==2.19.0 {HASH[:-1]}", "no requirement"),
        (f"scrapy==2.19.0 --hash=md5:{'0a' * 16}", "no requirement"),
        (f"scrapy>=2.19.0 {HASH}", "does not pin scrapy"),
        (f"scrapy==2.* {HASH}", "does not pin scrapy"),
        (f"scrapy {HASH}", "does not pin scrapy"),
        (f"scrapy==2.19.0,!=2.20 {HASH}", "does not pin scrapy"),
        (f"scrapy @ https://files.example/scrapy.whl {HASH}", "a place to fetch from"),
        ("git+https://code.example/scrapy", "a place to fetch from"),
        ("--index-url https://index.example/simple", "a place to fetch from"),
        ("--extra-index-url=index.example", "a place to fetch from"),
        ("-i index", "a place to fetch from"),
        ("-e .", "a place to fetch from"),
        ("-r other.txt", "a place to fetch from"),
        ("./scrapy.whl", "a place to fetch from"),
        ("--trusted-host index", "a place to fetch from"),
        ("=== merged", "no requirement"),
    ],
)
def test_each_line_of_a_lock_is_judged(line: str, says: str | None) -> None:
    _, wrong = read_lock(line)
    assert len(wrong) == (says is not None)
    assert says is None or says in wrong[0]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("Scrapy>=2.19,<2.20", None),
        ("scrapy>=2.20", "asks for >=2.20"),
        ("other-one", "other-one is required"),
    ],
)
def test_what_pyproject_asks_for_is_locked(asked: str, says: str | None) -> None:
    wrong = list(unmet([Requirement(asked)], [pin("scrapy", "2.19.0")]))
    assert len(wrong) == (says is not None)
    assert says is None or says in wrong[0]


def test_an_environment_is_the_lock_and_nothing_else() -> None:
    elsewhere = read_lock(f"colorama==1.0 ; sys_platform == 'nowhere' {HASH}")[0]
    pins = [pin("a", "1.0"), pin("b", "1.0"), pin("c", "1.0"), *elsewhere]
    installed = {canonicalize_name(name): Version(version) for name, version in INSTALLED.items()}
    assert list(differences(pins, installed)) == [
        "b 1.1 is installed, and 1.0 is locked",
        "c 1.0 is locked and not installed",
        "stranger 3 is installed and not locked",
    ]


INSTALLED = {"a": "1.0.0", "b": "1.1", "stranger": "3", "pip": "23", "setuptools": "65", "copydesk": "0.1"}


@pytest.fixture
def installed(tmp_path: Path) -> Distribution:
    """A distribution of one module, as pip leaves it."""
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (tmp_path / "thing.py").write_bytes(b"X = 1\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"X = 1\n").digest()).rstrip(b"=").decode()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n", encoding="utf-8")
    record = f"thing.py,sha256={digest},6\nthing-1.0.dist-info/RECORD,,\n__pycache__/thing.pyc,,\n"
    (info / "RECORD").write_text(record, encoding="utf-8")
    return PathDistribution(info)


def test_files_are_as_they_were_installed(installed: Distribution, tmp_path: Path) -> None:
    assert tampered(installed) == []
    (tmp_path / "thing.py").write_bytes(b"X = 2\n")
    assert tampered(installed) == ["thing: thing.py was changed after it was installed"]
    (tmp_path / "thing.py").unlink()
    assert tampered(installed) == ["thing: thing.py is missing"]


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("mit", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("(MIT OR GPL-3.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("", False),
        ("MIT License, GNU General Public License", False),
    ],
)
def test_licences(licence: str, fine: bool) -> None:
    assert is_permissive(licence, ["MIT", "Apache-2.0", "MIT License"]) == fine


@pytest.mark.parametrize(
    ("metadata", "classifiers", "licence"),
    [
        ({"License-Expression": "MIT", "License": "GPL"}, ["License :: OSI Approved :: BSD License"], "MIT"),
        ({"License": "the whole\ntext"}, ["License :: OSI Approved :: BSD License"], "BSD License"),
        ({"License": "BSD-3-Clause\n"}, ["Programming Language :: Python"], "BSD-3-Clause"),
        ({}, [], ""),
    ],
)
def test_where_a_licence_is_told(metadata: dict[str, str], classifiers: list[str], licence: str) -> None:
    assert licence_of(metadata, classifiers) == licence


def test_a_known_flaw_is_told_of() -> None:
    flaw = {"id": "CVE-0000-1", "package": "Scrapy", "affected": "<2.19.1", "what": "it stumbles"}
    assert list(known_flaws([pin("scrapy", "2.19.0")], [flaw])) == ["scrapy 2.19.0: CVE-0000-1, it stumbles"]
    assert list(known_flaws([pin("scrapy", "2.19.1"), pin("parsel", "1.0")], [flaw])) == []


def test_the_lists_are_of_what_is_locked() -> None:
    """An entry of something that is used no more says nothing, and one that is misspelt never did."""
    locked = {pin.name for pin in read_lock(LOCK)[0]}
    advisories = tomllib.loads((HERE / "advisories.toml").read_text(encoding="utf-8"))["advisory"]
    licences = tomllib.loads((HERE / "licences.toml").read_text(encoding="utf-8"))
    assert {canonicalize_name(told["package"]) for told in advisories} <= locked
    assert set(licences["others"]) <= locked
    assert all(entry["why"] for entry in licences["others"].values())
    assert all(re.fullmatch(r"(CVE-\d{4}-\d+|GHSA(-\w{4}){3})", told["id"]) for told in advisories)
    assert len({(told["id"], told["package"]) for told in advisories}) == len(advisories)
