"""What a file of an export holds, in numbers and hashes: two of the same request at the same date are alike.

No name, time of writing or version of copydesk stands in it, for those would tell apart what is the same.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from storage.export.columns import FORMAT_VERSION
from storage.export.request import Request

_CHUNK = 1 << 20


@dataclass(slots=True)
class Tally:
    """What is counted while rows go by."""

    articles: int = 0
    first_id: int | None = None
    last_id: int | None = None
    sources: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def counting(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The same rows, counted one by one."""
        for row in rows:
            if self.first_id is None:
                self.first_id = row["id"]
            self.last_id = row["id"]
            self.articles += 1
            self.sources[row["source"] or ""] += 1
            self.languages[row["language"] or ""] += 1
            yield row


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """How many bytes there are, and their SHA-256, hexadecimal."""

    size: int
    sha256: str


def digest_of(file: BinaryIO) -> Digest:
    """That of a file, read from where it stands to its end."""
    hashed, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        hashed.update(chunk)
        size += len(chunk)
    return Digest(size=size, sha256=hashed.hexdigest())


def manifest_of(request: Request, form: str, tally: Tally, file: Digest, content: Digest) -> str:
    """The manifest of a file, as JSON.

    `form` is its format, `file` what was written, `content` the same before it was compressed.
    """
    wanted = request.wanted
    told = {
        "format": form,
        "format_version": FORMAT_VERSION,
        "as_of": _told(request.as_of),
        "asked_for": {
            "query": request.query,
            **{name: _told(getattr(wanted, name)) for name in type(wanted).__slots__},
            "all_copies": request.all_copies,
            "limit": request.limit,
        },
        "columns": list(request.keys),
        "articles": tally.articles,
        "first_id": tally.first_id,
        "last_id": tally.last_id,
        "sources": dict(sorted(tally.sources.items())),
        "languages": dict(sorted(tally.languages.items())),
        "bytes": file.size,
        "sha256": file.sha256,
        "content_bytes": content.size,
        "content_sha256": content.sha256,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def differences(manifest: str, file: Digest) -> list[str]:
    """What of a file is not as its manifest says. Raises ValueError if that is no manifest."""
    told = json.loads(manifest)
    if not isinstance(told, dict) or not {"bytes", "sha256"} <= told.keys():
        raise ValueError("it names no bytes and no sha256")
    found = {"bytes": file.size, "sha256": file.sha256}
    return [f"{name} is {value}, not {told[name]}" for name, value in found.items() if value != told[name]]


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
