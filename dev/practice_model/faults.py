"""Failures that the practice model can be told to play, so that tests and the demo see how the engine takes them."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from dev.practice_model.protocol import ChatRequest

LONGEST_SECONDS = 600.0
_MAX_WAITING = 1_000


class FaultKind(StrEnum):
    """What can go wrong."""

    TIMEOUT = "timeout"  # takes the request and does not answer until the client goes away
    SLOW = "slow"  # answers properly, after `seconds`
    RATE_LIMIT = "rate_limit"  # 429, with `retry-after`
    SERVER_ERROR = "server_error"  # 500
    CONTEXT_LENGTH = "context_length"  # 400 context_length_exceeded
    BAD_JSON = "bad_json"  # 200 with a body that is not JSON
    EMPTY = "empty"  # neither text nor tool calls
    UNKNOWN_TOOL = "unknown_tool"  # calls a tool that nobody offered
    BROKEN_ARGUMENTS = "broken_arguments"  # a tool call whose arguments are not valid
    INVENTED_BOOKING = "invented_booking"  # claims a booking that no tool made
    INVENTED_HANDOVER = "invented_handover"  # claims a hand-over that no tool made
    SAYS = "says"  # says `text`, whatever was asked


class Fault(BaseModel):
    """One failure to be played for the next `times` requests that match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    times: int = Field(default=1, ge=1, le=100_000)
    retry_after: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[\x20-\x7e]+$",
        description="The header of `rate_limit`: seconds or an HTTP date.",
    )
    seconds: float = Field(default=1.5, ge=0, le=LONGEST_SECONDS, description="How long `slow` waits.")
    contains: str | None = Field(
        default=None, max_length=1_000, description="Only requests whose last user message has this text."
    )
    tool: str | None = Field(
        default=None, max_length=64, description="The tool of `broken_arguments`; by default the first offered."
    )
    arguments: str | None = Field(
        default=None, max_length=10_000, description="The arguments of `broken_arguments`; by default cut off JSON."
    )

    text: str = Field(default="", max_length=4_000, description="What `says` says.")

    def concerns(self, request: ChatRequest) -> bool:
        """Whether this request is one to fail."""
        return self.contains is None or self.contains.casefold() in request.last_user_text.casefold()


class Faults:
    """The failures still to be played, oldest first; `add` refuses with OverflowError when too many wait."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Lets the next matching requests fail."""
        if len(self._waiting) >= _MAX_WAITING:
            raise OverflowError(f"{_MAX_WAITING} faults already wait")
        self._waiting.append(fault)

    def next_for(self, request: ChatRequest) -> Fault | None:
        """The failure this request meets, counted down; or None."""
        for at, fault in enumerate(self._waiting):
            if fault.concerns(request):
                left = fault.model_copy(update={"times": fault.times - 1})
                self._waiting[at : at + 1] = [left] if left.times else []
                return fault
        return None

    def waiting(self) -> tuple[Fault, ...]:
        """What is still to be played."""
        return tuple(self._waiting)

    def clear(self) -> None:
        """From here on everything works."""
        self._waiting.clear()
