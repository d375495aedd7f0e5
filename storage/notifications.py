"""Postgres' notifications, on a connection of their own: pooled ones forget what they listen to."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import structlog

from domain.errors import StorageUnavailable
from storage.database import AWAY

_log = structlog.get_logger()
_PAUSE = 1.0
_PROBE = 10.0
"""Seconds of silence after which the connection is tried: one that was cut without a word looks like a quiet one."""
_PROBE_ANSWER = 5.0


async def listen(url: str, channel: str, news: asyncio.Event) -> None:
    """Set `news` whenever the channel is notified, and when a lost connection is back; until cancelled."""
    await hear(url, channel, lambda _payload: news.set(), news.set)


async def hear(url: str, channel: str, heard: Callable[[str], None], back: Callable[[], None]) -> None:
    """Hand over each notification's payload, in order; until cancelled.

    `back` is called whenever listening begins, the first time and after a lost connection: what was notified before
    is not known, so anything may have changed.
    """
    while True:
        try:
            await _hear_once(url, channel, heard, back)
        except (*AWAY, asyncpg.PostgresError, StorageUnavailable) as error:
            _log.warning("[WORKER] Database away, not listening", error=type(error).__name__)
        await asyncio.sleep(_PAUSE)


async def _hear_once(url: str, channel: str, heard: Callable[[str], None], back: Callable[[], None]) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    gone = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: heard(str(payload)))
        back()
        while not gone.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PROBE):
                    await gone.wait()
                    return
            await connection.execute("select 1", timeout=_PROBE_ANSWER)
    finally:
        connection.terminate()
