"""What the shop has its assistant answer: taught and forgotten by its people."""

from domain.addresses import masked
from domain.deeds import DeedKind
from domain.ids import OrganizationId
from domain.texts import folded
from operating.deeds import Deed
from operating.refusal import Refused
from storage import knowledge
from storage.database import Connection, Database


async def teach(database: Database, shop: OrganizationId, deed: Deed, question: str, answer: str) -> None:
    """From now on this is the answer to that question."""
    async with database.tenant(shop) as tenant:
        before = await _answer(tenant, question)
        await knowledge.learn(tenant, shop, question, answer, None)
        await deed.note(
            tenant,
            shop,
            DeedKind.TEACH,
            masked(question),
            before={"answer": masked(before)} if before else {},
            after={"answer": masked(answer)},
        )


async def forget(database: Database, shop: OrganizationId, deed: Deed, question: str) -> None:
    """The shop will be asked again. Raises `Refused` when it never answered that."""
    async with database.tenant(shop) as tenant:
        before = await _answer(tenant, question)
        if not await knowledge.forget(tenant, question):
            raise Refused("a loja não tem resposta para essa pergunta; veja `auzap knowledge list`")
        await deed.note(
            tenant, shop, DeedKind.FORGET, masked(question), before={"answer": masked(before)} if before else {}
        )


async def _answer(tenant: Connection, question: str) -> str:
    known = await knowledge.active(tenant)
    return next((one.answer for one in known if folded(one.question) == folded(question)), "")
