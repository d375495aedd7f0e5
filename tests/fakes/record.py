"""What a fake provider was asked, and what it sent."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: JsonValue


@dataclass(frozen=True, slots=True)
class SentText:
    """One message that went out. `raw` is what the provider was given; `at` is seconds since 1970."""

    provider_id: str
    instance: str
    to: str
    text: str
    at: int
    raw: Mapping[str, JsonValue] = field(default_factory=dict)


class Record:
    """Requests and sent messages, in order, with a way to wait for them."""

    def __init__(self) -> None:
        self.requests: list[RecordedRequest] = []
        self.sent: list[SentText] = []
        self._changed = asyncio.Condition()

    async def keep_request(self, request: Request) -> dict[str, JsonValue]:
        """Note `request`; its JSON object, an empty one if it has none."""
        raw = await request.body()
        body = await request.json() if raw else None
        self.requests.append(RecordedRequest(request.method, request.url.path, dict(request.headers), body))
        async with self._changed:
            self._changed.notify_all()
        return body if isinstance(body, dict) else {}

    async def keep_sent(self, message: SentText) -> None:
        """Note that `message` went out."""
        self.sent.append(message)
        async with self._changed:
            self._changed.notify_all()

    async def wait_for_sent(self, count: int, *, timeout: float = 15.0) -> list[SentText]:
        """All sent messages, as soon as there are `count`; raises `TimeoutError` after `timeout` seconds."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= count)
        return list(self.sent)

    async def wait_for_requests(self, count: int, *, timeout: float = 15.0) -> list[RecordedRequest]:
        """All requests, as soon as there are `count`."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.requests) >= count)
        return list(self.requests)
