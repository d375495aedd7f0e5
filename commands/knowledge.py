"""Commands for what the shop has taught its assistant: answers to customers' questions."""

from typing import Annotated

import typer

from commands.desk import Desk, at_desk
from commands.output import as_json, say, table
from commands.shop import Json, Org
from operating import as_written, teaching
from operating.deeds import at_command_line
from storage import knowledge as knowledge_rows
from storage.knowledge import Known

knowledge = typer.Typer(help="O que a loja já respondeu a clientes, e a assistente responde desde então.")

Question = Annotated[str, typer.Argument(help="A pergunta, como está na lista.")]
_LONGEST = 500


@knowledge.command("list")
def list_knowledge(org: Org, json: Json = False) -> None:
    """Lista as perguntas e as respostas."""

    async def work(desk: Desk) -> list[Known]:
        async with desk.database.tenant(await desk.shop(org)) as tenant:
            return await knowledge_rows.active(tenant)

    found = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    table(
        ("Pergunta", "Resposta"), [(one.question, one.answer) for one in found], empty="A loja ainda não ensinou nada."
    )


@knowledge.command("teach")
def teach(question: Question, answer: Annotated[str, typer.Argument(help="A resposta da loja.")], org: Org) -> None:
    """Ensina uma resposta; a da mesma pergunta é trocada."""
    asked = as_written.name(question, of="a pergunta", longest=_LONGEST)
    answered = as_written.name(answer, of="a resposta", longest=_LONGEST)

    async def work(desk: Desk) -> None:
        shop = await desk.shop(org)
        await teaching.teach(desk.database, shop, at_command_line(), asked, answered)

    at_desk(work)
    say(f"Aprendido em {org}: {asked}")


@knowledge.command("forget")
def forget(question: Question, org: Org) -> None:
    """Esquece uma resposta: a loja será perguntada de novo."""

    async def work(desk: Desk) -> None:
        await teaching.forget(desk.database, await desk.shop(org), at_command_line(), question)

    at_desk(work)
    say("Esquecido.")
