"""Delivers webhooks to the gateway as Evolution API does: one at a time a chat, again and again unless refused.

Never tried again: 400, 401, 403, 404, 413, 422. Everything else that is not 2xx, and every network error, is.
Source of the list: Evolution API 2.3.6, and 413 because a body never shrinks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import structlog

from dev.practice_phone.outbox import Outbox
from dev.practice_phone.records import Instance, Webhook

_NEVER_AGAIN = frozenset({400, 401, 403, 404, 413, 422})
_TIMEOUT = httpx.Timeout(30, connect=5, pool=None)
_log = structlog.get_logger("practice_phone")


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before the next attempt: the first wait, doubling up to the longest."""

    first: float = 0.5
    longest: float = 30.0

    def before(self, failures: int) -> float:
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 20))


class Deliveries:
    """One task a busy lane; failures are counted in memory, the queue itself outlives the process."""

    def __init__(
        self,
        outbox: Outbox,
        *,
        instance: Callable[[str], Instance | None],
        changed: Callable[[], None],
        gateway_url: str,
        backoff: Backoff,
    ) -> None:
        self._outbox = outbox
        self._instance = instance
        self._changed = changed
        self._gateway_url = gateway_url
        self._backoff = backoff
        self._lanes: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._retry_now = asyncio.Event()
        # The gateway is local: a proxy of the environment must not see the tokens.
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)

    def wake(self) -> None:
        """Starts every lane that has something pending and is not at work."""
        for lane in self._outbox.lanes():
            if lane not in self._lanes:
                self._lanes[lane] = asyncio.create_task(self._work(*lane))

    def retry_now(self) -> None:
        """Ends the waits between attempts: the shop's gateway or token changed."""
        self._retry_now.set()
        self._retry_now = asyncio.Event()

    async def close(self) -> None:
        """Stops; what was not accepted stays queued."""
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    async def _work(self, webhook_key: str, lane: str) -> None:
        failures = 0
        try:
            while (webhook := self._outbox.head(webhook_key, lane)) is not None:
                if await self._deliver(webhook):
                    failures = 0
                    continue
                failures += 1
                await self._pause(self._backoff.before(failures))
        finally:
            # No await since the lane was found empty, so a wake in between cannot be lost.
            del self._lanes[webhook_key, lane]

    async def _deliver(self, webhook: Webhook) -> bool:
        """True when the webhook has left the queue."""
        instance = self._instance(webhook.webhook_key)
        if instance is None:
            raise LookupError(f"a webhook of an unknown shop: {webhook.webhook_key}")
        base = (instance.gateway_url or self._gateway_url).rstrip("/")
        try:
            response = await self._http.post(
                f"{base}/webhooks/practice/{quote(webhook.webhook_key, safe='')}",
                content=webhook.body.encode(),
                headers={"Authorization": f"Bearer {instance.token}", "Content-Type": "application/json"},
            )
        except httpx.RequestError as error:
            return self._settle(webhook, type(error).__name__, again=True)
        if response.is_success:
            self._outbox.accepted(webhook)
            self._changed()
            return True
        return self._settle(webhook, f"HTTP {response.status_code}", again=response.status_code not in _NEVER_AGAIN)

    def _settle(self, webhook: Webhook, trouble: str, *, again: bool) -> bool:
        _log.warning(
            "webhook_postponed" if again else "webhook_refused",
            webhook_id=webhook.id,
            attempt=webhook.attempts + 1,
            trouble=trouble,
        )
        if again:
            self._outbox.postponed(webhook, trouble)
        else:
            self._outbox.refused(webhook, trouble)
        self._changed()
        return not again

    async def _pause(self, seconds: float) -> None:
        bell = self._retry_now
        try:
            await asyncio.wait_for(bell.wait(), seconds)
        except TimeoutError:
            return
