"""Files that appear whole: they spare archives, keep who may read them, and stay behind their links."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.cli.failures import CommandFailed
from crawler.cli.whole_file import whole_file
from storage.care.backup import backup_file
from storage.session import open_database


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def write(path: Path, text: str = "new", *, private: bool = False) -> None:
    with whole_file(path, private=private) as file:
        file.write(text)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    "name", ["a.sqlite", "a.sqlite-wal", "a.sqlite-shm", "a.sqlite-journal", "link", "hard"]
)
def test_no_output_takes_the_place_of_an_archive(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "a.sqlite"
    open_database(str(archive)).close()
    (tmp_path / "link").symlink_to(archive)
    os.link(archive, tmp_path / "hard")
    before = archive.read_bytes()
    with pytest.raises(CommandFailed, match="archive"):
        write(tmp_path / name)
    assert archive.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sqlite", "hard", "link"]


@pytest.mark.usefixtures("umask")
def test_who_may_read_a_file(tmp_path: Path) -> None:
    new, old, secret = tmp_path / "new", tmp_path / "old", tmp_path / "secret"
    old.write_text("old")
    old.chmod(0o600)
    write(new)
    write(old)
    write(secret, private=True)
    assert (mode(new), mode(old), mode(secret)) == (0o640, 0o600, 0o600)
    assert old.read_text() == "new"


@pytest.mark.usefixtures("umask")
def test_a_backup_is_read_by_nobody_who_may_not_read_the_archive(tmp_path: Path) -> None:
    archive, copy = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    open_database(str(archive)).close()
    archive.chmod(0o600)
    backup_file(archive, copy, lambda *_: None)
    assert mode(copy) == 0o600
    archive.chmod(0o644)
    backup_file(archive, copy, lambda *_: None, replace=True)
    assert mode(copy) == 0o600, "it takes the place of one that only its owner may read"
    backup_file(archive, tmp_path / "c.sqlite", lambda *_: None)
    assert mode(tmp_path / "c.sqlite") == 0o640


def test_a_link_stays_one_and_a_folder_or_a_device_is_no_file(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_text() == "new"
    with pytest.raises(IsADirectoryError):
        write(tmp_path)
    write(Path(os.devnull))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]
