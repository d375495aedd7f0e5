"""set_price: what a service costs, for any pet or for those of a size and coat."""

from decimal import Decimal

from domain.errors import RefusalCode, RequestRefused
from domain.ids import ServiceId
from domain.money import reais
from domain.owner_orders import OrderKind
from domain.services import Service, Variant
from domain.shop import Coat, Size
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from storage import bookings, services

_FAR = Decimal(3)
"""A price so many times the old one, or such a part of it, is more often a slip than a wish."""


class SetPrice(Command):
    """A service's price in reais; with a size or coat, the price of the variant that has exactly these."""

    service_id: ServiceId
    price: Decimal
    size: Size | None = None
    coat: Coat | None = None


async def describe(office: Office, command: SetPrice) -> str:
    """Old and new price; nothing_to_change where it costs that already."""
    service = await services.get(office.tenant, command.service_id)
    now = _price_now(service, command)
    if now == command.price:
        raise RequestRefused(
            RefusalCode.NOTHING_TO_CHANGE, f"{_named(service, command)} já custa {reais(now)}; nada foi mudado."
        )
    lines = [f"💰 {_named(service, command)}: de {reais(now)} para {reais(command.price)}"]
    if not command.price:
        lines.append("⚠️ Fica de graça.")
    elif now and not 1 / _FAR <= command.price / now <= _FAR:
        lines.append("⚠️ É uma mudança grande: confira se o valor é esse mesmo.")
    return "\n".join(lines)


async def carry_out(office: Office, command: SetPrice) -> Done:
    """Bookings that stand keep the price they were made at."""
    await bookings.take_turn(office.tenant, office.shop.id)  # nothing is booked at the old price behind our back
    await describe(office, command)
    service = await services.get(office.tenant, command.service_id)
    before = _price_now(service, command)
    if variant := _variant(service, command):
        await services.set_variant(
            office.tenant, office.shop.id, service.id, variant.model_copy(update={"price": command.price})
        )
    else:
        await services.set_price(office.tenant, service.id, command.price)
    named = _named(service, command)
    return Done(
        told=f"{named} agora custa {reais(command.price)} (antes {reais(before)}). Agendamentos já feitos não mudam.",
        subject=named,
        before={"price": str(before)},
        after={"price": str(command.price)},
        undo=TakesBack(OrderKind.SET_PRICE, command.model_copy(update={"price": before})),
    )


def _variant(service: Service, command: SetPrice) -> Variant | None:
    """The variant that is meant. Raises `RequestRefused` where the service has none for that size and coat."""
    if command.size is None and command.coat is None:
        return None
    for variant in service.variants:
        if (variant.size, variant.coat) == (command.size, command.coat):
            return variant
    raise RequestRefused(
        RefusalCode.BAD_ARGUMENTS,
        f"{service.name} não tem preço próprio para esse porte e pelo.",
        prices=[variant.in_words() for variant in service.variants],
    )


def _price_now(service: Service, command: SetPrice) -> Decimal:
    variant = _variant(service, command)
    return variant.price if variant else service.price


def _named(service: Service, command: SetPrice) -> str:
    whose = [f"porte {command.size.portuguese}"] if command.size else []
    whose += [f"pelo {command.coat.portuguese}"] if command.coat else []
    return f"{service.name} ({', '.join(whose)})" if whose else service.name


SET_PRICE = Order(kind=OrderKind.SET_PRICE, command=SetPrice, describe=describe, carry_out=carry_out)
