"""No shop sees or touches another's rows. The tables are read from the catalogue: a new one is in."""

import json
import uuid
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from dev.postgres import DatabaseUrls
from domain.alerts import AlertKind
from domain.bookings import Intent
from domain.conversation import AgentType, Audience, Sender
from domain.errors import Misconfigured
from domain.events import DeliveryStatus
from domain.ids import TurnId
from domain.instances import InstanceKind
from domain.model import ModelAnswer, ToolOutcome, ToolRequest
from domain.notices import NoticeKind
from domain.periods import Period
from domain.services import Variant
from domain.shop import Pet, Size
from storage import (
    alerts,
    assistant_figures,
    booking_notices,
    dead_letters,
    held_slots,
    inbound,
    interactions,
    organizations,
    outbox,
    owners,
    professionals,
    services,
    special_days,
    tool_calls,
    waiting_list,
)
from storage.database import Connection, Database
from storage.dead_letters import DeadLetterSource
from storage.held_slots import NewSlot
from storage.instances import Instances
from storage.special_days import SpecialDay
from storage.tool_calls import ToolCallKey
from tests.shops import OWNER, Shop, open_shop
from tests.storage.rows import (
    NOON,
    Customer,
    customer,
    insert_booking,
    owners_rows,
    people_rows,
    pet,
    reply,
    said,
    service,
    status,
)

_TABLES = """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'alembic_version' order by 1"""

_NOBODYS = frozenset({"sign_in_attempts"})
"""Tables that are of no shop: what is in them tells nothing to whoever reads them (tests/storage/test_operators.py)."""

_WRITTEN_ONCE = ("audit_log",)
"""The app may add rows to these and read them, and nothing else, its own shop's too."""


async def furnish(tenant: Connection, shop: Shop) -> None:
    """At least one row of the shop in every table."""
    somebody = await customer(tenant, shop)
    rex = await pet(tenant, shop, somebody.contact_id)
    await insert_booking(tenant, shop, somebody.contact_id, start=NOON, pet_id=rex.id)
    await inbound.record(
        tenant, shop.organization_id, somebody.conversation_id, shop.instance.id, [said("oi")], Sender.CUSTOMER
    )
    await reply(tenant, shop, somebody)
    await outbox.apply_status(tenant, shop.organization_id, shop.instance.id, status("X", DeliveryStatus.READ))
    turn = TurnId(uuid.uuid4())
    await interactions.save_answer(
        tenant, shop.organization_id, somebody.conversation_id, turn, 1, AgentType.CLIENT_AI, ModelAnswer(model="m")
    )
    await tool_calls.save(
        tenant,
        shop.organization_id,
        somebody.conversation_id,
        ToolCallKey(turn_id=turn, round=1, position=0),
        ToolRequest(id="1", name="x", arguments="{}"),
        ToolOutcome(ok=True, content="{}"),
    )
    await dead_letters.bury(
        tenant,
        shop.organization_id,
        shop.instance.id,
        source=DeadLetterSource.WEBHOOK,
        fingerprint="f",
        payload="{}",
        error="e",
    )
    await alerts.raise_alert(tenant, shop.organization_id, kind=AlertKind.DEAD_LETTER, detail="d", fingerprint="f")
    await tenant.execute(
        """insert into aurora_proactive_messages
               (organization_id, owner_number_id, message_type, content, scheduled_for, status)
           values ($1, $2, 'tip', 'x', now(), 'scheduled')""",
        shop.organization_id,
        await owners.find(tenant, [OWNER]),
    )
    await furnish_agenda(tenant, shop, somebody, rex)
    await owners_rows(tenant, shop, somebody, rex.id)
    await furnish_figures(tenant, shop, somebody)
    await people_rows(tenant, shop, somebody)


async def furnish_figures(tenant: Connection, shop: Shop, somebody: Customer) -> None:
    """At least one row in every table of the figures: the triggers write them, and a question about Client AI."""
    await insert_booking(tenant, shop, somebody.contact_id, start=NOON - timedelta(hours=3), status="completed")
    await tenant.execute("update ai_interactions set created_at = $1, prompt_tokens = 100", NOON - timedelta(days=400))
    day = NOON.date() - timedelta(days=400)
    await assistant_figures.assistant(tenant, Period(first=day, last=day), ZoneInfo("America/Sao_Paulo"), NOON.date())


