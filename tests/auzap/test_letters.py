"""Dead letters looked at and sent on their way again."""

import json
import uuid

import pytest
from pydantic import JsonValue

from domain.instances import InstanceKind
from storage.dead_letters import DeadLetterSource, bury
from storage.instances import Instances
from tests.auzap.conftest import Command
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import CUSTOMER, open_shop


async def _break(engine: Engine) -> None:
    """From now on every turn of the shop fails: its configuration cannot be read."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("update organization_settings set ai_config = '{\"nonsense\": 1}'")


async def _mend(engine: Engine) -> None:
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("update organization_settings set ai_config = '{}'")


async def _die(engine: Engine, text: str = "Quanto custa o banho?") -> str:
    """A customer writes and the engine fails; the id of the letter that is left."""
    await _break(engine)
    before = len(await engine.rows("select id from dead_letters"))
    await engine.says(text)
    await engine.until(lambda: _more_letters_than(engine, before))
    await _mend(engine)
    return str((await engine.rows("select id from dead_letters order by created_at desc"))[0]["id"])


async def _more_letters_than(engine: Engine, count: int) -> bool:
    return len(await engine.rows("select id from dead_letters")) > count


async def test_a_redriven_letter_is_answered_once(command: Command, engine: Engine, shop_slug: str) -> None:
    """The customer whose message killed the turn is answered after the redrive; redriven again, nobody is."""
    letter = await _die(engine)
    listed = (await command.done("dead-letters", "list", "--org", shop_slug, "--json")).json
    assert [(one["id"], one["source"]) for one in listed] == [(letter, "message_workflow")]
    await command.done("dead-letters", "redrive", letter, "--org", shop_slug)
    assert "R$ 50,00" in (await engine.replies(1))[0]

    refused = await command("dead-letters", "redrive", letter, "--org", shop_slug)
    assert (refused.code, "--again" in refused.err) == (1, True)
    assert (await command.done("dead-letters", "list", "--org", shop_slug, "--json")).json == []
    everything = (await command.done("dead-letters", "list", "--org", shop_slug, "--all", "--json")).json
    assert everything[0]["redriven_at"] is not None

    await command.done("dead-letters", "redrive", letter, "--org", shop_slug, "--again")
    await engine.says("Quanto custa a tosa?")
    replies = await engine.replies(2)
    assert "R$ 90,00" in replies[1]
    assert len(replies) == 2
    noted = await engine.rows("select action, subject from audit_log where actor = 'linha de comando'")
    assert [tuple(row) for row in noted] == [("redrive", letter)] * 2
    await engine.until_row("select from messages where content like '%tosa%' and handled_as = 'answered'")
    rows = await engine.rows("select content from messages where direction = 'inbound'")
    assert len(rows) == 2


async def test_what_was_answered_meanwhile_is_not_answered_again(
    command: Command, engine: Engine, shop_slug: str
) -> None:
    """The provider delivered the message anew and it was answered: the late redrive adds nothing."""
    letter = await _die(engine, "Quanto custa o banho?")
    payload = (await engine.rows("select payload from dead_letters"))[0]["payload"]
    message_id = json.loads(payload)[0]["provider_message_id"]
    await engine.says("Quanto custa o banho?", message_id=message_id)
    assert len(await engine.replies(1)) == 1
    await engine.until_row("select from messages where handled_as = 'answered'")
    await command.done("dead-letters", "redrive", letter, "--org", shop_slug)
    await engine.says("Quanto custa a tosa?")
    assert "R$ 90,00" in (await engine.replies(2))[1]


async def test_two_operators_at_once_redrive_once(command: Command, engine: Engine, shop_slug: str) -> None:
    """They take turns on the letter: one does it, the other is told that it was done."""
    letter = await _die(engine)
    ran = await command.together(("dead-letters", "redrive", letter, "--org", shop_slug), times=3)
    assert sorted(ran) == [0, 1, 1]
    assert len(await engine.replies(1)) == 1


async def test_all_letters_go_on_their_way_oldest_first(command: Command, engine: Engine, shop_slug: str) -> None:
    """`--all` takes those that wait, in the order they died, and leaves those that were redriven."""
    first = await _die(engine, "Quanto custa o banho?")
    await command.done("dead-letters", "redrive", first, "--org", shop_slug)
    await engine.replies(1)
    await _die(engine, "Quanto custa a tosa?")
    said = await command.done("dead-letters", "redrive", "--all", "--org", shop_slug)
    assert "1 carta(s)" in said.out
    assert "R$ 90,00" in (await engine.replies(2))[1]
    assert "Nenhuma carta" in (await command.done("dead-letters", "redrive", "--all", "--org", shop_slug)).out


async def test_a_letter_stays_when_temporal_is_away(command: Command, engine: Engine, shop_slug: str) -> None:
    """It is marked only after Temporal took it."""
    letter = await _die(engine)
    command.environment(TEMPORAL_ADDRESS="127.0.0.1:9")
    ran = await command("dead-letters", "redrive", letter, "--org", shop_slug)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert [one["id"] for one in (await command.done("dead-letters", "list", "--org", shop_slug, "--json")).json] == [
        letter
    ]


async def test_a_letter_is_shown_without_phone_numbers(command: Command, engine: Engine, shop_slug: str) -> None:
    """Its messages are there, the customer's number is masked."""
    letter = await _die(engine, "Quanto custa o banho?")
    out = (await command.done("dead-letters", "show", letter, "--org", shop_slug)).out
    assert "Quanto custa o banho?" in out
    assert CUSTOMER not in out
    assert CUSTOMER[:4] in out


