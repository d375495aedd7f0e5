"""Uses a running practice phone over HTTP: for the demo and for tests, in this process or another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from dev.practice_phone.records import Author, Connection, Kind, Preset, UpsertType
from dev.practice_phone.views import InstanceView, MessageList, MessageView, Registration, TypedMessage

_POLL_SECONDS = 25


class PhoneClient:
    """One method a route; an answer that is no success raises `httpx.HTTPStatusError`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.url, timeout=_POLL_SECONDS + 15, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def register(
        self,
        webhook_key: str,
        *,
        token: str,
        shop_name: str,
        shop_phone: str,
        gateway_url: str | None = None,
        presets: Sequence[Preset] = (),
    ) -> InstanceView:
        """Registers a shop's number, or renews its settings."""
        body = Registration.model_validate(
            {
                "token": token,
                "shop_name": shop_name,
                "shop_phone": shop_phone,
                "gateway_url": gateway_url,
                "presets": tuple(presets),
            }
        )
        response = await self._http.put(_shop(webhook_key), json=body.model_dump(mode="json"))
        return InstanceView.model_validate_json(response.raise_for_status().content)

    async def instance(self, webhook_key: str) -> InstanceView:
        """The shop, its connection, and what its webhooks wait for."""
        response = await self._http.get(_shop(webhook_key))
        return InstanceView.model_validate_json(response.raise_for_status().content)

    async def type_message(
        self,
        webhook_key: str,
        phone: str,
        text: str = "",
        *,
        name: str = "",
        kind: Kind = Kind.TEXT,
        upsert: UpsertType = UpsertType.NOTIFY,
        sent_at: datetime | None = None,
        from_phone: bool = False,
    ) -> str:
        """A customer types (`from_phone`: a person on the shop's own phone); the id of the message."""
        body = TypedMessage(text=text, name=name, kind=kind, type=upsert, sent_at=sent_at, from_phone=from_phone)
        response = await self._http.post(f"{_chat(webhook_key, phone)}/messages", json=body.model_dump(mode="json"))
        return str(response.raise_for_status().json()["id"])

    async def messages(
        self, webhook_key: str, phone: str, *, after: str = "0", wait: float = 0
    ) -> tuple[MessageView, ...]:
        """The chat's messages after the one named; none yet: waits for the next, `wait` seconds (at most 60)."""
        parameters: dict[str, str | float] = {"after": after, "wait": wait}
        response = await self._http.get(f"{_chat(webhook_key, phone)}/messages", params=parameters, timeout=wait + 15)
        return MessageList.model_validate_json(response.raise_for_status().content).messages

    async def next_reply(self, webhook_key: str, phone: str, *, after: str) -> MessageView:
        """The engine's first message after the one named; waits for ever, so bound it with `asyncio.timeout`."""
        while True:
            for message in await self.messages(webhook_key, phone, after=after, wait=_POLL_SECONDS):
                if message.author is Author.ENGINE:
                    return message
                after = message.id

    async def picture(self, webhook_key: str, message_id: str) -> bytes:
        """What an image message of the engine shows."""
        response = await self._http.get(f"{_shop(webhook_key)}/pictures/{quote(message_id, safe='')}")
        return response.raise_for_status().content

    async def read(self, webhook_key: str, phone: str) -> int:
        """The customer opens the chat; how many messages became read."""
        response = await self._http.post(f"{_chat(webhook_key, phone)}/read")
        return int(response.raise_for_status().json()["read"])

    async def switch_connection(self, webhook_key: str, state: Connection) -> None:
        """Connects or disconnects the shop's phone."""
        response = await self._http.post(f"{_shop(webhook_key)}/connection", json={"state": state.value})
        response.raise_for_status()


def _shop(webhook_key: str) -> str:
    return f"/instances/{quote(webhook_key, safe='')}"


def _chat(webhook_key: str, phone: str) -> str:
    return f"{_shop(webhook_key)}/chats/{quote(phone, safe='')}"
