"""Telling a customer what the shop did with a booking of theirs: a letter in the transaction of the deed."""

from datetime import datetime, timedelta

from domain.bookings import BookingChange, BookingFacts
from domain.dates import spoken
from domain.ids import ContactId, ConversationId, OrderId
from domain.letters import LetterPurpose
from reception.desk import Desk
from storage import conversations, letters
from storage.bookings import BookingRow
from storage.conversations import Reach

_WORTH_TELLING = timedelta(hours=1)
"""For so long at least, however near the booking is."""

WILL_BE_TOLD = "📲 O cliente será avisado pelo WhatsApp."
WILL_NOT_BE_TOLD = "⚠️ Não consigo avisar o cliente pelo WhatsApp: avise você."


async def reach_of(desk: Desk, contact_id: ContactId, preferred: ConversationId | None = None) -> Reach | None:
    """Where the customer can be written to freely at this moment; None where nowhere.

    They never wrote, or wrote last so long ago that their channel takes no free text of ours any more.
    """
    reach = await conversations.reach(desk.tenant, contact_id, preferred)
    if reach is None:
        return None
    window = await conversations.window(desk.tenant, reach.conversation_id)
    if window is None:
        return reach
    last = await conversations.last_written(desk.tenant, reach.conversation_id)
    return reach if last is not None and desk.now < last + window else None


async def telling_line(desk: Desk, row: BookingRow) -> str:
    """Whether the customer will be told, as the owner reads it before the yes."""
    return WILL_BE_TOLD if await reach_of(desk, row.contact_id, row.conversation_id) else WILL_NOT_BE_TOLD


async def tell(
    desk: Desk,
    row: BookingRow,
    facts: BookingFacts,
    change: BookingChange,
    *,
    before: datetime | None = None,
    reason: str = "",
    again: bool = False,
    order_id: OrderId | None = None,
) -> bool:
    """Write the letter, if the customer can be reached; whether they can. `again`: it was booked before, and off."""
    if await reach_of(desk, row.contact_id, row.conversation_id) is None:
        return False
    await letters.write(
        desk.tenant,
        desk.shop.id,
        row.contact_id,
        purpose=LetterPurpose.BOOKING_CHANGED,
        content=_text(desk, facts, change, before=before, reason=reason, again=again),
        expires_at=max(facts.start, desk.now + _WORTH_TELLING),
        order_id=order_id,
    )
    return True


def _text(
    desk: Desk, facts: BookingFacts, change: BookingChange, *, before: datetime | None, reason: str, again: bool
) -> str:
    whose = f"o horário de {facts.pet}" if facts.pet else "um horário seu"
    opening = {
        BookingChange.MOVED: f"A loja precisou remarcar {whose}",
        BookingChange.CANCELLED: f"A loja precisou cancelar {whose}",
        BookingChange.BOOKED: f"A loja marcou {'de novo ' if again else ''}{whose}",
        BookingChange.CONFIRMED: f"A loja confirmou {whose}",
    }[change]
    if before is not None:
        was = before.astimezone(desk.zone)
        opening += f", que era {spoken(was.date(), desk.today)}, às {was:%H:%M}"
    closing = (
        "Quer que eu veja outro horário? É só responder por aqui."
        if change is BookingChange.CANCELLED
        else "Se não servir para você, é só responder por aqui."
    )
    return "\n\n".join(
        [
            f"Oi! Aqui é a assistente virtual da loja {desk.shop.name}. 🐾\n{opening}.",
            *([f"Motivo: {reason}"] if reason else []),
            facts.told(change, desk.today),
            closing,
        ]
    )
