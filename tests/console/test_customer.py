"""console/customer.py: what the shop knows of a customer, on one page."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.conversation import Audience
from storage import contacts
from storage.database import Connection
from tests.console.conftest import Browser, Console
from tests.shops import Shop
from tests.storage.rows import Customer, customer, pet, wrote


async def test_the_card_of_a_customer(console: Console, ana: Browser) -> None:
    """Name, phones, pets with traits, bookings to come and past, missed ones, and that invitations are not wanted."""
    now = datetime.now(UTC)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await customer(tenant, console.shop)
        await tenant.execute("update contacts set name = 'Marina'")
        await wrote(tenant, console.shop, of, "Quero marcar")
        await pet(tenant, console.shop, of.contact_id, breed="Golden Retriever")
        for days, status in ((3, "confirmed"), (7, "scheduled"), (5, "cancelled"), (-5, "completed"), (-9, "no_show")):
            await _booked(tenant, console.shop, of, now + timedelta(days=days), status)
        await contacts.set_opted_out(tenant, of.contact_id, True)
    answer = await ana.get(f"/clientes/{of.contact_id}")
    assert answer.status_code == 200
    page = " ".join(answer.text.split())
    assert "+55 11 99999-0001" in page
    assert "Rex (cachorro, Golden Retriever)" in page
    assert "não quer convites" in page
    assert "1 falta" in page
    assert "1 concluídos, 1 cancelados, 1 faltas" in page
    coming, _, past = page.partition("Próximos agendamentos")[2].partition("Já passaram")
    dates = [(now + timedelta(days=days)).astimezone(ZoneInfo("America/Sao_Paulo")) for days in (3, 7)]
    assert coming.index(f"{dates[0]:%d/%m/%Y}") < coming.index(f"{dates[1]:%d/%m/%Y}")
    assert f'href="/console/agenda?dia={dates[0]:%Y-%m-%d}"' in coming
    assert all(word in past for word in ("concluído", "cancelado", "não veio"))
    assert "cancelado" not in coming
    assert f'href="/console/conversas/{of.conversation_id}"' in page


async def test_of_somebody_unknown_little_is_known(console: Console, ana: Browser) -> None:
    """A customer with neither name nor phone, pets nor bookings has a card all the same."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await customer(tenant, console.shop, audience=Audience.OWNER)
        await tenant.execute("update contacts set phone = null")
        await tenant.execute("delete from contact_addresses")
    page = (await ana.get(f"/clientes/{of.contact_id}")).text
    assert "Cliente sem nome" in page
    assert "Nenhum pet cadastrado" in page
    assert "Com a Aurora" in page


async def test_nobody_of_that_id(ana: Browser) -> None:
    """An id of nobody, and what is no id, is a page that is not there."""
    for unknown in (str(uuid.uuid4()), "ninguem"):
        assert (await ana.get(f"/clientes/{unknown}")).status_code == 404


async def _booked(tenant: Connection, shop: Shop, of: Customer, start: datetime, status: str) -> None:
    await tenant.execute(
        """insert into bookings (organization_id, contact_id, pet_id, service_id, professional_id, booking_type,
               start_time, end_time, duration_minutes, price, status)
           select $1, $2, p.id, s.id, w.id, 'banho', $3::timestamptz, $3::timestamptz + interval '1 hour', 60, 50, $4
           from pets p, services s, professionals w where s.name = 'Banho' order by w.number limit 1""",
        shop.organization_id,
        of.contact_id,
        start,
        status,
    )
