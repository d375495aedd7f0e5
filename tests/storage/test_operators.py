"""Operators, their sessions and tries to sign in, as rows."""

import asyncio
import secrets
from datetime import timedelta

import asyncpg
import pytest

from domain.ids import OperatorId
from domain.operators import OperatorRole
from storage import operator_sessions, operators, sign_in_attempts
from storage.database import Connection, Database
from tests.shops import Shop
from tests.storage.rows import Customer, customer, people_rows

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


async def people(tenant: Connection, shop: Shop) -> tuple[Customer, OperatorId]:
    """A customer, and an operator with a row of every kind about them."""
    somebody = await customer(tenant, shop)
    return somebody, await people_rows(tenant, shop, somebody)


async def test_nothing_points_at_another_shop_s_operator(database: Database, shop: Shop, other_shop: Shop) -> None:
    """Foreign keys do not look at policies; the pair with the organisation does. The tables are read from the
    catalogue."""
    async with database.tenant(other_shop.organization_id) as tenant:
        _, stranger = await people(tenant, other_shop)
    async with database.tenant(shop.organization_id) as tenant:
        await people(tenant, shop)
        pointing = [
            row["relname"]
            for row in await tenant.fetch(
                """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
                   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                     and a.attname = 'operator_id' and has_table_privilege(c.oid, 'update')"""
            )
        ]
    assert {"operator_sessions", "handoffs", "conversation_notes", "letters", "messages"} <= set(pointing)
    filled = 0
    for table in pointing:
        async with database.tenant(shop.organization_id) as tenant:
            if not await tenant.fetchval(f"select count(*) from {table}"):
                continue
        filled += 1
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute(f"update {table} set operator_id = $1", stranger)
    assert filled >= 3
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.tenant(shop.organization_id) as tenant:
            await operator_sessions.begin(tenant, shop.organization_id, stranger, secrets.token_hex(32), longest=DAY)


async def test_an_email_is_one_operator_of_a_shop(database: Database, shop: Shop, other_shop: Shop) -> None:
    """A second one is not added, active or not; another shop's is another."""
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            _, known = await people(tenant, one)
            await operators.set_active(tenant, known, False)
            again = await operators.add(
                tenant,
                one.organization_id,
                email="ana@amigo-fiel.example",
                name="Outra Ana",
                role=OperatorRole.ADMIN,
                password_hash="x",
            )
            assert again is None
            assert [operator.name for operator in await operators.listed(tenant)] == ["Ana"]


async def test_credentials_are_of_active_operators_only(database: Database, shop: Shop) -> None:
    """Found by email or by id; whoever is out has none, and no question at all finds nobody."""
    async with database.tenant(shop.organization_id) as tenant:
        _, ana = await people(tenant, shop)
        by_email = await operators.credentials(tenant, email="ana@amigo-fiel.example")
        assert by_email is not None
        assert by_email == await operators.credentials(tenant, operator_id=ana)
        assert "argon2" not in repr(by_email)
        assert await operators.credentials(tenant) is None
        assert await operators.names(tenant, [ana]) == {ana: "Ana"}
        await operators.set_active(tenant, ana, False)
        assert await operators.credentials(tenant, operator_id=ana) is None


async def test_a_session_is_found_with_one_question(database: Database, shop: Shop) -> None:
    """Operator, whether they are in, and whether it lasts."""
    token = secrets.token_hex(32)
    async with database.tenant(shop.organization_id) as tenant:
        _, ana = await people(tenant, shop)
        await operator_sessions.begin(tenant, shop.organization_id, ana, token, longest=DAY)
        found = await operator_sessions.find(tenant, token, idle=DAY, touch_every=MINUTE)
        assert found is not None
        assert (found.operator.id, found.operator.name, found.is_stale) == (ana, "Ana", False)
        assert await operator_sessions.find(tenant, token, idle=timedelta(0), touch_every=MINUTE) is None
        assert await operator_sessions.find(tenant, token[:-1] + "x", idle=DAY, touch_every=MINUTE) is None
        await operators.set_active(tenant, ana, False)
        assert await operator_sessions.find(tenant, token, idle=DAY, touch_every=MINUTE) is None


async def test_tries_can_be_added_and_forgotten_and_not_rewritten(database: Database) -> None:
    """The app may not move a try to another time or subject."""
    async with database.unbound() as unbound:
        await sign_in_attempts.count(unbound, "a" * 64)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.unbound() as unbound:
            await unbound.execute("update sign_in_attempts set at = now() - interval '1 day'")


async def test_one_waits_for_the_oldest_try_that_is_too_many(database: Database) -> None:
    """With a limit of three, the third newest has to grow old first."""
    async with database.unbound() as unbound:
        for minutes in (9, 7, 5, 3):
            await unbound.execute(
                "insert into sign_in_attempts values ($1, now() - $2::interval)", "a" * 64, minutes * MINUTE
            )
        wait = await sign_in_attempts.wait_until(unbound, "a" * 64, limit=3, within=10 * MINUTE)
        assert wait is not None
        assert timedelta(minutes=2, seconds=50) < wait <= timedelta(minutes=3)
        assert await sign_in_attempts.wait_until(unbound, "a" * 64, limit=5, within=10 * MINUTE) is None
        assert await sign_in_attempts.wait_until(unbound, "a" * 64, limit=3, within=6 * MINUTE) is None
        assert await sign_in_attempts.wait_until(unbound, "b" * 64, limit=1, within=10 * MINUTE) is None


async def test_many_forget_old_tries_at_once(database: Database) -> None:
    """Nobody waits for anybody, and only what is old goes."""
    async with database.unbound() as unbound:
        for number in range(200):
            await unbound.execute(
                "insert into sign_in_attempts values ($1, now() - $2::interval)", f"{number:064}", number * MINUTE
            )

    async def forget() -> None:
        async with database.unbound() as unbound:
            await sign_in_attempts.forget_old(unbound, older_than=timedelta(minutes=99, seconds=30))

    await asyncio.gather(*(forget() for _ in range(8)))
    async with database.unbound() as unbound:
        assert await unbound.fetchval("select count(*) from sign_in_attempts") == 100
