"""The agenda's own figures: availability of thirty days in a busy shop, with few and with very many old bookings."""

import statistics
import time as clock
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import asyncpg

from dev.postgres import throwaway_postgres
from domain.agenda import Need, free_slots
from domain.bookings import ChangedBy
from domain.ids import OrganizationId
from domain.opening import OpeningHours, OpenSpan
from domain.shop import AiConfig, Organization
from reception.desk import Desk
from storage import busy, organizations, professionals, services
from storage.database import Database
from storage.migrate import migrate

PROFESSIONALS = 10
BOOKINGS = 5_000
OLD = 1_000_000
OLD_QUICK = 50_000
DAYS = 30
_ROUNDS = 40


@dataclass(frozen=True)
class AgendaFigures:
    """Milliseconds, medians: the query (asked and decoded), and the pure functions; before and after the old ones."""

    old_bookings: int
    database: float
    python: float
    database_with_old: float
    python_with_old: float
    slots: int


async def measure_agenda(old: int, progress: Callable[[str], None]) -> AgendaFigures:
    """The figures of a fresh database in memory; `old` is how many bookings lie in the past at the end."""
    async with throwaway_postgres() as urls:
        migrate(urls.owner, urls.app)
        database = await Database.connect(urls.app, max_size=2)
        try:
            shop = await _shop(database)
            owner = await asyncpg.connect(urls.owner)
            try:
                progress("Booking the coming weeks…")
                await _fill(owner, shop.id, BOOKINGS, towards=1)
                few = await _measure(database, shop)
                progress(f"Booking {old} appointments of the past…")
                await _fill(owner, shop.id, old, towards=-1)
                many = await _measure(database, shop)
            finally:
                await owner.close()
        finally:
            await database.close()
    return AgendaFigures(old, few[0], few[1], many[0], many[1], few[2])


async def _shop(database: Database) -> Organization:
    organization_id = OrganizationId(uuid.uuid4())
    spans = (OpenSpan(opens=time(8), closes=time(12)), OpenSpan(opens=time(13), closes=time(20)))
    async with database.tenant(organization_id) as tenant:
        await organizations.add(
            tenant,
            organization_id,
            slug=f"agenda-{organization_id.hex[:8]}",
            name="Pet Shop de Medição",
            timezone="America/Sao_Paulo",
            opening_hours=OpeningHours(dict.fromkeys(range(7), spans)),
            ai_config=AiConfig(),
        )
        await services.add(
            tenant, organization_id, name="Banho", category="banho", duration_minutes=60, price=Decimal(50)
        )
        for number in range(PROFESSIONALS):
            await professionals.add(tenant, organization_id, f"Profissional {number + 1}")
        return await organizations.get(tenant, organization_id)


async def _fill(owner: "asyncpg.Connection[asyncpg.Record]", shop: OrganizationId, count: int, *, towards: int) -> None:
    """Half-hours, one after the other, spread over the professionals: from tomorrow on, or from yesterday back.

    As the tables' owner and past the triggers, whose work for a million rows is not what is measured.
    """
    await owner.execute("alter table bookings disable trigger user")
    await owner.execute(
        """with somebody as (insert into contacts (organization_id, name) values ($1, 'Cliente') returning id),
               people as (select id, number, row_number() over (order by number) - 1 place from professionals
                          where organization_id = $1)
           insert into bookings (organization_id, contact_id, service_id, professional_id, professional_number,
               booking_type, start_time, end_time, duration_minutes, price, status)
           select $1, somebody.id, s.id, people.id, people.number, 'banho', t.starts,
               t.starts + interval '30 minutes', 30, 50,
               case when $3 > 0 then 'scheduled' else 'completed' end
           from generate_series(0, $2::int - 1) n join people on people.place = n % $4::int, somebody,
               (select id from services where organization_id = $1) s,
               lateral (select date_trunc('day', now()) + $3 * interval '1 day'
                            + $3 * (n / $4::int) / 17 * interval '1 day'
                            + interval '11 hours' + (n / $4::int) % 17 * interval '40 minutes' starts) t""",
        shop,
        count,
        towards,
        PROFESSIONALS,
    )
    await owner.execute("alter table bookings enable trigger user")
    await owner.execute("analyze bookings")


async def _measure(database: Database, shop: Organization) -> tuple[float, float, int]:
    queries, functions, found = [], [], 0
    async with database.tenant(shop.id) as tenant:
        service = (await services.active(tenant))[0]
        need = Need(service_id=service.id, minutes=service.duration_minutes)
        desk = Desk(tenant, shop, datetime.now(shop.zone), ChangedBy.CUSTOMER)
        first, last = desk.today, desk.today + timedelta(days=DAYS - 1)
        start, end = _instant(first, shop), _instant(last + timedelta(days=1), shop)
        for _ in range(_ROUNDS):
            began = clock.perf_counter()
            await busy.of_professionals(tenant, start, end, now=desk.now)
            queries.append(clock.perf_counter() - began)
            agenda = await desk.agenda(first, last)
            began = clock.perf_counter()
            found = len(free_slots(agenda, need, first=first, last=last, now=desk.now))
            functions.append(clock.perf_counter() - began)
    return _median(queries), _median(functions), found


def _median(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1_000, 1)


def _instant(day: date, shop: Organization) -> datetime:
    return datetime.combine(day, time.min, tzinfo=shop.zone)
