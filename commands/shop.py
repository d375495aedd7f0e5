"""Commands for a shop: its settings and its owners."""

from decimal import Decimal
from typing import Annotated

import typer
from pydantic import JsonValue

from commands.desk import Desk, at_desk
from commands.output import as_json, say, table
from domain.owners import OwnerNumber, OwnerRole
from domain.shop import AiConfig
from operating import as_written, shops
from operating.deeds import at_command_line
from storage import owners as owner_rows
from storage.organizations import SettingsChange

org = typer.Typer(help="Lojas: criar, ver, ajustar.")
owner = typer.Typer(help="Donos e gerentes: quem a Aurora atende.")

_WEEK = "seg-sex 08:00-18:00; sáb 08:00-12:00"
Slug = Annotated[str, typer.Argument(help="Apelido da loja, como amigo-fiel.")]
Org = Annotated[str, typer.Option("--org", help="Apelido da loja.")]
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]
_ZONE = typer.Option("--timezone", help="Fuso horário da loja.")
_HOURS = typer.Option("--hours", help=f"Horário, como “{_WEEK}”; dia não citado é fechado.")
NewZone = Annotated[str, _ZONE]
Zone = Annotated[str | None, _ZONE]
NewHours = Annotated[str, _HOURS]
Hours = Annotated[str | None, _HOURS]
Model = Annotated[str | None, typer.Option("--model", help="Modelo que atende clientes.")]
AuroraModel = Annotated[str | None, typer.Option("--aurora-model", help="Modelo que atende donos.")]
About = Annotated[str | None, typer.Option("--about", help="Endereço, pagamento, regras: dito ao modelo como está.")]


@org.command("add")
def add_org(
    slug: Slug,
    name: Annotated[str, typer.Option("--name", help="Nome da loja, como o cliente o lê.")],
    timezone: NewZone = "America/Sao_Paulo",
    hours: NewHours = _WEEK,
    model: Model = None,
    aurora_model: AuroraModel = None,
    about: About = None,
) -> None:
    """Cria uma loja."""
    name = as_written.name(name, of="o nome da loja")
    given = {"model": model, "aurora_model": aurora_model, "about": about}
    config = AiConfig.model_validate({key: value for key, value in given.items() if value is not None})
    week, zone = as_written.opening_hours(hours), as_written.time_zone(timezone)

    async def work(desk: Desk) -> None:
        await shops.open_shop(
            desk.database,
            at_command_line(),
            slug=slug,
            name=name,
            timezone=zone,
            opening_hours=week,
            ai_config=config,
        )

    at_desk(work)
    say(f"Loja {slug} criada: {name}.")
    for line in week.in_words():
        say(line)


@org.command("show")
def show_org(slug: Slug, json: Json = False) -> None:
    """Mostra os ajustes de uma loja."""

    async def work(desk: Desk) -> dict[str, JsonValue]:
        shop, settle = await shops.settings_of(desk.database, await desk.shop(slug))
        return {
            "id": str(shop.id),
            "name": shop.name,
            "timezone": shop.timezone,
            "opening_hours": [*shop.opening_hours.in_words()],
            "ai_enabled": shop.ai_enabled,
            "model": shop.ai_config.model,
            "aurora_model": shop.ai_config.aurora_model,
            "about": shop.ai_config.about,
            "settle_seconds": settle,
            "late_after_minutes": shop.late_after_minutes,
            "answer_limit_hours": shop.answer_limit_hours,
            "outbound_limit_hours": shop.outbound_limit_hours,
            "loop_limit": shop.loop_limit,
            "loop_window_minutes": shop.loop_window_minutes,
            "phone_quiet_minutes": shop.phone_quiet_minutes,
        }

    found = at_desk(work)
    if json:
        as_json(found)
        return
    shown = [(key, "\n".join(map(str, value)) if isinstance(value, list) else value) for key, value in found.items()]
    table(("Ajuste", "Valor"), shown, empty="")


