"""Commands for dead letters: what could not be handled, looked at and sent on its way again."""

import re
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import typer
from pydantic import JsonValue

from commands.desk import Desk, at_desk
from commands.output import as_json, complain, local_time, say, table
from commands.shop import Json, Org
from domain.addresses import masked
from operating import letters
from operating.deeds import at_command_line
from operating.letters import AlreadyRedriven, Redriven
from operating.refusal import Mistyped, Refused
from operating.shops import settings_of
from storage import dead_letters as letter_rows
from storage.dead_letters import DeadLetter

dead_letters = typer.Typer(help="Cartas mortas: o que não pôde ser tratado, guardado inteiro.")

_NUMBER = re.compile(r"\d{10,}")
_UNREADABLE = "ainda não dá para ler esse evento; a carta fica guardada"


@dead_letters.command("list")
def list_letters(
    org: Org,
    every: Annotated[bool, typer.Option("--all", help="Também as já reenviadas.")] = False,
    json: Json = False,
) -> None:
    """Lista as cartas, a mais nova primeiro."""

    async def work(desk: Desk) -> tuple[list[asyncpg.Record], ZoneInfo]:
        shop = await desk.shop(org)
        zone = (await settings_of(desk.database, shop))[0].zone
        async with desk.database.tenant(shop) as tenant:
            return await letter_rows.listed(tenant, include_redriven=every), zone

    found, zone = at_desk(work)
    if json:
        as_json([_facts(row) for row in found])
        return
    rows = [
        (
            row["id"],
            local_time(row["created_at"], zone),
            row["source"],
            "reenviada" if row["redriven_at"] else "",
            _masked(row["error"])[:200],
        )
        for row in found
    ]
    table(("Carta", "Quando", "De onde", "", "Erro"), rows, empty="Nenhuma carta morta.")


@dead_letters.command("show")
def show_letter(letter_id: Annotated[UUID, typer.Argument(help="Id da carta.")], org: Org) -> None:
    """Mostra uma carta; telefones vão mascarados."""

    async def work(desk: Desk) -> DeadLetter:
        async with desk.database.tenant(await desk.shop(org)) as tenant:
            found = await letter_rows.get(tenant, letter_id)
        if found is None:
            raise Refused(f"a loja não tem a carta {letter_id}")
        return found[0]

    letter = at_desk(work)
    rows = (
        ("Carta", letter.id),
        ("Número", letter.instance_id),
        ("De onde", letter.source),
        ("Execução", letter.workflow_id),
        ("Erro", _masked(letter.error)),
    )
    table(("", ""), rows, empty="")
    say(_masked(letter.payload))


@dead_letters.command("redrive")
def redrive(
    org: Org,
    letter_id: Annotated[UUID | None, typer.Argument(help="Id da carta.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Todas as que ainda não foram reenviadas.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Mesmo que já tenha sido reenviada.")] = False,
) -> None:
    """Põe uma carta de novo a caminho; o que já foi respondido não é respondido outra vez."""
    if (letter_id is None) is not every:
        raise Mistyped("diga o id de uma carta, ou --all para todas")

    async def work(desk: Desk) -> dict[UUID, Redriven | Refused]:
        intake = desk.intake(await desk.temporal())
        shop = await desk.shop(org)

        async def one(which: UUID) -> Redriven:
            deed = at_command_line()  # each letter is one
            try:
                return await letters.redrive(desk.database, desk.instances, intake, shop, deed, which, again=again)
            except AlreadyRedriven as before:
                raise Refused(f"{before}; para reenviar mesmo assim, use --again") from before

        if letter_id is not None:
            return {letter_id: await one(letter_id)}
        done: dict[UUID, Redriven | Refused] = {}
        for which in await letters.letters_waiting(desk.database, shop):
            try:
                done[which] = await one(which)
            except Refused as refused:  # the others go on their way all the same
                done[which] = refused
        return done

    done = at_desk(work)
    sent = sum(outcome is Redriven.ON_ITS_WAY for outcome in done.values())
    for which, outcome in done.items():
        if outcome is not Redriven.ON_ITS_WAY:
            complain(f"{which}: {outcome if isinstance(outcome, Refused) else _UNREADABLE}")
    say(f"{sent} carta(s) a caminho de novo." if done else "Nenhuma carta para reenviar.")
    if sent != len(done):
        raise typer.Exit(1)


def _facts(row: asyncpg.Record) -> dict[str, JsonValue]:
    return {
        "id": str(row["id"]),
        "source": row["source"],
        "error": _masked(row["error"]),
        "created_at": row["created_at"].isoformat(),
        "redriven_at": row["redriven_at"].isoformat() if row["redriven_at"] else None,
        "workflow_id": row["workflow_id"],
    }


def _masked(text: str) -> str:
    """`text` without a phone number in full."""
    return _NUMBER.sub(lambda number: masked(number[0]), text)