async def furnish_agenda(tenant: Connection, shop: Shop, somebody: Customer, rex: Pet) -> None:
    """At least one row in every table of the agenda; the triggers write the wakes."""
    bath, clip = await service(tenant), await service(tenant, "Tosa")
    (person, *_) = await professionals.active(tenant)
    day = NOON.date()
    await special_days.put(tenant, shop.organization_id, SpecialDay(day=day, spans=(), note="reforma"))
    await services.set_variant(
        tenant, shop.organization_id, bath.id, Variant(size=Size.GRANDE, minutes=90, price=Decimal(80))
    )
    await professionals.set_services(tenant, shop.organization_id, person.id, [bath.id, clip.id])
    await professionals.add_absence(tenant, shop.organization_id, person.id, NOON, NOON + timedelta(hours=1))
    booking = await tenant.fetchrow("select id, timed_at from bookings limit 1")
    assert booking is not None
    await booking_notices.begin(
        tenant,
        shop.organization_id,
        booking["id"],
        NoticeKind.REMIND,
        booking["timed_at"],
        TurnId(uuid.uuid4()),
    )
    await held_slots.hold(
        tenant,
        shop.organization_id,
        somebody.conversation_id,
        somebody.contact_id,
        [
            NewSlot(
                booking_id=booking["id"],
                intent=Intent.OFFER,
                service_id=bath.id,
                pet_id=rex.id,
                professional_id=person.id,
                start=NOON,
                end=NOON + timedelta(hours=1),
            )
        ],
        turn_id=TurnId(uuid.uuid4()),
        expires_at=NOON,
        now=NOON,
    )
    await waiting_list.join(
        tenant,
        shop.organization_id,
        conversation_id=somebody.conversation_id,
        contact_id=somebody.contact_id,
        service_id=bath.id,
        pet_id=rex.id,
        day=day,
    )


async def tables(connection: Connection) -> list[str]:
    """Every table that shops have rows in."""
    return [row["relname"] for row in await connection.fetch(_TABLES) if row["relname"] not in _NOBODYS]


def owner_column(table: str) -> str:
    """The column that says whose row it is."""
    return "id" if table == "organizations" else "organization_id"


async def test_every_table_is_closed(
    database: Database, shop: Shop, other_shop: Shop, database_urls: DatabaseUrls
) -> None:
    """Bound to A nobody reads, changes, deletes, takes over or plants a row of B; unbound there is nothing."""
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            await furnish(tenant, one)
    owner = await asyncpg.connect(database_urls.owner)
    try:
        async with database.unbound() as unbound:
            names = await tables(unbound)
            assert len(names) >= 26
            for table in names:
                assert await unbound.fetchval(f'select count(*) from "{table}"') == 0, table
        before = {table: await owner.fetchval(f'select count(*) from "{table}"') for table in names}
        for table in names:
            column = owner_column(table)
            theirs = await owner.fetchrow(
                f'select to_jsonb(t)::text j from "{table}" t where {column} = $1 limit 1', other_shop.organization_id
            )
            assert theirs is not None, f"furnish() puts no row into {table}"
            await _cannot_touch(database, shop, other_shop, table, theirs["j"])
        assert before == {table: await owner.fetchval(f'select count(*) from "{table}"') for table in names}
        assert await owner.fetchval("select count(*) from organizations where name = 'Outra Loja'") == 1
    finally:
        await owner.close()


async def _cannot_touch(database: Database, shop: Shop, other: Shop, table: str, their_row: str) -> None:
    column = owner_column(table)
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval(f'select count(*) from "{table}"') > 0, table
        assert await tenant.fetchval(f'select count(*) from "{table}" where {column} <> $1', shop.organization_id) == 0
        mine = json.loads(their_row)
        generated = {
            row["attname"]
            for row in await tenant.fetch(
                """select attname from pg_attribute
                   where attrelid = $1::regclass and (attgenerated <> '' or attidentity <> '')""",
                table,
            )
        }
        columns = ", ".join(f'"{name}"' for name in mine if name not in generated)
    planted = json.dumps(
        {name: str(uuid.uuid4()) if name == "id" and column != "id" else value for name, value in mine.items()}
    )
    forbidden = (
        (f'update "{table}" set {column} = $1', other.organization_id),
        (
            f'insert into "{table}" ({columns}) select {columns} from jsonb_populate_record(null::"{table}", $1)',
            planted,
        ),
    )
    for statement, argument in forbidden:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute(statement, argument)
    if table in _WRITTEN_ONCE:
        for statement in (f'update "{table}" set {column} = {column}', f'delete from "{table}"'):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.tenant(shop.organization_id) as tenant:
                    await tenant.execute(statement)
        return
    async with database.tenant(shop.organization_id) as tenant:
        untouched = await tenant.execute(
            f'update "{table}" set {column} = {column} where {column} = $1', other.organization_id
        )
        assert untouched == "UPDATE 0"
    if table == "organizations":
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute("delete from organizations")
    else:
        async with database.tenant(shop.organization_id) as tenant:
            gone = await tenant.execute(f'delete from "{table}" where {column} = $1', other.organization_id)
            assert gone == "DELETE 0"


