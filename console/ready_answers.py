"""Ready answers: the shop's list, changed by whoever serves its customers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import RedirectResponse, Response

from console.parts import Parts
from console.rendering import Me, page
from console.signed_in import SignedIn
from domain.ids import DeedId, ReadyAnswerId
from operating import ready_answers
from operating.deeds import Deed
from operating.refusal import Mistyped, NotInShop, Refused
from storage import ready_answers as rows
from storage.ready_answers import ReadyAnswer

Text = Annotated[str, Form()]
_BACK = "/console/respostas"


def routes(parts: Parts) -> APIRouter:
    """Everything under /respostas."""
    routes = APIRouter(prefix="/respostas")

    async def shown(
        me: SignedIn,
        refused: Refused | None = None,
        *,
        new: tuple[str, str, str] | None = None,
        changed: tuple[ReadyAnswer, str] | None = None,
    ) -> Response:
        """The list; after a refusal with what was typed: `new` (title, text, deed), or in the place of an answer."""
        if isinstance(refused, NotInShop):
            raise HTTPException(404)
        async with parts.database.tenant(me.organization_id) as tenant:
            answers = await rows.listed(tenant)
        return page(
            me,
            "respostas.html",
            status=200 if refused is None else 422 if isinstance(refused, Mistyped) else 409,
            answers=answers,
            said=str(refused) if refused else "",
            new=new,
            changed=changed,
        )

    @routes.get("")
    async def all_of_them(me: Me) -> Response:
        """The shop's answers, each with its form, and a form for one more."""
        return await shown(me)

    @routes.post("")
    async def add(me: Me, titulo: Text = "", texto: Text = "", deed: Text = "") -> Response:
        """One more."""
        try:
            await ready_answers.add(parts.database, me.organization_id, _deed(me, deed), titulo, texto)
        except Refused as refused:
            return await shown(me, refused, new=(titulo, texto, deed))
        return RedirectResponse(_BACK, 303)

    @routes.post("/{answer_id}")
    async def change(me: Me, answer_id: UUID, titulo: Text = "", texto: Text = "", deed: Text = "") -> Response:
        """Another title or text."""
        wanted = ReadyAnswerId(answer_id)
        try:
            await ready_answers.change(parts.database, me.organization_id, _deed(me, deed), wanted, titulo, texto)
        except Refused as refused:
            typed = ReadyAnswer(id=wanted, title=titulo, content=texto)
            return await shown(me, refused, changed=(typed, deed))
        return RedirectResponse(_BACK, 303)

    @routes.post("/{answer_id}/tirar")
    async def remove(me: Me, answer_id: UUID, deed: Text = "") -> Response:
        """One less."""
        try:
            await ready_answers.remove(parts.database, me.organization_id, _deed(me, deed), ReadyAnswerId(answer_id))
        except Refused as refused:
            return await shown(me, refused)
        return RedirectResponse(_BACK, 303)

    return routes


def _deed(me: SignedIn, typed: str) -> Deed:
    try:
        return Deed(DeedId(UUID(typed)), me.operator)
    except ValueError:
        raise Mistyped("O formulário veio incompleto. Recarregue a página e tente de novo.") from None
