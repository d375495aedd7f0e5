"""Counts the calls that the practice model received: no message bodies, only their number."""

from collections import deque

from pydantic import BaseModel

from dev.practice_model.faults import FaultKind

_KEPT = 1_000


class ReceivedCall(BaseModel):
    """One request as received; `fault` is the failure it met."""

    model: str
    messages: int
    tools: tuple[str, ...]
    fault: FaultKind | None


class CallList(BaseModel):
    """The body of `GET /practice/calls`: how many there were, and the last thousand of them."""

    count: int
    calls: tuple[ReceivedCall, ...]


class Calls:
    """The calls since the start or the last `reset`."""

    def __init__(self) -> None:
        self.count = 0
        self._last: deque[ReceivedCall] = deque(maxlen=_KEPT)

    def record(self, call: ReceivedCall) -> None:
        """Counts a call."""
        self.count += 1
        self._last.append(call)

    def listed(self) -> CallList:
        """All that is known of them."""
        return CallList(count=self.count, calls=tuple(self._last))

    def reset(self) -> None:
        """Begins to count anew."""
        self.count = 0
        self._last.clear()
