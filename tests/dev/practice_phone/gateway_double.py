"""A gateway that records the practice phone's webhooks and answers what a test tells it to; real HTTP, no engine."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook: how it was answered, and what it carried (`Any`: a body as it came off the wire)."""

    webhook_key: str
    authorization: str
    status: int
    body: Any


@dataclass(slots=True)
class GatewayDouble:
    """Answers the statuses given first, in order, then 200; `busiest` is how many were in flight at once a chat."""

    received: list[Received] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    hold_seconds: float = 0
    busiest: int = 0
    url: str = ""
    _in_flight: dict[str, int] = field(default_factory=dict)
    _arrival: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> JSONResponse:
        body = await request.json()
        lane = _jid(body) or "the shop's own"
        self._in_flight[lane] = self._in_flight.get(lane, 0) + 1
        self.busiest = max(self.busiest, self._in_flight[lane])
        await asyncio.sleep(self.hold_seconds)  # a gateway takes its time: what overlaps would be seen
        self._in_flight[lane] -= 1
        status = self.answers.popleft() if self.answers else 200
        async with self._arrival:
            self.received.append(
                Received(request.path_params["key"], request.headers.get("authorization", ""), status, body)
            )
            self._arrival.notify_all()
        return JSONResponse({}, status_code=status)

    async def until(self, seen: Callable[[list[Received]], bool]) -> None:
        """Waits until the accepted webhooks are as wanted."""
        async with asyncio.timeout(10), self._arrival:
            await self._arrival.wait_for(lambda: seen(self.accepted))

    @property
    def accepted(self) -> list[Received]:
        return [one for one in self.received if one.status == 200]

    def texts(self, *, from_me: bool = False) -> list[str]:
        """Texts of the accepted upserts, in order of arrival."""
        return [
            message["message"].get("conversation", "")
            for message in self.messages()
            if message["key"]["fromMe"] is from_me
        ]

    def messages(self) -> list[Any]:
        return [
            message
            for one in self.accepted
            if one.body["event"] == "messages.upsert"
            for message in one.body["data"]["messages"]
        ]

    def statuses(self, message_id: str) -> list[int]:
        """The statuses told of one message, in order of arrival."""
        return [
            update["update"]["status"]
            for one in self.accepted
            if one.body["event"] == "messages.update"
            for update in one.body["data"]
            if update["key"]["id"] == message_id
        ]


def _jid(body: Any) -> str | None:
    data = body["data"]
    first = data[0] if isinstance(data, list) else data.get("messages", [None])[0]
    return None if first is None else str(first["key"]["remoteJid"])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running_gateway(port: int = 0) -> AsyncIterator[GatewayDouble]:
    """The double on a free port, or on the one given."""
    double = GatewayDouble()
    app = Starlette(routes=[Route("/webhooks/practice/{key}", double.take, methods=["POST"])])
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = _Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=2))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        double.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield double
        finally:
            server.should_exit = True
            await serving
