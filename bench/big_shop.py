"""A shop with ten years of work behind it: very many bookings, messages and answers of the model, loaded fast."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

import asyncpg

from domain.ids import OrganizationId
from domain.opening import OpeningHours, OpenSpan
from domain.shop import AiConfig, Organization
from storage import organizations, professionals, services
from storage.database import Database

_PROFESSIONALS = 8
_SLOTS = 40  # a professional's quarters of an hour in a day of ten hours
_SERVICES = (
    ("Banho", "banho", "50.00"),
    ("Banho e Tosa", "banho", "110.00"),
    ("Tosa", "tosa", "90.00"),
    ("Consulta", "consulta", "120.00"),
    ("Vacinação", "vacinação", "90.00"),
    ("Hidratação", "estética", "35.00"),
)
_ZONE = "America/Sao_Paulo"


@dataclass(frozen=True)
class Amounts:
    """How much there is of everything; `answers` are calls of the model."""

    bookings: int
    customers: int
    messages: int
    answers: int


BIG = Amounts(bookings=1_000_000, customers=40_000, messages=5_000_000, answers=1_000_000)
BIG_QUICK = Amounts(bookings=50_000, customers=2_000, messages=100_000, answers=20_000)

_PLACES = (
    f"""create temp table open_days as
        select day::date, row_number() over (order by day desc) - 1 place
        from generate_series(current_date + 14, current_date - $1::int / {_PROFESSIONALS * _SLOTS} * 7 / 6 - 14,
            -interval '1 day') day
        where extract(isodow from day) < 7""",
    """create temp table workers as
        select id, number, row_number() over (order by number) - 1 place from professionals""",
    """create temp table things as
        select id, category, price, row_number() over (order by name) - 1 place from services""",
    """create temp table people as
        select c.id, p.id pet, v.id conversation, row_number() over (order by c.id) - 1 place
        from contacts c join pets p on p.contact_id = c.id join conversations v on v.contact_id = c.id""",
    "create index on people (place)",
    "analyze open_days, workers, things, people",
)

_PEOPLE = """
with made as (
    insert into contacts (organization_id, name, phone, opted_out_at)
    select $1, 'Cliente ' || n, '55119' || lpad(n::text, 8, '0'), case when n % 50 = 0 then now() end
    from generate_series(1, $2::int) n returning id),
pet as (insert into pets (organization_id, contact_id, name, name_folded, species)
    select $1, id, 'Rex', 'rex', 'dog' from made)
insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience, conversation_key, status)
select $1, id, $3, 'customer', md5(id::text), case when random() < 0.001 then 'waiting_human' else 'active' end
from made
"""

# A quarter of the customers come all the years, and take half of the slots; the others come for a fourth of the time.
_BOOKINGS = f"""
insert into bookings (organization_id, contact_id, pet_id, service_id, professional_id, professional_number,
    booking_type, start_time, end_time, duration_minutes, price, status, changed_by, booked_by, created_at)
select $1, c.id, c.pet, s.id, w.id, w.number, s.category, at.starts, at.starts + interval '15 minutes', 15, s.price,
    case when at.starts > now()
         then case when luck.status < 0.1 then 'cancelled' when luck.status < 0.5 then 'confirmed' else 'scheduled' end
         else case when luck.status < 0.09 then 'cancelled' when luck.status < 0.15 then 'no_show' else 'completed' end
    end,
    'operator', case when luck.maker < 0.4 then 'customer' else 'operator' end, at.starts - interval '3 days'
from generate_series(0, $2::int - 1) n
    join open_days d on d.place = n / {_PROFESSIONALS * _SLOTS}
    join workers w on w.place = n % {_PROFESSIONALS},
    lateral (select random() service, random() status, random() maker, random() kind, random() customer
             where n is not null) luck,
    lateral (select (d.day + interval '8 hours' + n / {_PROFESSIONALS} % {_SLOTS} * interval '15 minutes')
                 at time zone '{_ZONE}' starts) at,
    lateral (select floor(luck.service * {len(_SERVICES)})::bigint service, floor(
                 case when luck.kind < 0.5 then luck.customer * $3::int / 4
                      else $3::int * (0.25 + (1 - n::float / $2::int) * 0.5 + luck.customer * 0.25) end
             )::bigint customer) place
    join things s on s.place = place.service join people c on c.place = place.customer
"""

# Each message has its place in ten years, and its conversation by that; a person wrote one in a hundred.
_MESSAGES = """
insert into messages (id, organization_id, conversation_id, whatsapp_instance_id, whatsapp_message_id, direction,
    sender, content, status, address, handled_as, created_at)
