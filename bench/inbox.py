"""What the console's lists cost in a shop with a hundred thousand conversations: asked over HTTP, as a browser asks."""

import asyncio
import shutil
import tempfile
import time as clock
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx

from console.conversations import place_as_text
from dev.parts import Part
from dev.stack import Stack
from dev.terminal import Report
from domain.ids import ConversationId, OrganizationId
from domain.opening import OpeningHours, OpenSpan
from domain.operators import Operator, OperatorRole
from domain.shop import AiConfig
from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords, generated
from storage import organizations
from storage.database import Database
from storage.inbox import Place

_ROUNDS = 100
_FILTERS = ("esperando", "minhas", "ia-pausada", "clientes", "donos")
_SLUG = "bench-console"
_PARTS = frozenset({Part.POSTGRES, Part.TEMPORAL, Part.MIGRATIONS, Part.GATEWAY})


@dataclass(frozen=True)
class PageTimes:
    """What a page took, in milliseconds; `first` is the first time it was ever asked for."""

    page: str
    first: float
    p50: float
    p95: float
    is_promised: bool


@dataclass(frozen=True)
class InboxFigures:
    """What every page cost, and how long it took to make the shop."""

    conversations: int
    waiting: int
    load_seconds: float
    pages: tuple[PageTimes, ...]


@dataclass(frozen=True)
class Crowd:
    """How much there is of everything; `waiting` are open hand-overs."""

    conversations: int
    waiting: int


CROWD = Crowd(conversations=100_000, waiting=1_000)
CROWD_QUICK = Crowd(conversations=5_000, waiting=100)

_PEOPLE = """
with made as (
    insert into contacts (organization_id, name, phone, last_contact_at)
    select $1, case when n % 20 > 0 then
            (array['Ana','Bruna','Carlos','Daniela','Éder','Fábio','Gisele','Helena','Ítalo','João','Luísa','Marina'])
                [1 + n % 12] || ' ' ||
            (array['Silva','Souza','Gonçalves','Araújo','Conceição','Pereira','Müller','d’Ávila','Sá'])[1 + n / 12 % 9]
            || ' ' || n end,
        '55' || (11 + n % 80) || '9' || (60000000 + (n * 7919::bigint) % 40000000), now() - n * interval '7 minutes'
    from generate_series(1, $3::int) n returning id, phone, last_contact_at),
address as (insert into contact_addresses (organization_id, kind, value, contact_id)
    select $1, 'phone', phone, id from made on conflict do nothing),
pet as (insert into pets (organization_id, contact_id, name, name_folded, species)
    select $1, id, called, lower(called), 'dog' from (
        select id, unnest(case when random() < 0.4 then array['Rex', 'Mel'] else array['Thor'] end) called from made) p)
insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience, conversation_key, status,
    last_message_at, last_message_preview, unread_count, ai_enabled)
select $1, id, $2, 'customer', md5(id::text), 'active', last_contact_at,
    'Queria marcar um banho para o Rex amanhã de manhã, por favor.', 1, random() > 0.002
from made
"""
_MESSAGES = """
insert into messages (id, organization_id, conversation_id, whatsapp_instance_id, direction, sender, content, status,
    address, handled_as, created_at)
select uuidv7(), $1, v.id, v.whatsapp_instance_id, case when k % 2 = 0 then 'inbound' else 'outbound' end,
    case when k % 2 = 0 then 'customer' else 'ai' end, 'Queria marcar um banho para o Rex amanhã de manhã, por favor.',
    case when k % 2 = 0 then 'received' else 'read' end, '5511900000000@s.whatsapp.net',
    case when k % 2 = 0 then 'answered' end, v.last_message_at - (6 - k) * interval '1 minute'
from conversations v, generate_series(1, 6) k where v.organization_id = $1 order by v.last_message_at, k
"""
_HAND_OVERS = """
with taken as (
    update conversations set status = 'waiting_human', handoff_reason = 'asked_by_model',
        handoff_since = last_message_at
    where id in (select id from conversations where organization_id = $1 order by md5(id::text) limit $2)
    returning id, last_message_at),
chosen as (select *, row_number() over () place from taken)
insert into handoffs (organization_id, conversation_id, reason, detail, state, operator_id, opened_at, claimed_at,
    waiting_since, due_kind, due_at)
select $1, chosen.id, 'asked_by_model', 'quer falar com uma pessoa',
    case when place % 3 = 0 then 'claimed' else 'waiting' end,
    case when place % 3 = 0 then $3::uuid end, chosen.last_message_at,
    case when place % 3 = 0 then chosen.last_message_at end, case when place % 3 > 0 then chosen.last_message_at end,
    case when place % 3 = 0 then 'idle' else 'remind' end, now() + (place - 300) * interval '1 minute'
from chosen
"""
_ENDED = """
insert into handoffs (organization_id, conversation_id, reason, state, opened_at, ended_at, ended_by)
select $1, id, 'asked_by_model', 'released', last_message_at - interval '1 day', last_message_at, 'Ana'
from conversations where organization_id = $1 and status = 'active' and random() < 0.3
"""


