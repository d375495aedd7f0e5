"""A shop's ready answers: anybody who serves its customers may use and change them; who changed what is in the audit.

Every deed carries its form's id: sent twice, it is done and noted once.
"""

from domain.deeds import DeedKind
from domain.ids import OrganizationId, ReadyAnswerId
from domain.texts import cleaned
from operating.deeds import Deed, differing
from operating.refusal import Mistyped, NotInShop, Refused
from storage import ready_answers
from storage.database import Database
from storage.ready_answers import LONGEST_TITLE, MOST, ReadyAnswer

LONGEST_TEXT = 4_096
"""Characters a message has at most."""


async def add(database: Database, shop: OrganizationId, deed: Deed, title: str, content: str) -> None:
    """A new one. Raises `Mistyped` for an empty or overlong field, `Refused` where there is one of that title."""
    answer = _read(ReadyAnswerId(deed.id), title, content)
    async with database.tenant(shop) as tenant:
        if await deed.noted(tenant):
            return
        if not await ready_answers.add(tenant, shop, answer):
            if await ready_answers.find(tenant, answer.id) is not None:  # the same form, at the same moment
                return
            if len(await ready_answers.listed(tenant)) >= MOST:
                raise Refused(f"A loja já tem {MOST} respostas prontas; tire alguma antes.")
            raise Refused(f"Já existe uma resposta com o título “{answer.title}”.")
        await deed.note(tenant, shop, DeedKind.ADD_READY_ANSWER, answer.title, after={"text": answer.content})


async def change(
    database: Database, shop: OrganizationId, deed: Deed, answer_id: ReadyAnswerId, title: str, content: str
) -> None:
    """Another title or text. Raises `Mistyped` or `Refused`, `NotInShop` for one that is not there (any more)."""
    answer = _read(answer_id, title, content)
    async with database.tenant(shop) as tenant:
        before = await ready_answers.find(tenant, answer_id, for_change=True)
        if before is None:
            raise NotInShop("a loja não tem essa resposta")
        if before == answer or await deed.noted(tenant):
            return
        if not await ready_answers.change(tenant, answer):
            raise Refused(f"Já existe uma resposta com o título “{answer.title}”.")
        was, is_now = differing(_facts(before), _facts(answer))
        await deed.note(tenant, shop, DeedKind.CHANGE_READY_ANSWER, before.title, before=was, after=is_now)


async def remove(database: Database, shop: OrganizationId, deed: Deed, answer_id: ReadyAnswerId) -> None:
    """Take one away. Raises `NotInShop` for one that is not there, unless this deed took it."""
    async with database.tenant(shop) as tenant:
        before = await ready_answers.find(tenant, answer_id, for_change=True)
        if before is None:
            if await deed.noted(tenant):
                return
            raise NotInShop("a loja não tem essa resposta")
        await ready_answers.remove(tenant, answer_id)
        await deed.note(tenant, shop, DeedKind.REMOVE_READY_ANSWER, before.title, before={"text": before.content})


def _facts(answer: ReadyAnswer) -> dict[str, str]:
    return {"name": answer.title, "text": answer.content}


def _read(answer_id: ReadyAnswerId, title: str, content: str) -> ReadyAnswer:
    title, content = " ".join(cleaned(title).split()), cleaned(content)
    if not title or len(title) > LONGEST_TITLE:
        raise Mistyped(f"O título precisa ter de 1 a {LONGEST_TITLE} caracteres.")
    if not content or len(content) > LONGEST_TEXT:
        raise Mistyped(f"O texto precisa ter de 1 a {LONGEST_TEXT} caracteres.".replace("4096", "4.096"))
    return ReadyAnswer(id=answer_id, title=title, content=content)
