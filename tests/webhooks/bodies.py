"""Bodies that providers post."""

import time

from pydantic import JsonValue

from tests.engine import whatsapp_message
from tests.shops import CUSTOMER

Json = dict[str, JsonValue]


def evolution_body(event: str, data: JsonValue, *, instance: str = "petshop") -> Json:
    """Evolution's envelope."""
    return {
        "event": event,
        "instance": instance,
        "data": data,
        "destination": "http://gateway",
        "date_time": "2026-11-20T12:00:00.000Z",
        "sender": "5511900000000@s.whatsapp.net",
        "server_url": "http://evolution",
        "apikey": "the-servers-own-key",
    }


def written(text: str, *, phone: str = CUSTOMER, message_id: str | None = None) -> Json:
    """Somebody wrote, as Baileys and Evolution say it."""
    return whatsapp_message({"conversation": text}, phone=phone, message_id=message_id)


def cloud_body(*changes: JsonValue) -> Json:
    """Meta's envelope."""
    return {"object": "whatsapp_business_account", "entry": [{"id": "300000000000001", "changes": list(changes)}]}


def cloud_change(number_id: str, **value: JsonValue) -> Json:
    """One change of a number: messages=, statuses=, …"""
    metadata: Json = {"display_phone_number": "15550000000", "phone_number_id": number_id}
    return {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def cloud_text(text: str, *, phone: str = CUSTOMER, message_id: str = "wamid.HBgM") -> Json:
    """Somebody wrote, as Meta says it."""
    return {
        "from": phone,
        "id": message_id,
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
