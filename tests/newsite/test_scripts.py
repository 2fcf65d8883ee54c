"""The two scripts that a person starts: the press by hand, and the demo."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

HERE = Path(__file__).parent


def test_the_press_by_hand_says_what_to_type_and_ends_on_ctrl_c() -> None:
    with started("serve.py", "--port", "0") as serving:
        assert serving.stdout
        told = [serving.stdout.readline() for _ in range(12)]
        proxy = next(line.partition("http_proxy=")[2].strip() for line in told if "http_proxy=" in line)
        opener = build_opener(ProxyHandler({"http": proxy}))
        with opener.open("http://www.harbour-gazette.example/feed/", timeout=5) as answer:
            assert b"<rss" in answer.read()
        opener.close()
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=10) == 0


def test_a_taken_port_has_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with started("serve.py", "--port", port) as serving:
            _, errors = serving.communicate(timeout=10)
    assert serving.returncode == 1
    assert f"cannot serve on port {port}" in errors
    assert "--port" in errors


def test_the_demo_ends_with_a_summary_and_a_search(tmp_path: Path) -> None:
    with started("demo.py", folder=tmp_path) as demo:
        told, errors = demo.communicate(timeout=120)
    assert demo.returncode == 0, told + errors
    assert "Storm Edda floods the Strand" in told.partition("search")[2]
    assert " 0 against its robots.txt" in told
    assert "at most 1 at a time to one host" in told
    assert (tmp_path / "demo.sqlite").stat().st_size > 100_000


def started(script: str, *arguments: str, folder: Path | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / script), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True)
