"""Ports for the parts of a stack."""

from __future__ import annotations

import socket

from dev.ports import LOOPBACK, Ports


def test_a_free_default_is_taken() -> None:
    """A preferred port on which nobody listens is the one handed out."""
    free = Ports().take()

    assert Ports().take(free) == free


def test_a_busy_default_is_passed_over() -> None:
    """A preferred port on which somebody listens is replaced by one that can be listened on."""
    with socket.create_server((LOOPBACK, 0)) as busy:
        port = Ports().take(busy.getsockname()[1])

        assert port != busy.getsockname()[1]
        socket.create_server((LOOPBACK, port)).close()


def test_no_port_twice() -> None:
    """Two parts that prefer the same port get two ports."""
    ports = Ports()
    preferred = ports.take()

    assert ports.take(preferred) != preferred
