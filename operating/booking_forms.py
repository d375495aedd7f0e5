"""What an operator who books or moves chooses from: customers, their pets, services, people, free times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.addresses import phone_from_text
from domain.agenda import Professional
from domain.bookings import BookingStatus
from domain.ids import BookingId, ContactId, OrganizationId, PetId, ProfessionalId, ServiceId
from domain.services import Quote, Service, Trait
from domain.shop import Coat, Pet, Size
from domain.texts import folded
from office.customer_letters import reach_of
from operating import free_times
from operating.appointments import is_too_early
from operating.free_times import FreeTimes
from operating.refusal import NotInShop
from operating.shops import desk_of
from operating.wanted_bookings import pet_of, professional_meant, service_on_sale
from reception.appointments import MARKS
from storage import agenda_entries, bookings, contacts, customers, pets, professionals, services
from storage.agenda_entries import AgendaEntry
from storage.customers import KnownCustomer
from storage.database import Database

_MOST_FOUND = 20
_LEAST_DIGITS = 8


@dataclass(frozen=True)
class Choices:
    """What is chosen so far of a new booking; size and coat only where the pet's are not known."""

    contact_id: ContactId
    pet_id: PetId | None = None
    service_id: ServiceId | None = None
    professional_id: ProfessionalId | None = None
    day: date | None = None
    size: Size | None = None
    coat: Coat | None = None


@dataclass(frozen=True)
class BookingForm:
    """What there is to choose from; `times` once pet, service and day are chosen and nothing is `missing` of the pet.

    `is_reachable` is whether the customer can be written to at this moment.
    """

    customer: KnownCustomer
    pets: Sequence[Pet]
    services: Sequence[Service]
    people: Sequence[Professional]
    is_reachable: bool
    today: date
    pet: Pet | None = None
    service: Service | None = None
    professional: Professional | None = None
    missing: Sequence[Trait] = ()
    quote: Quote | None = None
    times: FreeTimes | None = None


@dataclass(frozen=True)
class Booked:
    """One booking, and what may be done with it at this moment. `people` are those who do its service.

    `times` are the free ones of `day`, where such are looked for.
    """

    entry: AgendaEntry
    is_reachable: bool
    marks: Sequence[BookingStatus]
    people: Sequence[Professional]
    today: date
    day: date
    times: FreeTimes | None = None


async def found_customers(database: Database, shop: OrganizationId, text: str) -> list[KnownCustomer]:
    """Customers of that phone, or whose name or pet's name has words that begin so; the likeliest first."""
    async with database.tenant(shop) as tenant:
        if re.fullmatch(r"[\d\s()+.-]+", text) and len(re.sub(r"\D", "", text)) >= _LEAST_DIGITS:
            phone = phone_from_text(text)
            contact_id = await contacts.of_phone(tenant, phone) if phone else None
            known = await customers.get(tenant, contact_id) if contact_id else None
            return [known] if known else []
        called = folded(text)
        return (await customers.alike(tenant, called, called.split()))[:_MOST_FOUND] if called else []


async def form_of(database: Database, shop: OrganizationId, chosen: Choices, now: datetime) -> BookingForm:
    """The form as it is with what was chosen. Raises `NotInShop`, `Refused` for what is not offered any more."""
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        customer = await customers.get(tenant, chosen.contact_id)
        if customer is None:
            raise NotInShop("a loja não tem esse cliente")
        reach = await reach_of(desk, customer.id)
        pet = await pet_of(tenant, customer.id, chosen.pet_id) if chosen.pet_id else None
        service = await service_on_sale(tenant, chosen.service_id) if chosen.service_id else None
        professional = await professional_meant(tenant, chosen.professional_id)
        own = await pets.of_contact(tenant, customer.id)
        missing: Sequence[Trait] = ()
        quote, times = None, None
        if pet is not None and service is not None:
            traits = {"size": pet.size or chosen.size, "coat": pet.coat or chosen.coat}
            known = pet.model_copy(update=traits)
            missing = service.unknown_traits(known)
            if not missing:
                quote = service.quote(known)
                if chosen.day is not None:
                    times = await free_times.for_new(
                        desk,
                        known,
                        service,
                        chosen.day,
                        professional_id=chosen.professional_id,
                        conversation_id=reach.conversation_id if reach else None,
                    )
        return BookingForm(
            customer=customer,
            pets=own,
            services=await services.active(tenant),
            people=await professionals.active(tenant),
            is_reachable=reach is not None,
            today=desk.today,
            pet=pet,
            service=service,
            professional=professional,
            missing=missing,
            quote=quote,
            times=times,
        )


async def booked(
    database: Database,
    shop: OrganizationId,
    booking_id: BookingId,
    now: datetime,
    *,
    offering: bool = False,
    day: date | None = None,
    professional_id: ProfessionalId | None = None,
) -> Booked:
    """The booking; `offering`, with the free times of a day: its own, or today, where none is given.

    Raises `NotInShop`, and `Refused` for a professional who works here no longer.
    """
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        entry, row = await agenda_entries.of_booking(tenant, booking_id), await bookings.find(tenant, booking_id)
        if entry is None or row is None:
            raise NotInShop("a loja não tem esse agendamento")
        await professional_meant(tenant, professional_id)
        day = day or max(desk.today, row.start.astimezone(desk.zone).date())
        times = None
        if offering:
            times = await free_times.for_booked(desk, row, day, professional_id=professional_id)
        return Booked(
            entry=entry,
            is_reachable=await reach_of(desk, row.contact_id, row.conversation_id) is not None,
            marks=[
                status
                for status, before in MARKS.items()
                if row.status in before and not is_too_early(desk, row, status)
            ],
            people=[one for one in await professionals.active(tenant) if one.does(row.service_id)],
            today=desk.today,
            day=day,
            times=times,
        )
