"""How Client AI did is what one counts row by row, from roll-ups or not."""

import asyncio
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.conversation import AgentType, Audience, HandoffReason
from domain.figures import AssistantFigures, ModelUse
from domain.periods import Period
from storage import assistant_figures, contacts, organizations
from storage.database import Connection, Database
from storage.organizations import SettingsChange
from tests.shops import Shop
from tests.storage.counting import midnight
from tests.storage.rows import NOON, Customer, customer, phone, until_somebody_waits

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
HOUR = timedelta(hours=1)
ZONES = [
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2026, 2, 28)),
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Havana", date(2025, 11, 2)),  # midnight comes twice
]
MINUTES = st.integers(-3 * 1440, 4 * 1440) | st.integers(-90, 90)
EVENTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("call"),
            st.integers(0, 2),
            MINUTES,
            st.sampled_from(["ok", "ok", "error", "cancelled"]),
            st.sampled_from(["gpt-4o", "gpt-4o-mini"]),
            st.integers(0, 900),
        ),
        st.tuples(st.just("alert"), st.integers(0, 2), MINUTES, st.sampled_from([*HandoffReason, "dead_letter"])),
        st.tuples(st.just("phone"), st.integers(0, 2), MINUTES),
        st.tuples(st.just("aurora"), st.integers(0, 2), MINUTES),
        st.tuples(st.just("booked"), st.integers(0, 2), MINUTES, st.sampled_from(["customer", "operator"])),
    ),
    min_size=2,
    max_size=25,
)


async def call(
    tenant: Connection,
    shop: Shop,
    of: Customer,
    at: datetime,
    *,
    status: str = "ok",
    model: str = "gpt-4o",
    tokens: int = 100,
    agent: AgentType = AgentType.CLIENT_AI,
) -> None:
    """The model is called in a conversation at some time."""
    await tenant.execute(
        """insert into ai_interactions (organization_id, conversation_id, turn_id, round, ai_type, agent_type, model,
               prompt_tokens, completion_tokens, total_tokens, status, created_at)
           values ($1, $2, gen_random_uuid(), 1, $3, $4, $5, $6::int, $6::int / 10, $6::int, $7, $8)""",
        shop.organization_id,
        of.conversation_id,
        "client" if agent is AgentType.CLIENT_AI else "aurora",
        agent,
        model,
        tokens,
        status,
        at,
    )


async def alert(tenant: Connection, shop: Shop, of: Customer, at: datetime, kind: str = "asked_by_model") -> None:
    """The operators are told of a conversation at some time."""
    await tenant.execute(
        """insert into alerts (organization_id, kind, conversation_id, detail, fingerprint, created_at)
           values ($1, $2, $3, '', gen_random_uuid()::text, $4)""",
        shop.organization_id,
        kind,
        of.conversation_id,
        at,
    )


async def typed(tenant: Connection, shop: Shop, of: Customer, at: datetime) -> None:
    """Somebody answers on the shop's phone at some time."""
    await tenant.execute(
        """insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender, content,
               status, address, created_at) values ($1, $2, $3, 'outbound', 'phone', 'oi', 'sent', 'x', $4)""",
        shop.organization_id,
        of.conversation_id,
        shop.instance.id,
        at,
    )


async def booked(tenant: Connection, shop: Shop, of: Customer, start: datetime, by: str, at: datetime) -> None:
    """Somebody books for a customer at some time."""
    await tenant.execute(
        """insert into bookings (organization_id, contact_id, service_id, professional_id, professional_number,
               booking_type, start_time, end_time, duration_minutes, price, changed_by, created_at)
           select $1, $2, (select id from services limit 1), id, number, 'banho', $3,
               $3::timestamptz + interval '1 hour', 60, 50, $4, $5
           from professionals limit 1""",
        shop.organization_id,
        of.contact_id,
        start,
        by,
        at,
    )


