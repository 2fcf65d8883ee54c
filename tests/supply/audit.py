"""Audits what copydesk is built from, offline: the lock, the environment made of it, licences, known flaws.

`make audit` runs it; it prints what is wrong, a line each, and ends with status 1.
"""

import base64
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OURS = canonicalize_name("copydesk")
INSTALLERS = {canonicalize_name(name) for name in ("pip", "setuptools")}
"""What `python -m venv` brings along, which is in no lock."""
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_ELSEWHERE = re.compile(
    r"://|(^|\s)(-i|-f|-r|-c|-e)\s|--(index|extra-index|find-links|trusted|no-index|pre)|\s@\s|^[./]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One requirement of the lock."""

    name: NormalizedName
    version: Version
    marker: Marker | None
    hashes: int

    @property
    def is_for_here(self) -> bool:
        """Whether this Python on this system is to have it."""
        return self.marker is None or self.marker.evaluate()


def read_lock(text: str) -> tuple[list[Pin], list[str]]:
    """The pins of a file that `uv pip compile --generate-hashes` wrote, and what is wrong in it."""
    pins, wrong = [], []
    lines = re.sub(r"\\\n", " ", text).splitlines()
    for line in (line.strip() for line in lines):
        if not line or line.startswith("#"):
            continue
        words = _HASH.sub("", line).strip()
        if _ELSEWHERE.search(words):
            wrong.append(f"the lock names a place to fetch from, or an option: {words}")
            continue
        try:
            requirement = Requirement(words)
        except InvalidRequirement:
            wrong.append(f"the lock holds a line that is no requirement: {words}")
            continue
        pinned = [
            spec.version
            for spec in requirement.specifier
            if spec.operator == "==" and "*" not in spec.version
        ]
        if len(pinned) != 1 or len(requirement.specifier) != 1:
            wrong.append(f"the lock does not pin {requirement.name} to one version")
            continue
        pin = Pin(
            name=canonicalize_name(requirement.name),
            version=Version(pinned[0]),
            marker=requirement.marker,
            hashes=len(_HASH.findall(line)),
        )
        pins.append(pin)
        if not pin.hashes:
            wrong.append(f"the lock holds no hash of {pin.name}")
    return pins, wrong


def wanted(project: Mapping[str, object]) -> Iterator[Requirement]:
    """All requirements that a pyproject.toml names: to run, extras, to develop, to build."""
    table, build, groups = (
        project.get(name) or {} for name in ("project", "build-system", "dependency-groups")
    )
    assert isinstance(table, Mapping)
    assert isinstance(build, Mapping)
    assert isinstance(groups, Mapping)
    extras = table.get("optional-dependencies") or {}
    for named in (table["dependencies"], *extras.values(), *groups.values(), build["requires"]):
        yield from map(Requirement, named)


def unmet(requirements: Iterable[Requirement], pins: Sequence[Pin]) -> Iterator[str]:
    """Requirements that the lock does not fulfil."""
    for requirement in requirements:
        found = [pin for pin in pins if pin.name == canonicalize_name(requirement.name)]
        if not found:
            yield f"{requirement.name} is required and not locked"
        for pin in found:
            if not requirement.specifier.contains(pin.version, prereleases=True):
                asked = f"pyproject.toml asks for {requirement.specifier}"
                yield f"{pin.name} is locked at {pin.version}, and {asked}"


def differences(pins: Iterable[Pin], installed: Mapping[NormalizedName, Version]) -> Iterator[str]:
    """Where an environment is not what the lock says."""
    here = {pin.name: pin.version for pin in pins if pin.is_for_here}
    for name, version in here.items():
        if name not in installed:
            yield f"{name} {version} is locked and not installed"
        elif installed[name] != version:
            yield f"{name} {installed[name]} is installed, and {version} is locked"
    for name in sorted(installed.keys() - here.keys() - INSTALLERS - {OURS}):
        yield f"{name} {installed[name]} is installed and not locked"


def tampered(distribution: Distribution) -> list[str]:
    """Files of an installed distribution that are not what its RECORD says (PEP 376, PEP 427)."""
    wrong = []
    for file in distribution.files or ():
        if file.hash is None or file.suffix == ".pyc":
            continue  # RECORD itself, and what Python writes
        path = Path(str(distribution.locate_file(file)))
        try:
            with path.open("rb") as opened:
                digest = hashlib.file_digest(opened, file.hash.mode).digest()
        except FileNotFoundError:
            wrong.append(f"{distribution.name}: {file} is missing")
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            wrong.append(f"{distribution.name}: {file} was changed after it was installed")
    return wrong


def licence_of(metadata: Mapping[str, str], classifiers: Sequence[str]) -> str:
    """What a distribution says of its licence, the most exact first (PEP 639)."""
    told = [name.rpartition(" :: ")[2] for name in classifiers if name.startswith("License :: ")]
    plain = metadata.get("License") or ""
    return metadata.get("License-Expression") or ", ".join(told) or plain.strip().partition("\n")[0]


def is_permissive(licence: str, permissive: Iterable[str]) -> bool:
    """Whether a licence is made of `permissive` ones; of alternatives one is enough (SPDX)."""
    known = {name.strip(" ()").casefold() for name in permissive}
    return any(
        all(part.strip(" ()").casefold() in known for part in re.split(r" AND |, ", choice))
        for choice in licence.split(" OR ")
    )


def known_flaws(pins: Sequence[Pin], advisories: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Locked versions of which an advisory speaks."""
    for told in advisories:
        affected = Requirement(f"{told['package']}{told['affected']}")
        for pin in pins:
            is_it = canonicalize_name(affected.name) == pin.name
            if is_it and affected.specifier.contains(pin.version, prereleases=True):
                yield f"{pin.name} {pin.version}: {told['id']}, {told['what']}"


def audit(root: Path = ROOT) -> list[str]:
    """All that is wrong, a line each."""
    pins, wrong = read_lock((root / "requirements.lock").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    licences = tomllib.loads((HERE / "licences.toml").read_text(encoding="utf-8"))
    advisories = tomllib.loads((HERE / "advisories.toml").read_text(encoding="utf-8"))
    wrong += unmet(wanted(project), pins)
    wrong += known_flaws(pins, advisories["advisory"])

    found = {canonicalize_name(one.name): one for one in distributions()}
    wrong += differences(pins, {name: Version(one.version) for name, one in found.items()})
    ours = [one for name, one in found.items() if name not in INSTALLERS and name != OURS]
    for one in ours:
        licence = licence_of(dict(one.metadata.items()), one.metadata.get_all("Classifier") or [])
        reasoned = licences["others"].get(canonicalize_name(one.name), {})
        if not is_permissive(licence, licences["permissive"]) and reasoned.get("licence") != licence:
            wrong.append(f"{one.name} is under {licence or 'no licence'}: not in tests/supply/licences.toml")
    with ThreadPoolExecutor(4) as threads:  # hashing leaves the interpreter free
        for problems in threads.map(tampered, ours):
            wrong += problems
    return wrong


def main() -> int:
    wrong = audit()
    for line in wrong:
        print(f"audit: {line}", file=sys.stderr)
    if not wrong:
        print("audit: all is as requirements.lock says, without known flaws, under licences we may use")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
