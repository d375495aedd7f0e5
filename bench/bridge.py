"""The bridge that the engine sends to while it is measured: it notes when a reply arrived, and does as little else
as it can."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

_LOOPBACK = "127.0.0.1"


class ReceivingBridge:
    """Takes `POST /messages` as a bridge does. `next_reply` must be asked for before the message that causes it is
    sent."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self.received = 0
        self.base_url = ""

    def next_reply(self, jid: str) -> "asyncio.Future[float]":
        """The monotonic time at which the next reply to `jid` arrives."""
        arrival: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[jid] = arrival
        return arrival

    async def app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # Any: as ASGI has it
        """The ASGI application."""
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        at = time.monotonic()
        order = json.loads(body)
        self.received += 1
        arrival = self._waiting.pop(order["jid"], None)
        if arrival is not None and not arrival.done():
            arrival.set_result(at)
        answer = json.dumps({"key": {"id": order["messageId"]}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class _GuestServer(uvicorn.Server):
    """Lives in the benchmark's process, whose signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def receiving_bridge() -> AsyncIterator[ReceivingBridge]:
    """A bridge on a free port of this machine, in this event loop."""
    bridge = ReceivingBridge()
    config = uvicorn.Config(
        bridge.app,
        interface="asgi3",  # uvicorn does not recognise a bound method
        host=_LOOPBACK,
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    server = _GuestServer(config)
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if running.done():
                await running
                raise RuntimeError("the bridge did not start")
            await asyncio.sleep(0.01)
        bridge.base_url = f"http://{_LOOPBACK}:{server.servers[0].sockets[0].getsockname()[1]}"
        yield bridge
    finally:
        server.should_exit = True
        await running