async def counted(tenant: Connection, period: Period, zone: ZoneInfo) -> AssistantFigures:
    """The figures, row by row."""

    def day(at: datetime) -> date:
        return at.astimezone(zone).date()

    calls = await tenant.fetch("select * from ai_interactions where agent_type = 'client-ai'")
    calls = [c for c in calls if period.first <= day(c["created_at"]) <= period.last]
    answered = {(day(c["created_at"]), c["conversation_id"]) for c in calls if c["status"] != "cancelled"}
    called = {
        (day(a["created_at"]), a["conversation_id"])
        for a in await tenant.fetch("select * from alerts")
        if a["kind"] in set(HandoffReason) - {HandoffReason.ALREADY_WAITING}
    }
    wrote = {
        (day(m["created_at"]), m["conversation_id"])
        for m in await tenant.fetch("select * from messages where sender in ('phone', 'human')")
    }
    bookings = [
        b
        for b in await tenant.fetch("select * from bookings where booked_by = 'customer'")
        if period.first <= day(b["created_at"]) <= period.last
    ]
    prompt: Counter[str] = Counter()
    completion: Counter[str] = Counter()
    for one in calls:
        prompt[one["model"]] += one["prompt_tokens"]
        completion[one["model"]] += one["completion_tokens"]
    return AssistantFigures(
        conversations=len(answered),
        handed_over=len(answered & (called | wrote)),
        booked=len(bookings),
        by_model=tuple(
            ModelUse(model=model, prompt_tokens=prompt[model], completion_tokens=completion[model])
            for model in sorted(prompt)
            if prompt[model] + completion[model]
        ),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(ZONES),
    events=EVENTS,
    first=st.integers(-3, 3),
    days=st.sampled_from([1, 2, 7, 400]),
    today=st.integers(-2, 6),
)
async def test_it_is_what_one_counts_row_by_row(
    database: Database,
    shop: Shop,
    place: tuple[str, date],
    events: list[tuple[str, int, int, str, str, int]],
    first: int,
    days: int,
    today: int,
) -> None:
    """Asked twice, with days rolled up and open ones, in days of any length; a merge and a new zone change with it."""
    zone, day = ZoneInfo(place[0]), place[1]
    zero = midnight(day, zone).astimezone(UTC)
    async with database.tenant(shop.organization_id) as tenant:
        for table in ("bookings", "contacts", "assistant_days"):
            await tenant.execute(f"delete from {table}")
        await organizations.change(tenant, shop.organization_id, SettingsChange(timezone=str(zone)))
        people = [await customer(tenant, shop, phone(n)) for n in range(3)]
        owner = await customer(tenant, shop, phone(9), audience=Audience.OWNER)
        for number, (what, who, minutes, *more) in enumerate(events):
            at = zero + timedelta(minutes=minutes)
            match what, more:
                case "call", [str(status), str(model), int(tokens)]:
                    await call(tenant, shop, people[who], at, status=status, model=model, tokens=tokens)
                case "alert", [str(kind)]:
                    await alert(tenant, shop, people[who], at, kind)
                case "phone", _:
                    await typed(tenant, shop, people[who], at)
                case "aurora", _:
                    await call(tenant, shop, owner, at, agent=AgentType.AURORA)
                case "booked", [str(by)]:
                    await booked(tenant, shop, people[who], NOON + number * HOUR, by, at)
        begins = day + timedelta(days=first)
        periods = [
            Period(first=begins, last=begins + timedelta(days=days - 1)),
            Period(first=begins, last=begins),
            Period(first=day - timedelta(days=9), last=day + timedelta(days=9)),
        ]

        async def check(clock: ZoneInfo) -> None:
            for asked in (*periods, *periods):
                found = await assistant_figures.assistant(tenant, asked, clock, day + timedelta(days=today))
                assert found == await counted(tenant, asked, clock)
                assert found.answered_alone + found.handed_over == found.conversations

        await check(zone)
        await contacts.upsert(tenant, shop.organization_id, [phone(0), phone(1)], None)
        await check(zone)
        await organizations.change(tenant, shop.organization_id, SettingsChange(timezone="Asia/Tokyo"))
        await check(ZoneInfo("Asia/Tokyo"))


