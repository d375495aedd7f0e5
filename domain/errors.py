"""Everything that can go wrong, named by who has to react.

    AuZapError
    ├── RequestRefused            whoever asked, the model or an operator: it cannot be; there is a code and a sentence
    ├── ModelError                the model's server
    │   ├── ModelUnavailable      Temporal: wait (`retry_after`) and try again
    │   └── ModelRefused          an operator: the request itself is wrong (key, model name, too long); no retry helps
    ├── ChannelError              the WhatsApp channel
    │   ├── ChannelDisconnected   nobody: the shop's number is offline; the message waits for it
    │   ├── ChannelUnavailable    Temporal: certainly not sent; try again
    │   ├── SendOutcomeUnknown    Temporal: perhaps sent; look for its echo, then try again
    │   └── ChannelRefused        an operator: this message can never be sent (no such number, window closed, bad token)
    ├── PictureNotDrawn           an operator: a chart could not be drawn; what it says in words goes out without it
    ├── StorageUnavailable        Temporal: the database is away; wait for it, for hours
    ├── UnreadableBody            the sender of a webhook: the body as a whole is not of its channel's shape
    └── Misconfigured             an operator: a setting is missing or contradicts another

Vendor errors are translated into these at the adapter that talks to the vendor, nowhere else.
"""

from enum import StrEnum

from pydantic import JsonValue


class AuZapError(Exception):
    """Root of the tree."""


class RefusalCode(StrEnum):
    """What a tool answers when it cannot do what the model asked; the model acts on the code."""

    UNKNOWN_TOOL = "unknown_tool"
    BAD_ARGUMENTS = "bad_arguments"
    PAST_DATE = "past_date"
    TOO_FAR_AHEAD = "too_far_ahead"
    CLOSED_DAY = "closed_day"
    OUTSIDE_HOURS = "outside_hours"
    TOO_SOON = "too_soon"
    TIME_REQUIRED = "time_required"
    NOBODY_DOES_IT = "nobody_does_it"
    SLOT_TAKEN = "slot_taken"
    SLOT_EXPIRED = "slot_expired"
    USE_RESCHEDULE_INSTEAD = "use_reschedule_instead"
    NEEDS_FIRST = "needs_first"
    NEEDED_BY_ANOTHER = "needed_by_another"
    BOOKING_NOT_FOUND = "booking_not_found"
    AMBIGUOUS_BOOKING = "ambiguous_booking"
    NOT_CHANGEABLE = "not_changeable"
    NOT_AGREED = "not_agreed"
    ALREADY_WAITING = "already_waiting"
    PET_NOT_FOUND = "pet_not_found"
    AMBIGUOUS_PET = "ambiguous_pet"
    PET_SAME_START_CONFLICT = "pet_same_start_conflict"
    PET_BUSY = "pet_busy"
    UNKNOWN_SERVICE = "unknown_service"
    AMBIGUOUS_SERVICE = "ambiguous_service"
    INCOMPLETE_PET = "incomplete_pet"
    NOT_ALLOWED = "not_allowed"
    ORDER_NOT_FOUND = "order_not_found"
    ALREADY_DONE = "already_done"
    NOTHING_TO_CHANGE = "nothing_to_change"
    CANNOT_BE_UNDONE = "cannot_be_undone"
    FUTURE_PERIOD = "future_period"
    CUSTOMER_NOT_FOUND = "customer_not_found"
    AMBIGUOUS_CUSTOMER = "ambiguous_customer"
    CUSTOMER_UNREACHABLE = "customer_unreachable"
    UNKNOWN_PROFESSIONAL = "unknown_professional"
    AMBIGUOUS_PROFESSIONAL = "ambiguous_professional"
    ABSENCE_NOT_FOUND = "absence_not_found"
    AMBIGUOUS_ABSENCE = "ambiguous_absence"
    OWNER_NOT_FOUND = "owner_not_found"
    AMBIGUOUS_OWNER = "ambiguous_owner"
    QUESTION_NOT_FOUND = "question_not_found"
    ALREADY_ASKED = "already_asked"
    NOBODY_TO_ASK = "nobody_to_ask"


class RequestRefused(AuZapError):
    """A tool could not do it; `message` is a Portuguese sentence for the model, `details` are facts."""

    def __init__(self, code: RefusalCode, message: str, **details: JsonValue) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class ModelError(AuZapError):
    """The model's server did not give an answer."""


class ModelUnavailable(ModelError):
    """Timeout, rate limit or server error; `retry_after` in seconds when the server named one."""

    def __init__(self, reason: str, *, retry_after: float | None = None, rate_limited: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.rate_limited = rate_limited


class ModelRefused(ModelError):
    """The server will never take this request."""


class ChannelError(AuZapError):
    """The channel did not take a message."""


class ChannelDisconnected(ChannelError):
    """The shop's WhatsApp number is not connected; nothing was sent."""


class ChannelUnavailable(ChannelError):
    """Certainly not sent, and another try may succeed; `retry_after` in seconds when the channel named one."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class SendOutcomeUnknown(ChannelError):
    """The request left us and no answer came: it may or may not have been sent."""


class ChannelRefused(ChannelError):
    """This message will never be taken; `code` is the channel's own word for why."""

    def __init__(self, reason: str, *, code: str = "refused") -> None:
        super().__init__(reason)
        self.code = code


class PictureNotDrawn(AuZapError):
    """A chart did not become a picture; the text says what happened, never what was in the chart."""


class StorageUnavailable(AuZapError):
    """The database cannot be reached, or gave up the transaction."""


class UnreadableBody(AuZapError):
    """A webhook's body is not of the shape its channel speaks; the text says what was expected."""


class Misconfigured(AuZapError):
    """A setting is missing or wrong; the text says which and how to mend it."""
