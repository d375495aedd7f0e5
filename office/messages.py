"""send_message: the owner's own words to one customer."""

from datetime import timedelta

from domain.addresses import masked
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ContactId
from domain.letters import LetterPurpose
from domain.owner_orders import OrderKind
from office.customer_letters import reach_of
from office.customers import customer_of, named
from office.office import Office
from office.orders import Command, Done, Order
from storage import letters
from storage.customers import KnownCustomer

LONGEST = 1_000
_JUST_SENT = timedelta(minutes=10)


class SendMessage(Command):
    """What one customer is written."""

    contact_id: ContactId
    text: str


async def describe(office: Office, command: SendMessage) -> str:
    """To whom, and the message as it will arrive."""
    customer = await _reachable(office, command)
    lines = [f"✉️ Mensagem para {named(customer)}:", f"“{_content(office, command)}”"]
    sent_at = await letters.latest_of(
        office.tenant, customer.id, LetterPurpose.MESSAGE, _content(office, command), office.now - _JUST_SENT
    )
    if sent_at is not None:
        lines.append(f"⚠️ Essa mesma mensagem já foi enviada às {sent_at.astimezone(office.zone):%H:%M}.")
    if customer.opted_out:
        lines.append("⚠️ Esse cliente pediu para não receber convites nem promoções.")
    return "\n".join(lines)


async def carry_out(office: Office, command: SendMessage) -> Done:
    """On its way as soon as the shop's number is online; what was sent cannot be taken back."""
    customer = await _reachable(office, command)
    await letters.write(
        office.tenant,
        office.shop.id,
        customer.id,
        purpose=LetterPurpose.MESSAGE,
        content=_content(office, command),
        expires_at=office.now + timedelta(hours=office.shop.outbound_limit_hours),
        order_id=office.order_id,
    )
    return Done(
        told=f"A mensagem para {named(customer)} está saindo.",
        subject=masked(named(customer)),
        after={"text": masked(command.text)},
    )


async def _reachable(office: Office, command: SendMessage) -> KnownCustomer:
    customer = await customer_of(office, command.contact_id)
    if await reach_of(office.desk, customer.id) is None:
        raise RequestRefused(
            RefusalCode.CUSTOMER_UNREACHABLE,
            f"Não consigo escrever para {named(customer)}: o WhatsApp só deixa responder a quem escreveu há pouco.",
        )
    return customer


def _content(office: Office, command: SendMessage) -> str:
    return f"Recado da loja {office.shop.name}:\n\n{command.text}"


SEND_MESSAGE = Order(kind=OrderKind.SEND_MESSAGE, command=SendMessage, describe=describe, carry_out=carry_out)
