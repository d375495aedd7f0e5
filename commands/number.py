"""Commands for a shop's WhatsApp numbers."""

import re
from typing import Annotated
from urllib.parse import quote

import httpx
import typer
from pydantic import SecretStr

from channels.cloud import BASE_URL
from commands.desk import Desk, at_desk
from commands.output import as_json, say, secret, table
from commands.shop import Json, Org
from domain.instances import InstanceKind, WhatsAppInstance
from operating import as_written, numbers, practice_phone
from operating.deeds import at_command_line
from operating.numbers import NewNumber
from operating.shops import settings_of

instance = typer.Typer(help="Números de WhatsApp da loja.")
add = typer.Typer(help="Liga um número: evolution, baileys, cloud ou practice.")
instance.add_typer(add, name="add")

_TOKEN_ENV, _APP_SECRET_ENV = "AUZAP_INSTANCE_TOKEN", "AUZAP_INSTANCE_APP_SECRET"
_VERIFY_ENV = "AUZAP_INSTANCE_VERIFY_TOKEN"
Number = Annotated[str, typer.Argument(help="Id do número, ou o nome dele no provedor.")]


@add.command("evolution")
def add_evolution(
    org: Org,
    url: Annotated[str, typer.Option("--url", help="Endereço da Evolution API.")],
    instance_name: Annotated[str, typer.Option("--instance-name", help="Nome da instância na Evolution.")],
    api_key: Annotated[
        str | None, typer.Option("--api-key", envvar=_TOKEN_ENV, help="Chave da Evolution; - lê da entrada padrão.")
    ] = None,
) -> None:
    """Um número atrás da Evolution API v2."""
    number = NewNumber(
        kind=InstanceKind.EVOLUTION,
        base_url=as_written.web_address(url),
        external_id=_named(instance_name, "--instance-name"),
        api_token=SecretStr(secret(api_key, "--api-key")),
    )
    _added(org, number)


@add.command("baileys")
def add_baileys(
    org: Org,
    url: Annotated[str, typer.Option("--url", help="Endereço da sua ponte (docs/channels.md diz o que ela fala).")],
    token: Annotated[
        str | None, typer.Option("--token", envvar=_TOKEN_ENV, help="Token da ponte; - lê da entrada padrão.")
    ] = None,
    instance_name: Annotated[
        str, typer.Option("--instance-name", help="Nome do número, se a mesma ponte serve vários.")
    ] = "principal",
) -> None:
    """Um número atrás de uma ponte Baileys."""
    number = NewNumber(
        kind=InstanceKind.BAILEYS,
        base_url=as_written.web_address(url),
        external_id=_named(instance_name, "--instance-name"),
        api_token=SecretStr(secret(token, "--token")),
    )
    _added(org, number)


@add.command("cloud")
def add_cloud(
    org: Org,
    phone_number_id: Annotated[str, typer.Option("--phone-number-id", help="phone_number_id, no painel da Meta.")],
    token: Annotated[
        str | None, typer.Option("--token", envvar=_TOKEN_ENV, help="Token permanente; - lê da entrada padrão.")
    ] = None,
    app_secret: Annotated[
        str | None,
        typer.Option("--app-secret", envvar=_APP_SECRET_ENV, help="Segredo do app, que assina os webhooks; ou -."),
    ] = None,
    verify_token: Annotated[
        str | None,
        typer.Option("--verify-token", envvar=_VERIFY_ENV, help="Token de verificação; sem ele, um é gerado."),
    ] = None,
    url: Annotated[str, typer.Option("--url", help="Endereço da API, com a versão.")] = BASE_URL,
) -> None:
    """Um número na Cloud API oficial da Meta."""
    number = NewNumber(
        kind=InstanceKind.CLOUD,
        base_url=as_written.web_address(url),
        external_id=_phone_number_id(phone_number_id),
        api_token=SecretStr(secret(token, "--token")),
        app_secret=SecretStr(secret(app_secret, "--app-secret")),
        webhook_token=SecretStr(secret(verify_token, "--verify-token")) if verify_token else None,
    )
    _added(org, number)


