"""Connections to Postgres: one pool, and transactions bound to one shop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import structlog

from domain.errors import Misconfigured, StorageUnavailable
from domain.ids import OrganizationId

_log = structlog.get_logger()

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
)

# A member of a role has the role's rights over its tables, and may become it.
_POWERFUL = """select exists (select from pg_roles r where pg_has_role(current_user, r.oid, 'member')
    and (r.rolsuper or r.rolbypassrls
         or exists (select from pg_tables where schemaname = 'public' and tableowner = r.rolname)))"""


async def _nothing_to_reset(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Instead of asyncpg's four statements each time a connection is given back: nothing of ours outlives a
        transaction.

    The binding to a shop and the advisory locks end with theirs, and one left open asyncpg itself rolls back.
    """


class Database:
    """The app's pool. It connects as a role that sees nothing until a transaction is bound to an organisation."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str, *, max_size: int = 10) -> "Database":
        """Open a pool. Raises `StorageUnavailable`, or `Misconfigured` for a role that sees every shop's rows."""
        try:
            pool = await asyncpg.create_pool(
                url, min_size=1, max_size=max_size, command_timeout=30, timeout=10, reset=_nothing_to_reset
            )
            powerful = await pool.fetchval(_POWERFUL)
        except AWAY as error:
            raise StorageUnavailable(f"cannot connect to the database: {error}") from error
        if powerful:
            await pool.close()
            raise Misconfigured(
                "DATABASE_URL names a role that could see every shop's rows; `auzap migrate` makes a plain one"
            )
        return cls(pool)

    @classmethod
    async def connect_patiently(cls, url: str, *, max_size: int = 10) -> "Database":
        """As `connect`, but a database that is not there yet is waited for."""
        while True:
            try:
                return await cls.connect(url, max_size=max_size)
            except StorageUnavailable as away:
                _log.warning("[WORKER] Database away, waiting", error=str(away))
                await asyncio.sleep(1)

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close()

    @asynccontextmanager
    async def tenant(self, organization_id: OrganizationId) -> AsyncIterator[Connection]:
        """A transaction that sees and writes the rows of one organisation, and of no other."""
        async with self._transaction() as connection:
            await connection.execute("select set_config('auzap.organization_id', $1, true)", str(organization_id))
            yield connection

    @asynccontextmanager
    async def unbound(self) -> AsyncIterator[Connection]:
        """A transaction bound to no organisation: it can only ask the few questions that find one."""
        async with self._transaction() as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                yield connection
        except AWAY as error:
            raise StorageUnavailable(f"{type(error).__name__}: {error}") from error
