"""The shop's conversations as the console lists them: who waits for a person, all of them newest first, and found ones.

Row-level security keeps operators that may leak (`like`) out of indexes, so a search reads the names, pets and phones
of one shop from end to end; the list and the queue walk indexes.
"""

import re
from datetime import datetime
from enum import StrEnum

import asyncpg

from domain.conversation import Audience, ConversationStatus, HandoffReason, Sender
from domain.events import MessageKind
from domain.frozen import Frozen
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import ConversationId, OperatorId
from domain.texts import folded
from storage.database import Connection

LONGEST_QUEUE = 200
_PREVIEW = 120
_WORDS = 4
_FEWEST_DIGITS = 3


class Filter(StrEnum):
    """Which conversations are listed."""

    ALL = "all"
    WAITING = "waiting"
    """A person is to come, and nobody has."""
    MINE = "mine"
    AI_PAUSED = "ai_paused"
    CUSTOMERS = "customers"
    OWNERS = "owners"


class Place(Frozen):
    """Where a page of the list ends; `at` is None among those in which nothing was ever said."""

    at: datetime | None
    id: ConversationId


class Listed(Frozen):
    """A line of the list. `handoff` is None while the AI has it; `operator` is who has, None on the shop's phone.

    `said` is the beginning of the last message, empty where that is a picture, say; `said_as` and `said_by` are None
    where nothing was ever said; `said_by_operator` names who of the shop wrote it in the console.
    """

    id: ConversationId
    name: str | None
    phone: str | None
    audience: Audience
    status: ConversationStatus
    ai_enabled: bool
    handoff: HandoffState | None
    operator: str | None
    said: str
    said_as: MessageKind | None
    said_by: Sender | None
    said_by_operator: str | None
    was_sent: bool
    last_message_at: datetime | None
    unread_count: int

    @property
    def place(self) -> Place:
        """Where the list goes on after this line."""
        return Place(at=self.last_message_at, id=self.id)


class Waiting(Frozen):
    """An open hand-over as the queue shows it. `waiting_since` is None while nobody waits for a person's word.

    `is_overdue`: somebody waits and the time for a first answer has passed, or nothing watches over it.
    """

    conversation_id: ConversationId
    name: str | None
    phone: str | None
    audience: Audience
    state: HandoffState
    operator_id: OperatorId | None
    operator: str | None
    reason: HandoffReason
    detail: str
    opened_at: datetime
    waiting_since: datetime | None
    due: Deadline | None
    is_overdue: bool
    said: str
    said_as: MessageKind | None
    said_by: Sender | None
    said_by_operator: str | None
    unread_count: int


class Queue(Frozen):
    """Who comes first, and how many more there are than are shown."""

    shown: tuple[Waiting, ...]
    more: int


_LAST_SAID = f"""left(coalesce(m.content, v.last_message_preview, ''), {_PREVIEW}) said, m.message_type said_as,
    m.sender said_by, author.name said_by_operator"""
_LAST_MESSAGE = """left join lateral (select content, message_type, sender, status, operator_id from messages
        where conversation_id = v.id order by seq desc limit 1) m on true
    left join operators author on author.id = m.operator_id"""
_FIRST = 4
"""The first parameter that is a filter's own, in the SQL of a page."""
_BEYOND = "(v.listed_at, v.id) < (coalesce($3, '-infinity'::timestamptz), $2::uuid)"
_NOWHERE = "$2::uuid is null and $3::timestamptz is null"
_IS_OVERDUE = """(h.waiting_since is not null and case when h.due_at is null
    then h.waiting_since < $1::timestamptz - interval '1 minute'
    else h.due_at <= $1 or h.due_kind in ('escalate', 'tell_customer') end)"""


async def queue(tenant: Connection, now: datetime, limit: int = LONGEST_QUEUE) -> Queue:
    """The open hand-overs: those that nobody has before those that are served; among each whoever waits too long first,
    then by deadline, then the oldest."""
    rows = await tenant.fetch(
        f"""with first as materialized (
               select *, row_number() over () place from (
                   select h.*, {_IS_OVERDUE} is_overdue, count(*) over () total from handoffs h where h.ended_at is null
                   order by h.state = 'claimed', {_IS_OVERDUE} desc, h.due_at nulls first, h.opened_at, h.id
                   limit $2) ordered)
           select h.conversation_id, c.name, c.phone, v.audience, h.state, h.operator_id, o.name operator, h.reason,
               h.detail, h.opened_at, h.waiting_since, h.due_kind, h.due_at, h.is_overdue, {_LAST_SAID}, v.unread_count,
               h.total
           from first h join conversations v on v.id = h.conversation_id join contacts c on c.id = v.contact_id
               left join operators o on o.id = h.operator_id {_LAST_MESSAGE}
           order by h.place""",
        now,
        limit,
    )
    total = rows[0]["total"] if rows else 0
    return Queue(shown=tuple(_waiting(row) for row in rows), more=total - len(rows))


