"""Commands for operators: who may sign in to a shop's console."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from commands.desk import Desk, at_desk
from commands.output import as_json, say, table
from commands.shop import Json, Org
from domain.ids import OperatorId, OrganizationId
from domain.operators import Operator, OperatorRole
from operating import operators
from operating.deeds import Deed, at_command_line
from operating.passwords import Passwords, generated
from operating.refusal import Mistyped
from storage.database import Database

operator = typer.Typer(help="Operadores: quem entra no console da loja.")

_ROLES = {role.value: role for role in OperatorRole} | {"atendente": OperatorRole.ATTENDANT}
Email = Annotated[str, typer.Argument(help="E-mail com que a pessoa entra.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Lê a senha da entrada padrão.")]
Generate = Annotated[bool, typer.Option("--generate", help="Gera a senha e a mostra uma vez.")]


def _role(text: str) -> OperatorRole:
    if text not in _ROLES:
        raise typer.BadParameter("os papéis são atendente e admin")
    return _ROLES[text]


@operator.command("add")
def add(
    org: Org,
    name: Annotated[str, typer.Option("--name", help="Nome, como os colegas o leem.")],
    email: Annotated[str, typer.Option("--email", help="E-mail com que a pessoa entra.")],
    role: Annotated[
        OperatorRole,
        typer.Option("--role", parser=_role, metavar="atendente|admin", help="Admin também cuida da equipe."),
    ] = OperatorRole.ATTENDANT,
    password_stdin: FromStdin = False,
    generate: Generate = False,
) -> None:
    """Inclui alguém no console da loja."""
    operators.written_email(email)
    password = _password(password_stdin, generate)

    async def work(desk: Desk) -> Operator:
        shop = await desk.shop(org)
        return await operators.add(
            desk.database, Passwords(), shop, at_command_line(), name=name, email=email, role=role, password=password
        )

    made = at_desk(work)
    say(f"{made.name} ({made.role.portuguese}) entra no console da loja {org} com {made.email}.")
    _tell(password, generate)


@operator.command("list")
def listed(org: Org, json: Json = False) -> None:
    """Lista quem entra no console."""

    async def work(desk: Desk) -> list[Operator]:
        return await operators.listed(desk.database, await desk.shop(org))

    found = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json", exclude={"organization_id"}) for one in found])
        return
    rows = [(one.name, one.email, one.role.portuguese, "sim" if one.is_active else "não") for one in found]
    table(("Nome", "E-mail", "Papel", "Ativo"), rows, empty="Ninguém ainda: inclua com `auzap operator add`.")


@operator.command("remove")
def remove(email: Email, org: Org) -> None:
    """Tira alguém do console, na hora; o que a pessoa fez continua registrado."""

    say(f"{_changed(email, org, operators.deactivate)} não entra mais no console da loja {org}.")


@operator.command("restore")
def restore(email: Email, org: Org) -> None:
    """Deixa entrar de novo quem foi tirado, com a senha que tinha."""
    say(f"{_changed(email, org, operators.reactivate)} entra de novo no console da loja {org}.")


@operator.command("password")
def new_password(email: Email, org: Org, password_stdin: FromStdin = False, generate: Generate = False) -> None:
    """Troca a senha de alguém e encerra as sessões abertas da pessoa."""
    password = _password(password_stdin, generate)

    async def change(database: Database, shop: OrganizationId, deed: Deed, operator_id: OperatorId) -> None:
        await operators.set_password(database, Passwords(), shop, deed, operator_id, password)

    say(f"Senha de {_changed(email, org, change)} trocada.")
    _tell(password, generate)


def _changed(
    email: str, org: str, change: Callable[[Database, OrganizationId, Deed, OperatorId], Awaitable[object]]
) -> str:
    """Have something done to the operator of that email; the name."""

    async def work(desk: Desk) -> str:
        shop = await desk.shop(org)
        one = await operators.of_email(desk.database, shop, email)
        await change(desk.database, shop, at_command_line(), one.id)
        return one.name

    return at_desk(work)


def _password(from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        raise typer.BadParameter("--password-stdin e --generate não andam juntos")
    if generate:
        return generated()
    if from_stdin:
        if not (given := sys.stdin.readline().rstrip("\r\n")):
            raise Mistyped("falta a senha na entrada padrão")
        return given
    if not sys.stdin.isatty():
        raise Mistyped("sem um terminal para perguntar a senha: use --password-stdin ou --generate")
    asked: str = typer.prompt("Senha", hide_input=True, confirmation_prompt="A senha de novo")
    return asked


def _tell(password: str, generated_now: bool) -> None:
    if generated_now:
        say(f"A senha é {password}")
        say("Anote agora: ela não aparece de novo.")
