"""The practice phone itself: what customers, the engine and a person at the shop can do with it."""

from __future__ import annotations

import hmac
import sqlite3
from datetime import UTC, datetime

from dev.practice_phone import baileys
from dev.practice_phone.changes import Changes
from dev.practice_phone.deliveries import Deliveries
from dev.practice_phone.outbox import Outbox
from dev.practice_phone.pictures import save_picture
from dev.practice_phone.records import (
    Author,
    Connection,
    Delivery,
    Instance,
    Jid,
    Kind,
    Message,
    Picture,
    UpsertType,
)
from dev.practice_phone.store import Store


class TokenTaken(Exception):
    """Another shop is registered with the same token, and the token decides whose an engine's call is."""


class Disconnected(Exception):
    """The shop's phone is switched offline."""


class Phone:
    """Every act writes its message and its webhooks in one transaction, then wakes deliveries and pages."""

    def __init__(self, store: Store, outbox: Outbox, deliveries: Deliveries, changes: Changes) -> None:
        self.store = store
        self.outbox = outbox
        self.changes = changes
        self._deliveries = deliveries

    def register(self, instance: Instance) -> bool:
        """Registers or renews a shop; true when it is new. Raises `TokenTaken`."""
        new = self.store.instance(instance.webhook_key) is None
        try:
            with self.store.transaction():
                self.store.save_instance(instance)
        except sqlite3.IntegrityError as error:
            raise TokenTaken from error
        self._deliveries.retry_now()
        self._wake()
        return new

    def owner_of(self, token: str) -> Instance | None:
        """The shop that a bearer token belongs to."""
        found = None
        for instance in self.store.instances():
            if hmac.compare_digest(instance.token.encode(), token.encode()):
                found = instance
        return found

    def type_message(
        self,
        instance: Instance,
        jid: Jid,
        *,
        text: str,
        name: str = "",
        kind: Kind = Kind.TEXT,
        upsert: UpsertType = UpsertType.NOTIFY,
        sent_at: datetime | None = None,
        from_phone: bool = False,
    ) -> Message:
        """A customer writes, or a person answers on the shop's own phone; held as `append` while that is offline."""
        offline = self._connection(instance) is Connection.CLOSE
        inbound_delivery = Delivery.HELD if offline else Delivery.QUEUED
        key = instance.webhook_key
        with self.store.transaction():
            reacted_to = self.store.last_outbound(key, jid) if kind is Kind.REACTION else None
            message = self.store.add_message(
                key,
                jid,
                message_id=baileys.new_message_id(),
                author=Author.SHOP_PHONE if from_phone else Author.CUSTOMER,
                kind=kind,
                text=text,
                at=sent_at or datetime.now(UTC),
                delivery=Delivery.DELIVERED if from_phone else inbound_delivery,
                name="" if from_phone else name,
            )
            if from_phone:
                shaped = _own(message, instance)
            else:
                name = self.store.chat_name(key, jid)
                shaped = baileys.web_message(message, push_name=name, reacted_to=reacted_to)
            body = baileys.upsert([shaped], UpsertType.APPEND if offline else upsert)
            self.outbox.add(key, jid, body, held=offline, inbound=None if from_phone else message.id)
            if from_phone:
                self.outbox.add(key, jid, baileys.update(message, baileys.Status.DELIVERED), held=offline)
            if offline:
                self.store.touch_instance(key)
        self._wake()
        return message

    def send(
        self, instance: Instance, jid: Jid, text: str, message_id: str, picture: Picture | None = None
    ) -> tuple[Message, bool]:
        """The engine sends a text, or a picture with its caption.

        The message and true, or the first message of that id and false. Raises `Disconnected`.
        """
        key = instance.webhook_key
        known = self.store.message(key, message_id)
        if known is not None:
            return known, False
        if self._connection(instance) is Connection.CLOSE:
            raise Disconnected
        with self.store.transaction():
            message = self.store.add_message(
                key,
                jid,
                message_id=message_id,
                author=Author.ENGINE,
                kind=Kind.TEXT if picture is None else Kind.IMAGE,
                text=text,
                at=datetime.now(UTC),
                delivery=Delivery.DELIVERED,
            )
            if picture is not None:
                save_picture(self.store, key, message_id, picture)
            echo = baileys.upsert([_own(message, instance)], UpsertType.NOTIFY)
            self.outbox.add(key, jid, echo, held=False)
            for status in (baileys.Status.SERVER_ACK, baileys.Status.DELIVERED):
                self.outbox.add(key, jid, baileys.update(message, status), held=False)
        self._wake()
        return message, True

    def read(self, instance: Instance, jid: Jid) -> int:
        """The customer opens the chat: how many of the shop's messages are read now that were not."""
        offline = self._connection(instance) is Connection.CLOSE
        with self.store.transaction():
            read = self.store.mark_read(instance.webhook_key, jid)
            for message in read:
                update = baileys.update(message, baileys.Status.READ)
                self.outbox.add(instance.webhook_key, jid, update, held=offline)
        if read:
            self._wake()
        return len(read)

    def switch(self, instance: Instance, state: Connection) -> None:
        """Connects or disconnects the shop's phone; connecting delivers what was held."""
        if self._connection(instance) is state:
            return
        with self.store.transaction():
            self.store.set_connection(instance.webhook_key, state)
            self.outbox.add(instance.webhook_key, "", baileys.connection_update(state), held=False)
            if state is Connection.OPEN:
                self.outbox.release(instance.webhook_key)
        self._wake()

    def resume(self) -> None:
        """Takes up the deliveries that an earlier process left."""
        self._deliveries.wake()

    def _connection(self, instance: Instance) -> Connection:
        # Read again: the request may have waited for its body since it was looked up.
        current = self.store.instance(instance.webhook_key)
        return (current or instance).connection

    def _wake(self) -> None:
        self._deliveries.wake()
        self.changes.announce()


def _own(message: Message, instance: Instance) -> baileys.Body:
    """A message of the shop as WhatsApp first reports it back; deliveries and reads follow as updates."""
    return baileys.web_message(message, push_name=instance.shop_name, status=baileys.Status.SERVER_ACK)
