"""The dashboard's figures: of the shop's own day, of this shop only, and cheap on a busy day."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from dev.postgres import DatabaseUrls
from domain.dashboard import AnswerTimes
from domain.figures import ModelUse
from storage import dashboard, dead_letters, stuck_steps
from storage.database import Database
from storage.dead_letters import DeadLetterSource
from storage.stuck_steps import FailedTry
from tests.shops import Shop
from tests.storage.rows import Customer, customer, phone

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""Noon of a Monday in São Paulo: its day began at 03:00 UTC."""
MIDNIGHT = datetime(2026, 11, 23, 3, tzinfo=UTC)

_MESSAGES = """
    insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender, content, status,
        address, created_at)
    select $1, $2, $3, case when g % 2 = 0 then 'inbound' else 'outbound' end,
        case when g % 2 = 0 then 'customer' else 'ai' end, repeat('texto ', 20),
        case when g % 2 = 0 then 'received' when g % 1000 = 1 then 'failed' else 'sent' end, 'x',
        $4::timestamptz + (g::float8 / $6) * ($5::timestamptz - $4::timestamptz)
    from generate_series(0, $6 - 1) g"""
_CALLS = """
    insert into ai_interactions (organization_id, conversation_id, turn_id, round, ai_type, agent_type, model,
        prompt_tokens, completion_tokens, response, status, created_at)
    select $1, $2, gen_random_uuid(), 1, 'client', 'client-ai', 'gpt-4o-mini',
        case when g % 10 = 0 then 0 else 1000 end, case when g % 10 = 0 then 0 else 50 end, repeat('texto ', 20),
        case when g % 10 = 0 then 'error' else 'ok' end,
        $3::timestamptz + (g::float8 / $5) * ($4::timestamptz - $3::timestamptz)
    from generate_series(0, $5 - 1) g"""


class Writer:
    """Rows as they were left by days that have passed, without what triggers make of them."""

    def __init__(self, owner: "asyncpg.Connection[asyncpg.Record]", shop: Shop, who: Customer) -> None:
        self._owner, self._shop, self._who = owner, shop, who

    async def messages(self, many: int, start: datetime, end: datetime) -> None:
        """So many, spread from `start` to `end`: every other one from the customer, one of 1000 failed."""
        await self._owner.execute(
            _MESSAGES, self._shop.organization_id, self._who.conversation_id, self._shop.instance.id, start, end, many
        )

    async def calls(self, many: int, start: datetime, end: datetime) -> None:
        """So many calls of the model: one of ten failed."""
        await self._owner.execute(_CALLS, self._shop.organization_id, self._who.conversation_id, start, end, many)

    async def handoff(
        self,
        opened: datetime,
        *,
        reason: str = "asked_by_model",
        state: str = "released",
        answered_after: timedelta | None = None,
        ended: datetime | None = None,
        waiting_since: datetime | None = None,
    ) -> None:
        """One hand-over."""
        await self._owner.execute(
            """insert into handoffs (organization_id, conversation_id, reason, state, opened_at, first_answer_at,
                   ended_at, waiting_since) values ($1, $2, $3, $4, $5, $6, $7, $8)""",
            self._shop.organization_id,
            self._who.conversation_id,
            reason,
            state,
            opened,
            opened + answered_after if answered_after is not None else None,
            ended,
            waiting_since,
        )


@pytest.fixture
async def writer(database: Database, database_urls: DatabaseUrls, shop: Shop) -> AsyncIterator[Writer]:
    """Writes rows of `shop`."""
    async with database.tenant(shop.organization_id) as tenant:
        who = await customer(tenant, shop, phone(1))
    owner = await _owner(database_urls)
    yield Writer(owner, shop, who)
    await owner.close()


async def _owner(urls: DatabaseUrls) -> "asyncpg.Connection[asyncpg.Record]":
    owner = await asyncpg.connect(urls.owner)
    await owner.execute("set session_replication_role = replica")
    return owner


async def test_a_shop_without_rows_has_zeros(database: Database, shop: Shop) -> None:
    """Nothing is divided by nothing."""
    async with database.tenant(shop.organization_id) as tenant:
        found = await dashboard.today(tenant, ZONE, NOW)
    assert (found.messages_in, found.model_calls, found.waiting, found.waiting_since) == (0, 0, 0, None)
    assert found.answers_today == found.answers_week == AnswerTimes()
    assert (found.tokens, found.failures) == (0, 0)