async def test_every_table_has_its_policy_in_the_catalogue(database: Database) -> None:
    """Row-level security is on, with a policy for reading and one for writing, and the app owns nothing."""
    async with database.unbound() as unbound:
        rows = await unbound.fetch(
            """select c.relname, c.relrowsecurity, count(p.polname) policies,
                      bool_and(p.polqual is not null and p.polwithcheck is not null) both,
                      pg_has_role(current_user, c.relowner, 'member') owned
               from pg_class c left join pg_policy p on p.polrelid = c.oid
               where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                   and c.relname <> 'alembic_version'
               group by c.oid"""
        )
    assert rows
    assert {row["relname"] for row in rows} >= _NOBODYS
    for row in rows:
        if row["relname"] in _NOBODYS:
            assert not row["owned"]
            continue
        assert (row["relrowsecurity"], row["policies"] > 0, row["both"], row["owned"]) == (True, True, True, False), row


@pytest.mark.parametrize(
    "statement",
    [
        "set role postgres",
        "set session authorization postgres",
        "alter table contacts disable row level security",
        "alter table contacts no force row level security",
        "drop policy of_the_bound_organization on contacts",
        "create policy everything on contacts using (true)",
        "create table public.mine (x int)",
        "alter role current_user bypassrls",
        "truncate contacts",
        "create or replace function bound_organization() returns uuid language sql return null::uuid",
        "copy contacts to program 'true'",
        "select * from alembic_version",
    ],
)
async def test_the_app_cannot_open_what_is_closed(database: Database, statement: str) -> None:
    """None of the ways around a policy is the app's to take."""
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.InvalidAuthorizationSpecificationError)):
        async with database.unbound() as unbound:
            await unbound.execute(statement)


@pytest.mark.parametrize(
    "statement", ["reset role", "set role none", "set role auzap_app", "set session authorization default"]
)
async def test_changing_the_role_opens_nothing(database: Database, shop: Shop, statement: str) -> None:
    """Whoever the connection becomes sees nothing unbound, and binding holds."""
    async with database.unbound() as unbound:
        await unbound.execute(statement)
        assert await unbound.fetchval("select count(*) from organizations") == 0
        await unbound.execute("reset role")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.unbound() as unbound:
            await unbound.execute("set local row_security = off; select * from services")


async def test_a_connection_comes_back_unbound(database_urls: DatabaseUrls, instances: Instances) -> None:
    """After a bound transaction, committed or not, the same connection sees nothing."""
    narrow = await Database.connect(database_urls.app, max_size=1)
    try:
        shop = await open_shop(narrow, instances)
        async with narrow.tenant(shop.organization_id) as tenant:
            backend = await tenant.fetchval("select pg_backend_pid()")
            assert await tenant.fetchval("select count(*) from services") == 4
        with pytest.raises(RuntimeError):
            async with narrow.tenant(shop.organization_id):
                raise RuntimeError
        async with narrow.unbound() as unbound:
            assert await unbound.fetchval("select pg_backend_pid()") == backend
            assert await unbound.fetchval("select count(*) from services") == 0
    finally:
        await narrow.close()


async def test_a_role_with_power_is_refused(database_urls: DatabaseUrls) -> None:
    """The owner, a role that may bypass the policies, and a member of either cannot be the app."""
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        await Database.connect(database_urls.owner)
    owner = await asyncpg.connect(database_urls.owner)
    name = f"mighty_{uuid.uuid4().hex[:8]}"
    host = database_urls.app.rpartition("@")[2]
    try:
        for powers in ("bypassrls", "in role postgres", f"in role {name}_0"):
            number = {"bypassrls": 0, "in role postgres": 1}.get(powers, 2)
            await owner.execute(f"create role {name}_{number} login password 'x' {powers}")
            with pytest.raises(Misconfigured):
                await Database.connect(f"postgresql://{name}_{number}:x@{host}")
    finally:
        for number in (2, 1, 0):
            await owner.execute(f"drop role if exists {name}_{number}")
        await owner.close()


