"""Wakes whoever waits for the next change of the practice phone: pages, long polls."""

from __future__ import annotations

import asyncio


class Changes:
    """A bell: waiters read the store, then wait for it to ring; closing it ends every wait."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self.closed = False

    def announce(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()

    def close(self) -> None:
        self.closed = True
        self._bell.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Returns at the next change, at closing, or after the given time."""
        bell = self._bell
        try:
            await asyncio.wait_for(bell.wait(), seconds)
        except TimeoutError:
            return