async def _letter(engine: Engine, event: JsonValue) -> str:
    """A letter as the gateway leaves one for an event that it cannot read."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await bury(
            tenant,
            engine.shop.organization_id,
            engine.shop.instance.id,
            source=DeadLetterSource.WEBHOOK,
            fingerprint=uuid.uuid4().hex,
            payload=json.dumps(event),
            error="a parser of yesterday",
        )
        return str(await tenant.fetchval("select id from dead_letters order by created_at desc limit 1"))


async def test_an_event_that_can_be_read_today_is_taken_in(command: Command, engine: Engine, shop_slug: str) -> None:
    """Its customer is answered, and the letter is done."""
    letter = await _letter(engine, whatsapp_message({"conversation": "Quanto custa o banho?"}))
    await command.done("dead-letters", "redrive", letter, "--org", shop_slug)
    assert "R$ 50,00" in (await engine.replies(1))[0]
    assert (await command.done("dead-letters", "list", "--org", shop_slug, "--json")).json == []


async def test_an_event_without_a_time_is_as_old_as_its_letter(
    command: Command, engine: Engine, shop_slug: str
) -> None:
    """A message that names no time is not taken for a new one: past the shop's limit it is only recorded."""
    message = whatsapp_message({"conversation": "Quanto custa o banho?"})
    del message["messageTimestamp"]
    letter = await _letter(engine, message)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("update dead_letters set created_at = now() - interval '3 days'")
    await command.done("dead-letters", "redrive", letter, "--org", shop_slug)
    row = await engine.until_row("select handled_as from messages where handled_as is not null")
    assert row["handled_as"] == "too_late"


async def test_an_event_that_cannot_be_read_stays(command: Command, engine: Engine, shop_slug: str) -> None:
    """Left by the gateway itself, redriven in vain: one line says so, and the letter is still there."""
    bad = whatsapp_message({"conversation": "Oi"})
    del bad["key"]
    await engine.deliver(upsert(bad))
    letter = (await command.done("dead-letters", "list", "--org", shop_slug, "--json")).json[0]["id"]
    for arguments in ((letter,), ("--all",)):
        ran = await command("dead-letters", "redrive", *arguments, "--org", shop_slug)
        assert (ran.code, "ainda não dá para ler" in ran.err) == (1, True)
    assert (await command.done("dead-letters", "list", "--org", shop_slug, "--json")).json[0]["id"] == letter


@pytest.mark.parametrize(
    "event",
    [
        {"id": "wamid.1", "from": "5511999990001", "timestamp": "1790000000", "type": "text", "text": {"body": "Oi"}},
        {"id": "wamid.2", "status": "delivered", "timestamp": "1790000000", "recipient_id": "5511999990001"},
        {"field": "messages", "value": {"metadata": {"phone_number_id": "77"}, "statuses": []}},
        {"id": "1", "changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "77"}}}]},
    ],
)
async def test_every_kind_of_cloud_api_event_is_read_again(
    command: Command, engine: Engine, instances: Instances, event: JsonValue
) -> None:
    """A message, a status, a change or an entry: each is put into the body that its parser expects."""
    shop = await open_shop(engine.database, instances, kind=InstanceKind.CLOUD, external_id="77")
    async with engine.database.tenant(shop.organization_id) as tenant:
        slug = await tenant.fetchval("select slug from organizations")
        await bury(
            tenant,
            shop.organization_id,
            shop.instance.id,
            source=DeadLetterSource.WEBHOOK,
            fingerprint="x",
            payload=json.dumps(event),
            error="x",
        )
        letter = str(await tenant.fetchval("select id from dead_letters"))
    await command.done("dead-letters", "redrive", letter, "--org", slug)


async def test_a_cloud_api_event_of_another_number_stays(
    command: Command, engine: Engine, instances: Instances
) -> None:
    """What an app's signature brought for a foreign number does not get in through a redrive."""
    shop = await open_shop(engine.database, instances, kind=InstanceKind.CLOUD, external_id="77")
    event = {"field": "messages", "value": {"metadata": {"phone_number_id": "88"}, "messages": [
        {"id": "wamid.1", "from": "5511999990001", "timestamp": "1790000000", "type": "text", "text": {"body": "Oi"}}
    ]}}  # fmt: skip
    async with engine.database.tenant(shop.organization_id) as tenant:
        slug = await tenant.fetchval("select slug from organizations")
        await bury(
            tenant,
            shop.organization_id,
            shop.instance.id,
            source=DeadLetterSource.WEBHOOK,
            fingerprint="x",
            payload=json.dumps(event),
            error="x",
        )
        letter = str(await tenant.fetchval("select id from dead_letters"))
    assert (await command("dead-letters", "redrive", letter, "--org", slug)).code == 1
