"""Commands for whoever watches over the shops: hand-overs, alerts, the state of things."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from pydantic import JsonValue

from commands.desk import Desk, at_desk
from commands.handoff_rules import rules
from commands.output import as_json, local_time, say, table
from commands.shop import Json, Org
from domain.conversation import HandoffReason
from domain.deeds import COMMAND_LINE
from domain.ids import ConversationId
from operating import alerting, condition, handovers
from operating.condition import ShopCondition
from operating.deeds import at_command_line
from operating.handovers import Released
from operating.refusal import Refused
from operating.shops import settings_of
from storage import alerts as alert_rows
from storage import conversations
from workflows.contracts import Release

handoff = typer.Typer(help="Conversas que estão com uma pessoa.")
conversation = typer.Typer(help="Uma conversa.")
alerts = typer.Typer(help="Avisos aos operadores.")

handoff.command("rules")(rules)

Conversation = Annotated[UUID, typer.Argument(help="Id da conversa.")]


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


@handoff.command("list")
def list_handoffs(org: Org, json: Json = False) -> None:
    """Lista as conversas que estão com uma pessoa, a que espera há mais tempo primeiro."""

    async def work(desk: Desk) -> tuple[list[dict[str, JsonValue]], list[tuple[object, ...]]]:
        shop = await desk.shop(org)
        zone = (await settings_of(desk.database, shop))[0].zone
        async with desk.database.tenant(shop) as tenant:
            found = await conversations.waiting(tenant)
        facts: list[dict[str, JsonValue]] = [
            {
                "id": str(row["id"]),
                "name": row["name"],
                "reason": row["handoff_reason"],
                "since": row["handoff_since"].isoformat() if row["handoff_since"] else None,
                "last_message": row["last_message_preview"],
            }
            for row in found
        ]
        since = [local_time(row["handoff_since"], zone) if row["handoff_since"] else "" for row in found]
        reasons = [HandoffReason.in_words(row["handoff_reason"]) for row in found]
        rows = [
            (fact["id"], fact["name"], at, reason, fact["last_message"])
            for fact, at, reason in zip(facts, since, reasons, strict=True)
        ]
        return facts, list(rows)

    facts, rows = at_desk(work)
    if json:
        as_json(facts)
        return
    columns = ("Conversa", "Nome", "Desde", "Motivo", "Última mensagem")
    table(columns, rows, empty="Ninguém espera por uma pessoa.")


@handoff.command("release")
def release(conversation_id: Conversation, org: Org) -> None:
    """Devolve uma conversa à IA, que responde o que ninguém respondeu."""

    async def work(desk: Desk) -> Released:
        client = await desk.temporal()
        shop = await desk.shop(org)
        order = Release(by=COMMAND_LINE, deed_id=at_command_line().id)
        return await handovers.release(desk.database, client, shop, ConversationId(conversation_id), order)

    match at_desk(work):
        case Released.DONE:
            say("A conversa está com a IA.")
        case Released.ORDERED:
            say("Pedido guardado no Temporal; a conversa volta à IA assim que um worker o fizer.")
        case Released.UNATTENDED:
            say("Nenhuma execução cuidava mais dessa conversa; a IA responde a partir da próxima mensagem.")


@conversation.command("ai")
def switch_ai(
    switch: Annotated[Switch, typer.Argument(help="on: a IA responde; off: só registra.")],
    conversation_id: Conversation,
    org: Org,
) -> None:
    """Liga ou desliga a IA em uma conversa."""

    async def work(desk: Desk) -> None:
        shop = await desk.shop(org)
        await handovers.let_ai_answer(
            desk.database, shop, ConversationId(conversation_id), switch is Switch.ON, deed=at_command_line()
        )

    at_desk(work)
    say("A IA responde nessa conversa." if switch is Switch.ON else "A IA não responde mais nessa conversa.")


@alerts.command("list")
def list_alerts(
    org: Org,
    every: Annotated[bool, typer.Option("--all", help="Também os já vistos.")] = False,
    json: Json = False,
) -> None:
    """Lista os avisos, o mais novo primeiro."""

    async def work(desk: Desk) -> tuple[list[alert_rows.Alert], ZoneInfo]:
        shop = await desk.shop(org)
        zone = (await settings_of(desk.database, shop))[0].zone
        async with desk.database.tenant(shop) as tenant:
            return await alert_rows.listed(tenant, include_acknowledged=every), zone

    found, zone = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [
        (
            one.id,
            local_time(one.created_at, zone),
            one.kind.portuguese,
            one.detail,
            "visto" if one.acknowledged_at else "",
        )
        for one in found
    ]
    table(("Aviso", "Quando", "Tipo", "O que houve", ""), rows, empty="Nenhum aviso.")


@alerts.command("ack")
def acknowledge(alert_id: Annotated[UUID, typer.Argument(help="Id do aviso.")], org: Org) -> None:
    """Marca um aviso como visto."""

    async def work(desk: Desk) -> None:
        await alerting.acknowledge(desk.database, await desk.shop(org), at_command_line(), alert_id)

    at_desk(work)
    say("Aviso visto.")


def status(
    org: Annotated[list[str] | None, typer.Option("--org", help="Apelido de uma loja; pode repetir.")] = None,
    json: Json = False,
) -> None:
    """Mostra se banco e Temporal respondem e, por loja, o que espera por alguém; sai com 1 se algo não responde."""

    async def work(desk: Desk) -> tuple[bool, bool, dict[str, ShopCondition]]:
        has_database = await condition.database_answers(desk.database)
        try:
            has_temporal = await condition.temporal_answers(await desk.temporal())
        except Refused:
            has_temporal = False
        shops = {
            slug: await condition.shop_condition(desk.database, desk.instances, await desk.shop(slug))
            for slug in (org or [] if has_database else [])
        }
        return has_database, has_temporal, shops

    has_database, has_temporal, shops = at_desk(work)
    if json:
        by_shop: dict[str, JsonValue] = {slug: one.model_dump(mode="json") for slug, one in shops.items()}
        as_json({"database": has_database, "temporal": has_temporal, "shops": by_shop})
    else:
        say(f"Banco de dados: {'ok' if has_database else 'não responde'}")
        say(f"Temporal: {'ok' if has_temporal else 'não responde'}")
        rows = [(slug, s.waiting, s.letters, s.alerts, s.held, len(s.offline)) for slug, s in shops.items()]
        if not rows:
            say("Para ver uma loja: auzap status --org APELIDO")
        else:
            columns = ("Loja", "Com pessoa", "Cartas mortas", "Avisos", "A enviar", "Números fora do ar")
            table(columns, rows, empty="")
    if not (has_database and has_temporal):
        raise typer.Exit(1)
