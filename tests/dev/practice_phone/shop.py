"""The shop and the customer that the practice phone's tests are about."""

from __future__ import annotations

from dev.practice_phone import Backoff, PhoneClient

SHOP = "pet-feliz"
TOKEN = "token-da-pet-feliz"
CUSTOMER = "5511999990001"
JID = f"{CUSTOMER}@s.whatsapp.net"
QUICK = Backoff(first=0.02, longest=0.1)


async def register(phone: PhoneClient, webhook_key: str = SHOP, token: str = TOKEN) -> None:
    await phone.register(webhook_key, token=token, shop_name="Pet Feliz", shop_phone="5511988880000")
