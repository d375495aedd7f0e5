"""What happened in a conversation, in one order of time: what was said, what the assistant's tools did, what the shop
changed in the customer's bookings, notes, and who had it.

A page ends at a `Place`; the next one goes on before it. Messages are ordered by `seq`, the rest by its moment.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import asyncpg
from pydantic import ValidationError

from domain.bookings import BookingChange, ChangedBy
from domain.conversation import HandledAs, HandoffReason, Sender
from domain.events import DeliveryStatus, MessageKind
from domain.frozen import Frozen
from domain.handoffs import HandoffState
from domain.ids import BookingId, ConversationId
from domain.model import ToolOutcome
from storage.database import Connection

PAGE = 60
"""Entries a page has; a few more where several are of one moment."""
_NEWEST_SEQ = 2**63 - 1
_LONGEST_ARGUMENTS = 4_000

MESSAGES = """select m.created_at "at", m.seq, m.sender, o.name author, m.content, m.message_type kind,
        nullif(m.status, 'received') status, m.error, m.late, m.sent_at, m.handled_as,
        m.picture ->> 'title' picture
    from messages m left join operators o on o.id = m.operator_id
    where m.conversation_id = $1 and m.seq < $2 order by m.seq desc limit $3"""
TOOLS = f"""select created_at, turn_id, round, position, name, left(arguments, {_LONGEST_ARGUMENTS}) arguments, outcome
    from tool_calls where conversation_id = $1 and created_at < coalesce($2::timestamptz, 'infinity')
    order by created_at desc limit $3"""
"""The two that can be long: the newest of a conversation ($1) before a seq or a moment ($2), at most $3."""


class Place(Frozen):
    """Before what a page begins: messages before `seq`, the rest before `at`."""

    seq: int
    at: datetime | None


_NEWEST = Place(seq=_NEWEST_SEQ, at=None)


class MessageEntry(Frozen):
    """A row of `messages`. `author` is the operator who wrote it; `status` is None for what came in; `sent_at` is the
    channel's time, `at` ours; `picture` the title of the chart it brought."""

    what: Literal["message"] = "message"
    at: datetime
    seq: int
    sender: Sender
    author: str | None
    content: str
    kind: MessageKind
    status: DeliveryStatus | None
    error: str | None
    late: bool
    sent_at: datetime | None
    handled_as: HandledAs | None
    picture: str | None


class ToolEntry(Frozen):
    """A row of `tool_calls`; `key` names it among them. `arguments` are as the model wrote them, cut where long."""

    what: Literal["tool"] = "tool"
    at: datetime
    key: str
    name: str
    arguments: str
    outcome: ToolOutcome


class BookingEntry(Frozen):
    """What the shop's people did to a booking of the customer's; what tools did is in their own entries."""

    what: Literal["booking"] = "booking"
    at: datetime
    id: BookingId
    change: BookingChange
    by: ChangedBy
    service: str
    pet: str
    start: datetime


class NoteEntry(Frozen):
    """An internal note; `author` is None where whoever wrote it is gone."""

    what: Literal["note"] = "note"
    at: datetime
    key: str
    author: str | None
    content: str


class HandoffEntry(Frozen):
    """A hand-over was opened (waiting), taken (claimed) or ended; `operator` is who has, or had, it."""

    what: Literal["handoff"] = "handoff"
    at: datetime
    key: str
    state: HandoffState
    reason: HandoffReason
    detail: str
    operator: str | None
    ended_by: str | None


Entry = MessageEntry | ToolEntry | BookingEntry | NoteEntry | HandoffEntry


class TimelinePage(Frozen):
    """Some entries, oldest first; `older` is where the next page goes on, None at the beginning."""

    entries: tuple[Entry, ...]
    older: Place | None


async def page(tenant: Connection, conversation_id: ConversationId, before: Place | None = None) -> TimelinePage:
    """The newest entries, or the newest before a place."""
    place = before or _NEWEST
    messages = await _messages(tenant, conversation_id, place)
    others: list[Entry] = [
        *await _tools(tenant, conversation_id, place),
        *await _bookings(tenant, conversation_id, place),
        *await _notes(tenant, conversation_id, place),
        *await _handoffs(tenant, conversation_id, place),
    ]
    return _cut(_newest_first(messages, others), place)


def _newest_first(messages: Sequence[MessageEntry], others: Iterable[Entry]) -> list[tuple[datetime, Entry]]:
    """Every entry with the moment it is ordered by: a message is never before one that came before it, whatever the
    clocks said."""
    timed: list[tuple[datetime, Entry]] = [(other.at, other) for other in others]
    latest: datetime | None = None
    for message in messages:
        latest = message.at if latest is None else min(latest, message.at)
        timed.append((latest, message))
    return sorted(timed, key=lambda one: one[0], reverse=True)  # stable: of one moment, messages come last


