"""A supervisor that listens is told; where there is none, nothing happens."""

import socket
from pathlib import Path

import pytest

from crawler.service.supervisor import notify


def test_states_are_told_as_systemd_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(address)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify(READY="1", STATUS="standing by")
        assert supervisor.recv(1000) == b"READY=1\nSTATUS=standing by"


@pytest.mark.parametrize("address", ["", "/nowhere/notify"])
def test_without_a_supervisor_nothing_happens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify(READY="1")
