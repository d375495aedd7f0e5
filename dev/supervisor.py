"""Keeps one process of the stack up: starts it, waits until it is ready, and starts it again when it dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from dev.child import Child, how_it_ended
from dev.terminal import DevError, Report

_POLL_SECONDS = 0.05
_BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_STEADY_SECONDS = 30.0


class Supervised:
    """A child with its Portuguese title, how it is started, and how one sees that it is ready.

    `within` is in seconds: what is not ready by then has failed.
    """

    def __init__(
        self,
        title: str,
        child: Child,
        ready: Callable[[], Awaitable[bool]],
        *,
        report: Report,
        changed: Callable[[], None],
        start: Callable[[], Awaitable[None]] | None = None,
        within: float = 60.0,
    ) -> None:
        self.title, self.child = title, child
        self._ready, self._report, self._changed = ready, report, changed
        self._start = start or child.start
        self._within = within
        self._watch: asyncio.Task[None] | None = None

    async def up(self) -> None:
        """Start it and wait until it is ready; from then on it is kept up.

        DevError, with the last lines of its log, when it does not come up.
        """
        await self._start_and_wait()
        self._watch = asyncio.create_task(self._keep_up())

    async def down(self) -> None:
        """End it for good."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        await self.child.stop()

    async def _start_and_wait(self) -> None:
        await self._start()
        self._changed()
        deadline = time.monotonic() + self._within
        while not await self._ready():
            if self.child.returncode is not None:
                raise DevError(self._complaint(f"não iniciou ({how_it_ended(self.child.returncode)})"))
            if time.monotonic() > deadline:
                raise DevError(self._complaint(f"não ficou pronto em {self._within:.0f} s"))
            await asyncio.sleep(_POLL_SECONDS)

    def _complaint(self, what: str) -> str:
        return f"{self.title} {what}. As últimas linhas de {self.child.log}:\n{self.child.log_tail()}"

    async def _keep_up(self) -> None:
        failures = 0
        while True:
            since = time.monotonic()
            code = await self.child.wait()
            if time.monotonic() - since > _STEADY_SECONDS:
                failures = 0
            self._report.say(f"{self.title} caiu ({how_it_ended(code)}); reiniciando…")
            self._changed()
            fell = time.monotonic()
            while True:
                await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
                failures += 1
                try:
                    await self._start_and_wait()
                    break
                except (DevError, OSError) as error:
                    self._report.say(f"{error}\nTentando de novo…")
                    await self.child.stop()
            self._report.say(f"{self.title} voltou em {time.monotonic() - fell:.1f} s".replace(".", ","))