@org.command("settings")
def change_org(
    slug: Slug,
    name: Annotated[str | None, typer.Option("--name", help="Nome da loja.")] = None,
    timezone: Zone = None,
    hours: Hours = None,
    model: Model = None,
    aurora_model: AuroraModel = None,
    about: About = None,
    ai: Annotated[bool | None, typer.Option("--ai/--no-ai", help="A IA responde, ou só registra.")] = None,
    settle: Annotated[
        float | None, typer.Option("--settle", min=0, max=5, help="Segundos à espera do fim de uma rajada.")
    ] = None,
    late_after_minutes: Annotated[
        int | None, typer.Option("--late-after-minutes", min=1, help="Depois disso a resposta pede desculpas.")
    ] = None,
    answer_limit_hours: Annotated[
        int | None, typer.Option("--answer-limit-hours", min=1, help="Mensagem mais velha é só registrada.")
    ] = None,
    outbound_limit_hours: Annotated[
        int | None, typer.Option("--outbound-limit-hours", min=1, help="Resposta retida por mais tempo é desistida.")
    ] = None,
    loop_limit: Annotated[
        int | None, typer.Option("--loop-limit", min=1, help="Respostas a um contato na janela, antes de calar.")
    ] = None,
    loop_window_minutes: Annotated[
        int | None, typer.Option("--loop-window-minutes", min=1, help="A janela, em minutos.")
    ] = None,
    phone_quiet_minutes: Annotated[
        int | None,
        typer.Option("--phone-quiet-minutes", min=1, help="A IA volta depois desse silêncio no celular da loja."),
    ] = None,
) -> None:
    """Muda ajustes de uma loja; o que não for citado fica como está."""
    changes = SettingsChange(
        name=as_written.name(name, of="o nome da loja") if name is not None else None,
        timezone=as_written.time_zone(timezone) if timezone is not None else None,
        opening_hours=as_written.opening_hours(hours) if hours is not None else None,
        model=model,
        aurora_model=aurora_model,
        about=about,
        ai_enabled=ai,
        settle_seconds=Decimal(str(settle)) if settle is not None else None,
        late_after_minutes=late_after_minutes,
        answer_limit_hours=answer_limit_hours,
        outbound_limit_hours=outbound_limit_hours,
        loop_limit=loop_limit,
        loop_window_minutes=loop_window_minutes,
        phone_quiet_minutes=phone_quiet_minutes,
    )

    async def work(desk: Desk) -> None:
        await shops.change_settings(desk.database, await desk.shop(slug), at_command_line(), changes)

    at_desk(work)
    say(f"Ajustes de {slug} gravados.")


@owner.command("add")
def add_owner(
    phone: Annotated[str, typer.Argument(help="Telefone com DDD.")],
    org: Org,
    name: Annotated[str | None, typer.Option("--name", help="Como chamar a pessoa.")] = None,
    role: Annotated[OwnerRole, typer.Option("--role", help="Dono ou gerente.")] = OwnerRole.OWNER,
) -> None:
    """Quem escreve desse número é atendido pela Aurora, não como cliente."""
    canonical = as_written.phone(phone)
    name = as_written.name(name, of="o nome do dono") if name else None

    async def work(desk: Desk) -> None:
        shop = await desk.shop(org)
        await shops.name_owner(desk.database, shop, at_command_line(), phone=canonical, name=name, role=role)

    at_desk(work)
    say(f"+{canonical} é {_role_in_words(role)} da loja {org}.")


@owner.command("list")
def list_owners(org: Org, json: Json = False) -> None:
    """Lista donos e gerentes."""

    async def work(desk: Desk) -> list[OwnerNumber]:
        async with desk.database.tenant(await desk.shop(org)) as tenant:
            return await owner_rows.listed(tenant)

    found = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [(f"+{one.phone}", one.name, _role_in_words(one.role)) for one in found]
    table(("Telefone", "Nome", "Papel"), rows, empty="Nenhum dono ainda: acrescente com `auzap owner add`.")


@owner.command("remove")
def remove_owner(phone: Annotated[str, typer.Argument(help="Telefone com DDD.")], org: Org) -> None:
    """Quem escreve desse número volta a ser cliente."""
    canonical = as_written.phone(phone)

    async def work(desk: Desk) -> None:
        await shops.dismiss_owner(desk.database, await desk.shop(org), at_command_line(), canonical)

    at_desk(work)
    say(f"+{canonical} agora é cliente da loja {org}.")


def _role_in_words(role: OwnerRole) -> str:
    return "dono" if role is OwnerRole.OWNER else "gerente"