async def test_only_days_that_are_well_over_are_rolled_up(database: Database, shop: Shop) -> None:
    """Neither today nor yesterday, whoever says it is later; what comes in late counts."""
    now = datetime.now(SAO_PAULO)
    today = now.date()
    everything = Period(first=today - timedelta(days=9), last=today)
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        for ago in (0, 1, 2, 5):
            await call(tenant, shop, one, midnight(today - timedelta(days=ago), SAO_PAULO))
        for pretended in (today - timedelta(days=3), today + timedelta(days=400)):
            found = await assistant_figures.assistant(tenant, everything, SAO_PAULO, pretended)
            assert found.conversations == 4
        rolled = await tenant.fetch("select day, conversations from assistant_days order by day")
        assert [(today - row["day"]).days for row in rolled] == [5, 4, 3, 2]
        assert [row["conversations"] for row in rolled] == [1, 0, 0, 1]
        other = await customer(tenant, shop, phone(2))
        await call(tenant, shop, other, midnight(today - timedelta(days=1), SAO_PAULO))
        assert (await assistant_figures.assistant(tenant, everything, SAO_PAULO, today)).conversations == 5


async def test_two_who_ask_at_once_count_a_day_once(database: Database, shop: Shop) -> None:
    """The second waits for the first's roll-ups and finds them; tokens are not added twice either."""
    day = date(2026, 3, 2)
    period = Period(first=day, last=day + timedelta(days=1))
    async with database.tenant(shop.organization_id) as tenant:
        await call(tenant, shop, await customer(tenant, shop), midnight(day, SAO_PAULO) + HOUR)

    async def ask() -> AssistantFigures:
        async with database.tenant(shop.organization_id) as tenant:
            return await assistant_figures.assistant(tenant, period, SAO_PAULO, date(2026, 4, 1))

    async with database.tenant(shop.organization_id) as tenant:
        first = await assistant_figures.assistant(tenant, period, SAO_PAULO, date(2026, 4, 1))
        asking = asyncio.create_task(ask())
        async with database.unbound() as watcher:
            await until_somebody_waits(watcher)
    assert await asking == first == await ask()
    assert (first.conversations, first.by_model[0].prompt_tokens) == (1, 100)


async def test_a_zone_that_is_not_the_shops_is_counted_but_not_kept(database: Database, shop: Shop) -> None:
    """Whoever asks by a zone that the shop has just left gets figures of its days, and spoils no roll-up."""
    tokyo, late = ZoneInfo("Asia/Tokyo"), datetime(2026, 3, 2, 23, tzinfo=SAO_PAULO)
    async with database.tenant(shop.organization_id) as tenant:
        await call(tenant, shop, await customer(tenant, shop), late)
        for zone, day, found in ((tokyo, 3, 1), (tokyo, 2, 0), (SAO_PAULO, 2, 1), (SAO_PAULO, 3, 0)):
            period = Period(first=date(2026, 3, day), last=date(2026, 3, day))
            figures = await assistant_figures.assistant(tenant, period, zone, date(2026, 4, 1))
            assert figures.conversations == found, (zone, day)


@pytest.mark.parametrize("table", ["assistant_days", "assistant_day_models"])
async def test_roll_ups_are_of_one_shop(database: Database, shop: Shop, other_shop: Shop, table: str) -> None:
    """Another shop's conversations are in no figure, and its roll-ups are not seen."""
    at = datetime(2026, 3, 2, 12, tzinfo=SAO_PAULO)
    period = Period(first=at.date(), last=at.date())
    async with database.tenant(other_shop.organization_id) as tenant:
        await call(tenant, other_shop, await customer(tenant, other_shop), at)
        theirs = await assistant_figures.assistant(tenant, period, SAO_PAULO, date(2026, 4, 1))
        assert theirs.conversations == await tenant.fetchval(f"select count(*) from {table}") == 1
    async with database.tenant(shop.organization_id) as tenant:
        mine = await assistant_figures.assistant(tenant, period, SAO_PAULO, date(2026, 4, 1))
        assert (mine.conversations, mine.by_model) == (0, ())
        assert await tenant.fetchval(f"select count(*) from {table} where organization_id <> $1", uuid.uuid4()) == 0