async def newest(
    tenant: Connection,
    *,
    only: Filter = Filter.ALL,
    operator_id: OperatorId | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[Listed]:
    """One page of the conversations, the last spoken in first, from `after` on. `MINE` are those of `operator_id`."""
    whose = (operator_id,) if only is Filter.MINE else ()
    return await _listed(tenant, _WANTED[only], after, limit, *whose)


async def search(tenant: Connection, text: str, *, after: Place | None = None, limit: int = 50) -> list[Listed]:
    """Conversations of whoever has every word of `text` in their name or a pet's, or its digits in their phone number;
    the last spoken in first.

    A word is found anywhere in a name, whatever its capitals and accents; digits with or without country code and ninth
    digit. The longest four words count. Reads every contact and pet of the shop.
    """
    parameters: list[str] = []

    def given(value: str) -> str:
        parameters.append(f"%{value.translate(_LITERALLY)}%")
        return f"${len(parameters) - 1 + _FIRST}"

    words = sorted(set(folded(text).split()), key=len, reverse=True)[:_WORDS]
    ways = [" and ".join(_CALLED.format(given(word)) for word in words)] if words else []
    ways += [_PHONED.format(given(digits)) for digits in _digits(text)]
    if not ways:
        return []
    found = f"v.contact_id in (select c.id from contacts c where {' or '.join(f'({way})' for way in ways)} offset 0)"
    return await _listed(tenant, found, after, limit, *parameters)


def _digits(text: str) -> list[str]:
    """What of a text may be a piece of a phone number, as typed and without the zero one dials before an area code."""
    digits = re.sub("[^0-9]", "", text)
    if _LETTER.search(text) or len(digits) < _FEWEST_DIGITS:
        return []
    dialled = digits.lstrip("0")
    return [digits] if dialled == digits or len(dialled) < _WITH_AREA_CODE else [digits, dialled]


_LETTER = re.compile(r"[^\W\d_]")
_WITH_AREA_CODE = 10
_LITERALLY = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
_CALLED = "(c.name_folded like {0} or c.id in (select contact_id from pets where name_folded like {0}))"
_PHONED = """c.id in (select contact_id from contact_addresses where kind = 'phone' and (value like {0}
    or value like '55__9________' and overlay(value placing '' from 5 for 1) like {0}))"""
_WANTED = {
    Filter.ALL: "true",
    Filter.WAITING: "v.id in (select conversation_id from handoffs where ended_at is null and state = 'waiting')",
    Filter.MINE: f"v.id in (select conversation_id from handoffs where ended_at is null and operator_id = ${_FIRST})",
    Filter.AI_PAUSED: "not v.ai_enabled",
    Filter.CUSTOMERS: "v.audience = 'customer'",
    Filter.OWNERS: "v.audience = 'owner'",
}


async def _listed(
    tenant: Connection, wanted: str, after: Place | None, limit: int, *parameters: object
) -> list[Listed]:
    """One page of those for which the SQL `wanted` holds, whose own parameters begin at `_FIRST`."""
    beyond = _BEYOND if after else _NOWHERE  # "no place, or beyond it" in one would be nothing an index can seek
    rows = await tenant.fetch(
        f"""with page as materialized (
               select v.* from conversations v where ({wanted}) and {beyond}
               order by v.listed_at desc, v.id desc limit $1)
           select v.id, c.name, c.phone, v.audience, v.status, v.ai_enabled, h.state handoff, o.name operator,
               {_LAST_SAID}, m.status is distinct from 'failed' was_sent, v.last_message_at, v.unread_count
           from page v join contacts c on c.id = v.contact_id
               left join handoffs h on h.conversation_id = v.id and h.ended_at is null
               left join operators o on o.id = h.operator_id {_LAST_MESSAGE}
           order by v.listed_at desc, v.id desc""",
        limit,
        after.id if after else None,
        after.at if after else None,
        *parameters,
    )
    return [Listed(**dict(row)) for row in rows]


def _waiting(row: asyncpg.Record) -> Waiting:
    fields = dict(row)
    del fields["total"]
    kind, at = fields.pop("due_kind"), fields.pop("due_at")
    if fields["reason"] not in set(HandoffReason):
        fields["reason"] = HandoffReason.ALREADY_WAITING
    return Waiting(**fields, due=Deadline(kind=DueKind(kind), at=at) if kind else None)
