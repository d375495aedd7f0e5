"""A booking an operator wants: named as people name things, or chosen by id from what the console offers."""

from dataclasses import dataclass
from datetime import datetime

from domain.agenda import Professional
from domain.frozen import Frozen
from domain.ids import ContactId, PetId, ProfessionalId, ServiceId
from domain.services import Service
from domain.shop import Coat, Pet, Size
from operating.refusal import NotInShop, Refused
from operating.staff import professional_named
from reception.naming import pet_named, service_named
from storage import contacts, pets, professionals, services
from storage.database import Connection


class NamedBooking(Frozen):
    """`phone` is canonical; size and coat are noted of the pet where they are given."""

    phone: str
    pet: str
    service: str
    start: datetime
    professional: str | None = None
    size: Size | None = None
    coat: Coat | None = None


class ChosenBooking(Frozen):
    """The same by ids; without a professional, whoever is free."""

    contact_id: ContactId
    pet_id: PetId
    service_id: ServiceId
    start: datetime
    professional_id: ProfessionalId | None = None
    size: Size | None = None
    coat: Coat | None = None


NewBooking = NamedBooking | ChosenBooking


@dataclass(frozen=True)
class Meant:
    """What was wanted, found in the shop."""

    contact_id: ContactId
    pet: Pet
    service: Service
    professional: Professional | None


async def meant(tenant: Connection, wanted: NewBooking) -> Meant:
    """What is wanted, with its pet's traits noted.

    Raises `RequestRefused` or `Refused` where the shop has no such thing, `NotInShop` for an id of none of its own.
    """
    if isinstance(wanted, NamedBooking):
        contact_id = await contacts.of_phone(tenant, wanted.phone)
        if contact_id is None:
            raise Refused(f"a loja não conhece um cliente com o telefone +{wanted.phone}")
        service = await service_named(tenant, wanted.service)
        pet = await pet_named(tenant, contact_id, wanted.pet)
    else:
        contact_id = wanted.contact_id
        service = await service_on_sale(tenant, wanted.service_id)
        pet = await pet_of(tenant, contact_id, wanted.pet_id)
    who = await professional_meant(
        tenant, wanted.professional if isinstance(wanted, NamedBooking) else wanted.professional_id
    )
    if wanted.size is not None or wanted.coat is not None:
        pet = await pets.update(tenant, pet.id, size=wanted.size, coat=wanted.coat) or pet
    return Meant(contact_id, pet, service, who)


async def pet_of(tenant: Connection, contact_id: ContactId, pet_id: PetId) -> Pet:
    """That pet of that customer. Raises `NotInShop`."""
    found = next((pet for pet in await pets.of_contact(tenant, contact_id) if pet.id == pet_id), None)
    if found is None:
        raise NotInShop("esse pet não é desse cliente")
    return found


async def service_on_sale(tenant: Connection, service_id: ServiceId) -> Service:
    """The service of that id. Raises `Refused` where it is not on sale any more, `NotInShop` where there is none."""
    found = next((one for one in await services.active(tenant) if one.id == service_id), None)
    if found is not None:
        return found
    try:
        gone = await services.get(tenant, service_id)
    except LookupError as error:
        raise NotInShop("a loja não tem esse serviço") from error
    raise Refused(f"{gone.name} não está mais à venda")


async def professional_meant(tenant: Connection, wanted: ProfessionalId | str | None) -> Professional | None:
    """By name or id; None for anybody. Raises `Refused` for who works here no longer, `NotInShop` for who never did."""
    if wanted is None:
        return None
    if isinstance(wanted, str):
        return await professional_named(tenant, wanted)
    found = next((one for one in await professionals.active(tenant) if one.id == wanted), None)
    if found is not None:
        return found
    if gone := await professionals.retired(tenant, [wanted]):
        raise Refused(f"{gone[0].name} não atende mais na loja")
    raise NotInShop("essa pessoa não é da loja")
