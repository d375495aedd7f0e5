"""Postgres' notifications, on a connection of their own: pooled ones forget what they listen to."""

import asyncio

import asyncpg
import structlog

from domain.errors import StorageUnavailable
from storage.database import AWAY

_log = structlog.get_logger()
_PAUSE = 1.0


async def listen(url: str, channel: str, news: asyncio.Event) -> None:
    """Set `news` whenever the channel is notified, and when a lost connection is back; until cancelled."""
    while True:
        try:
            await _listen_once(url, channel, news)
        except (*AWAY, StorageUnavailable) as error:
            _log.warning("[WORKER] Database away, not listening", error=type(error).__name__)
        await asyncio.sleep(_PAUSE)


async def _listen_once(url: str, channel: str, news: asyncio.Event) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    gone = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(channel, lambda *_: news.set())
        news.set()  # what was notified while nobody listened
        await gone.wait()
    finally:
        connection.terminate()
