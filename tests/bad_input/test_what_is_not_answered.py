"""What asks for no answer gets none, and is never dropped in silence."""

import pytest
from pydantic import JsonValue
from structlog.testing import capture_logs

from tests.bad_input.conftest import Asked
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import CUSTOMER

OTHER = "5511999990009"
TEXT: dict[str, JsonValue] = {"conversation": "Oi"}
REACTION: dict[str, JsonValue] = {"reactionMessage": {"text": "👍", "key": {"id": "3EB0", "fromMe": True}}}


def _of(content: dict[str, JsonValue], jid: str = f"{CUSTOMER}@s.whatsapp.net", **more: JsonValue) -> JsonValue:
    return whatsapp_message(content, jid=jid) | more


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(_of({"conversation": ""}), "no_content", id="empty text"),
        pytest.param(_of({"extendedTextMessage": {"text": ""}}), "no_content", id="empty extended text"),
        pytest.param(_of({"conversation": " \n\t\u2003 "}), "no_content", id="whitespace only"),
        pytest.param(_of({"conversation": "\x00\x1b\u202e\u200b"}), "no_content", id="control characters only"),
        pytest.param(_of({}), "no_content", id="no content"),
        pytest.param(_of(TEXT, "120363000000000001@g.us"), "group", id="group"),
        pytest.param(_of(TEXT, "status@broadcast"), "status_broadcast", id="status"),
        pytest.param(_of(TEXT, "120363000000000002@newsletter"), "newsletter", id="newsletter"),
        pytest.param(_of(REACTION), "reaction", id="reaction"),
        pytest.param(_of({"protocolMessage": {"type": 3}}), "protocol", id="protocol"),
        pytest.param(_of({"protocolMessage": {"type": 0, "key": {"id": "3EB0"}}}), "deleted", id="deleted"),
        pytest.param(_of({}, messageStubType=2), "undecryptable", id="undecryptable"),
        pytest.param(_of({"placeholderMessage": {"type": 0}}), "undecryptable", id="placeholder"),
        pytest.param(_of({"editedMessage": {"message": TEXT}}), "edited", id="edited"),
    ],
)
async def test_it_is_ignored_with_a_logged_reason(
    engine: Engine, asked: Asked, message: JsonValue, reason: str
) -> None:
    """No reply, no contact, no call of the model; the log and the answer say why; the next customer is served."""
    with capture_logs() as logs:
        response = await engine.deliver(upsert(message))
        assert (response.status_code, response.json()) == (200, {"accepted": 0, "ignored": {reason: 1}, "kept": 0})
        await engine.says("Oi", phone=OTHER)
        await engine.replies(1)
    assert reason in [line.get("reason") for line in logs if line["event"] == "[BAILEYS] Event ignored"]
    assert [sent.to for sent in engine.bridge.record.sent] == [f"{OTHER}@s.whatsapp.net"]
    assert [row["phone"] for row in await engine.rows("select phone from contacts")] == [OTHER]
    assert len(asked.bodies) == 1
