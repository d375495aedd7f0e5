"""What the shop has answered: question and answer, the newest of each question."""

from domain.frozen import Frozen
from domain.ids import OrganizationId, QuestionId
from domain.texts import folded
from storage.database import Connection

_MOST = 300
"""Entries that are read: the newest."""


class Known(Frozen):
    """An entry of the shop's knowledge."""

    question: str
    answer: str


async def active(tenant: Connection) -> list[Known]:
    """What the shop has answered, newest first."""
    rows = await tenant.fetch(
        f"select question, answer from knowledge where is_active order by created_at desc, id limit {_MOST}"
    )
    return [Known(question=row["question"], answer=row["answer"]) for row in rows]


async def learn(
    tenant: Connection, organization_id: OrganizationId, question: str, answer: str, question_id: QuestionId | None
) -> None:
    """From now on this is the answer to that question, and to no other wording of it that folds to the same."""
    key = folded(question)
    await tenant.execute(
        "update knowledge set is_active = false where organization_id = $1 and question_folded = $2 and is_active",
        organization_id,
        key,
    )
    await tenant.execute(
        """insert into knowledge (organization_id, question, question_folded, answer, question_id)
           values ($1, $2, $3, $4, $5)""",
        organization_id,
        question,
        key,
        answer,
        question_id,
    )


async def forget(tenant: Connection, question: str) -> bool:
    """The shop does not answer that question so any more; whether it did."""
    done = await tenant.execute(
        "update knowledge set is_active = false where question_folded = $1 and is_active", folded(question)
    )
    return done == "UPDATE 1"
