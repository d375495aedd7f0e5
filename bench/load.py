"""Customers who write, and how long each waits: from just before the webhook's POST until the reply is at the
bridge."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from bench.bridge import ReceivingBridge
from domain.instances import WhatsAppInstance

_CONNECTIONS = 20
_PATIENCE = 60.0
"""Seconds after which a reply counts as missing."""


@dataclass(frozen=True)
class Exchange:
    """One message and its reply, in seconds: when it was posted (monotonic), the webhook's answer, the reply's arrival.

    `replied_after` is None for a reply that did not come.
    """

    posted_at: float
    answered_after: float
    replied_after: float | None


class Customers:
    """Posts what customers write to a shop's webhook, as its Baileys bridge would."""

    def __init__(
        self, http: httpx.AsyncClient, gateway_url: str, instance: WhatsAppInstance, bridge: ReceivingBridge
    ) -> None:
        self._http = http
        self._bridge = bridge
        self._url = f"{gateway_url}/webhooks/{instance.kind}/{instance.webhook_key}"
        self._headers = {"authorization": f"Bearer {instance.webhook_token.get_secret_value()}"}
        self._phones = (f"55119{number:08d}" for number in itertools.count(60_000_000))
        # As a bridge has few connections; hundreds in one client would cost the processor that is measured.
        self._posting = asyncio.Semaphore(_CONNECTIONS)
        self._message_ids = (f"3EB0{number:016X}" for number in itertools.count(1))

    def new_phones(self, count: int) -> list[str]:
        """Numbers that never wrote before."""
        return list(itertools.islice(self._phones, count))

    async def write(self, phone: str) -> Exchange:
        """One message of `phone`, until its reply is there."""
        jid = f"{phone}@s.whatsapp.net"
        message = {
            "key": {"remoteJid": jid, "fromMe": False, "id": next(self._message_ids)},
            "pushName": "Cliente",
            "messageTimestamp": int(time.time()),
            "message": {"conversation": "Oi! Vocês têm horário para banho amanhã?"},
        }
        body = {"event": "messages.upsert", "data": {"type": "notify", "messages": [message]}}
        arrival = self._bridge.next_reply(jid)
        posted_at = time.monotonic()
        async with self._posting:
            response = await self._http.post(self._url, json=body, headers=self._headers)
        answered_after = time.monotonic() - posted_at
        response.raise_for_status()
        try:
            async with asyncio.timeout(_PATIENCE):
                replied_after = await arrival - posted_at
        except TimeoutError:
            return Exchange(posted_at, answered_after, None)
        return Exchange(posted_at, answered_after, replied_after)

    async def paced(self, phones: Sequence[str], *, per_second: float) -> list[Exchange]:
        """One message of each of `phones`, at a steady pace whether or not replies keep up."""
        writing: list[asyncio.Task[Exchange]] = []
        start = time.monotonic()
        for number, phone in enumerate(phones):
            await asyncio.sleep(max(0.0, start + number / per_second - time.monotonic()))
            writing.append(asyncio.create_task(self.write(phone)))
        return await asyncio.gather(*writing)

    async def burst(self, phones: Sequence[str]) -> list[Exchange]:
        """One message of each of `phones`, as fast as the gateway takes them."""
        return await asyncio.gather(*(self.write(phone) for phone in phones))
