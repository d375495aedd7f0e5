"""Free TCP ports on this machine's loopback address."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def _bound(port: int) -> int | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


class Ports:
    """Hands out ports, none of them twice."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def take(self, preferred: int = 0) -> int:
        """`preferred` if nobody listens there, else any free port; 0 prefers none."""
        for candidate in (preferred, *(0 for _ in range(64))):
            port = _bound(candidate)
            if port is not None and port not in self._taken:
                self._taken.add(port)
                return port
        raise OSError("no free port")
