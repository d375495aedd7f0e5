"""A process beside the measured ones, up as soon as it answers."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from dev.child import Child
from dev.terminal import DevError

_START_SECONDS = 30.0


@asynccontextmanager
async def answering(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, at: str, called: str
) -> AsyncIterator[int]:
    """The process id, once `at` is answered 200; ended with the context. Raises `DevError` when it does not start."""
    child = Child(list(command), env=dict(env), log=log)
    await child.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        async with httpx.AsyncClient(trust_env=False) as http:
            while not await _answers(http, at):
                if child.pid is None or time.monotonic() > deadline:
                    raise DevError(f"{called} did not start:\n{child.log_tail()}")
                await asyncio.sleep(0.05)
        assert child.pid is not None
        yield child.pid
    finally:
        await child.stop()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.HTTPError:
        return False