async def test_a_row_cannot_point_into_another_shop(database: Database, shop: Shop, other_shop: Shop) -> None:
    """Foreign keys do not look at policies; the pair with the organisation does."""
    async with database.tenant(other_shop.organization_id) as tenant:
        theirs = await customer(tenant, other_shop)
        their_service = (await services.active(tenant))[0]
    async with database.tenant(shop.organization_id) as tenant:
        mine = await customer(tenant, shop)
    mixed: list[tuple[str, tuple[object, ...]]] = [
        ("update conversations set contact_id = $1", (theirs.contact_id,)),
        ("update conversations set whatsapp_instance_id = $1", (other_shop.instance.id,)),
        ("update contact_addresses set contact_id = $1", (theirs.contact_id,)),
        (
            """insert into pets (organization_id, contact_id, name, name_folded, species)
               values ($1, $2, 'x', 'x', 'dog')""",
            (shop.organization_id, theirs.contact_id),
        ),
        (
            """insert into alerts (organization_id, kind, detail, fingerprint, conversation_id)
               values ($1, 'k', 'd', 'f', $2)""",
            (shop.organization_id, theirs.conversation_id),
        ),
    ]
    for statement, arguments in mixed:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute(statement, *arguments)
    async with database.tenant(shop.organization_id) as tenant:
        rex = await pet(tenant, shop, mine.contact_id)
        await insert_booking(tenant, shop, mine.contact_id, start=NOON, pet_id=rex.id)
        await furnish_agenda(tenant, shop, mine, rex)
    async with database.tenant(other_shop.organization_id) as tenant:
        their_pet = await pet(tenant, other_shop, theirs.contact_id)
        their_person = (await professionals.active(tenant))[0].id
        their_booking = await insert_booking(tenant, other_shop, theirs.contact_id, start=NOON)
    strangers: dict[str, object] = {
        "service_id": their_service.id,
        "needs_first_id": their_service.id,
        "professional_id": their_person,
        "pet_id": their_pet.id,
        "contact_id": theirs.contact_id,
        "conversation_id": theirs.conversation_id,
        "booking_id": their_booking,
    }
    async with database.tenant(shop.organization_id) as tenant:
        pointing = await tenant.fetch(
            """select table_name, column_name from information_schema.columns
               where table_schema = 'public' and column_name = any($1)
                 and table_name in ('bookings', 'services', 'service_variants', 'professional_services', 'absences',
                                    'booking_notices', 'held_slots', 'waiting_list', 'booking_days', 'occupied_hours')
                 -- Slots are held, and waited for, under the id of a booking that is not made yet.
                 and (table_name, column_name) not in (('held_slots', 'booking_id'), ('waiting_list', 'booking_id'))""",
            list(strangers),
        )
    assert len(pointing) > 15
    for table, column in pointing:
        # A stranger's professional is not seen, and so has no number.
        with pytest.raises((asyncpg.ForeignKeyViolationError, asyncpg.NotNullViolationError)):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute(
                    f"update {table} set {column} = $1 where ctid = (select max(ctid) from {table})", strangers[column]
                )


async def test_the_questions_before_a_shop_is_known_answer_one_exact_key(
    database: Database, instances: Instances, shop: Shop, other_shop: Shop
) -> None:
    """The right key finds its instance, of whatever shop; anything else, and a switched-off instance, finds nothing."""
    async with database.unbound() as unbound:
        found = await instances.by_webhook_key(unbound, shop.instance.webhook_key)
        assert found == shop.instance
        other = await instances.by_external_id(unbound, InstanceKind.BAILEYS, other_shop.instance.external_id)
        assert other == other_shop.instance
        assert await instances.by_external_id(unbound, InstanceKind.CLOUD, shop.instance.external_id) is None
        for key in ("", "%", "_", shop.instance.webhook_key[:-1], shop.instance.webhook_key.swapcase(), "' or true --"):
            assert await instances.by_webhook_key(unbound, key) is None
            assert await instances.by_external_id(unbound, InstanceKind.BAILEYS, key) is None
            assert await organizations.id_of_slug(unbound, key) is None
        slug = f"loja-{shop.organization_id.hex[:8]}"
        assert await organizations.id_of_slug(unbound, slug) == shop.organization_id
    async with database.tenant(shop.organization_id) as tenant:
        await instances.save(tenant, shop.instance.model_copy(update={"is_active": False}))
    async with database.unbound() as unbound:
        assert await instances.by_webhook_key(unbound, shop.instance.webhook_key) is None
        assert await instances.by_external_id(unbound, InstanceKind.BAILEYS, shop.instance.external_id) is None


async def test_only_these_functions_run_with_the_owners_rights(database: Database) -> None:
    """A new definer function is a new door: it has to be looked at here."""
    async with database.unbound() as unbound:
        rows = await unbound.fetch(
            """select proname, 'search_path=public, pg_temp' = any(proconfig) pinned from pg_proc
               where pronamespace = 'public'::regnamespace and prosecdef order by 1"""
        )
        open_to_all = await unbound.fetch(
            """select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
               and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))"""
        )
    assert not open_to_all
    assert [tuple(row) for row in rows] == [
        ("claim_wakes", True),
        ("forget_wake", True),
        ("instance_by_external_id", True),
        ("instance_by_webhook_key", True),
        ("organization_by_slug", True),
    ]


async def test_the_same_person_is_another_contact_in_another_shop(
    database: Database, shop: Shop, other_shop: Shop
) -> None:
    """Identity ends at the shop's door, and conversations with it."""
    found = []
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            found.append(await customer(tenant, one, audience=Audience.CUSTOMER))
    assert found[0].contact_id != found[1].contact_id
