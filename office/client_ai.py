"""set_shop_ai, set_customer_ai: Client AI falls silent for everybody, or for one customer, and speaks again."""

from domain.addresses import masked
from domain.conversation import Conversation, ConversationStatus
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ContactId, ConversationId
from domain.owner_orders import OrderKind
from office.customers import customer_of, named
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from storage import conversations, organizations
from storage.customers import KnownCustomer
from storage.organizations import SettingsChange

_HER = "A assistente dos clientes"
"""Client AI, as owners read of it."""


class SetShopAi(Command):
    """Client AI answers the shop's customers, or nobody does it in their place."""

    enabled: bool


class SetCustomerAi(Command):
    """Client AI answers one customer or not, in all their conversations; `only` these, where some are named."""

    contact_id: ContactId
    enabled: bool
    only: tuple[ConversationId, ...] = ()


async def describe_shop(office: Office, command: SetShopAi) -> str:
    """What it means for the customers, and that Aurora goes on."""
    if (await organizations.get(office.tenant, office.shop.id)).ai_enabled is command.enabled:
        state = "já está ligada" if command.enabled else "já está em pausa"
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, f"{_HER} {state} para toda a loja; nada foi mudado.")
    if command.enabled:
        return (
            "▶️ Ligar a assistente dos clientes para toda a loja: ela volta a responder as próximas mensagens. "
            "As que chegaram durante a pausa ficam para a equipe."
        )
    return (
        "⏸️ Pausar a assistente dos clientes para toda a loja: as mensagens só ficam registradas, para a equipe. "
        "Lembretes de agendamentos continuam, e eu continuo respondendo você."
    )


async def carry_out_shop(office: Office, command: SetShopAi) -> Done:
    """From the next message on."""
    await describe_shop(office, command)
    await organizations.change(office.tenant, office.shop.id, SettingsChange(ai_enabled=command.enabled))
    return Done(
        told=f"{_HER} está {'ligada' if command.enabled else 'em pausa'} para toda a loja.",
        subject="assistente dos clientes, toda a loja",
        before={"enabled": not command.enabled},
        after={"enabled": command.enabled},
        undo=TakesBack(OrderKind.SET_SHOP_AI, SetShopAi(enabled=not command.enabled)),
    )


async def describe_customer(office: Office, command: SetCustomerAi) -> str:
    """Who is not answered any more, or again; a person who has the conversation keeps it."""
    customer, changed = await _changed(office, command)
    if not command.enabled:
        return (
            f"⏸️ Pausar a assistente dos clientes para {named(customer)}: "
            "as mensagens só ficam registradas, para a equipe responder."
        )
    lines = [f"▶️ Ligar a assistente dos clientes para {named(customer)}: ela volta a responder as próximas mensagens."]
    if any(one.status is ConversationStatus.WAITING_HUMAN for one in changed):
        lines.append("Uma pessoa está com a conversa: a assistente só fala depois que ela a devolver.")
    return "\n".join(lines)


async def carry_out_customer(office: Office, command: SetCustomerAi) -> Done:
    """In every conversation where it was not so yet; just these are as before when it is undone."""
    customer, changed = await _changed(office, command)
    for one in changed:
        await conversations.set_ai_enabled(office.tenant, one.id, command.enabled)
    back = SetCustomerAi(contact_id=customer.id, enabled=not command.enabled, only=tuple(one.id for one in changed))
    return Done(
        told=f"{_HER} está {'ligada' if command.enabled else 'em pausa'} para {named(customer)}.",
        subject=f"assistente dos clientes, {masked(named(customer))}",
        before={"enabled": not command.enabled},
        after={"enabled": command.enabled},
        undo=TakesBack(OrderKind.SET_CUSTOMER_AI, back),
    )


async def _changed(office: Office, command: SetCustomerAi) -> tuple[KnownCustomer, list[Conversation]]:
    customer = await customer_of(office, command.contact_id)
    own = await conversations.of_customer(office.tenant, customer.id)
    if not own:
        raise RequestRefused(
            RefusalCode.CUSTOMER_UNREACHABLE, f"{named(customer)} nunca escreveu para a loja: não há conversa."
        )
    changed = [
        one for one in own if one.ai_enabled is not command.enabled and (not command.only or one.id in command.only)
    ]
    if not changed:
        state = "já está ligada" if command.enabled else "já está em pausa"
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, f"{_HER} {state} para {named(customer)}; nada foi mudado.")
    return customer, changed


SET_SHOP_AI = Order(kind=OrderKind.SET_SHOP_AI, command=SetShopAi, describe=describe_shop, carry_out=carry_out_shop)
SET_CUSTOMER_AI = Order(
    kind=OrderKind.SET_CUSTOMER_AI, command=SetCustomerAi, describe=describe_customer, carry_out=carry_out_customer
)
