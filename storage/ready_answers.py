"""Ready answers: texts a shop's operators put into their replies with one click."""

import asyncpg

from domain.frozen import Frozen
from domain.ids import OrganizationId, ReadyAnswerId
from storage.database import Connection

MOST = 200
"""A shop's list is read whole; more than that nobody finds anything in."""
LONGEST_TITLE = 80


class ReadyAnswer(Frozen):
    """A row of `ready_answers`."""

    id: ReadyAnswerId
    title: str
    content: str


async def listed(tenant: Connection) -> list[ReadyAnswer]:
    """The shop's, by title."""
    rows = await tenant.fetch(
        "select id, title, content from ready_answers order by lower(title), title limit $1", MOST
    )
    return [ReadyAnswer(**dict(row)) for row in rows]


async def find(tenant: Connection, answer_id: ReadyAnswerId, *, for_change: bool = False) -> ReadyAnswer | None:
    """The answer of that id; `for_change` keeps others from changing it until the transaction ends."""
    row = await tenant.fetchrow(
        f"select id, title, content from ready_answers where id = $1 {'for update' if for_change else ''}", answer_id
    )
    return ReadyAnswer(**dict(row)) if row else None


async def add(tenant: Connection, organization_id: OrganizationId, answer: ReadyAnswer) -> bool:
    """Keep a new one; False when the shop has one of that title, or of that id, or has `MOST` of them."""
    done = await tenant.execute(
        """insert into ready_answers (id, organization_id, title, content)
           select $1, $2, $3, $4 where (select count(*) from ready_answers) < $5 on conflict do nothing""",
        answer.id,
        organization_id,
        answer.title,
        answer.content,
        MOST,
    )
    return done == "INSERT 0 1"


async def change(tenant: Connection, answer: ReadyAnswer) -> bool:
    """Its new title and text; False when another one has that title, and then nothing is written."""
    try:
        async with tenant.transaction():
            await tenant.execute(
                "update ready_answers set title = $2, content = $3 where id = $1",
                answer.id,
                answer.title,
                answer.content,
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def remove(tenant: Connection, answer_id: ReadyAnswerId) -> None:
    """Take it away."""
    await tenant.execute("delete from ready_answers where id = $1", answer_id)
