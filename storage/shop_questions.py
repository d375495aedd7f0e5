"""What customers wanted to know and Client AI did not: asked of the shop's people, answered or lapsed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, OrganizationId, OwnerNumberId, QuestionId
from storage.database import Connection

_COLUMNS = """q.id, q.conversation_id, q.contact_id, q.question, q.status, q.answer, q.answered_by, q.answer_by,
              q.asked_as, q.created_at, c.name customer, coalesce(o.name, o.role) answerer"""
_FROM = """shop_questions q join contacts c on c.id = q.contact_id
           left join aurora_owner_numbers o on o.id = q.answered_by"""
_MOST = 100
_LONGEST_OPEN = timedelta(days=30)
"""No question waits longer: the shop opens again before that, and its people have a day at most."""


class QuestionStatus(StrEnum):
    """What became of a question."""

    ASKED = "asked"
    ANSWERED = "answered"
    LAPSED = "lapsed"


class ShopQuestion(Frozen):
    """A row of `shop_questions`. With `asked_as` the shop was asked that other customer's question instead.

    `customer` is the contact's name, `answerer` the owner's (or their role). A lapsed question may have an answer all
    the same: it came late.
    """

    id: QuestionId
    conversation_id: ConversationId
    contact_id: ContactId
    question: str
    status: QuestionStatus
    answer: str | None
    answered_by: OwnerNumberId | None
    answer_by: datetime
    asked_as: QuestionId | None
    created_at: datetime
    customer: str | None
    answerer: str | None

    @property
    def code(self) -> str:
        """How Aurora names it."""
        return self.id.hex[:8]


async def take_turn(tenant: Connection, organization_id: OrganizationId) -> None:
    """Questions of one shop are asked and answered one after the other, until the transaction ends."""
    await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 3))", f"{organization_id}|questions")


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    contact_id: ContactId,
    *,
    question: str,
    answer_by: datetime,
    asked_as: QuestionId | None,
) -> QuestionId:
    """A question that waits for its answer."""
    return QuestionId(
        await tenant.fetchval(
            """insert into shop_questions (organization_id, conversation_id, contact_id, question, answer_by, asked_as)
               values ($1, $2, $3, $4, $5, $6) returning id""",
            organization_id,
            conversation_id,
            contact_id,
            question,
            answer_by,
            asked_as,
        )
    )


async def find(tenant: Connection, question_id: QuestionId, *, for_change: bool = False) -> ShopQuestion | None:
    """The question of that id."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from {_FROM} where q.id = $1 {'for update of q' if for_change else ''}", question_id
    )
    return _from_row(row) if row else None


async def waiting(tenant: Connection) -> list[ShopQuestion]:
    """The shop's questions that wait, oldest first."""
    rows = await tenant.fetch(
        f"select {_COLUMNS} from {_FROM} where q.status = 'asked' order by q.created_at, q.id limit {_MOST}"
    )
    return [_from_row(row) for row in rows]


async def lately(tenant: Connection, since: datetime) -> list[ShopQuestion]:
    """What the shop's people were asked: what waits, and what was answered or has lapsed since."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from {_FROM}
            where q.asked_as is null and (q.status = 'asked' or q.answer_by > $1) and q.created_at > $2
            order by q.created_at, q.id limit {_MOST}""",
        since,
        since - _LONGEST_OPEN,
    )
    return [_from_row(row) for row in rows]


async def of_code(tenant: Connection, code: str, since: datetime) -> ShopQuestion | None:
    """The shop's question of that code, as far as it may be in time; the newest, should two have the same."""
    row = await tenant.fetchrow(
        f"""select {_COLUMNS} from {_FROM} where left(q.id::text, 8) = $1 and q.created_at > $2
            order by q.created_at desc limit 1""",
        code,
        since - _LONGEST_OPEN,
    )
    return _from_row(row) if row else None


async def asked_lately(tenant: Connection, conversation_id: ConversationId, within: timedelta) -> int:
    """How many questions of this conversation the shop was asked in that time."""
    count: int = await tenant.fetchval(
        """select count(*) from shop_questions
           where conversation_id = $1 and created_at > clock_timestamp() - $2::interval""",
        conversation_id,
        within,
    )
    return count


async def put_lately(tenant: Connection, within: timedelta) -> int:
    """How many questions the shop's people were written in that time."""
    count: int = await tenant.fetchval(
        """select count(*) from shop_questions
           where asked_as is null and created_at > clock_timestamp() - $1::interval""",
        within,
    )
    return count


async def answer(
    tenant: Connection, question_ids: Sequence[QuestionId], answer: str, answered_by: OwnerNumberId
) -> None:
    """Keep the answer; what waited for it is answered, what has lapsed stays so. The first answer stays."""
    for status in ("asked", "lapsed"):  # apart: an update of the status wakes the question's workflow
        await tenant.execute(
            f"""update shop_questions set answer = $2, answered_by = $3, answered_at = clock_timestamp()
                    {", status = 'answered'" if status == "asked" else ""}
                where id = any($1) and status = $4::varchar and answer is null""",
            question_ids,
            answer,
            answered_by,
            status,
        )


async def lapse(tenant: Connection, question_id: QuestionId) -> bool:
    """Nobody answered in time; False when somebody did, or it had lapsed before."""
    done = await tenant.execute(
        "update shop_questions set status = 'lapsed' where id = $1 and status = 'asked'", question_id
    )
    return done == "UPDATE 1"


def _from_row(row: asyncpg.Record) -> ShopQuestion:
    return ShopQuestion.model_validate(dict(row))
