"""Runs a fake provider over real HTTP, on a free port, in the event loop of the test."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from console.live import Live
from tests.fakes.faults import DROP_HEADER, Faults

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading the certificates of the world takes longer than a test


def local_client() -> httpx.AsyncClient:
    """An HTTP client for servers on this machine: no proxy, no certificates."""
    return httpx.AsyncClient(trust_env=False, verify=_NO_TLS)


class Fake(Protocol):
    """A fake provider: its application, and the faults that must be released before it stops."""

    app: FastAPI
    faults: Faults


@dataclass
class Plain:
    """An application that is no fake of anything, as `served` wants it."""

    app: FastAPI
    faults: Faults = field(default_factory=Faults)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, before_end: Callable[[], None]) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()
        self._before_end = before_end

    async def main_loop(self) -> None:
        await self.on_tick(0)  # sets the headers that every answer carries
        await self.stopping.wait()  # uvicorn's own loop looks ten times a second: too slow for hundreds of tests

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # As uvicorn's own, which sleeps for a tenth of a second first.
        self._before_end()
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        async with asyncio.timeout(5):
            while self.server_state.connections or self.server_state.tasks:
                await asyncio.sleep(0.001)
        await self.lifespan.shutdown()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the test runner's


@contextlib.asynccontextmanager
async def served(fake: Fake) -> AsyncIterator[str]:
    """The base URL under which `fake` answers while the context lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        _dropping(fake.app), lifespan="on", log_config=None, proxy_headers=False, timeout_graceful_shutdown=2
    )
    live: Live | None = getattr(fake.app.state, "live", None)  # the gateway's: pages follow it until it ends
    server = _Server(config, live.end if live else lambda: None)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        fake.faults.release()
        server.stopping.set()
        await running
        listener.close()


class _dropping:
    """The application, but a response that says so closes the connection instead of being sent."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start" and any(
                name.decode() == DROP_HEADER for name, _ in message["headers"]
            ):
                # ASGI has no word for this; uvicorn's `send` is a method of the object that holds the connection.
                send.__self__.transport.abort()  # type: ignore[attr-defined]  # see above
                await asyncio.sleep(0)  # let the loop tell uvicorn that the connection is gone
            await send(message)

        await self._app(scope, receive, guarded)
