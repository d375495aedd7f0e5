"""A database that is away: every connection of the app is cut, and no new one is let in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from dev.postgres import APP_LOGIN, DatabaseUrls


@asynccontextmanager
async def database_outage(urls: DatabaseUrls) -> AsyncIterator[None]:
    """While the context lasts the app cannot reach its database."""
    owner = await asyncpg.connect(urls.owner)
    try:
        await owner.execute(f"alter role {APP_LOGIN} connection limit 0")
        await owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", APP_LOGIN)
        yield
    finally:
        await owner.execute(f"alter role {APP_LOGIN} connection limit -1")
        await owner.close()