def _cut(timed: Sequence[tuple[datetime, Entry]], place: Place) -> TimelinePage:
    """A page of what there is. Of the moment it ends with only messages, which go by `seq`, are left for the next."""
    end = PAGE
    while end < len(timed) and timed[end][0] == timed[end - 1][0] and not isinstance(timed[end][1], MessageEntry):
        end += 1
    shown = timed[:end]
    older = None
    if end < len(timed):
        seqs = [entry.seq for _, entry in shown if isinstance(entry, MessageEntry)]
        older = Place(seq=min(seqs, default=place.seq), at=shown[-1][0])
    return TimelinePage(entries=tuple(entry for _, entry in reversed(shown)), older=older)


async def _messages(tenant: Connection, conversation_id: ConversationId, place: Place) -> list[MessageEntry]:
    rows = await tenant.fetch(
        MESSAGES,
        conversation_id,
        place.seq,
        PAGE + 1,
    )
    return [MessageEntry(**dict(row) | {"kind": _kind(row["kind"])}) for row in rows]


def _kind(stored: str) -> MessageKind:
    return MessageKind(stored) if stored in set(MessageKind) else MessageKind.UNSUPPORTED


async def _tools(tenant: Connection, conversation_id: ConversationId, place: Place) -> list[ToolEntry]:
    rows = await tenant.fetch(
        TOOLS,
        conversation_id,
        place.at,
        PAGE + 1,
    )
    return [
        ToolEntry(
            at=row["created_at"],
            key=f"{row['turn_id']}-{row['round']}-{row['position']}",
            name=row["name"],
            arguments=row["arguments"],
            outcome=_outcome(row),
        )
        for row in rows
    ]


def _outcome(row: asyncpg.Record) -> ToolOutcome:
    try:
        return ToolOutcome.model_validate_json(row["outcome"])
    except ValidationError:  # written by another version of ours: a conversation of last year has to open, too
        return ToolOutcome(ok=True, content="")


async def _bookings(tenant: Connection, conversation_id: ConversationId, place: Place) -> list[BookingEntry]:
    """Bookings without a conversation were made by the shop's people; `changed_by` says who changed one last."""
    rows = await tenant.fetch(
        """with own as materialized (
               select b.id, b.conversation_id, b.created_at, b.timed_at, b.cancelled_at, b.changed_by, b.status,
                   b.start_time, s.name service, coalesce(p.name, '') pet
               from conversations c join bookings b on b.contact_id = c.contact_id
                   join services s on s.id = b.service_id left join pets p on p.id = b.pet_id
               where c.id = $1 and c.audience = 'customer'),
           happened as (
               select *, created_at "at", 'booked' change, 'operator' by from own where conversation_id is null
               union all
               select *, timed_at, 'moved', changed_by from own
               where timed_at > created_at and changed_by in ('operator', 'owner') and status <> 'cancelled'
               union all
               select *, cancelled_at, 'cancelled', changed_by from own
               where status = 'cancelled' and changed_by in ('operator', 'owner') and cancelled_at is not null)
           select "at", id, change, by, service, pet, start_time "start" from happened
           where "at" < coalesce($2::timestamptz, 'infinity') order by "at" desc, id limit $3""",
        conversation_id,
        place.at,
        PAGE + 1,
    )
    return [BookingEntry(**dict(row)) for row in rows]


async def _notes(tenant: Connection, conversation_id: ConversationId, place: Place) -> list[NoteEntry]:
    rows = await tenant.fetch(
        """select n.created_at "at", n.id::text "key", o.name author, n.content
           from conversation_notes n left join operators o on o.id = n.operator_id
           where n.conversation_id = $1 and n.created_at < coalesce($2::timestamptz, 'infinity')
           order by n.created_at desc limit $3""",
        conversation_id,
        place.at,
        PAGE + 1,
    )
    return [NoteEntry(**dict(row)) for row in rows]


async def _handoffs(tenant: Connection, conversation_id: ConversationId, place: Place) -> list[HandoffEntry]:
    rows = await tenant.fetch(
        """select h.id::text "key", h.state, h.reason, h.detail, o.name operator, h.ended_by, h.opened_at, h.claimed_at,
               h.ended_at
           from handoffs h left join operators o on o.id = h.operator_id
           where h.conversation_id = $1 and h.opened_at < coalesce($2::timestamptz, 'infinity')
           order by h.opened_at desc limit $3""",
        conversation_id,
        place.at,
        PAGE + 1,
    )
    entries: list[HandoffEntry] = []
    for row in rows:
        reason = row["reason"] if row["reason"] in set(HandoffReason) else HandoffReason.ALREADY_WAITING
        steps = (
            (row["ended_at"], HandoffState(row["state"])),
            (row["claimed_at"] if row["operator"] else None, HandoffState.CLAIMED),
            (row["opened_at"], HandoffState.WAITING),
        )
        entries += [
            HandoffEntry(
                at=at,
                key=f"{row['key']}-{state}",
                state=state,
                reason=HandoffReason(reason),
                detail=row["detail"],
                operator=row["operator"],
                ended_by=row["ended_by"],
            )
            for at, state in steps
            if at is not None and (place.at is None or at < place.at)
        ]
    return entries
