"""What the model answers, and what a tool answers the model."""

from pydantic import AwareDatetime

from domain.bookings import BookingChange, BookingFacts, Proposal
from domain.charts import Chart
from domain.frozen import Frozen
from domain.owner_orders import ProposedOrder


class ToolRequest(Frozen):
    """The model wants a tool called; `arguments` is the text it wrote, hopefully JSON."""

    id: str
    name: str
    arguments: str


class ModelAnswer(Frozen):
    """One answer of the model: a text, or tools to call, or both."""

    text: str = ""
    tool_requests: tuple[ToolRequest, ...] = ()
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ToolOutcome(Frozen):
    """What a tool did. `content` is the JSON the model reads; the rest is what the engine itself decides by.

    `booking` was changed as `change` says; `proposal` waits for a yes; `slots` are starts the model may name. Of an
    owner's orders, `order` waits for a yes and `done` says what was carried out; `chart` is to be sent with the reply.
    `asked_shop` says that the customer has to be told that we are finding out, `staffed_note` when a person will be
    there, where the shop is closed.
    """

    ok: bool
    content: str
    booking: BookingFacts | None = None
    change: BookingChange = BookingChange.BOOKED
    proposal: Proposal | None = None
    slots: tuple[AwareDatetime, ...] = ()
    handed_over: str | None = None
    staffed_note: str | None = None
    order: ProposedOrder | None = None
    done: str | None = None
    chart: Chart | None = None
    asked_shop: bool = False
