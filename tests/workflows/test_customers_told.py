"""What an owner does with a booking reaches the customer, once, as a message of their conversation."""

from datetime import UTC, datetime, timedelta

from tests.engine import Engine
from tests.office.conftest import chat_of
from tests.shops import CUSTOMER, OWNER
from tests.storage.rows import insert_booking, pet


async def test_a_cancellation_by_the_owner_reaches_the_customer(engine: Engine) -> None:
    """The letter written with the deed is sent through the shop's number, and stands in the customer's conversation."""
    await engine.says("Oi, tudo bem?")
    await engine.replies(1)
    start = (datetime.now(UTC) + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        contact_id = await tenant.fetchval("select contact_id from conversations")
        rex = await pet(tenant, engine.shop, contact_id)
        made = await insert_booking(tenant, engine.shop, contact_id, start=start, pet_id=rex.id)
    owner = await chat_of(engine.database, engine.shop, OWNER)
    owner.now = datetime.now(UTC)
    await owner.order("cancel_appointment", booking=made.hex[:8], reason="faltou água")
    letter = (await engine.replies(2))[1]
    for part in ("A loja precisou cancelar o horário de Rex", "Motivo: faltou água", "Agendamento cancelado:"):
        assert part in letter
    assert engine.bridge.record.sent[1].to == f"{CUSTOMER}@s.whatsapp.net"
    await engine.until_row("select 1 from letters where status = 'sent'")
    row = await engine.until_row("select count(*) from messages where content = $1 and status = 'sent'", letter)
    assert row["count"] == 1
