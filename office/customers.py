"""Which customer an owner means: by name, by a pet's name, or by phone. Nothing is ever guessed."""

import re
from datetime import date

from pydantic import JsonValue

from domain.addresses import phone_from_text
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ContactId
from domain.matching import matches
from domain.texts import folded
from office.booked import one_line
from office.office import Office
from storage import contacts, customers
from storage.customers import KnownCustomer

_CANDIDATES = 6
_BEGINNING = 3
"""Letters by which a word is looked up; slips behind them are forgiven."""
_ENDING = re.compile(r",?\s*\bfinal\s+(\d{2,4})\b", re.IGNORECASE)
_UNSAID = frozenset(("de", "da", "do", "das", "dos", "e", "a", "o", "cliente", "dona", "dono", "tutor", "tutora"))


async def customer_named(office: Office, wanted: str) -> KnownCustomer:
    """The one customer that can be meant; owners and managers are none.

    "Maria", "Rex", "Maria do Rex", a phone with area code, or a candidate as this told it ("Maria, final 01 (Rex)").
    Raises `RequestRefused`: customer_not_found, or ambiguous_customer with the candidates.
    """
    if (phone := _phone(wanted)) is not None:
        contact_id = await contacts.of_phone(office.tenant, phone)
        known = await customers.get(office.tenant, contact_id) if contact_id else None
        if known is None:
            raise RequestRefused(RefusalCode.CUSTOMER_NOT_FOUND, "A loja não conhece um cliente com esse telefone.")
        return known
    ending = _ENDING.search(wanted)
    called = " ".join(word for word in folded(_ENDING.sub("", wanted)).split() if word not in _UNSAID)
    found = _meant(called, await customers.alike(office.tenant, called, [w[:_BEGINNING] for w in called.split()]))
    if ending is not None:
        found = [one for one in found if (one.phone or "").endswith(ending[1])]
    if not found:
        raise RequestRefused(
            RefusalCode.CUSTOMER_NOT_FOUND,
            "Não achei esse cliente. Peça o nome como está no WhatsApp, o nome do pet ou o telefone com DDD.",
        )
    if len(found) > 1:
        candidates: list[JsonValue] = [described(office, one) for one in found[:_CANDIDATES]]
        raise RequestRefused(
            RefusalCode.AMBIGUOUS_CUSTOMER,
            "Mais de um cliente combina; pergunte qual.",
            candidates=candidates,
            total=len(found),
        )
    return found[0]


async def customer_of(office: Office, contact_id: ContactId) -> KnownCustomer:
    """The customer of that id. Raises `RequestRefused` when it is none any more."""
    known = await customers.get(office.tenant, contact_id)
    if known is None:
        raise RequestRefused(RefusalCode.CUSTOMER_NOT_FOUND, "Esse cliente não existe mais.")
    return known


def described(office: Office, one: KnownCustomer) -> str:
    """ "Maria, final 01 (Rex e Mel), última visita 20/11/2026": enough to tell two of one name apart."""
    last = f", última visita {_day(office, one):%d/%m/%Y}" if one.last_visit else ""
    return f"{named(one)}{last}"


def named(one: KnownCustomer) -> str:
    """ "Maria, final 01 (Rex e Mel)": as a summary calls them; never the whole phone."""
    ending = f", final {one.phone[-2:]}" if one.phone else ""
    pets = f" ({', '.join(one.pets)})" if one.pets else ""
    return one_line(f"{one.name or 'sem nome'}{ending}{pets}")


def _day(office: Office, one: KnownCustomer) -> date:
    assert one.last_visit is not None
    return one.last_visit.astimezone(office.zone).date()


def _phone(wanted: str) -> str | None:
    """The phone, where it is one that was written: nothing but digits and what is written between them."""
    if not re.fullmatch(r"[\d\s()+.-]+", wanted) or len(re.sub(r"\D", "", wanted)) < 8:
        return None
    return phone_from_text(wanted)


def _meant(called: str, known: list[KnownCustomer]) -> list[KnownCustomer]:
    """Those who are called exactly so, or whose pet is; else those in whose name and pets all the words are found."""
    if not called:
        return []
    exact = [one for one in known if called in (folded(one.name or ""), *(folded(pet) for pet in one.pets))]
    return exact or [one for one in known if matches(called, [f"{one.name or ''} {' '.join(one.pets)}"])]
