"""Tells systemd how the service is doing (sd_notify(3)); without one to tell, nothing happens."""

import os
import socket
from contextlib import suppress


def notify(**states: str) -> None:
    """Send states, such as `READY="1"` or `STATUS="standing by"`, to who started this process."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    message = "\n".join(f"{name}={value}" for name, value in states.items())
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.connect("\0" + address[1:] if address.startswith("@") else address)
        told.sendall(message.encode())
