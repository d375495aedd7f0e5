"""Commands for one message: where it went."""

from typing import Annotated

import typer

from commands.desk import Desk, at_desk
from commands.output import as_json, table
from commands.shop import Json, Org
from operating.finding import FoundMessage, find_message
from workflows.search_attributes import AUZAP_MESSAGES

message = typer.Typer(help="Uma mensagem.")


@message.command("find")
def find(
    provider_message_id: Annotated[str, typer.Argument(help="Id que o provedor deu à mensagem (wamid…, 3EB0…).")],
    org: Org,
    json: Json = False,
) -> None:
    """Mostra em que conversa uma mensagem está, e como achá-la no Temporal."""

    async def work(desk: Desk) -> FoundMessage:
        temporal = await desk.temporal()
        shop = await desk.shop(org)
        return await find_message(
            desk.database, desk.instances, temporal, desk.config.id_secret, shop, provider_message_id
        )

    found = at_desk(work)
    if json:
        as_json(found.model_dump(mode="json"))
        return
    rows: list[tuple[object, ...]] = [
        ("Conversa", found.conversation_id or "ainda não está no banco"),
        ("Execução", found.workflow_id),
    ]
    rows += [("Começou", f"{run.run_id} ({run.status})") for run in found.runs]
    rows += [("Filtro", f"{AUZAP_MESSAGES.name} = '{key}'") for key in found.keys]
    table(("", ""), rows, empty="")
