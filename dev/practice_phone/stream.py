"""Streams what changes in a shop to its page; the event id is the revision, so a page that returns misses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from dev.practice_phone.phone import Phone
from dev.practice_phone.records import Jid
from dev.practice_phone.views import ChatView, InstanceView, MessageView


async def events(phone: Phone, webhook_key: str, jid: Jid | None, after: int) -> AsyncIterator[ServerSentEvent]:
    """`instance`, `chat` and (of one chat) `message` events after a revision, then as they happen, until closing.

    A page that knows a later revision than the store (its state was deleted) is told to `reset`. From 0, only the
    end of a long chat is sent.
    """
    if after > phone.store.revision():
        after = 0
        yield ServerSentEvent(event="reset", data={})
    yield ServerSentEvent(comment="praticando", retry=1000)
    while not phone.changes.closed:
        fresh = _changes(phone, webhook_key, jid, after)
        for event in fresh:
            yield event
        # Yielding gave way to others: look again before waiting, or a change in between would be seen late.
        if fresh:
            after = int(fresh[-1].id or after)
            continue
        await phone.changes.wait()


def _changes(phone: Phone, webhook_key: str, jid: Jid | None, after: int) -> list[ServerSentEvent]:
    store = phone.store
    found: list[tuple[int, str, object]] = []
    instance = store.instance(webhook_key)
    if instance is not None and instance.revision > after:
        view = InstanceView.of(instance, phone.outbox.view(webhook_key))
        found.append((instance.revision, "instance", view))
    found += [(chat.revision, "chat", ChatView.of(chat)) for chat in store.chats(webhook_key, since=after)]
    if jid is not None:
        messages = store.changed_messages(webhook_key, jid, after) if after else store.latest_messages(webhook_key, jid)
        found += [(message.revision, "message", MessageView.of(message)) for message in messages]
    found.sort(key=lambda change: change[0])
    return [ServerSentEvent(event=event, data=view, id=str(revision)) for revision, event, view in found]