async def test_the_day_is_the_shops(database: Database, shop: Shop, other_shop: Shop, writer: Writer) -> None:
    """Messages and model calls count from the shop's midnight on, and no other shop sees them."""
    await writer.messages(4_000, MIDNIGHT, NOW)
    await writer.messages(10, MIDNIGHT - timedelta(hours=2), MIDNIGHT)
    await writer.calls(100, MIDNIGHT, NOW)
    await writer.calls(10, MIDNIGHT - timedelta(hours=2), MIDNIGHT)
    async with database.tenant(shop.organization_id) as tenant:
        found = await dashboard.today(tenant, ZONE, NOW)
    assert (found.messages_in, found.messages_out, found.failed_sends) == (2_000, 2_000, 4)
    assert (found.model_calls, found.model_errors) == (100, 10)
    assert found.by_model == (ModelUse(model="gpt-4o-mini", prompt_tokens=90_000, completion_tokens=4_500),)
    assert found.tokens == 94_500
    async with database.tenant(other_shop.organization_id) as tenant:
        other = await dashboard.today(tenant, ZONE, NOW)
    assert (other.messages_in, other.model_calls, other.failed_sends) == (0, 0, 0)


async def test_answer_times_count_who_waited(database: Database, shop: Shop, writer: Writer) -> None:
    """Median and p90 of today and of seven days; what was answered on the phone or taken over unasked is no wait."""
    minute = timedelta(minutes=1)
    for number in range(1, 11):
        opened = MIDNIGHT + number * minute
        await writer.handoff(opened, answered_after=number * minute, ended=NOW, state="resolved")
    yesterday = MIDNIGHT - timedelta(hours=3)
    await writer.handoff(yesterday, answered_after=60 * minute, ended=yesterday + 2 * minute)
    await writer.handoff(MIDNIGHT - timedelta(days=7), answered_after=60 * minute, ended=MIDNIGHT - timedelta(days=6))
    for reason in ("answered_on_phone", "taken_by_operator"):
        await writer.handoff(MIDNIGHT, reason=reason, answered_after=timedelta(), ended=MIDNIGHT)
    async with database.tenant(shop.organization_id) as tenant:
        found = await dashboard.today(tenant, ZONE, NOW)
    assert found.handed_over == 12
    assert found.answers_today == AnswerTimes(answered=10, median=5.5 * minute, p90=9.1 * minute)
    assert (found.answers_week.answered, found.answers_week.median) == (11, 6 * minute)
    assert (found.released, found.resolved) == (2, 10)


async def test_who_waits_now_is_counted(database: Database, shop: Shop, writer: Writer) -> None:
    """Who waits for a word, and since when the one who waits longest; an open hand-over where nobody does is apart."""
    since = NOW - timedelta(hours=30)
    await writer.handoff(since, state="waiting", waiting_since=since)
    async with database.tenant(shop.organization_id) as tenant:
        found = await dashboard.today(tenant, ZONE, NOW)
        assert (found.waiting, found.waiting_since, found.attended, found.handed_over) == (1, since, 0, 0)
        await tenant.execute("update handoffs set state = 'claimed'")
        found = await dashboard.today(tenant, ZONE, NOW)
        assert (found.waiting, found.attended, found.unanswered) == (0, 1, 1)
        await tenant.execute("update handoffs set waiting_since = null")
        found = await dashboard.today(tenant, ZONE, NOW)
    assert (found.waiting, found.waiting_since, found.attended, found.unanswered) == (0, None, 1, 0)


async def test_what_failed_is_counted(database: Database, shop: Shop, writer: Writer) -> None:
    """Dead letters that nobody sent on, and steps that keep failing."""
    failed = FailedTry(
        workflow_id="conversation/x",
        run_id="r",
        activity_id="1",
        activity="send_reply",
        is_local=False,
        error_type="ChannelUnavailable",
        error="HTTP 503",
        attempts=3,
    )
    async with database.tenant(shop.organization_id) as tenant:
        await stuck_steps.note(tenant, shop.organization_id, failed)
        for number in range(2):
            await dead_letters.bury(
                tenant,
                shop.organization_id,
                shop.instance.id,
                source=DeadLetterSource.WEBHOOK,
                fingerprint=str(number),
                payload="{}",
                error="?",
            )
        await tenant.execute("update dead_letters set redriven_at = now() where fingerprint = '0'")
        found = await dashboard.today(tenant, ZONE, NOW)
    assert (found.stuck, found.dead_letters, found.failures) == (1, 1, 2)


async def test_a_busy_day_is_cheap(database: Database, shop: Shop, writer: Writer, database_urls: DatabaseUrls) -> None:
    """100,000 messages and 50,000 model calls today, and half as many yesterday: at most 50 ms at its best of ten."""
    for many, start in ((100_000, MIDNIGHT), (50_000, MIDNIGHT - timedelta(days=1))):
        await writer.messages(many, start, start + timedelta(hours=12))
        await writer.calls(many // 2, start, start + timedelta(hours=12))
    owner = await _owner(database_urls)
    await owner.execute("vacuum analyze messages, ai_interactions")  # what autovacuum does of itself
    await owner.close()
    took = []
    for _ in range(10):
        began = time.perf_counter()
        async with database.tenant(shop.organization_id) as tenant:
            found = await dashboard.today(tenant, ZONE, NOW)
        took.append(time.perf_counter() - began)
    assert found.messages_in + found.messages_out == 100_000
    assert min(took) <= 0.05, f"{1000 * min(took):.0f} ms"
