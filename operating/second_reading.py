"""A channel's event that could not be read when it came, read with the parser of today."""

import contextlib
import json
from datetime import datetime
from typing import assert_never

from pydantic import ValidationError

from channels import baileys, cloud_webhook
from channels.reading import list_at, value_at
from domain.errors import UnreadableBody
from domain.events import ANY_EVENT, ChannelEvent, Malformed
from domain.instances import InstanceKind, WhatsAppInstance


def read_again(instance: WhatsAppInstance, payload: str, came_at: datetime) -> list[ChannelEvent]:
    """The events in a webhook's dead letter; a `Malformed` among them says what still cannot be read.

    A letter holds one event, without the body around it: a message, a status, or (Cloud API) a change or an entry; or,
    where reading went well and what came after did not, the event as we had read it.
    """
    with contextlib.suppress(ValidationError):
        return [ANY_EVENT.validate_json(payload)]
    item: object = json.loads(payload)
    try:
        match instance.kind:
            case InstanceKind.EVOLUTION | InstanceKind.BAILEYS | InstanceKind.PRACTICE:
                return _baileys(item, came_at)
            case InstanceKind.CLOUD:
                return _cloud(instance, item, came_at)
            case _:
                assert_never(instance.kind)
    except UnreadableBody as error:
        return [Malformed(problem=str(error), payload=payload)]


def _baileys(item: object, came_at: datetime) -> list[ChannelEvent]:
    is_status = value_at(item, "message") is None and (
        value_at(item, "update") is not None or value_at(item, "keyId") is not None
    )
    return baileys.statuses([item]) if is_status else baileys.upserts([item], late=False, received_at=came_at)


def _cloud(instance: WhatsAppInstance, item: object, came_at: datetime) -> list[ChannelEvent]:
    if value_at(item, "changes") is not None:
        entry = item
    elif value_at(item, "value") is not None:
        entry = {"changes": [item]}
    else:
        number = {"phone_number_id": instance.external_id}
        what = "statuses" if value_at(item, "status") is not None else "messages"
        field = "messages"
        if value_at(item, "to") is not None or value_at(item, "to_user_id") is not None:
            field = what = "message_echoes"
        entry = {"changes": [{"field": field, "value": {"metadata": number, what: [item]}}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    found = cloud_webhook.parse(body, received_at=came_at)
    if any(number not in ("", instance.external_id) for number, _ in found):
        raise UnreadableBody("the event is of another number")
    if not list_at(entry, "changes"):
        raise UnreadableBody("an entry holds no changes")
    return [event for _, events in found for event in events]