@add.command("practice")
def add_practice(
    org: Org,
    url: Annotated[str, typer.Option("--url", help="Endereço do celular de treino.")],
    phone: Annotated[str, typer.Option("--phone", help="Telefone da loja, só para mostrar.")] = "(11) 3333-4444",
) -> None:
    """Um número no celular de treino, que fica sabendo da loja na hora."""
    base_url, shop_phone = as_written.web_address(url), as_written.phone(phone)

    async def work(desk: Desk) -> WhatsAppInstance:
        shop = await desk.shop(org)
        settings, _ = await settings_of(desk.database, shop)
        number = NewNumber(kind=InstanceKind.PRACTICE, base_url=base_url, api_token=SecretStr(""))
        # The practice phone listens on this machine only: no proxy stands between.
        async with desk.database.tenant(shop) as tenant, httpx.AsyncClient(trust_env=False) as client:
            saved = await numbers.save_number(tenant, desk.instances, shop, at_command_line(), number)
            # The phone has one token for both directions. If it does not take the shop, nothing is kept.
            saved = saved.model_copy(update={"api_token": saved.webhook_token})
            await desk.instances.save(tenant, saved)
            await practice_phone.register(
                client, saved, shop_name=settings.name, shop_phone=shop_phone, gateway_url=desk.gateway_url
            )
        return saved

    saved = at_desk(work)
    say(f"Número {saved.id} no celular de treino: {base_url}")


@instance.command("list")
def list_instances(org: Org, json: Json = False) -> None:
    """Lista os números da loja, sem segredos."""

    async def work(desk: Desk) -> list[WhatsAppInstance]:
        async with desk.database.tenant(await desk.shop(org)) as tenant:
            return list(await desk.instances.all(tenant))

    found = at_desk(work)
    if json:
        shown = {"id", "kind", "external_id", "base_url", "connection_state", "is_active"}
        as_json([one.model_dump(mode="json", include=shown) for one in found])
        return
    rows = [
        (one.id, one.kind, one.external_id, one.base_url, one.connection_state if one.is_active else "desativado")
        for one in found
    ]
    table(("Id", "Tipo", "Nome no provedor", "Endereço", "Estado"), rows, empty="Nenhum número ainda.")


@instance.command("remove")
def remove_instance(number: Number, org: Org) -> None:
    """Desativa um número; conversas e mensagens ficam."""

    async def work(desk: Desk) -> None:
        found = await numbers.number_of(desk.database, desk.instances, await desk.shop(org), number)
        await numbers.retire_number(desk.database, desk.instances, at_command_line(), found)

    at_desk(work)
    say("Número desativado: o que ele receber não entra mais.")


@instance.command("show-webhook")
def show_webhook(number: Number, org: Org) -> None:
    """Mostra o endereço do webhook de um número; o token só se mostra ao criar."""

    async def work(desk: Desk) -> tuple[WhatsAppInstance, str]:
        found = await numbers.number_of(desk.database, desk.instances, await desk.shop(org), number)
        return found, numbers.webhook_address(desk.gateway_url, found)

    found, address = at_desk(work)
    say(f"Webhook: {address}")
    if found.kind is InstanceKind.BAILEYS:
        say(f"organizationId: {found.organization_id}")
        say(f"instanceId: {found.id}")


def _added(org: str, number: NewNumber) -> None:
    async def work(desk: Desk) -> tuple[WhatsAppInstance, str]:
        gateway_url = desk.gateway_url
        shop = await desk.shop(org)
        saved = await numbers.add_number(desk.database, desk.instances, shop, at_command_line(), number)
        return saved, numbers.webhook_address(gateway_url, saved)

    saved, address = at_desk(work)
    token = saved.webhook_token.get_secret_value()
    say(f"Número {saved.id} ligado.")
    say(f"Webhook: {address}")
    match saved.kind:
        case InstanceKind.EVOLUTION:
            say(f"Token do webhook (só aparece agora): {token}")
            say("Na Evolution, com a sua chave no cabeçalho apikey:")
            say(f"POST {saved.base_url}/webhook/set/{quote(saved.external_id, safe='')}")
            say(
                f'{{"webhook": {{"enabled": true, "url": "{address}",'
                f' "headers": {{"authorization": "Bearer {token}"}}, "byEvents": false, "base64": false,'
                ' "events": ["MESSAGES_UPSERT", "MESSAGES_UPDATE", "SEND_MESSAGE", "CONNECTION_UPDATE"]}}'
            )
        case InstanceKind.CLOUD:
            if number.webhook_token is None:
                say(f"Token de verificação (só aparece agora): {token}")
            say("No painel da Meta: WhatsApp → Configuração → Webhook, com esse endereço e esse token de verificação;")
            say("assine o campo messages.")
        case _:
            say(f"Token do webhook (só aparece agora): {token}")
            say("Na ponte: poste os eventos do Baileys nesse endereço com o cabeçalho `Authorization: Bearer <token>`.")
            say(f"organizationId: {saved.organization_id}")
            say(f"instanceId: {saved.id}")


def _phone_number_id(value: str) -> str:
    """Meta's own id: digits only. Raises `BadParameter`."""
    written = value.strip()
    if not re.fullmatch(r"[0-9]{5,32}", written):
        raise typer.BadParameter("--phone-number-id são só algarismos; está no painel da Meta, não é o telefone")
    return written


def _named(value: str, option: str) -> str:
    return as_written.name(value, of=option)
