"""Keeps the webhooks that wait for the gateway, in the order in which each chat made them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from dev.practice_phone.baileys import Body
from dev.practice_phone.records import Delivery, Webhook, WebhookState
from dev.practice_phone.store import Store

_WEBHOOK = "id, webhook_key, lane, body, attempts"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A webhook that the gateway will never take; `lane` is the chat's address, empty for the shop's own events."""

    event: str
    lane: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OutboxView:
    """What a page shows of a shop's webhooks."""

    held: int
    retrying: int
    trouble: str | None
    refused: tuple[Refusal, ...]


class Outbox:
    """Webhooks in SQLite beside the messages they tell of: both are written in one transaction of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection = store.connection

    def add(self, webhook_key: str, lane: str, body: Body, *, held: bool, inbound: str | None = None) -> None:
        """Queues a body; `inbound` is the id of the customer's message that it carries, whose delivery it decides."""
        state = WebhookState.HELD if held else WebhookState.PENDING
        row = self._connection.execute(
            "insert into webhooks (webhook_key, lane, body, event, state, created_at) values (?, ?, ?, ?, ?, ?)"
            " returning id",
            (webhook_key, lane, json.dumps(body), body["event"], state.value, round(time.time() * 1000)),
        ).fetchone()
        if inbound is not None:
            self._connection.execute(
                "update messages set webhook_id = ? where webhook_key = ? and message_id = ?",
                (row["id"], webhook_key, inbound),
            )

    def head(self, webhook_key: str, lane: str) -> Webhook | None:
        """The oldest pending webhook of a lane."""
        row = self._connection.execute(
            f"select {_WEBHOOK} from webhooks where webhook_key = ? and lane = ? and state = ? order by id limit 1",
            (webhook_key, lane, WebhookState.PENDING.value),
        ).fetchone()
        return None if row is None else Webhook(*row)

    def lanes(self) -> list[tuple[str, str]]:
        """Every lane with something pending."""
        rows = self._connection.execute(
            "select webhook_key, lane from webhooks where state = ? group by webhook_key, lane order by min(id)",
            (WebhookState.PENDING.value,),
        )
        return [(row["webhook_key"], row["lane"]) for row in rows]

    def accepted(self, webhook: Webhook) -> None:
        """The gateway took it: it leaves the queue."""
        with self._store.transaction():
            self._move_message(webhook, Delivery.ACCEPTED)
            self._connection.execute("delete from webhooks where id = ?", (webhook.id,))
            if webhook.attempts:
                self._store.touch_instance(webhook.webhook_key)

    def postponed(self, webhook: Webhook, trouble: str) -> None:
        """It will be tried again: the page shows why it waits."""
        with self._store.transaction():
            self._connection.execute(
                "update webhooks set attempts = attempts + 1, trouble = ? where id = ?", (trouble, webhook.id)
            )
            self._store.touch_instance(webhook.webhook_key)

    def refused(self, webhook: Webhook, trouble: str) -> None:
        """It will never be taken: it leaves the queue and is kept to be shown."""
        with self._store.transaction():
            self._move_message(webhook, Delivery.REFUSED)
            self._connection.execute(
                "update webhooks set attempts = attempts + 1, trouble = ?, state = ? where id = ?",
                (trouble, WebhookState.REFUSED.value, webhook.id),
            )
            self._store.touch_instance(webhook.webhook_key)

    def release(self, webhook_key: str) -> None:
        """The shop's phone is connected again: what it held is queued, in order."""
        rows = self._connection.execute(
            "update webhooks set state = ? where webhook_key = ? and state = ? returning id",
            (WebhookState.PENDING.value, webhook_key, WebhookState.HELD.value),
        ).fetchall()
        for row in rows:
            self._connection.execute(
                "update messages set delivery = ?, revision = ? where webhook_id = ?",
                (Delivery.QUEUED.value, self._store.next_revision(), row["id"]),
            )

    def view(self, webhook_key: str) -> OutboxView:
        """The counts and the last refusals of a shop."""
        counts = self._connection.execute(
            "select count(*) filter (where state = ?) as held,"
            " count(*) filter (where state = ? and attempts > 0) as retrying from webhooks where webhook_key = ?",
            (WebhookState.HELD.value, WebhookState.PENDING.value, webhook_key),
        ).fetchone()
        trouble = self._connection.execute(
            "select trouble from webhooks where webhook_key = ? and state = ? and attempts > 0 order by id limit 1",
            (webhook_key, WebhookState.PENDING.value),
        ).fetchone()
        refused = self._connection.execute(
            "select event, lane, trouble, created_at from webhooks where webhook_key = ? and state = ?"
            " order by id desc limit 5",
            (webhook_key, WebhookState.REFUSED.value),
        )
        return OutboxView(
            held=counts["held"],
            retrying=counts["retrying"],
            trouble=None if trouble is None else trouble["trouble"],
            refused=tuple(
                Refusal(
                    row["event"], row["lane"], row["trouble"], datetime.fromtimestamp(row["created_at"] / 1000, UTC)
                )
                for row in refused
            ),
        )

    def _move_message(self, webhook: Webhook, delivery: Delivery) -> None:
        self._connection.execute(
            "update messages set delivery = ?, revision = (select value + 1 from revision) where webhook_id = ?",
            (delivery.value, webhook.id),
        )
        self._store.next_revision()
