"""Letters to customers: rows of the transaction that caused them, until LetterWorkflow has sent them."""

from datetime import datetime

import asyncpg

from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, LetterId, OperatorId, OrderId, OrganizationId
from domain.letters import LetterPurpose, LetterStatus
from storage.database import Connection

_COLUMNS = "id, contact_id, conversation_id, operator_id, purpose, content, expires_at, status, error, ended_at"


class Letter(Frozen):
    """A row of `letters`."""

    id: LetterId
    contact_id: ContactId
    conversation_id: ConversationId | None
    operator_id: OperatorId | None
    purpose: LetterPurpose
    content: str
    expires_at: datetime
    status: LetterStatus
    error: str | None
    ended_at: datetime | None


async def write(
    tenant: Connection,
    organization_id: OrganizationId,
    contact_id: ContactId,
    *,
    purpose: LetterPurpose,
    content: str,
    expires_at: datetime,
    order_id: OrderId | None = None,
    letter_id: LetterId | None = None,
    conversation_id: ConversationId | None = None,
    operator_id: OperatorId | None = None,
) -> LetterId:
    """A letter that is sent as soon as the transaction is committed. With an id of the caller's, a second run finds it.

    It goes into `conversation_id`, or, without one, to where the contact wrote last; `operator_id` is whose words it
    has.

    Past `expires_at` it is not sent any more: it would tell old news.
    """
    return LetterId(
        await tenant.fetchval(
            """insert into letters (id, organization_id, contact_id, purpose, content, expires_at, order_id,
                   conversation_id, operator_id)
               values (coalesce($1, gen_random_uuid()), $2, $3, $4, $5, $6, $7, $8, $9)
               on conflict (id) do update set content = letters.content returning id""",
            letter_id,
            organization_id,
            contact_id,
            purpose,
            content,
            expires_at,
            order_id,
            conversation_id,
            operator_id,
        )
    )


async def find(tenant: Connection, letter_id: LetterId, *, for_change: bool = False) -> Letter | None:
    """The letter of that id."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from letters where id = $1 {'for update' if for_change else ''}", letter_id
    )
    return _from_row(row) if row else None


async def is_behind(tenant: Connection, letter_id: LetterId) -> bool:
    """Whether an earlier letter of that purpose is still on its way to the same contact: what was said last arrives
    last."""
    return bool(
        await tenant.fetchval(
            """select exists (
                   select from letters mine join letters earlier on earlier.contact_id = mine.contact_id
                       and earlier.purpose = mine.purpose
                       and (earlier.created_at, earlier.id) < (mine.created_at, mine.id)
                   where mine.id = $1 and mine.status = 'waiting' and earlier.status = 'waiting'
                     and earlier.expires_at > now())""",
            letter_id,
        )
    )


async def latest_of(
    tenant: Connection, contact_id: ContactId, purpose: LetterPurpose, content: str, since: datetime
) -> datetime | None:
    """When that contact was last written exactly this; None where it was not, or before `since`."""
    at: datetime | None = await tenant.fetchval(
        """select max(created_at) from letters where contact_id = $1 and purpose = $2 and content = $3
           and created_at > $4 and status in ('waiting', 'sent')""",
        contact_id,
        purpose,
        content,
        since,
    )
    return at


async def end(tenant: Connection, letter_id: LetterId, status: LetterStatus, error: str | None = None) -> None:
    """Note what became of it; the first outcome stays. What is behind it need not wait for its next try."""
    done = await tenant.execute(
        """update letters set status = $2, error = $3, ended_at = clock_timestamp()
           where id = $1 and status = 'waiting'""",
        letter_id,
        status,
        error,
    )
    if done == "UPDATE 1":
        await tenant.execute(
            """select wake(behind.organization_id, 'letter', behind.id::text)
               from letters ended join letters behind on behind.contact_id = ended.contact_id
                   and behind.purpose = ended.purpose
               where ended.id = $1 and behind.status = 'waiting' order by behind.id""",
            letter_id,
        )


def _from_row(row: asyncpg.Record) -> Letter:
    return Letter.model_validate(dict(row))
