"""Commands for what a shop sells."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from commands.booking import to_be_moved
from commands.desk import Desk, at_desk
from commands.output import as_json, say, table
from commands.shop import Json, Org
from domain.money import reais
from domain.services import Service, Variant
from operating import as_written, selling
from operating.deeds import at_command_line
from operating.refusal import Mistyped
from operating.shops import clock_of
from storage import services as service_rows
from storage.agenda_entries import AgendaEntry

service = typer.Typer(help="Serviços que a loja vende.")

Name = Annotated[str, typer.Argument(help="Nome do serviço.")]
SizeOption = Annotated[str | None, typer.Option("--size", help="Porte: pequeno, médio, grande ou gigante.")]
CoatOption = Annotated[str | None, typer.Option("--coat", help="Pelo: curto, médio ou longo.")]


@service.command("add")
def add_service(
    name: Annotated[str, typer.Argument(help="Nome do serviço, como o cliente o lê.")],
    org: Org,
    category: Annotated[str, typer.Option("--category", help="O que o dono conta: banho, tosa, consulta…")],
    minutes: Annotated[int, typer.Option("--minutes", min=5, max=1440, help="Duração em minutos.")],
    price: Annotated[str, typer.Option("--price", help="Preço em reais: 50,00 ou 50.00.")],
    preparation: Annotated[
        int | None,
        typer.Option("--preparation", min=0, max=240, help="Minutos de quem atende para se preparar, antes do início."),
    ] = None,
    needs_first: Annotated[
        str | None,
        typer.Option("--needs-first", help="Serviço que o pet tem de ter feito antes; nenhum para tirar."),
    ] = None,
) -> None:
    """Põe um serviço à venda; um de mesmo nome recebe estes valores."""
    name = as_written.name(name, of="o nome do serviço")
    category = as_written.name(category, of="a categoria", longest=50)
    amount = as_written.price(price)

    async def work(desk: Desk) -> None:
        await selling.put_on_sale(
            desk.database,
            await desk.shop(org),
            at_command_line(),
            name=name,
            category=category,
            minutes=minutes,
            price=amount,
            preparation_minutes=preparation,
            needs_first=needs_first,
        )

    at_desk(work)
    say(f"{name}: {reais(amount)}, {minutes} min.")


@service.command("list")
def list_services(org: Org, json: Json = False) -> None:
    """Lista os serviços à venda."""

    async def work(desk: Desk) -> list[Service]:
        async with desk.database.tenant(await desk.shop(org)) as tenant:
            return await service_rows.active(tenant)

    found = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    names = {one.id: one.name for one in found}
    rows = [
        (
            one.name,
            one.category,
            f"{one.duration_minutes} min",
            reais(one.price),
            "\n".join(variant.in_words() for variant in one.variants),
            f"{one.preparation_minutes} min" if one.preparation_minutes else "",
            names.get(one.needs_first, "um serviço fora de venda") if one.needs_first else "",
        )
        for one in found
    ]
    columns = ("Serviço", "Categoria", "Duração", "Preço", "Por porte e pelo", "Preparo", "Só depois de")
    table(columns, rows, empty="Nenhum serviço ainda.")


@service.command("price")
def price_service(
    name: Name,
    org: Org,
    size: SizeOption = None,
    coat: CoatOption = None,
    minutes: Annotated[int | None, typer.Option("--minutes", min=5, max=1440, help="Duração em minutos.")] = None,
    price: Annotated[str | None, typer.Option("--price", help="Preço em reais: 90,00 ou 90.00.")] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Tira este preço; vale de novo o do serviço.")] = False,
) -> None:
    """Duração e preço de um serviço para um porte, um pelo, ou os dois."""
    of_size = as_written.size(size) if size is not None else None
    of_coat = as_written.coat(coat) if coat is not None else None
    if of_size is None and of_coat is None:
        raise Mistyped("diga de que porte (--size), de que pelo (--coat), ou os dois")
    if drop is not (minutes is None and price is None) or (not drop and (minutes is None or price is None)):
        raise Mistyped("diga a duração e o preço (--minutes e --price), ou só --drop para tirar")
    variant = (
        Variant(size=of_size, coat=of_coat, minutes=minutes, price=as_written.price(price))
        if minutes is not None and price is not None
        else None
    )

    async def work(desk: Desk) -> Service:
        shop = await desk.shop(org)
        if variant is None:
            return await selling.drop_price(desk.database, shop, at_command_line(), name, of_size, of_coat)
        return await selling.set_price(desk.database, shop, at_command_line(), name, variant)

    found = at_desk(work)
    say(f"{found.name}: {reais(found.price)}, {found.duration_minutes} min.")
    for one in found.variants:
        say(f"{found.name}, {one.in_words()}.")


@service.command("remove")
def remove_service(name: Name, org: Org) -> None:
    """Tira um serviço de venda; o que já está agendado fica, e é listado."""

    async def work(desk: Desk) -> tuple[Service, list[AgendaEntry], ZoneInfo]:
        shop = await desk.shop(org)
        gone, booked = await selling.take_off_sale(desk.database, shop, at_command_line(), name, datetime.now(UTC))
        return gone, booked, (await clock_of(desk.database, shop)).zone

    gone, booked, zone = at_desk(work)
    say(f"{gone.name} não está mais à venda.")
    to_be_moved(booked, zone)