async def _load(owner: "asyncpg.Connection[asyncpg.Record]", who: Operator, crowd: Crowd) -> None:
    """The shop's customers and what was said, as the tables' owner and past the triggers."""
    instance = await owner.fetchval(
        """insert into whatsapp_instances (organization_id, kind, webhook_key, external_id, base_url, secrets)
           values ($1::uuid, 'practice', $1::uuid::text, $1::uuid::text, 'http://127.0.0.1:9', '') returning id""",
        who.organization_id,
    )
    await owner.execute("set session_replication_role = replica")
    await owner.execute("select setseed(0.5)")
    await owner.execute(_PEOPLE, who.organization_id, instance, crowd.conversations)
    await owner.execute(_MESSAGES, who.organization_id)
    await owner.execute(_HAND_OVERS, who.organization_id, crowd.waiting, who.id)
    await owner.execute(_ENDED, who.organization_id)
    await owner.execute("vacuum analyze")


async def measure_inbox(crowd: Crowd, report: Report) -> InboxFigures:
    """The figures of a gateway of its own, over a fresh database in memory."""
    directory = Path(tempfile.mkdtemp(prefix="auzap-bench-"))
    directory.chmod(0o711)
    stack = Stack(
        directory / "stack",
        overrides={"OPENAI_API_KEY": "bench", "AUZAP_CONSOLE_SECURE_COOKIES": "false"},
        services=_PARTS,
        lasting=False,
        report=report,
    )
    try:
        async with stack, httpx.AsyncClient(base_url=stack.urls.gateway, trust_env=False, timeout=60) as http:
            assert stack.urls.database is not None, "the stack runs its own Postgres"
            assert stack.urls.database_owner is not None
            report.progress(f"Making {crowd.conversations:,} conversations…")
            began = clock.perf_counter()
            owner = await asyncpg.connect(stack.urls.database_owner)
            try:
                await _open(stack.urls.database, owner, http, crowd)
            finally:
                await owner.close()
            loaded = round(clock.perf_counter() - began, 1)
            report.progress("Asking for pages…")
            pages = [await _times(http, title, path, promised) for title, path, promised in _pages()]
            return InboxFigures(crowd.conversations, crowd.waiting, loaded, tuple(pages))
    finally:
        await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)


def _pages() -> list[tuple[str, str, bool]]:
    """Title, address, and whether its time is promised."""
    half_a_year_back = Place(at=datetime.now(UTC) - timedelta(days=183), id=ConversationId(uuid.uuid4()))
    listing = "/console/conversas"
    searches = ("marina silva", "thor", "a", "(11) 6791-9000", "nobody of that name")
    return [
        ("conversations", listing, True),
        ("conversations, half a year back", f"{listing}?depois={place_as_text(half_a_year_back)}", True),
        *((f"conversations, {name}", f"{listing}?filtro={name}", True) for name in _FILTERS),
        ("queue", "/console/fila", False),
        *((f"search: {text}", f"{listing}?busca={quote(text)}", False) for text in searches),
    ]


async def _times(http: httpx.AsyncClient, title: str, path: str, promised: bool) -> PageTimes:
    waits = []
    for _ in range(_ROUNDS + 1):
        began = clock.perf_counter()
        answer = await http.get(path)
        waits.append(round((clock.perf_counter() - began) * 1_000, 1))
        assert answer.status_code == 200, f"no page: {answer.status_code}"
    first, *rest = waits
    rest.sort()
    return PageTimes(title, first, rest[_ROUNDS // 2 - 1], rest[_ROUNDS * 95 // 100 - 1], promised)


async def _open(
    database_url: str, owner: "asyncpg.Connection[asyncpg.Record]", http: httpx.AsyncClient, crowd: Crowd
) -> None:
    """The shop with its crowd, and an operator of it signed in."""
    organization_id, password = OrganizationId(uuid.uuid4()), generated()
    database = await Database.connect(database_url, max_size=2)
    try:
        async with database.tenant(organization_id) as tenant:
            await organizations.add(
                tenant,
                organization_id,
                slug=_SLUG,
                name="Pet Shop de Cem Mil Clientes",
                timezone="America/Sao_Paulo",
                opening_hours=OpeningHours(dict.fromkeys(range(7), (OpenSpan(opens=time(8), closes=time(18)),))),
                ai_config=AiConfig(),
            )
        who = await operators.add(
            database,
            Passwords(),
            organization_id,
            at_command_line(),
            name="Ana",
            email="ana@loja.example",
            role=OperatorRole.ATTENDANT,
            password=password,
        )
    finally:
        await database.close()
    await _load(owner, who, crowd)
    form = {"loja": _SLUG, "email": who.email, "senha": password}
    answer = await http.post("/console/entrar", data=form)
    assert answer.status_code == 303, "not signed in"
