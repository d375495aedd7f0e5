"""What the practice shop has done: a day's work, the weeks before it, and customers who then stayed away.

All of it is sample data, and all of it past: nothing is booked, and no message is sent for it. Seeding again changes
nothing that is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from domain.addresses import Address, AddressKind, conversation_key
from domain.bookings import BookingStatus, ChangedBy
from domain.conversation import Audience, HandledAs, Sender
from domain.events import InboundMessage
from domain.ids import BookingId, ContactId, InstanceId, OrganizationId, PetId, ProfessionalId
from domain.services import Service
from domain.shop import Species
from storage import bookings, contacts, conversations, inbound, pets, professionals, services
from storage.bookings import NewTimes
from storage.database import Connection

ZONE = ZoneInfo("America/Sao_Paulo")

_DONE_TODAY = ("Banho",) * 8 + ("Consulta Veterinária Geral",) * 3 + ("Tosa",)
_PETS = ("Mel", "Thor", "Luna", "Bob", "Nina", "Fred", "Lola", "Max", "Amora", "Simba", "Pipoca", "Zeca")
_A_WEEK = (5, 4, 6, 5, 7, 8, 3)
"""Visits on a Monday, a Tuesday and so on."""
_IN_TURN = ("Banho", "Tosa", "Banho", "Consulta Veterinária Geral", "Banho", "Vacinação", "Banho")
_WEEKS = timedelta(days=35)
_MISSED_EVERY = 17
"""One of so many did not come."""
_LOST = (
    ("Helena Prado", "Paçoca", (47, 75, 104)),
    ("Igor Nunes", "Bidu", (52, 80)),
    ("Júlia Castro", "Frida", (58,)),
    ("Kátia Moraes", "Sushi", (63, 91)),
    ("Léo Batista", "Tigrão", (70,)),
    ("Marta Farias", "Cacau", (88, 120)),
)
"""Customers who stayed away: their pet, and so many days ago they came for a bath."""


@dataclass(frozen=True)
class ShopAtWork:
    """The shop as what it has done is written down for it. `id_secret` is what its conversations are named by."""

    organization_id: OrganizationId
    instance_id: InstanceId
    id_secret: bytes


async def work_done(tenant: Connection, shop: ShopAtWork) -> None:
    """Everything the shop has done until today."""
    work = await _work(tenant, shop)
    regulars = [
        await _customer(tenant, shop, f"5511977770{number:03d}", f"Cliente {number + 1}", pet)
        for number, pet in enumerate(_PETS)
    ]
    today = datetime.now(ZONE).date()
    await _day_done(tenant, work, today, regulars, _DONE_TODAY)
    if not await _has_come(tenant, regulars[0].contact_id, before=_at(today, 0)):
        for ago in range(1, _WEEKS.days):
            day = today - timedelta(days=ago)
            turn, visits = day.toordinal(), _A_WEEK[day.weekday()]
            who = [regulars[(turn * 5 + number) % len(regulars)] for number in range(visits)]
            await _day_done(tenant, work, day, who, [_IN_TURN[(turn + at) % len(_IN_TURN)] for at in range(visits)])
    for number, (name, pet, days_ago) in enumerate(_LOST):
        await lost_customer(tenant, shop, f"5511966660{number:03d}", name, pet, days_ago=days_ago)


async def lost_customer(
    tenant: Connection, shop: ShopAtWork, phone: str, name: str, pet: str, *, days_ago: Sequence[int]
) -> None:
    """A customer who wrote once and came for baths so many days ago; nothing keeps them from being invited again."""
    lost = await _customer(tenant, shop, phone, name, pet)
    if await _has_come(tenant, lost.contact_id, before=datetime.now(ZONE)):
        return
    work = await _work(tenant, shop)
    for days in days_ago:
        day = datetime.now(ZONE).date() - timedelta(days=days)
        starts = ((_at(day, hour), who) for hour in range(9, 18) for who in work.people)
        for start, who in starts:  # the first time at which somebody was free
            if await _visit(tenant, work, lost, "Banho", start, who, BookingStatus.COMPLETED):
                break
    await _wrote_once(tenant, shop, lost, phone, datetime.now(ZONE) - timedelta(days=max(days_ago) + 1))


@dataclass(frozen=True)
class _Customer:
    """A customer and their pet."""

    contact_id: ContactId
    pet_id: PetId


@dataclass(frozen=True)
class _Work:
    """What the shop sells, by name, and who does it."""

    organization_id: OrganizationId
    on_sale: Mapping[str, Service]
    people: Sequence[ProfessionalId]


async def _work(tenant: Connection, shop: ShopAtWork) -> _Work:
    return _Work(
        shop.organization_id,
        {service.name: service for service in await services.active(tenant)},
        [one.id for one in await professionals.active(tenant)],
    )


async def _customer(tenant: Connection, shop: ShopAtWork, phone: str, name: str, pet_name: str) -> _Customer:
    address = Address(kind=AddressKind.PHONE, value=phone)
    contact_id = await contacts.upsert(tenant, shop.organization_id, [address], name)
    pet = await pets.register(
        tenant,
        shop.organization_id,
        contact_id,
        name=pet_name,
        species=Species.DOG,
        breed=None,
        approximate_birth_date=None,
    )
    return _Customer(contact_id, pet.id)


async def _day_done(tenant: Connection, work: _Work, day: date, who: Sequence[_Customer], what: Sequence[str]) -> None:
    """A day's visits, one after the other with each of the shop's people; before today one is missed now and then."""
    today = datetime.now(ZONE).date()
    for number, (customer, service) in enumerate(zip(who, what, strict=True)):
        start = _at(day, 9 + number // len(work.people))
        if await _is_booked(tenant, customer.contact_id, start):
            continue
        missed = day != today and (day.toordinal() * 3 + number) % _MISSED_EVERY == 0
        status = BookingStatus.NO_SHOW if missed else BookingStatus.COMPLETED
        await _visit(tenant, work, customer, service, start, work.people[number % len(work.people)], status)


async def _visit(
    tenant: Connection,
    work: _Work,
    of: _Customer,
    service_name: str,
    start: datetime,
    who: ProfessionalId,
    status: BookingStatus,
) -> bool:
    """Whether it could be: the time was free."""
    service = work.on_sale[service_name]
    conflict = await bookings.add(
        tenant,
        work.organization_id,
        BookingId(uuid4()),
        NewTimes(
            professional_id=who,
            start=start,
            end=start + timedelta(minutes=service.duration_minutes),
            minutes=service.duration_minutes,
            preparation_minutes=0,
        ),
        contact_id=of.contact_id,
        conversation_id=None,
        pet_id=of.pet_id,
        service_id=service.id,
        category=service.category,
        price=service.price,
        status=status,
        by=ChangedBy.OPERATOR,
        now=datetime.now(ZONE),
    )
    return conflict is None


async def _wrote_once(tenant: Connection, shop: ShopAtWork, of: _Customer, phone: str, at: datetime) -> None:
    """They had a conversation with the shop, in which everything is answered."""
    address = Address(kind=AddressKind.PHONE, value=phone)
    conversation = await conversations.upsert(
        tenant,
        shop.organization_id,
        contact_id=of.contact_id,
        instance_id=shop.instance_id,
        audience=Audience.CUSTOMER,
        conversation_key=conversation_key(shop.id_secret, shop.instance_id, address),
    )
    wrote = InboundMessage(
        provider_message_id=f"practice-{phone}",
        reply_to=f"{phone}@s.whatsapp.net",
        addresses=(address,),
        text="Oi! Quanto custa o banho?",
        sent_at=at,
    )
    recorded = await inbound.record(
        tenant, shop.organization_id, conversation.id, shop.instance_id, [wrote], Sender.CUSTOMER
    )
    await inbound.mark_handled(tenant, [one.id for one in recorded], HandledAs.ANSWERED)


async def _has_come(tenant: Connection, contact_id: ContactId, *, before: datetime) -> bool:
    found: bool = await tenant.fetchval(
        "select exists (select from bookings where contact_id = $1 and start_time < $2)", contact_id, before
    )
    return found


async def _is_booked(tenant: Connection, contact_id: ContactId, start: datetime) -> bool:
    found: bool = await tenant.fetchval(
        "select exists (select from bookings where contact_id = $1 and start_time = $2)", contact_id, start
    )
    return found


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZONE)