select uuidv7(), $1, p.conversation, $3, 'WAMID' || n,
    case when n % 2 = 0 then 'inbound' else 'outbound' end,
    case when n % 2 = 0 then 'customer' when n % 100 = 1 then 'phone' else 'ai' end,
    'Bom dia! Queria saber se tem horário para o Rex amanhã de manhã, por favor.',
    case when n % 2 = 0 then 'received' else 'read' end, '5511900000000@s.whatsapp.net',
    case when n % 2 = 0 then 'answered' end, now() - ($2::int - n) * (interval '3650 days' / $2::int)
from generate_series(0, $2::int - 1) n join people p on p.place = n / 10 * 7919::bigint % $4::int
"""
_ANSWERS = """
insert into ai_interactions (id, organization_id, conversation_id, turn_id, round, ai_type, agent_type, model,
    prompt_tokens, completion_tokens, total_tokens, response, status, created_at)
select uuidv7(), $1, p.conversation, uuidv7(), 1, 'client', 'client-ai',
    case when n % 3 = 0 then 'gpt-4o' else 'gpt-4o-mini' end, 500, 60, 560,
    'Tenho sim! Amanhã às 9h ou às 10h30, qual prefere?', case when n % 200 = 0 then 'error' else 'ok' end,
    now() - ($2::int - n) * (interval '3650 days' / $2::int)
from generate_series(0, $2::int - 1) n join people p on p.place = n / 2 * 7919::bigint % $3::int
"""
_HAND_OVERS = """
insert into alerts (organization_id, kind, conversation_id, detail, fingerprint, created_at)
select $1, 'asked_by_model', conversation_id, 'Pediu uma pessoa', turn_id::text, created_at
from ai_interactions where organization_id = $1 and get_byte(uuid_send(conversation_id), 1) % 20 = 0
"""


async def load_big_shop(
    owner_url: str, database: Database, amounts: Amounts, progress: Callable[[str], None]
) -> Organization:
    """The shop, alone in a migrated database; its sums are made by the migration's own function.

    As the tables' owner and past the triggers, whose work for a million rows is not what is measured.
    """
    shop = await _open(database)
    owner = await asyncpg.connect(owner_url)
    try:
        for setting in ("session_replication_role = replica", "maintenance_work_mem = '512MB'", "work_mem = '256MB'"):
            await owner.execute(f"set {setting}")
        await owner.execute("select setseed(0.5)")
        instance = await owner.fetchval(
            """insert into whatsapp_instances (organization_id, kind, webhook_key, external_id, base_url, secrets)
               values ($1, 'practice', 'big', 'big', 'http://127.0.0.1:9', '') returning id""",
            shop.id,
        )
        await owner.execute(_PEOPLE, shop.id, amounts.customers, instance)
        for statement in _PLACES:
            await owner.execute(statement, *([amounts.bookings] if "$1" in statement else []))
        progress(f"Booking {amounts.bookings:,} appointments…")
        await owner.execute(_BOOKINGS, shop.id, amounts.bookings, amounts.customers)
        progress(f"Writing {amounts.messages:,} messages…")
        await owner.execute(_MESSAGES, shop.id, amounts.messages, instance, amounts.customers)
        await owner.execute(_ANSWERS, shop.id, amounts.answers, amounts.customers)
        await owner.execute(_HAND_OVERS, shop.id)
        progress("Adding up…")
        await owner.execute("select rebuild_figures($1)", shop.id)
        await owner.execute("vacuum analyze")
    finally:
        await owner.close()
    return shop


async def _open(database: Database) -> Organization:
    organization_id = OrganizationId(uuid.uuid4())
    hours = OpeningHours(dict.fromkeys(range(6), (OpenSpan(opens=time(8), closes=time(18)),)))
    async with database.tenant(organization_id) as tenant:
        await organizations.add(
            tenant,
            organization_id,
            slug="big",
            name="Pet Shop de Dez Anos",
            timezone=_ZONE,
            opening_hours=hours,
            ai_config=AiConfig(),
        )
        for name, category, price in _SERVICES:
            await services.add(
                tenant, organization_id, name=name, category=category, duration_minutes=15, price=Decimal(price)
            )
        for number in range(_PROFESSIONALS):
            await professionals.add(tenant, organization_id, f"Profissional {number + 1}")
        return await organizations.get(tenant, organization_id)
