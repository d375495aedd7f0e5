"""A shop put on the practice phone, by that phone's own HTTP API."""

from http import HTTPStatus

import httpx

from domain.instances import WhatsAppInstance
from operating.refusal import Refused

_TIMEOUT = 10.0


async def register(
    client: httpx.AsyncClient, instance: WhatsAppInstance, *, shop_name: str, shop_phone: str, gateway_url: str
) -> None:
    """The practice phone knows the shop, and posts what is typed to `gateway_url`. Safe to repeat.

    Raises `Refused` when the phone cannot be reached or does not take it.
    """
    try:
        response = await client.put(
            f"{instance.base_url}/instances/{instance.webhook_key}",
            json={
                "token": instance.webhook_token.get_secret_value(),
                "shop_name": shop_name[:120],
                "shop_phone": shop_phone,
                "gateway_url": gateway_url,
            },
            timeout=_TIMEOUT,
        )
    except httpx.HTTPError as error:
        raise Refused(f"o celular de treino não responde em {instance.base_url} ({type(error).__name__})") from error
    if response.status_code not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise Refused(f"o celular de treino recusou a loja: HTTP {response.status_code}")
