"""`auzap handoff rules`: what happens while a customer waits for a person, and when the AI comes back."""

from typing import Annotated

import typer

from commands.desk import Desk, at_desk
from commands.output import as_json, say, table
from commands.shop import Json, Org
from domain.handoffs import HandoffRules
from operating.deeds import at_command_line
from operating.rules import HANDOFF_IN_WORDS, change_handoff_rules
from operating.shops import settings_of


def rules(
    org: Org,
    first_answer: Annotated[
        int | None, typer.Option(help="Minutos, com a loja aberta, até lembrar a equipe de quem espera.")
    ] = None,
    escalate: Annotated[int | None, typer.Option(help="… até avisar a dona ou o dono.")] = None,
    tell_customer: Annotated[int | None, typer.Option(help="… até avisar o cliente da demora.")] = None,
    idle: Annotated[int | None, typer.Option(help="Minutos sem ninguém escrever até a conversa voltar à IA.")] = None,
    phone_quiet: Annotated[
        int | None, typer.Option(help="Minutos de silêncio no celular da loja até voltar à IA.", min=1, max=10_080)
    ] = None,
    json: Json = False,
) -> None:
    """Mostra os prazos de quem espera por uma pessoa, ou muda os citados."""
    given = {
        "first_answer_minutes": first_answer,
        "escalate_minutes": escalate,
        "tell_customer_minutes": tell_customer,
        "idle_minutes": idle,
    }
    changes = {rule: minutes for rule, minutes in given.items() if minutes is not None}
    changed = bool(changes) or phone_quiet is not None

    async def work(desk: Desk) -> tuple[HandoffRules, int]:
        shop = await desk.shop(org)
        if changed:
            return await change_handoff_rules(desk.database, shop, at_command_line(), changes, phone_quiet)
        now, _ = await settings_of(desk.database, shop)
        return now.handoff_rules, now.phone_quiet_minutes

    found, quiet = at_desk(work)
    all_rules = {**found.model_dump(), "phone_quiet_minutes": quiet}
    if json:
        as_json(all_rules)
        return
    if changed:
        say(f"Prazos das conversas com pessoas em {org} gravados.")
    table(("Regra", "Valor"), [(HANDOFF_IN_WORDS[rule], value) for rule, value in all_rules.items()], empty="")
