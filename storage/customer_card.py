"""What the shop knows of a customer, for whoever talks with them: pets, bookings, conversations, how they came."""

from datetime import datetime

from domain.bookings import BookingStatus
from domain.conversation import Audience, ConversationStatus
from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId
from domain.shop import Pet
from storage import agenda_entries, pets
from storage.agenda_entries import AgendaEntry
from storage.database import Connection

_MOST = 100
"""Bookings on a card, the latest ones."""
_OVER = (BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW)


class CardConversation(Frozen):
    """One of the customer's conversations: one a number of the shop and audience."""

    id: ConversationId
    audience: Audience
    status: ConversationStatus
    last_message_at: datetime | None
    last_message_preview: str | None


class CustomerCard(Frozen):
    """A contact. `phones` are canonical; `coming` is soonest first, `past` latest first; the counts are of all time."""

    id: ContactId
    name: str | None
    phones: tuple[str, ...]
    known_since: datetime
    opted_out_at: datetime | None
    pets: tuple[Pet, ...]
    coming: tuple[AgendaEntry, ...]
    past: tuple[AgendaEntry, ...]
    conversations: tuple[CardConversation, ...]
    completed: int
    cancelled: int
    no_shows: int
    last_no_show: datetime | None
    last_visit: datetime | None


async def of_contact(tenant: Connection, contact_id: ContactId, now: datetime) -> CustomerCard | None:
    """The card of a contact; None for one the shop does not have."""
    row = await tenant.fetchrow(
        """select c.id, c.name, c.created_at known_since, c.opted_out_at,
               array(select value from (
                   select c.phone as value, 0 as place where c.phone is not null
                   union all
                   select a.value, 1 from contact_addresses a
                   where a.contact_id = c.id and a.kind = 'phone' and a.value is distinct from c.phone) known
                   order by place, value) phones,
               b.completed, b.cancelled, b.no_shows, b.last_no_show, b.last_visit
           from contacts c, lateral (
               select count(*) filter (where status = 'completed') completed,
                   count(*) filter (where status = 'cancelled') cancelled,
                   count(*) filter (where status = 'no_show') no_shows,
                   max(start_time) filter (where status = 'no_show') last_no_show,
                   max(start_time) filter (where status = 'completed') last_visit
               from bookings where contact_id = c.id) b
           where c.id = $1""",
        contact_id,
    )
    if row is None:
        return None
    entries = await agenda_entries.of_contact(tenant, contact_id, _MOST)
    coming = [one for one in entries if one.end > now and one.status not in _OVER]
    return CustomerCard(
        **dict(row),
        pets=tuple(await pets.of_contact(tenant, contact_id)),
        coming=tuple(reversed(coming)),
        past=tuple(one for one in entries if one not in coming),
        conversations=tuple(await _conversations(tenant, contact_id)),
    )


async def _conversations(tenant: Connection, contact_id: ContactId) -> list[CardConversation]:
    rows = await tenant.fetch(
        """select id, audience, status, last_message_at, last_message_preview from conversations
           where contact_id = $1 order by last_message_at desc nulls last, id""",
        contact_id,
    )
    return [CardConversation(**dict(row)) for row in rows]
