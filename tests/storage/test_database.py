"""The pool: what is away is waited for, what is wrong is not."""

import asyncio

import asyncpg
import pytest

from dev.ports import Ports
from dev.postgres import DatabaseUrls
from domain.errors import StorageUnavailable
from storage.database import Database
from tests.shops import Shop


async def test_a_database_that_is_not_there(database_urls: DatabaseUrls) -> None:
    """The error names who reacts; the patient way waits until it is there."""
    nowhere = f"postgresql://x:x@127.0.0.1:{Ports().take()}/x"
    with pytest.raises(StorageUnavailable):
        await Database.connect(nowhere)
    waiting = asyncio.create_task(Database.connect_patiently(nowhere))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    opened = await Database.connect_patiently(database_urls.app)
    await opened.close()


@pytest.mark.parametrize("killed_by", ["pg_terminate_backend", "pg_cancel_backend"])
async def test_a_connection_that_dies_is_the_database_away(
    database: Database, database_urls: DatabaseUrls, shop: Shop, killed_by: str
) -> None:
    """Ended in the middle of a transaction: `StorageUnavailable`, nothing written, and the next transaction works."""
    owner = await asyncpg.connect(database_urls.owner)
    with pytest.raises(StorageUnavailable):
        await _while_killed(database, shop, owner, killed_by)
    await owner.close()
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from contacts") == 0


async def _while_killed(
    database: Database, shop: Shop, owner: "asyncpg.Connection[asyncpg.Record]", killed_by: str
) -> None:
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("insert into contacts (organization_id) values ($1)", shop.organization_id)
        backend = await tenant.fetchval("select pg_backend_pid()")
        asleep = asyncio.ensure_future(tenant.execute("select pg_sleep(30)"))
        while not await owner.fetchval(
            "select exists (select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep')", backend
        ):
            await asyncio.sleep(0.01)
        await owner.fetchval(f"select {killed_by}($1)", backend)
        await asleep


@pytest.mark.parametrize(
    ("statement", "argument", "error"),
    [
        ("select $1::int", 2**40, asyncpg.DataError),
        ("select $1::text", "\ud800", asyncpg.DataError),
        ("select $1::text", "a\x00b", asyncpg.CharacterNotInRepertoireError),
        ("select $1::uuid", "no uuid", asyncpg.DataError),
        ("selekt $1::text", "x", asyncpg.PostgresSyntaxError),
    ],
)
async def test_what_no_wait_makes_right_is_not_waited_for(
    database: Database, shop: Shop, statement: str, argument: object, error: type[Exception]
) -> None:
    """A value or a statement that Postgres will never take is a bug, not a database that is away."""
    with pytest.raises(error):
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.fetchval(statement, argument)
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select 1") == 1
