"""How a fake provider can be told to misbehave, as real ones do."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import JsonValue

DROP_HEADER = "x-fake-drops-the-connection"


@dataclass(frozen=True, slots=True)
class Answer:
    """Answers this instead of what it would; `after_sending` says the message went out all the same."""

    status: int
    body: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after_sending: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answers."""

    after_sending: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Closes the connection without a word."""

    after_sending: bool = False


Fault = Answer | Hang | Drop


class Faults:
    """Faults to come: each of `next` is used once, in order; then `always`, while it is set."""

    def __init__(self) -> None:
        self.always: Fault | None = None
        self._next: deque[Fault] = deque()
        self._released = asyncio.Event()

    def next(self, *faults: Fault) -> None:
        """Queue faults for the next sends, one each."""
        self._next.extend(faults)

    def take(self) -> Fault | None:
        """The fault for this send, or None."""
        return self._next.popleft() if self._next else self.always

    def release(self) -> None:
        """Let every hanging request go, so that the server can stop."""
        self._released.set()

    async def played(self, fault: Fault) -> Response:
        """The response of `fault`, if it ever gives one."""
        match fault:
            case Answer():
                return JSONResponse(fault.body, status_code=fault.status, headers=dict(fault.headers))
            case Hang():
                await self._released.wait()
                return Response(status_code=500)
            case Drop():
                return Response(headers={DROP_HEADER: "1"})
