"""Ids, memos, search attributes and summaries are never encrypted: nothing of a person may be in them."""

import base64

from temporalio.api.enums.v1 import EventType

from tests.engine import upsert, whatsapp_message
from tests.shops import CUSTOMER
from tests.webhooks.bodies import Json, cloud_body, cloud_change, cloud_text
from tests.webhooks.doors import Door

WAMID = "wamid." + base64.b64encode(b"\x05" + CUSTOMER.encode() + b"\x02\x00\x14").decode()


async def _plain(door: Door) -> str:
    """Everything about a conversation's execution that Temporal stores as plain text."""
    handle = door.engine.temporal.get_workflow_handle(door.workflow_id())
    description = await handle.describe()
    history = await handle.fetch_history()
    (started,) = [e for e in history.events if e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED]
    attributes = started.workflow_execution_started_event_attributes
    attributes.ClearField("input")
    return "\n".join(
        str(part)
        for part in (
            description.id,
            description.raw_description.workflow_execution_info.memo,
            description.raw_description.workflow_execution_info.search_attributes,
            description.raw_description.execution_config.user_metadata,
            description.typed_search_attributes,
            attributes,
            started.user_metadata,
        )
    )


async def test_no_phone_and_no_provider_id_is_visible(bridge: Door, cloud: Door) -> None:
    """Of neither channel: no number, no jid, no message id (a `wamid` holds the phone), no name, no text."""
    said = "segredo do cliente"
    await bridge.post(upsert(whatsapp_message({"conversation": said}, message_id="3EB0PROVIDERID", name="Fulana")))
    message = cloud_text(said, message_id=WAMID)
    contact: Json = {"profile": {"name": "Fulana"}, "wa_id": CUSTOMER}
    response = await cloud.post_signed(
        cloud_body(cloud_change("200000000000001", messages=[message], contacts=[contact]))
    )
    assert response.json()["accepted"] == 1
    for door in (bridge, cloud):
        shown = await _plain(door)
        assert str(door.shop.organization_id) in shown
        assert "Conversa no WhatsApp" in shown
        assert "AuzapMessages" in shown
        for private in (CUSTOMER, CUSTOMER[-8:], "3EB0PROVIDERID", WAMID, "Fulana", said, door.token):
            assert private not in shown


async def test_the_id_is_no_bare_hash_of_the_phone(bridge: Door, evolution: Door) -> None:
    """The same person has another id with another shop, so that nobody can tell by trying out numbers."""
    assert bridge.workflow_id() != evolution.workflow_id()
