"""Conversations given back to the AI, alerts, and the state of things."""

import uuid

from domain.alerts import AlertKind
from storage.alerts import raise_alert
from tests.auzap.conftest import Command
from tests.engine import Engine


async def _with_person(engine: Engine) -> str:
    """A customer asks for a person and is told that one comes; the id of the conversation."""
    await engine.says("Quero falar com uma pessoa")
    await engine.replies(1)
    row = await engine.until_row("select id from conversations where status = 'waiting_human'")
    await engine.until(lambda: _is_handoff(engine))
    return str(row["id"])


async def _is_handoff(engine: Engine) -> bool:
    return (
        await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    ).workflow_type == "HandoffWorkflow"


async def test_a_released_conversation_is_answered_by_the_ai(command: Command, engine: Engine, shop_slug: str) -> None:
    """What the customer wrote while a person had it is answered after the release; the list is empty then."""
    conversation = await _with_person(engine)
    listed = (await command.done("handoff", "list", "--org", shop_slug, "--json")).json
    assert [one["id"] for one in listed] == [conversation]
    await engine.says("Quanto custa o banho?")
    await engine.until_row("select from messages where content like '%banho%'")
    assert len(engine.bridge.record.sent) == 1
    said = await command.done("handoff", "release", conversation, "--org", shop_slug)
    assert "está com a IA" in said.out
    assert "R$ 50,00" in (await engine.replies(2))[1]
    assert (await command.done("handoff", "list", "--org", shop_slug, "--json")).json == []
    again = await command("handoff", "release", conversation, "--org", shop_slug)
    assert (again.code, "já está com a IA" in again.err) == (1, True)


async def test_a_conversation_whose_execution_was_ended_is_mended(
    command: Command, engine: Engine, shop_slug: str
) -> None:
    """Terminated by hand in the Web UI: the release mends the row, and the next message is answered."""
    conversation = await _with_person(engine)
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate()
    said = await command.done("handoff", "release", conversation, "--org", shop_slug)
    assert "próxima mensagem" in said.out
    await engine.says("Quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(2))[1]


async def test_a_release_before_the_announcement_went_out_is_refused(
    command: Command, engine: Engine, shop_slug: str
) -> None:
    """While the shop's number is offline the announcement is held, and a release would be lost: it is refused."""
    engine.bridge.connected = False
    await engine.says("Quero falar com uma pessoa")
    row = await engine.until_row("select id from conversations where status = 'waiting_human'")
    ran = await command("handoff", "release", str(row["id"]), "--org", shop_slug)
    assert (ran.code, "ainda não saiu" in ran.err) == (1, True)
    await engine.until_row("select from messages where direction = 'outbound' and status = 'pending'")
    condition = (await command.done("status", "--org", shop_slug, "--json")).json
    assert condition["shops"][shop_slug]["held"] == 1
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate()


async def test_the_ai_is_switched_off_and_on_in_one_conversation(
    command: Command, engine: Engine, shop_slug: str
) -> None:
    """Off: what is written is recorded and not answered. On: the next message is."""
    await engine.says("Quanto custa o banho?")
    await engine.replies(1)
    conversation = str((await engine.until_row("select id from conversations"))["id"])
    await command.done("conversation", "ai", "off", conversation, "--org", shop_slug)
    await engine.says("Tem alguém?", message_id="SILENCED")
    await engine.until_row("select from messages where whatsapp_message_id = 'SILENCED' and handled_as = 'recorded'")
    await command.done("conversation", "ai", "on", conversation, "--org", shop_slug)
    await engine.says("Quanto custa a tosa?")
    assert "R$ 90,00" in (await engine.replies(2))[1]


async def test_an_alert_is_seen_once(command: Command, engine: Engine, shop_slug: str) -> None:
    """Acknowledged, it leaves the list and stays in `--all`; of an unknown one nothing is said to be seen."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await raise_alert(
            tenant, engine.shop.organization_id, kind=AlertKind.DEAD_LETTER, detail="algo houve", fingerprint="1"
        )
    listed = (await command.done("alerts", "list", "--org", shop_slug, "--json")).json
    assert [one["detail"] for one in listed] == ["algo houve"]
    assert (await command.done("status", "--org", shop_slug, "--json")).json["shops"][shop_slug]["alerts"] == 1
    await command.done("alerts", "ack", listed[0]["id"], "--org", shop_slug)
    assert (await command.done("alerts", "list", "--org", shop_slug, "--json")).json == []
    everything = (await command.done("alerts", "list", "--org", shop_slug, "--all", "--json")).json
    assert everything[0]["acknowledged_at"] is not None
    assert (await command("alerts", "ack", str(uuid.uuid4()), "--org", shop_slug)).code == 1


async def test_lists_are_readable_without_json(command: Command, engine: Engine, shop_slug: str) -> None:
    """Tables hold whole ids, so that the next command can be given them."""
    conversation = await _with_person(engine)
    assert conversation in (await command.done("handoff", "list", "--org", shop_slug)).out
    for arguments in (("alerts", "list"), ("dead-letters", "list"), ("status",), ("instance", "list")):
        assert (await command.done(*arguments, "--org", shop_slug)).out
