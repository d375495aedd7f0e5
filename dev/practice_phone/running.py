"""Runs the practice phone's server: as a process of its own, or inside a test on the same event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from dev.practice_phone.client import PhoneClient
from dev.practice_phone.deliveries import Backoff
from dev.practice_phone.phone import Phone
from dev.practice_phone.server import PhoneSettings, create_app

_GRACE_SECONDS = 5


class PhoneServer(uvicorn.Server):
    """A uvicorn server that says when it is ready, and lets open streams end before it waits for them."""

    def __init__(self, settings: PhoneSettings, *, host: str, port: int, signals: bool) -> None:
        self._app = create_app(settings)
        super().__init__(
            uvicorn.Config(
                self._app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,  # paths hold phone numbers
                proxy_headers=False,  # who the client is decides whether it is let in
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._signals = signals
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C belongs to the process, never to a server inside a test."""
        if not self._signals:
            yield
            return
        with super().capture_signals():
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        phone = getattr(self._app.state, "phone", None)
        if isinstance(phone, Phone):
            phone.changes.close()
        await super().shutdown(sockets=sockets)


@asynccontextmanager
async def running_practice_phone(
    *, gateway_url: str, state_dir: Path, temporal_ui_url: str | None = None, backoff: Backoff | None = None
) -> AsyncIterator[PhoneClient]:
    """A practice phone on a free port of 127.0.0.1, and a client for it; its state stays in `state_dir`."""
    settings = PhoneSettings(
        gateway_url=gateway_url,
        state_dir=state_dir,
        temporal_ui_url=temporal_ui_url,
        backoff=backoff or Backoff(),
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = PhoneServer(settings, host="127.0.0.1", port=0, signals=False)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if serving.done():
            await serving
            raise RuntimeError("the practice phone did not start")
        try:
            async with PhoneClient(f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                yield client
        finally:
            server.should_exit = True
            await serving
