"""Server-sent events as a browser reads them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx


@dataclass
class Event:
    """One event, or a comment alone; as on the wire, `retry` is in milliseconds."""

    name: str = ""
    data: str = ""
    retry: int | None = None
    comment: str | None = None


@dataclass
class Stream:
    """An open stream, read event by event."""

    response: httpx.Response
    _chunks: AsyncIterator[bytes] = field(init=False)
    _rest: bytes = b""

    def __post_init__(self) -> None:
        self._chunks = self.response.aiter_raw()

    async def next(self, *, timeout: float = 15) -> Event | None:
        """The next event or comment; None at the stream's end."""
        async with asyncio.timeout(timeout):
            while b"\n\n" not in self._rest:
                try:
                    self._rest += await anext(self._chunks)
                except StopAsyncIteration:
                    return None
        block, _, self._rest = self._rest.partition(b"\n\n")
        return _parsed(block.decode())

    async def of(self, name: str, *, timeout: float = 15) -> Event:
        """The next event of that name; the others are passed over."""
        async with asyncio.timeout(timeout):
            while (event := await self.next()) is not None:
                if event.name == name:
                    return event
        raise AssertionError(f"the stream ended without {name}")


@asynccontextmanager
async def opened(http: httpx.AsyncClient, url: str, topics: Sequence[str]) -> AsyncIterator[Stream]:
    """The stream of a page that follows these topics."""
    async with http.stream("GET", url, params={"topicos": ",".join(topics)}, timeout=30) as response:
        yield Stream(response)


def _parsed(block: str) -> Event:
    event, data = Event(), []
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "":
                event.comment = value
            case "event":
                event.name = value
            case "data":
                data.append(value)
            case "retry":
                event.retry = int(value)
            case _:
                raise AssertionError(f"no such field: {line}")
    event.data = "\n".join(data)
    return event
