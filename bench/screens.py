"""Open consoles as the benchmark has them: streams read as they come, and when which message was first on which."""

import asyncio
import re
import time
from collections import Counter
from urllib.parse import urlsplit

_MARK = re.compile(rb"c(\d+)n(\d+)e")


def mark(conversation: int, message: int) -> str:
    """What the message of that number of a conversation has in it."""
    return f"c{conversation}n{message}e"


class Sights:
    """What was seen where. `paintings` counts different events, `events` all, by the part of the page they paint."""

    def __init__(self) -> None:
        self.arrived: dict[tuple[str, int, int], list[float]] = {}
        self.events: Counter[str] = Counter()
        self.paintings: Counter[str] = Counter()
        self._read: dict[bytes, tuple[str, dict[int, int]]] = {}

    def read(self, event: bytes) -> tuple[str, dict[int, int]]:
        """Which part an event paints, and the newest message of each conversation in it."""
        if event not in self._read:
            part = event.partition(b"\n")[0].removeprefix(b"event: ").partition(b"-")[0].decode()
            newest: dict[int, int] = {}
            for conversation, message in _MARK.findall(event):
                newest[int(conversation)] = max(newest.get(int(conversation), 0), int(message))
            self._read[event] = part, newest
            self.paintings[part] += 1
        found = self._read[event]
        self.events[found[0]] += 1
        return found

    def begin(self) -> None:
        """Count from here on."""
        self.events.clear()
        self.paintings.clear()


class Screen:
    """One console's stream."""

    def __init__(self, sights: Sights) -> None:
        self._sights = sights
        self._newest: dict[tuple[str, int], int] = {}
        self.parts: set[str] = set()

    async def follow(self, gateway: str, cookie: str, topics: str) -> None:
        """Read until cancelled. Raises `ConnectionError` when the stream ends."""
        address = urlsplit(gateway)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**24)
        try:
            request = (
                f"GET /console/eventos?topicos={topics} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n"
            )
            writer.write(f"{request}Accept: text/event-stream\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise ConnectionError(head.decode())
            while (size := int(await reader.readuntil(b"\r\n"), 16)) > 0:  # one chunk is one event
                event = await reader.readexactly(size)
                await reader.readexactly(2)
                self._note(event)
            raise ConnectionError("the stream ended")
        finally:
            writer.close()

    def _note(self, event: bytes) -> None:
        at = time.monotonic()
        part, newest = self._sights.read(event)
        self.parts.add(part)
        for conversation, message in newest.items():
            before = self._newest.get((part, conversation), -1)
            # One that the next of its conversation followed at once is on the list with that.
            for number in range(before + 1, message + 1):
                self._sights.arrived.setdefault((part, conversation, number), []).append(at)
            self._newest[part, conversation] = max(before, message)
