"""The customer's card: beside a conversation, and as a page of its own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from console.chat import called
from console.parts import Parts
from console.rendering import Me, page
from domain.addresses import dialled
from domain.ids import ContactId, OrganizationId
from storage import customer_card
from storage.customer_card import CustomerCard


@dataclass(frozen=True)
class CardView:
    """What `_ficha.html` shows."""

    card: CustomerCard
    called: str
    phones: tuple[str, ...]
    today: date
    zone: ZoneInfo


async def card_of(
    parts: Parts, organization_id: OrganizationId, contact_id: ContactId, zone: ZoneInfo
) -> CardView | None:
    """A customer's card as it is now; None for a contact the shop does not have."""
    now = datetime.now(UTC)
    async with parts.database.tenant(organization_id) as tenant:
        card = await customer_card.of_contact(tenant, contact_id, now)
    if card is None:
        return None
    phones = tuple(dialled(phone) for phone in card.phones)
    return CardView(card, called(card.name, phones[0] if phones else None), phones, now.astimezone(zone).date(), zone)


def routes(parts: Parts) -> APIRouter:
    """The page under /clientes/{contact_id}."""
    routes = APIRouter()

    @routes.get("/clientes/{contact_id}")
    async def show(me: Me, contact_id: UUID) -> Response:
        """Everything the shop knows of a customer."""
        view = await card_of(parts, me.organization_id, ContactId(contact_id), me.zone)
        if view is None:
            raise HTTPException(404)
        return page(me, "cliente.html", ficha=view)

    return routes
