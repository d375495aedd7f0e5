"""Which service, professional or pet somebody means by what they wrote: one of the shop's own, or a refusal with the
names to choose from. Nothing is ever guessed."""

from domain.agenda import Professional
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ContactId
from domain.matching import matches
from domain.services import Service
from domain.shop import Pet
from storage import pets, professionals, services
from storage.database import Connection


async def service_named(tenant: Connection, wanted: str) -> Service:
    """The one service on sale that can be meant. Raises `RequestRefused` with the candidates otherwise."""
    on_sale = await services.active(tenant)
    found = matches(wanted, [service.name for service in on_sale])
    if not found:
        raise RequestRefused(
            RefusalCode.UNKNOWN_SERVICE, "A loja não tem esse serviço.", services=[service.name for service in on_sale]
        )
    if len(found) > 1:
        raise RequestRefused(
            RefusalCode.AMBIGUOUS_SERVICE, "Mais de um serviço combina; pergunte qual.", candidates=list(found)
        )
    return next(service for service in on_sale if service.name == found[0])


async def professional_named(tenant: Connection, wanted: str) -> Professional:
    """The one who works in the shop and can be meant. Raises `RequestRefused` with the names otherwise."""
    here = await professionals.active(tenant)
    found = matches(wanted, [one.name for one in here])
    if not found:
        raise RequestRefused(
            RefusalCode.UNKNOWN_PROFESSIONAL,
            f"ninguém chamado {wanted} atende na loja; atendem: {', '.join(one.name for one in here)}",
            professionals=[one.name for one in here],
        )
    if len(found) > 1:
        raise RequestRefused(
            RefusalCode.AMBIGUOUS_PROFESSIONAL,
            f"mais de uma pessoa combina com {wanted}: {', '.join(found)}",
            candidates=list(found),
        )
    return next(one for one in here if one.name == found[0])


async def pet_named(tenant: Connection, contact_id: ContactId, wanted: str) -> Pet:
    """The one pet of this customer that is meant. Raises `RequestRefused`; other customers' pets do not exist here."""
    own = await pets.of_contact(tenant, contact_id)
    found = matches(wanted, [pet.name for pet in own])
    if not found:
        raise RequestRefused(
            RefusalCode.PET_NOT_FOUND,
            "O cliente não tem um pet com esse nome. Pergunte nome e espécie e cadastre com register_pet.",
            pets=[pet.name for pet in own],
        )
    if len(found) > 1:
        raise RequestRefused(
            RefusalCode.AMBIGUOUS_PET, "Mais de um pet combina; pergunte qual.", candidates=list(found)
        )
    return next(pet for pet in own if pet.name == found[0])
