"""What an invitation is about: the time that is free, and the words that offer it."""

from dataclasses import replace
from datetime import date

from domain.agenda import FreeSlot, free_slots
from domain.bookings import ChangedBy
from domain.invitations import invitation_text
from domain.services import Service
from reception.desk import Desk
from reception.wishes import need_of
from storage import services


async def service_on_sale(desk: Desk, service_id: object) -> Service | None:
    """The service of that id; None when the shop does not sell it any more."""
    return next((one for one in await services.active(desk.tenant) if one.id == service_id), None)


async def free_times(desk: Desk, service: Service, first: date, last: date) -> list[FreeSlot]:
    """The starts that a customer could still book on these days, long enough for any pet."""
    as_customer = replace(desk, by=ChangedBy.CUSTOMER, conversation_id=None)
    agenda = await as_customer.agenda(max(first, desk.today), last)
    return free_slots(agenda, need_of(service, None), first=first, last=last, now=desk.now)


def in_words(desk: Desk, service: Service, first: date, last: date, *, customer: str | None, pet: str | None) -> str:
    """The invitation of one customer, as it is sent now: days that have passed are not offered."""
    return invitation_text(
        shop=desk.shop.name,
        customer=customer,
        pet=pet,
        service=service.name,
        first=max(first, desk.today),
        last=last,
    )
